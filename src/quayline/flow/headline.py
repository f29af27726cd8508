"""The headline figures of one simulated window, for replications: what came out, how fast, how well in sequence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.measures import in_sequence, places
from quayline.flow.statistics import NUM_BATCHES, Estimate, batch_rates, estimate, mser_5
from quayline.flow.window import worked_s

if TYPE_CHECKING:
    import numpy.typing as npt

    from quayline.flow.engine import Outcome
    from quayline.flow.window import Window

HOUR_S = 3600.0


def headline(window: Window, outcome: Outcome, columns: list[int]) -> dict[str, float]:
    """Cars built and left, jobs an hour of work, lead time in hours, mean cars in the plant, FTT, sequence adherence.

    `columns` are the sections in front of which the sequence counts. Where nothing was built, figures of cars are NaN.
    """
    left_s = window.left_s(outcome)
    built = np.isfinite(left_s)
    hours = float(worked_s(window.calendar, np.array([window.end_s]))[0]) / HOUR_S
    lead_h = (left_s[built] - window.cars.release_s[built]) / HOUR_S
    gone_s = np.minimum(left_s, outcome.scrapped_s)
    inside_h = (np.minimum(gone_s, window.end_s) - np.minimum(outcome.enter_s[:, 0], window.end_s)).sum() / HOUR_S
    place = places(outcome.enter_s[:, columns].min(axis=1))[built]
    percentiles = np.quantile(lead_h, (0.05, 0.5, 0.95)) if built.any() else np.full(3, np.nan)
    return {
        "cars_built": float(built.sum()),
        "cars_not_built": float((~built).sum()),
        "jph": float(built.sum()) / hours,
        "lead_h_p05": float(percentiles[0]),
        "lead_h_p50": float(percentiles[1]),
        "lead_h_p95": float(percentiles[2]),
        "wip_cars": float(inside_h) * HOUR_S / (window.end_s - window.start_s),
        "ftt_share": _mean(outcome.num_repairs[built] == 0),
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
    """`capability` of a single run with its interval from 40 batches (infinite with too few cars for them)."""
    mean, late_s = capability(window, outcome, num_warm), off_the_line_s(window, outcome)[num_warm:]
    if len(late_s) <= NUM_BATCHES:
        return Estimate(mean, math.inf, 1)
    batches = estimate(HOUR_S * batch_rates(late_s, 1))
    return Estimate(mean, batches.half_width, batches.num_values)
