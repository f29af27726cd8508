"""The headline figures of one simulated window, for replications: what came out, how fast, how well in sequence."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.engine import stream_network
from quayline.flow.measures import in_sequence, places
from quayline.flow.statistics import Estimate, batch_rates, estimate, mser_5
from quayline.flow.tally import Tally
from quayline.flow.window import worked_s

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from quayline.flow.engine import Outcome
    from quayline.flow.network import Cars
    from quayline.flow.slots import Passed
    from quayline.flow.window import Window

HOUR_S = 3600.0


class _Heard:
    """What the headline needs of cars that have left: 16 bytes for each that is planned, whatever the plant.

    left_s, entered_s: (N,) when each car left the plant and when it first entered one of `columns`, inf if never.
    """

    def __init__(self, window: Window, columns: list[int]):
        self._last, self._columns = window.network.last_column, columns
        self.left_s, self.entered_s = (np.full(len(window.cars.release_s), np.inf) for _ in range(2))
        self.tally = Tally(self._last, np.array([window.start_s, window.end_s]), window.end_s)

    def __call__(self, cars: Passed) -> None:
        self.left_s[cars.number] = cars.leave_s[:, self._last]
        self.entered_s[cars.number] = cars.enter_s[:, self._columns].min(axis=1)
        self.tally(cars)


def headline(window: Window, seed: int, columns: list[int], parts: Iterable[Cars] | None = None) -> dict[str, float]:
    """Cars built and left, jobs an hour of work, lead time in hours, mean cars in the plant, FTT, sequence adherence.

    One simulation of the window, streamed; `parts` are its cars in parts with repairs of their own, if not those of the
    window. `columns` are the sections in front of which the sequence counts. Where nothing was built, figures of cars
    are NaN.
    """
    heard = _Heard(window, columns)
    stream_network(window.network, [window.cars] if parts is None else parts, seed, window.end_s, heard)
    built = np.isfinite(heard.left_s)
    num_built = heard.tally.num_built
    hours = float(worked_s(window.calendar, np.array([window.end_s]))[0]) / HOUR_S
    lead_h = (heard.left_s[built] - window.cars.release_s[built]) / HOUR_S
    percentiles = np.quantile(lead_h, (0.05, 0.5, 0.95)) if num_built else np.full(3, np.nan)
    place = places(heard.entered_s)[built]
    return {
        "cars_built": float(num_built),
        "cars_not_built": float(len(built) - num_built),
        "jph": num_built / hours,
        "lead_h_p05": float(percentiles[0]),
        "lead_h_p50": float(percentiles[1]),
        "lead_h_p95": float(percentiles[2]),
        "wip_cars": heard.tally.inside_s / (window.end_s - window.start_s),
        "ftt_share": heard.tally.num_good / num_built if num_built else math.nan,
        "in_sequence_share": _mean(in_sequence(place)),
        "displaced_cars": _mean(np.abs(np.argsort(np.argsort(place)) - np.arange(len(place)))),
    }


def _mean(values: npt.NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def off_the_line_s(window: Window, outcome: Outcome) -> npt.NDArray[np.float64]:
    """Working time of the line at which cars left it, ascending (n,)."""
    left_s = np.sort(window.left_s(outcome))
    return worked_s(window.calendar, left_s[np.isfinite(left_s)])


def warm_up(window: Window, outcome: Outcome) -> int:
    """Cars off the line to leave out while it fills, by MSER-5 on the working time between them; none of under 20."""
    left_s = off_the_line_s(window, outcome)
    return mser_5(np.diff(left_s, prepend=0.0)) if len(left_s) >= 20 else 0


def capability(window: Window, outcome: Outcome, num_warm: int) -> float:
    """Jobs an hour of work between car number `num_warm` off the line and the last; 0 when the line built too few."""
    left_s = off_the_line_s(window, outcome)
    if len(left_s) <= num_warm + 1:
        return 0.0
    return float(HOUR_S * (len(left_s) - 1 - num_warm) / (left_s[-1] - left_s[num_warm]))


def capability_by_batches(window: Window, outcome: Outcome, num_warm: int) -> Estimate:
    """`capability` of a single run with its interval from batches (infinite with too few cars for them)."""
    mean, late_s = capability(window, outcome, num_warm), off_the_line_s(window, outcome)[num_warm:]
    rates = HOUR_S * batch_rates(late_s, 1)
    return replace(estimate(rates), mean=mean) if len(rates) > 1 else Estimate(mean, math.inf, 1)
