"""Figures by month and control charts, against hand computation."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from tests.quality.made import planned, three_gates

from quayline.quality.measures import by_month, overall, p_chart, u_chart
from quayline.quality.params import QualityParams
from quayline.quality.solve import quality

SCENARIO = three_gates()
PLAN, LINE = planned(SCENARIO, np.arange(4000) % 2, per_day=40)
LOG = quality(SCENARIO, PLAN, LINE, QualityParams(), 1)


def test_months_add_up_to_the_log() -> None:
    months = by_month(LOG)
    assert months["cars"].sum() == 4000
    assert months["defects"].sum() == LOG.defects.height
    parts = [by_month(LOG, k) for k in range(len(SCENARIO.vehicles.models))]
    assert sum(part["escaped"].sum() for part in parts) == months["escaped"].sum()
    total = overall(LOG)
    repaired = LOG.defects.filter(pl.col("gate") != "")["order_id"].n_unique()
    assert total["ftt_share"] == pytest.approx(1 - repaired / 4000)
    assert total["escapes_per_100"] == pytest.approx(LOG.defects.filter(pl.col("gate") == "").height / 40)
    assert total["dpu"] == pytest.approx(total["expected_dpu"], rel=0.1)


def test_a_model_without_cars_has_no_figures() -> None:
    assert overall(LOG, 99) == {}
    assert by_month(LOG, 99).height == u_chart(by_month(LOG, 99)).height == p_chart(by_month(LOG, 99)).height == 0


def test_u_chart_of_a_measured_series() -> None:
    # Limits by hand: u = 30/200 = 0.15; 0.15 +- 3 sqrt(0.15/100) = 0.0338, 0.2662.
    series = pl.DataFrame({"month": [date(2026, 1, 1), date(2026, 2, 1)], "cars": [100, 100], "defects": [3, 27]})
    chart = u_chart(series)
    assert chart["centre"].to_list() == pytest.approx([0.15, 0.15])
    assert chart["lcl"].to_list() == pytest.approx([0.0338105] * 2, abs=1e-6)
    assert chart["ucl"].to_list() == pytest.approx([0.2661895] * 2, abs=1e-6)
    assert chart["is_out"].to_list() == [True, True]


def test_p_chart_widens_with_fewer_cars_and_stays_within_one() -> None:
    series = pl.DataFrame({
        "month": [date(2026, 1, 1), date(2026, 2, 1)], "cars": [400, 4], "clean_cars": [380, 1],
    })  # fmt: skip
    chart = p_chart(series)
    p = 23 / 404
    assert chart["value"].to_list() == pytest.approx([0.05, 0.75])
    assert chart["ucl"][0] == pytest.approx(p + 3 * (p * (1 - p) / 400) ** 0.5)
    assert chart["ucl"][1] == pytest.approx(p + 3 * (p * (1 - p) / 4) ** 0.5)
    assert chart["lcl"][1] == 0
    assert chart["is_out"].to_list() == [False, True]
