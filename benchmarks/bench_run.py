"""The whole chain on the shipped scenario `busan`: seconds and cars a second by stage, peak memory, same answer.

Usage: python benchmarks/bench_run.py [RUNS]. The first run warms the compiled kernels and is not counted.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile


def one_run(out: str) -> dict:
    """One fresh run in a process of its own; its last line is the answer."""
    command = [sys.executable, "-m", "quayline.cli.main", "run", "busan", "--out", out, "--fresh", "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Print the median of each stage over the counted runs; the answers must be equal."""
    num_runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as out:
        answers = [one_run(out) for _ in range(num_runs + 1)][1:]
    first = answers[0]
    for answer in answers:
        assert answer["verified"]
        assert answer["summary"] == first["summary"], "the same run gave another answer"
    cars = first["cars_built"]
    print(f"{cars:,} cars built of {first['cars_ordered']:,} ordered; median of {num_runs} warm runs")
    for stage in first["stages"]:
        seconds = statistics.median(answer["stages"][stage] for answer in answers)
        print(f"  {stage:<12} {seconds:8.2f} s {cars / max(seconds, 1e-3):14,.0f} cars/s")
    wall = statistics.median(answer["wall_s"] for answer in answers)
    peak = max(answer["peak_mb"] for answer in answers)
    print(f"  {'whole':<12} {wall:8.2f} s {cars / wall:14,.0f} cars/s, peak {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
