"""How far a forecast may be trusted: error bands by horizon from past forecasts, futures from them, and netting."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_COLUMNS = ("month", "horizon_months", "forecast_cars", "actual_cars")


@dataclass(frozen=True)
class PastForecast:
    """What was forecast for a month that is over, this many months ahead, and what came."""

    month: str
    horizon_months: int
    forecast_cars: float
    actual_cars: float


@dataclass(frozen=True)
class Band:
    """Actual cars lie between `low` and `high` times the forecast with at least probability `coverage_share`, if the
    errors to come are like the `num_past` ones; `factors` are demands of equally probable futures."""

    horizon_months: int
    coverage_share: float
    low: float
    high: float
    num_past: int
    factors: tuple[float, ...]


def read_past(path: Path) -> list[PastForecast]:
    """The rows of a CSV file with the columns of `PastForecast`. Raises ScenarioError with every fault."""
    faults, rows = [], []
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != _COLUMNS:
            found = ",".join(reader.fieldnames or ())
            raise ScenarioError([Fault(str(path), 1, 1, "", f"expected the columns {','.join(_COLUMNS)}, got {found}")])
        for number, row in enumerate(reader, 2):
            try:
                past = PastForecast(
                    row["month"], int(row["horizon_months"]), float(row["forecast_cars"]), float(row["actual_cars"])
                )
            except (TypeError, ValueError):
                faults.append(Fault(str(path), number, 1, "", f"expected {','.join(_COLUMNS)} as figures"))
                continue
            if not (past.forecast_cars > 0 and past.actual_cars >= 0 and past.horizon_months >= 0):
                faults.append(Fault(str(path), number, 1, "", "expected a forecast above 0 and no negative figure"))
            rows.append(past)
    if faults:
        raise ScenarioError(faults)
    return rows


def error_bands(past: Sequence[PastForecast], coverage_share: float = 0.8, num_futures: int = 3) -> list[Band]:
    """The bands by horizon, ascending.

    From order statistics of actual over forecast: with n past errors and k = floor((n + 1) (1 - coverage) / 2), the
    next error lies between the k-th smallest and the k-th largest with probability 1 - 2k / (n + 1), at least the
    coverage, whatever their distribution, if all are exchangeable (Vovk, Gammerman and Shafer, 2005; Lei and others,
    2018). Raises ScenarioError where a horizon has too few past errors for the coverage.
    """
    if not 0 < coverage_share < 1:
        raise ValueError(f"coverage_share is {coverage_share}, expected between 0 and 1")
    bands, faults = [], []
    for horizon in sorted({one.horizon_months for one in past}):
        ratios = np.sort([one.actual_cars / one.forecast_cars for one in past if one.horizon_months == horizon])
        k = floor((len(ratios) + 1) * (1 - coverage_share) / 2 + 1e-9)
        if k < 1:
            need = 2 / (1 - coverage_share) - 1
            message = f"{len(ratios)} past errors at {horizon} months, {coverage_share:.0%} needs {need:.0f}"
            faults.append(Fault("past forecasts", 0, 0, "", message))
            continue
        factors = _equal_parts(ratios, num_futures)
        low, high = float(ratios[k - 1]), float(ratios[-k])
        bands.append(Band(horizon, coverage_share, low, high, len(ratios), factors))
    if faults:
        raise ScenarioError(faults)
    return bands


def _equal_parts(ratios: np.ndarray, num: int) -> tuple[float, ...]:
    """Means of `num` equally probable parts of the sorted ratios: together they have the ratios' own mean."""
    total = np.concatenate([[0.0], np.cumsum(ratios)])
    edges = np.interp(np.linspace(0, len(ratios), num + 1), np.arange(len(total)), total)
    return tuple((np.diff(edges) * num / len(ratios)).tolist())


def net_forecast(forecast_cars: Sequence[int], firm_cars: Sequence[int], back: int = 1, ahead: int = 1) -> list[int]:
    """Cars wanted by month when firm orders use up the forecast instead of coming on top of it.

    A firm order uses the forecast of its own month first, then of up to `back` months before, nearest first, then of
    up to `ahead` months after; what finds no forecast is wanted beside it.
    """
    left = list(forecast_cars)
    for month, firm in enumerate(firm_cars):
        near = [month, *range(month - 1, month - back - 1, -1), *range(month + 1, month + ahead + 1)]
        for other in near:
            if 0 <= other < len(left):
                used = min(firm, left[other])
                left[other] -= used
                firm -= used
    return [rest + firm for rest, firm in zip(left, firm_cars, strict=True)]
