"""How well the judging names mistakes: sheets of random exercises, worked and misworked by students in plain numpy.

Run with `python benchmarks/mistakes.py`. A sheet counts as told where a line of it is called wrong; rounding hides the
others. The mistake is named where it is the first explanation of the first wrong line, or where what is named gives the
same numbers on every line of the sheet: worked with all digits, by the students and not by the catalogue. Alike are
those where what is named first gives every figure as it is written, which nobody can tell apart.
"""

from __future__ import annotations

import argparse
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.random import default_rng
from students import MISTAKES
from students.mistaken import Mistaken
from students.sheets import Case, differing, draw
from students.slips import SLIPS, place_of

from backtrace.answers.judgement import Judged, Judgement
from backtrace.answers.judging import judge
from backtrace.engine.trace import run
from backtrace.scenario import read_document

CLEAN, EACH, SEED, JOBS = 2000, 100, 6, 2
PATIENCE = 30
"""How many seconds the judging of a sheet may take."""


@dataclass
class Outcome:
    """What came of one sheet: `named` is what was named first, `case` tells one where that was something else.

    `is_alike` says that something else was named, which gives the same figures: the sheet can't tell them apart.
    """

    label: str
    seconds: float = 0
    is_told: bool = False
    is_first: bool = False
    is_any: bool = False
    is_alike: bool = False
    named: str = ""
    kinds: Counter[str] = field(default_factory=Counter)
    case: str = ""


def outcome(label: str, seed: int, number: int) -> Outcome:
    """Draw one sheet, judge it, and compare what is named with what was done."""
    case = draw(default_rng([seed, number, *label.encode()]), MISTAKES.get(label))
    trace = run(read_document(case.exercise.document(), "exercise"))
    sheet, out = case.sheet(trace), Outcome(label)
    start = time.perf_counter()
    signal.alarm(PATIENCE)
    try:
        judgement = judge(sheet, trace)
    except Exception as problem:
        out.is_told, out.named, out.case = True, repr(problem), f"{case.said} number {number}: {problem!r}"
        return out
    finally:
        signal.alarm(0)
        out.seconds = time.perf_counter() - start
    out.kinds = Counter(verdict.kind for line in judgement.lines for verdict in line.verdicts)
    if judgement.wrong:
        compare(out, case, judgement.wrong[0])
        if not out.is_first:
            out.case = described(case, judgement, number)
    return out


def compare(out: Outcome, case: Case, first: Judged) -> None:
    """Note whether the mistake is among what is named for the first wrong line."""
    names = list(dict.fromkeys(_single(each.name) for each in first.explanations))
    out.is_told, out.named = True, names[0] if names else "nothing"
    rights = [case.mistake is not None and is_right(case, name) for name in names]
    out.is_first, out.is_any = rights[:1] == [True], any(rights)
    out.is_alike = not out.is_first and case.mistake is not None and gives_sheet(case, out.named)


def _single(name: str) -> str:
    """The name of a mistake that was made in two places, once."""
    first, _, second = name.partition(" and ")
    return first if first == second else name


def is_right(case: Case, name: str) -> bool:
    """Whether the name is that of the mistake, or of one that gives the same numbers on every line of the sheet.

    The numbers are worked with all digits; a slip is with digits as they are written, and so compared as written.
    """
    assert case.mistake is not None
    if name == case.mistake.named:
        return True
    if case.mistake in SLIPS:
        return gives_sheet(case, name)
    with np.errstate(all="ignore"):
        made = case.mistake(case.exercise, option=case.option).work()
        workings = [other(case.exercise, option=option).work() for other, option in meant(case, name)]
    return any(not set(case.shown) & set(differing(made, worked)) for worked in workings)


def gives_sheet(case: Case, name: str) -> bool:
    """Whether another mistake gives the same sheet, figure by figure: then nobody can tell which of them was made."""
    with np.errstate(all="ignore"):
        workings = (
            other(case.exercise, rounds=set(case.shown), option=option).work() for other, option in meant(case, name)
        )
        return any(not set(case.shown) & set(differing(case.lines, worked)) for worked in workings)


def meant(case: Case, name: str) -> Iterator[tuple[type[Mistaken], object]]:
    """The students and variants that the name may mean; of slips those in the same place."""
    assert case.mistake is not None
    for other in MISTAKES.values():
        if other.named == name and (other in SLIPS) == (case.mistake in SLIPS):
            for option in other.meant(case.exercise):
                if other not in SLIPS or place_of(other, option) == place_of(case.mistake, case.option):
                    yield other, option


def described(case: Case, judgement: Judgement, number: int) -> str:
    """The case in a few lines, for whoever improves the ranking."""
    e, first = case.exercise, judgement.wrong[0]
    form = " short" if e.has_short_form and e.is_short else ""
    network = f"{'-'.join(map(str, e.sizes))} {'/'.join(e.activations)} {e.loss} η={e.eta} {e.optimizer} N={e.samples}"
    shown = " ".join(line.id + (f"@{line.update}" if line.update > 1 else "") for line in case.shown)
    figures = ", ".join(f"{v.figure.text} ({v.expected:.4g} {v.kind})" for v in first.verdicts)
    explained = [
        f"    - {each.name} [{each.key.id} {each.altered.note}; "
        f"{each.support} follow, {each.contradicted} contradict, close {each.is_close}]"
        for each in first.explanations[:4]
    ]
    return "\n".join([
        f"{case.said} number {number}: {network}{form}",
        f"  lines: {shown}",
        f"  first wrong: {first.key.id}@{first.key.update} {figures}",
        *(explained or ["    - nothing"]),
    ])  # fmt: skip


def too_slow(*_: object) -> None:
    """Give a sheet up."""
    raise TimeoutError(f"more than {PATIENCE} s")


def outcomes(work: Sequence[tuple[str, int, int]], jobs: int) -> Iterator[Outcome]:
    """What comes of each sheet, by label, seed and number, worked on so many cores."""
    with ProcessPoolExecutor(jobs, initializer=signal.signal, initargs=(signal.SIGALRM, too_slow)) as pool:
        yield from pool.map(outcome, *zip(*work, strict=True), chunksize=4)


def table(found: Mapping[str, Sequence[Outcome]]) -> str:
    """The shares by mistake, as markdown."""
    heads = (
        "what the student does",
        "the catalogue's name",
        "sheets",
        "hidden by rounding",
        "named first",
        "named",
        "alike",
    )
    rows = [f"| {' | '.join(heads)} |", "|---|---|--:|--:|--:|--:|--:|"]
    for label, some in found.items():
        rows.append(
            f"| {(MISTAKES[label].__doc__ or '').strip().rstrip('.')} | {MISTAKES[label].named} | {_shares(some)} |"
        )
    rows.append(f"| **all** | | {_shares([each for some in found.values() for each in some])} |")
    return "\n".join(rows)


def _shares(some: Sequence[Outcome]) -> str:
    told = [each for each in some if each.is_told]
    counts = [sum(getattr(each, name) for each in told) for name in ("is_first", "is_any", "is_alike")]
    named = " | ".join(f"{100 * count / len(told):.1f} %" if told else "–" for count in counts)
    return f"{len(some)} | {100 * (1 - len(told) / len(some)):.0f} % | {named}"


def of_clean(some: Sequence[Outcome]) -> str:
    """What is said of sheets without a mistake."""
    kinds = sum((each.kinds for each in some), Counter[str]())
    said = ", ".join(f"{kind} {100 * count / kinds.total():.2f} %" for kind, count in kinds.most_common())
    wrong = sum(each.is_told for each in some)
    return f"Of {len(some)} sheets without a mistake {wrong} are called wrong. Their figures: {said}."


def speed(some: Iterable[Outcome]) -> str:
    """How long the judging of a sheet takes."""
    seconds = [each.seconds for each in some]
    return f"A sheet is judged in {np.median(seconds):.2f} s (median), {np.quantile(seconds, 0.95):.2f} s (95 %)."


def print_misses(some: Iterable[Outcome]) -> None:
    """What was named in place of what, how often, and the cases."""
    missed = [each for each in some if each.is_told and not each.is_first]
    counts = Counter((each.label, each.named) for each in missed)
    print(*(f"{count:4} {label}: {named}" for (label, named), count in counts.most_common()), "", sep="\n")
    print(*(each.case for each in missed), sep="\n")


def asked() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sheets", type=int, default=EACH, help="sheets with each mistake")
    parser.add_argument("--clean", type=int, default=CLEAN, help="sheets without a mistake")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", action="append", choices=["clean", *MISTAKES], help="one mistake, or clean")
    parser.add_argument("--jobs", type=int, default=JOBS)
    parser.add_argument("--misses", action="store_true", help="print the cases where something else is named")
    parser.add_argument("--markdown", type=Path, help="write the table there, too")
    return parser.parse_args()


def main() -> None:
    """Measure, and print the table."""
    args, found = asked(), defaultdict[str, list[Outcome]](list)
    labels = {label: args.sheets for label, each in MISTAKES.items() if each.is_simulated} | {"clean": args.clean}
    wanted = [label for label in labels if not args.only or label in args.only]
    work = [(label, args.seed, number) for label in wanted for number in range(labels[label])]
    for each in outcomes(work, args.jobs):
        found[each.label].append(each)
    clean = found.pop("clean", [])
    everything = [*clean, *(each for some in found.values() for each in some)]
    parts = [table(found) if found else "", of_clean(clean) if clean else "", speed(everything)]
    text = "\n\n".join(filter(None, parts)) + "\n"
    print(text)
    if args.misses:
        print_misses(everything)
    if args.markdown:
        args.markdown.write_text(text)


if __name__ == "__main__":
    main()
