"""Feature 16: forecast error bands, with their coverage on past months, and firm orders netted against the forecast."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quayline.base.errors import ScenarioError
from quayline.study.forecast import PastForecast, error_bands, net_forecast, read_past

# Cars sold from Busan, January 2025 to January 2026: the firm's monthly releases (kukinews, sbs, wowkorea, newsis,
# donga, autosketchnews); March, May, October and December 2025 are recalled or derived, not read.
MONTHS = [3817, 6099, 8256, 10427, 9860, 8568, 7251, 6457, 8710, 7201, 4649, 6749, 3732]
# Polestar's retail sales by quarter, third of 2022 to fourth of 2025 (automotiveworld; third of 2025 derived).
QUARTERS = [8393, 20243, 12006, 15485, 13666, 11641, 6975, 13072, 12548, 12256, 12304, 18049, 14175, 15608]


def naive(sales: list[int], horizon: int) -> list[PastForecast]:
    """No month's forecast was ever published: 'as much as `horizon` periods ago' stands in."""
    return [PastForecast(str(k), horizon, sales[k - horizon], sales[k]) for k in range(horizon, len(sales))]


def covered(past: list[PastForecast], coverage: float) -> list[bool]:
    """For each period, whether the band of the errors known by then holds it; without those that have no band yet."""
    held = []
    for k, one in enumerate(past):
        try:
            band = error_bands(past[:k], coverage)[0]
        except (ScenarioError, IndexError):
            continue
        held.append(band.low * one.forecast_cars <= one.actual_cars <= band.high * one.forecast_cars)
    return held


def test_coverage_on_past_months():
    """Over both series and three horizons each, bands from earlier errors alone hold as often as they promise."""
    held = [
        hit
        for sales, horizons in ((MONTHS, (1, 2, 3)), (QUARTERS, (1, 2, 4)))
        for horizon in horizons
        for hit in covered(naive(sales, horizon), 0.5)
    ]
    assert len(held) == 50
    assert sum(held) == 31  # 62 %, promised 50 %
    assert sum(held) / len(held) >= 0.5


def test_coverage_leaving_each_month_out():
    """The band of all other months holds a month at least as often as promised, and leaves some out."""
    for sales in (MONTHS, QUARTERS):
        past = naive(sales, 1)
        held = 0
        for k, one in enumerate(past):
            band = error_bands(past[:k] + past[k + 1 :], 0.8)[0]
            held += band.low <= one.actual_cars / one.forecast_cars <= band.high
        assert 0.8 <= held / len(past) < 1


@given(st.lists(st.floats(0.2, 3.0), min_size=20, max_size=60, unique=True), st.sampled_from([0.5, 0.8, 0.9]))
def test_bands_hold_whatever_the_distribution(ratios, coverage):
    """Left out in turn, at least the promised share of exchangeable errors lies in the band of the others."""
    past = [PastForecast(str(k), 3, 100.0, 100.0 * ratio) for k, ratio in enumerate(ratios)]
    held = 0
    for k, one in enumerate(past):
        band = error_bands(past[:k] + past[k + 1 :], coverage)[0]
        held += band.low <= one.actual_cars / one.forecast_cars <= band.high
    assert held / len(past) >= coverage


@given(st.lists(st.floats(0.1, 3.0), min_size=9, max_size=30), st.integers(1, 6))
def test_futures_of_errors_keep_their_mean(ratios, num):
    """Equally probable, ascending, with the mean of the errors themselves."""
    band = error_bands([PastForecast("x", 1, 1.0, ratio) for ratio in ratios], 0.8, num)[0]
    assert len(band.factors) == num
    assert np.mean(band.factors) == pytest.approx(np.mean(ratios))
    assert list(band.factors) == pytest.approx(sorted(band.factors))


def test_too_few_errors_are_said():
    """No band is made up where the coverage cannot be promised."""
    with pytest.raises(ScenarioError, match="5 past errors at 2 months, 80% needs 9"):
        error_bands(naive(MONTHS, 2)[:5], 0.8)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8), st.integers(0, 2))
def test_netting(rows, window):
    """Never fewer than forecast or firm in total nor in a month, never more than both; the window only lowers it."""
    forecast, firm = [row[0] for row in rows], [row[1] for row in rows]
    wanted = net_forecast(forecast, firm, window, window)
    assert max(sum(forecast), sum(firm)) <= sum(wanted) <= sum(forecast) + sum(firm)
    assert all(total >= fixed for total, fixed in zip(wanted, firm, strict=True))
    assert sum(wanted) <= sum(net_forecast(forecast, firm, 0, 0))


def test_netting_by_hand():
    """Own month first, then the month before, then the month after."""
    assert net_forecast([10, 10, 10], [0, 25, 0]) == [0, 25, 5]
    assert net_forecast([10, 10, 10], [4, 10, 0], 0, 0) == [10, 10, 10]
    assert net_forecast([10, 0], [0, 30]) == [0, 30]


def test_command(quayline, tmp_path):
    """Bands from a file; every wrong row is told by its line."""
    file = tmp_path / "past.csv"
    rows = [f"{p.month},{p.horizon_months},{p.forecast_cars},{p.actual_cars}" for p in naive(MONTHS, 1)]
    file.write_text("\n".join(["month,horizon_months,forecast_cars,actual_cars", *rows]))
    assert read_past(file) == naive(MONTHS, 1)
    band = json.loads(quayline("bands", file, "--json").out.splitlines()[-1])["bands"][0]
    assert (band["num_past"], len(band["factors"])) == (12, 3)
    assert "months ahead" in quayline("bands", file).out
    file.write_text("month,horizon_months,forecast_cars,actual_cars\n2025-01,1,0,5\n2025-02,one,3,4\n")
    wrong = quayline("bands", file)
    assert wrong.code == 2
    assert "past.csv:2:1" in wrong.err
    assert "past.csv:3:1" in wrong.err
