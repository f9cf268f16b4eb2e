"""Writing a long training as JSON Lines, beside the encoder alone, and how much memory it takes."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from benchmarks.speed.measuring import Row

STEPS, _SAMPLED = 26, 2_000


def row(updates: int) -> Row:
    """The line of the table; the export runs in a process of its own, whose memory is measured."""
    program = [sys.executable, "-m", "benchmarks.speed.exporting", str(updates)]
    found = json.loads(subprocess.run(program, check=True, capture_output=True, text=True).stdout)
    memory = f"peak memory {found['memory'] / 1e6:,.0f} MB, aim 200 MB; {found['size'] / 1e9:.2f} GB written"
    return Row(f"{updates:,} updates of the lecture, jsonl to a file", "the encoder (orjson) alone on the same rows",
               found["ours"], found["encoder"], 2.0, memory)  # fmt: skip


def peak_memory() -> int:
    """The most bytes that this process has held; what it was started from counts in `ru_maxrss`, but not in VmHWM."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(updates: int) -> None:
    """Export, then encode rows out of the middle, read back, one by one; print the times per update."""
    import orjson

    import backtrace
    from backtrace.engine.work import unwatched
    from backtrace.formats import FORMATS
    from backtrace.scenario import path_of

    scenario = backtrace.load(path_of("lecture")).with_(epochs=updates)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lecture.jsonl")
        start = time.perf_counter()
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            FORMATS["jsonl"].write(scenario, stream, unwatched)
        seconds, size = time.perf_counter() - start, path.stat().st_size
        memory = peak_memory()
        with path.open("rb") as lines:
            lines.seek(size // 2)
            next(lines)  # a part of one
            rows = [orjson.loads(line) for line in islice(lines, STEPS * _SAMPLED)]
    times = []
    for _ in range(9):
        start = time.perf_counter()
        for each in rows:
            orjson.dumps(each)
        times.append((time.perf_counter() - start) / len(rows) * STEPS)
    found = {"ours": seconds / updates, "encoder": statistics.median(times), "memory": memory, "size": size}
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
