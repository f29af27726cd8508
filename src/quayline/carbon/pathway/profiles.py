"""Hours of sun and wind in a year of 365 days: output as a part of peak power.

Sun: the distribution of daily clearness about its monthly mean after Bendt, Collares-Pereira and Rabl (1981) with the
largest clearness of Hollands and Huget (1983), the day's course after Collares-Pereira and Rabl (1979). Wind: speeds
with a Rayleigh distribution and an hourly correlation of 0.95 (Brett and Tuller, 1991), through the usual cubic curve
of a turbine. Both are scaled to the yield given.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from quayline.base.random import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.scenario.pathway import Profile
    from quayline.scenario.schema import Scenario

_LEAST_CLEARNESS = 0.05
_CUT_IN, _RATED, _CUT_OUT = 0.4, 1.6, 3.2  # over the mean speed at the hub: 3, 12 and 25 m/s at 7.5 m/s
_DAYS = [date(2023, 1, 1) + timedelta(days=k) for k in range(365)]
_MONTH = np.array([day.month for day in _DAYS])


def hours_of(scenario: Scenario, profile: Profile) -> NDArray[np.float64]:
    """Output over peak power in each hour, (8760,), between 0 and 1. The weather is one draw, the same in every run."""
    if profile.kind == "hours":
        output = np.zeros(8760)
        output[[row.hour for row in profile.hours]] = [row.output_share for row in profile.hours]
        return output
    level = np.zeros(13)
    level[[row.month for row in profile.months]] = [row.level for row in profile.months]
    assert profile.yield_share is not None
    raw = _sun(level, scenario.plant.place.latitude, profile.id) if profile.kind == "sun" else _wind(level, profile.id)
    return _scaled(raw, profile.yield_share)


def _scaled(raw: NDArray[np.float64], yield_share: float) -> NDArray[np.float64]:
    """`raw` times the factor that gives the yield, no hour above the peak."""
    factor = brentq(lambda f: float(np.minimum(f * raw, 1.0).mean()) - yield_share, 0.0, 1e3 / max(raw.max(), 1e-9))
    scaled: NDArray[np.float64] = np.minimum(factor * raw, 1.0)
    return scaled


def _sun(level: NDArray[np.float64], latitude: float, name: str) -> NDArray[np.float64]:
    clearness = np.zeros(365)
    for month in range(1, 13):
        days = np.flatnonzero(month == _MONTH)
        quantile = (stream(0, "pathway", name, str(month)).permutation(len(days)) + 0.5) / len(days)
        clearness[days] = _clearness(level[month], quantile)
    phi = np.radians(latitude)
    delta = np.radians(23.45 * np.sin(2 * np.pi * (284 + np.arange(1, 366)) / 365))
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(delta), -1, 1))
    beyond = np.cos(phi) * np.cos(delta) * np.sin(sunset) + sunset * np.sin(phi) * np.sin(delta)
    angle = np.pi / 12 * (np.arange(24) + 0.5 - 12)
    a = 0.409 + 0.5016 * np.sin(sunset - np.pi / 3)
    b = 0.6609 - 0.4767 * np.sin(sunset - np.pi / 3)
    above, whole = np.cos(angle) - np.cos(sunset)[:, None], (np.sin(sunset) - sunset * np.cos(sunset))[:, None]
    shape = np.divide(above, whole, out=np.zeros_like(above), where=whole > 0)  # no sun in the polar night
    course = (a[:, None] + b[:, None] * np.cos(angle)) * np.where(np.abs(angle) < sunset[:, None], shape, 0.0)
    output: NDArray[np.float64] = np.maximum((clearness * beyond)[:, None] * course, 0.0).ravel()
    return output


def _clearness(mean: float, quantile: NDArray[np.float64]) -> NDArray[np.float64]:
    """Daily clearness at `quantile` of its distribution in a month of the given mean: exponential, cut at both ends."""
    least, most = _LEAST_CLEARNESS, 0.6313 + 0.267 * mean - 11.9 * (mean - 0.75) ** 8

    def mean_of(gamma: float) -> float:
        low, high = np.exp(gamma * (least - most)), 1.0
        return float((least - 1 / gamma) * low - (most - 1 / gamma) * high) / float(low - high)

    gamma = brentq(lambda g: mean_of(g) - mean, -60.0, 60.0 + 1e-6)
    low = np.exp(gamma * (least - most))
    daily: NDArray[np.float64] = most + np.log(low + quantile * (1.0 - low)) / gamma
    return daily


def _wind(level: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    noise = stream(0, "pathway", name).standard_normal(8760)
    state = np.zeros(8760)
    state[0] = noise[0]
    for h in range(1, 8760):
        state[h] = 0.95 * state[h - 1] + np.sqrt(1 - 0.95**2) * noise[h]
    speed = np.sqrt(-np.log1p(-np.minimum(ndtr(state), 1 - 1e-12)) * 4 / np.pi)  # Rayleigh of mean 1
    power = np.clip((speed**3 - _CUT_IN**3) / (_RATED**3 - _CUT_IN**3), 0.0, 1.0)
    output: NDArray[np.float64] = np.where(speed < _CUT_OUT, power, 0.0) * np.repeat(level[_MONTH], 24)
    return output
