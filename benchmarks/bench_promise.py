"""The time of one promise on a finished run: opening the run's book once, then promises one after the other.

Without --run, the shipped scenario `busan` is run first. Market, variant and day are drawn from the demand with a fixed
seed, so that every call makes the same promises. Wall seconds of this process, one thread.

Usage: python benchmarks/bench_promise.py [--run FOLDER] [--promises N]
"""

from __future__ import annotations

import argparse
import time
from datetime import timedelta
from pathlib import Path

import numpy as np

from quayline.base.random import stream
from quayline.scenario.loader import load
from quayline.store.folder import RunFolder
from quayline.study.execute import execute
from quayline.study.promise import open_book, promises


def main() -> None:
    """Print how long opening took, and the median, the 99th percentile and the longest of the promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--promises", type=int, default=500)
    args = parser.parse_args()
    run = RunFolder(args.run) if args.run else execute(load("busan"), Path("runs"))
    start = time.perf_counter()
    book = open_book(run)
    opened_s = time.perf_counter() - start
    scenario, draw = book.scenario, stream(1, "promise")
    keys = sorted({(row.market, row.variant) for row in scenario.demand if row.cars})
    num_days = (scenario.horizon.end - scenario.horizon.start).days
    seconds, sources = [], {"planned": 0, "capacity": 0, "none": 0}
    for _ in range(args.promises):
        market, variant = keys[int(draw.integers(len(keys)))]
        on = scenario.horizon.start + timedelta(days=int(draw.integers(num_days)))
        start = time.perf_counter()
        (made,) = promises(book, market, variant, on)
        seconds.append(time.perf_counter() - start)
        sources[made.source] += 1
    told = ", ".join(f"{number} {source}" for source, number in sources.items())
    print(f"{run.path.name}: book opened in {opened_s:.2f} s; {args.promises} promises: {told}")
    print(f"one: median {1e3 * np.median(seconds):.1f} ms, 99 % within {1e3 * np.quantile(seconds, 0.99):.1f} ms, "
          f"longest {1e3 * max(seconds):.1f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
