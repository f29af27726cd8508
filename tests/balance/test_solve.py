"""The balance: by hand, by its algebra, and against the independent checker."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.balance.made import starter, varied

from quayline.balance import check, measures
from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.base.errors import ScenarioError

AVERAGE, HEAVIEST = BalanceParams(), BalanceParams(cover_heaviest=True)
factors = st.floats(0.1, 8)


def test_starter_by_hand() -> None:
    """3,970 hatches of 6.2 + 25 % * 240 s in trim, 1,320 + ... volts of 6.6 h + 60 % * 240 s; 10 cars an hour."""
    scenario = starter()
    answer = balance(scenario, AVERAGE)
    hatch = sum(row.cars for row in scenario.demand if row.variant == "hatch-hybrid")
    volt = sum(row.cars for row in scenario.demand if row.variant == "volt-60")
    trim = (hatch * (6.2 + 0.25 * 240 / 3600) + volt * (6.6 + 0.6 * 240 / 3600)) / (hatch + volt)
    row = answer.sections.filter((pl.col("mode_idx") == 1) & (pl.col("section") == "trim")).row(0, named=True)
    assert row["takt_s"] == 360
    assert row["content_h"] == pytest.approx(trim)
    assert row["people"] == -(-trim * 10 // 0.88)
    crew = answer.crews.row(1, named=True)
    final = answer.sections.filter((pl.col("mode_idx") == 1) & (pl.col("section") == "final"))["people"].item()
    assert crew["people_per_shift"] == -(-(row["people"] + final + 60) // 0.94)
    assert crew["usd_per_line_h"] == 24 * crew["people_per_shift"]
    assert answer.crews["num_shifts"].to_list() == [1, 1, 2]
    assert check.faults(scenario, answer) == []


@given(factors, factors, st.floats(0.3, 1), st.floats(0, 0.4), st.integers(0, 300), st.booleans())
def test_every_answer_passes_the_checker(
    speed: float, content: float, load: float, absent: float, indirect: int, cover: bool
) -> None:
    scenario = varied(starter(), speed, content, balance_share=load, absence_share=absent, indirect_per_shift=indirect)
    answer = balance(scenario, BalanceParams(cover_heaviest=cover))
    assert check.faults(scenario, answer) == []
    if cover:
        assert measures.overloads(answer).is_empty()


@given(factors)
def test_people_depend_on_content_times_speed_only(factor: float) -> None:
    """Half the takt at half the content needs the same people, who then have the same loads."""
    faster = balance(varied(starter(), speed_factor=factor), AVERAGE)
    heavier = balance(varied(starter(), content_factor=factor), AVERAGE)
    assert faster.sections["people"].equals(heavier.sections["people"])
    assert faster.loads["load_share"].to_list() == pytest.approx(heavier.loads["load_share"].to_list())


@given(factors, st.integers(1, 5))
def test_content_scales_and_volume_alone_changes_nothing(factor: float, cars: int) -> None:
    plain = balance(starter(), AVERAGE)
    scaled = balance(varied(starter(), content_factor=factor, cars_factor=cars), AVERAGE)
    expected = [factor * h for h in plain.variants["content_h"]]
    assert scaled.variants["content_h"].to_list() == pytest.approx(expected)
    more = balance(varied(starter(), cars_factor=cars), AVERAGE)
    assert more.sections["people"].equals(plain.sections["people"])


@given(st.floats(1.01, 3))
def test_a_faster_line_never_needs_fewer_people(factor: float) -> None:
    slow = balance(starter(), AVERAGE)
    fast = balance(varied(starter(), speed_factor=factor), AVERAGE)
    assert (fast.sections["people"] >= slow.sections["people"]).all()
    assert (fast.crews["usd_per_line_h"] >= slow.crews["usd_per_line_h"]).all()


def test_content_of_a_variant_is_the_sum_over_shops_and_sections() -> None:
    scenario = starter()
    answer = balance(scenario, AVERAGE)
    by_shop = measures.labour_by_shop(scenario).group_by("variant_idx").agg(pl.col("content_h").sum())
    both = answer.variants.join(by_shop, on="variant_idx")
    assert both["content_h"].to_list() == pytest.approx(both["content_h_right"].to_list())
    assert set(measures.labour_by_shop(scenario)["shop"]) == {"assembly"}


def test_highest_speed_is_where_one_person_more_would_be_needed() -> None:
    scenario = starter()
    answer = balance(scenario, AVERAGE)
    for mode, section, speed in measures.highest_speeds(scenario, answer).iter_rows():
        factor = speed / scenario.plant.modes[mode].speed_jph
        assert factor >= 1
        same = balance(varied(scenario, speed_factor=factor), AVERAGE).sections
        more = balance(varied(scenario, speed_factor=factor * 1.0001), AVERAGE).sections
        here = pl.col("mode_idx") == mode
        assert same.filter(here)["people"].equals(answer.sections.filter(here)["people"])
        at = here & (pl.col("section") == section)
        assert more.filter(at)["people"].item() == same.filter(at)["people"].item() + 1


def test_heavier_variant_overloads_a_tight_crew_and_is_covered_on_request() -> None:
    scenario = varied(starter(), balance_share=1.0)
    tight = measures.overloads(balance(scenario, AVERAGE))
    assert set(tight["variant_idx"]) == {1}
    assert (tight["load_share"] > 1).all()
    covered = balance(scenario, HEAVIEST)
    assert measures.overloads(covered).is_empty()
    assert check.faults(scenario, covered) == []


def test_checker_finds_what_is_wrong() -> None:
    scenario = starter()
    answer = balance(scenario, AVERAGE)

    def wrong(name: str, column: str, change: float) -> list[str]:
        frame = getattr(answer, name)
        changed = frame.with_columns((pl.col(column) + change).cast(frame.schema[column]))
        return check.faults(scenario, replace(answer, **{name: changed}))

    assert any("too few" in text for text in wrong("sections", "people", -1))
    assert any("not needed" in text for text in wrong("sections", "people", 1))
    assert any("takt" in text for text in wrong("sections", "takt_s", 1))
    assert any("content" in text for text in wrong("sections", "content_h", 0.1))
    assert any("load" in text for text in wrong("loads", "load_share", 0.01))
    assert any("present" in text for text in wrong("crews", "people_per_shift", 1))
    assert any("wages" in text for text in wrong("crews", "usd_per_line_h", 1))
    assert any("shifts" in text for text in wrong("crews", "num_shifts", 1))
    assert any("labour" in text for text in wrong("variants", "labour_h", 0.1))
    assert any("heaviest" in text for text in wrong("variants", "heaviest_share", 0.1))


@pytest.mark.parametrize(
    ("crew", "plant", "path"),
    [
        ({"balance_share": 0.0}, {}, "plant.crew.balance_share"),
        ({"absence_share": 1.0}, {}, "plant.crew.absence_share"),
        ({}, {"availability_share": 0.0}, "plant.availability_share"),
    ],
)
def test_a_crew_that_cannot_be_computed_is_refused(crew: dict[str, float], plant: dict[str, float], path: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        balance(varied(starter(), plant=plant, **crew), AVERAGE)
    assert [fault.path for fault in raised.value.faults] == [path]


def test_no_demand_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no car is wanted"):
        balance(varied(starter(), cars_factor=0), AVERAGE)
