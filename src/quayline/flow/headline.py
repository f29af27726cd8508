"""The headline figures of one simulated window, for replications: what came out, how fast, how well in sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.measures import in_sequence, places
from quayline.flow.window import worked_s

if TYPE_CHECKING:
    import numpy.typing as npt

    from quayline.flow.engine import Outcome
    from quayline.flow.window import Window

HOUR_S = 3600.0


def headline(window: Window, outcome: Outcome, column: int) -> dict[str, float]:
    """Cars built and left, jobs an hour of work, lead time in hours, mean cars in the plant, FTT, sequence adherence.

    `column` is the section in front of which the sequence counts. Where nothing was built, figures of cars are NaN.
    """
    left_s = window.left_s(outcome)
    built = np.isfinite(left_s)
    hours = float(worked_s(window.calendar, np.array([window.end_s]))[0]) / HOUR_S
    lead_h = (left_s[built] - window.cars.release_s[built]) / HOUR_S
    inside_h = (np.minimum(left_s, window.end_s) - np.minimum(outcome.enter_s[:, 0], window.end_s)).sum() / HOUR_S
    place = places(outcome.enter_s[:, column])[built]
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


def capability(window: Window, outcome: Outcome, num_warm: int) -> float:
    """Jobs an hour of work between car number `num_warm` off the line and the last; 0 when the line built too few."""
    left_s = np.sort(window.left_s(outcome))
    left_s = left_s[np.isfinite(left_s)]
    if len(left_s) <= num_warm + 1:
        return 0.0
    worked_h = worked_s(window.calendar, left_s[[num_warm, -1]]) / HOUR_S
    return float((len(left_s) - 1 - num_warm) / (worked_h[1] - worked_h[0]))
