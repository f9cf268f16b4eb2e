"""A trace as one .npz of numpy: an array for each id, the visits of samples or the updates leading, as in the trace.

Beside them stand `format`, `version`, the `scenario` as JSON, the numbers of the `updates` that the rows belong to and
the `losses` of all updates. The parameters that an update starts from are those that the update before it made; only
where updates are left out are they written too. The same trace gives the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from backtrace.engine.columns import Columns
from backtrace.engine.plan import Plan
from backtrace.engine.trace import Trace
from backtrace.errors import misfit
from backtrace.formats.document import FORMAT, VERSION
from backtrace.formats.gathering import AGAIN, Places, in_columns, names, rows_of
from backtrace.formats.recognising import LARGEST
from backtrace.scenario import Scenario
from backtrace.scenario.scenario import Floats

_BROKEN = (
    ValueError, TypeError, SyntaxError, EOFError, MemoryError, OverflowError, KeyError, RuntimeError, OSError,
    NotImplementedError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip

Arrays = Mapping[str, Any]


def write_npz(trace: Trace, stream: IO[bytes]) -> None:
    """Write the whole trace."""
    plan, scenario = trace.plan, trace.scenario
    head = {
        "format": np.array(FORMAT),
        "version": np.array(VERSION),
        "scenario": np.array(json.dumps(scenario.document, ensure_ascii=False, allow_nan=False)),
        "updates": np.array([*trace.kept, trace.updates + 1]),
        "losses": trace.losses,
    }
    arrays: dict[str, Any] = head | {name: trace.series(name) for name in names(plan, scenario.keep.all)}
    np.savez(stream, allow_pickle=False, **arrays)


def arrays_in(content: bytes, file: str) -> Arrays:
    """Every array of the file by name. Raises InputError where it is not whole, or larger than LARGEST."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > LARGEST:
            raise misfit(f"{file} holds {size:,} bytes", f"at most {LARGEST:,}")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: np.asarray(arrays[name]) for name in arrays.files}
    except _BROKEN as error:
        raise misfit(f"{file} cannot be read: {error}", "arrays of numbers as np.savez writes them") from None


def document_in(arrays: Arrays, file: str) -> dict[str, Any]:
    """What a JSON trace has beside its steps. Raises InputError where that is not whole."""
    try:
        losses = np.asarray(arrays["losses"], dtype=np.float64).tolist()
        kind, version, scenario = (arrays[name].item() for name in ("format", "version", "scenario"))
        if kind != FORMAT:
            raise ValueError(f"its format is {kind!r}")
        scenario = json.loads(scenario)
    except _BROKEN as error:
        raise misfit(f"{file} is no whole trace: {error}", "a trace as exported") from None
    return {"version": version, "scenario": scenario, "result": {"losses": losses}}


def columns_in(arrays: Arrays, scenario: Scenario, plan: Plan, losses: Floats | None, file: str) -> Columns:
    """The columns of a trace. Raises InputError where there are more or fewer rows than its updates have."""
    _refuse_odd(arrays, plan, file)
    places = Places(scenario, plan, arrays["updates"].tolist()[-1], file)
    found = {}
    for name in names(plan, scenario.keep.all):
        rows, array = places.rows(name), arrays[name]
        if len(array) < rows:
            raise misfit(f"{file}: {name} has no row for update {places.update_of(name, len(array))}", remedy=AGAIN)
        if len(array) > rows:
            raise misfit(f"{file}: {name} has {len(array)} rows", f"{rows}", AGAIN)
        found[name] = rows_of(places, name, array, 0, file)
    if arrays["updates"].tolist() != [*places]:
        raise misfit(f"{file}: the rows are not those of the updates that the scenario keeps", remedy=AGAIN)
    return in_columns(places, found, losses)


def _refuse_odd(arrays: Arrays, plan: Plan, file: str) -> None:
    """Refuse what is no array of numbers with a row for each update, or each visit of a sample."""
    updates = np.ravel(arrays.get("updates", ()))
    kept, is_gapless = len(updates) - 1, np.array_equal(updates, np.arange(1, len(updates) + 1))
    for name in ("updates", *(equation.id for equation in plan.equations), *plan.carried):
        array = arrays.get(name)
        if array is None and name in plan.carried and is_gapless:
            continue
        if array is None or array.ndim == 0 or array.dtype.kind not in ("iu" if name == "updates" else "fiu"):
            raise misfit(f"{file} has no array of numbers called {name}", remedy=AGAIN)
        if (name == "updates" and array.ndim > 1) or (name in plan.carried and len(array) != kept):
            raise misfit(f"{file}: {name} has the shape {array.shape}", remedy=AGAIN)
