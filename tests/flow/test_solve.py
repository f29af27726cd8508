"""The starter scenario through the engine and its independent checker; harm is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.flow import measures
from quayline.flow.check import faults
from quayline.flow.kpis import line_kpis, work_unit_kpis
from quayline.flow.params import FlowParams
from quayline.flow.shifts import working_intervals
from quayline.flow.solve import simulate
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.quality.params import QualityParams
from quayline.quality.solve import quality
from quayline.scenario.loader import load
from quayline.scenario.template import new
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """Scenario and the records before flow."""
    folder = tmp_path_factory.mktemp("scenario") / "starter"
    new(folder)
    scenario = load(folder)
    crew = balance(scenario, BalanceParams())
    programme = plan(scenario, crew, PlanParams(), 1)
    line = sequence(scenario, programme, SequenceParams(), 1)
    return scenario, programme, line, crew, quality(scenario, programme, line, QualityParams(), 1)


@pytest.fixture(scope="module")
def trace(before):
    return simulate(*before, FlowParams(), 1)


def test_starter_flow_has_no_fault(before, trace) -> None:
    assert faults(*before, trace) == []
    assert trace.cars.height > 0.9 * before[2].cars.height


def test_same_seed_same_bits(before, trace) -> None:
    again, other = simulate(*before, FlowParams(), 1), simulate(*before, FlowParams(), 2)
    assert again.cars.equals(trace.cars)
    assert again.stations.equals(trace.stations)
    assert not other.cars.equals(trace.cars)


def _last(cars: pl.DataFrame) -> str:
    return next(name for name in reversed(cars.columns) if name.startswith("out_"))


def _at_night(trace):
    night = pl.col("line_off_at").dt.truncate("1d") + timedelta(days=2, hours=3, minutes=59)
    late = trace.cars.with_columns(pl.when(pl.col("position") == 5).then(night).otherwise("line_off_at").alias("x"))
    return replace(trace, cars=late.with_columns(line_off_at="x", **{_last(late): "x"}).drop("x"))


def _no_repairs(trace):
    return replace(trace, cars=trace.cars.with_columns(num_repairs=pl.lit(0, pl.Int16)))


def _more_hours(trace):
    return replace(trace, stations=trace.stations.with_columns(pl.col("starved_h") + 1))


def _lost_car(trace):
    return replace(trace, cars=trace.cars.head(trace.cars.height - 1))


def _fast(trace):
    shops = [name[3:] for name in trace.cars.columns if name.startswith("in_")]
    return replace(trace, cars=trace.cars.with_columns(**{f"out_{shops[0]}": pl.col(f"in_{shops[0]}") - timedelta(1)}))


def _other_order(trace):
    return replace(trace, cars=trace.cars.with_columns(position=pl.col("position").reverse()))


@pytest.mark.parametrize("harm", [_at_night, _no_repairs, _more_hours, _lost_car, _fast, _other_order])
def test_checker_sees_harm(before, trace, harm) -> None:
    assert faults(*before, harm(trace))


def test_hours_of_shifts(before) -> None:
    scenario, programme = before[:2]
    intervals, starts = working_intervals(scenario, programme)
    hours = float((intervals[:, 1] - intervals[:, 0]).sum()) / 3600
    weeks = programme.weeks
    assert hours == pytest.approx(float((weeks["normal_h"] + weeks["overtime_h"] + weeks["weekend_h"]).sum()))
    assert (np.diff(intervals.ravel()) >= 0).all()
    assert np.isin(starts, intervals[:, 0]).all()


def test_measures(before, trace) -> None:
    units = work_unit_kpis(trace)
    elements = units.select(pl.sum_horizontal("apt_h", "adet_h", "blocked_h", "starved_h", "paced_h")).to_series()
    assert np.allclose(elements.to_numpy(), units["pbt_h"].to_numpy())
    ratios = ("availability", "technical_efficiency", "utilisation_efficiency", "blockage", "starvation")
    assert all(units[f"{name}_share"].drop_nulls().is_between(0, 1 + 1e-9).all() for name in ratios)
    whole = line_kpis(trace)
    good_h = whole["gq_cars"] * whole["pri_h"]
    assert whole["oee_index"] == pytest.approx(good_h / whole["pbt_h"])
    assert whole["first_pass_yield_share"] == measures.first_time_through(trace)
    assert 0 < measures.sequence_adherence(trace)["in_sequence_share"] <= 1
    assert measures.bottleneck(trace)[0] in trace.stations["section"].to_list()
    lead = measures.lead_time_h(trace)
    assert 0 < lead[0.05] < lead[0.5] < lead[0.95]
    assert 0 < measures.first_time_through(trace) < 1
    assert measures.work_in_progress(trace)["cars"].min() >= 0
    assert measures.output_per_hour(trace)["cars"].sum() == trace.cars.height
    assert trace.months["oee_share"].is_between(0.5, 1.02).all()


def test_output_by_shift(before, trace) -> None:
    """Cars and hours from the begin of each shift to that of the next, one car off the line just as a shift begins.

    Every third day works overtime, so that not all shifts are alike.
    """
    scenario, programme = before[:2]
    overtime_h = pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.col("num_shifts") * 0.5).otherwise(0.0)
    programme = replace(programme, days=programme.days.with_columns(overtime_h=overtime_h))
    begin = measures.output_per_shift(scenario, programme, trace)["shift"][3]
    cars = trace.cars.with_columns(
        line_off_at=pl.when(pl.int_range(pl.len()) == 5).then(begin).otherwise("line_off_at")
    )
    shifts = measures.output_per_shift(scenario, programme, replace(trace, cars=cars))
    start = np.datetime64(scenario.horizon.start, "ms")
    begins_s = (shifts["shift"].to_numpy() - start) / np.timedelta64(1, "s")
    off_s = (cars["line_off_at"].to_numpy() - start) / np.timedelta64(1, "s")
    intervals, starts = working_intervals(scenario, programme)
    assert set(starts) <= set(begins_s)
    for k, (first, end) in enumerate(zip(begins_s, [*begins_s[1:], np.inf], strict=True)):
        hours = sum(max(min(b, end) - max(a, first), 0.0) for a, b in intervals.tolist()) / 3600
        built = int(((off_s >= first) & (off_s < end)).sum())
        assert shifts.row(k)[1:] == (built, pytest.approx(hours), pytest.approx(built / hours))
    assert shifts["cars"].sum() == cars.height
    assert shifts["working_h"].n_unique() > 1


def test_settings_have_ranges() -> None:
    with pytest.raises(ValueError, match="lead_share"):
        FlowParams(lead_share=1.5)
    assert FlowParams().lead_share == 0.05
