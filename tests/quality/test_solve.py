"""Defects follow the learning curve, gates catch their share, and a stream disturbs no other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.quality.made import cause, planned, starter, three_gates, with_quality

from quayline.base.errors import ScenarioError
from quayline.quality.check import faults
from quayline.quality.params import QualityParams
from quayline.quality.solve import Draws, quality
from quayline.scenario.quality import Detection, PeerQuality

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

PARAMS = QualityParams()


def _variants(scenario: Scenario, num: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, len(scenario.vehicles.variants), num)


@pytest.mark.parametrize("scenario", [starter(), three_gates()], ids=["starter", "three gates"])
def test_the_checker_finds_nothing(scenario: Scenario) -> None:
    plan, line = planned(scenario, _variants(scenario, 4000), shuffle_seed=1)
    log = quality(scenario, plan, line, PARAMS, 7)
    assert faults(scenario, plan, line, log) == []
    assert log.defects.height > 500


@given(st.integers(0, 400), st.integers(0, 10**9))
def test_any_plan_passes_the_checker(num: int, seed: int) -> None:
    scenario = three_gates()
    plan, line = planned(scenario, _variants(scenario, num, seed), shuffle_seed=seed)
    assert faults(scenario, plan, line, quality(scenario, plan, line, PARAMS, seed)) == []


def test_the_same_seed_gives_the_same_defects_and_another_gives_others() -> None:
    scenario = three_gates()
    plan, line = planned(scenario, _variants(scenario, 2000))
    first, again, other = (quality(scenario, plan, line, PARAMS, seed) for seed in (3, 3, 4))
    assert first.defects.equals(again.defects)
    assert first.months.equals(again.months)
    assert not first.defects.equals(other.defects)


@given(st.integers(1, 300), st.integers(0, 10**9), st.data())
def test_a_stretch_has_the_defects_of_the_whole(num: int, seed: int, data: st.DataObject) -> None:
    """Learning counts from the sequence's first car, scrap is decided by car, order by the line."""
    base = three_gates().quality
    burr = cause("burr", three_gates().plant.shops[0].id, rate=0.5, scrap_share=0.3)
    found = base.detection[0].model_copy(update={"cause": "burr"})
    scenario = with_quality(three_gates(), causes=[*base.causes, burr], detection=[*base.detection, found])
    plan, line = planned(scenario, _variants(scenario, num, seed), shuffle_seed=seed)
    whole = quality(scenario, plan, line, PARAMS, seed).defects
    first = data.draw(st.integers(0, num))
    end = data.draw(st.integers(first, num))
    orders = line.cars.sort("position")["order_id"][first:end]
    part = Draws(scenario, plan, line, PARAMS).between(first, end, seed)
    assert part.equals(whole.filter(pl.col("order_id").is_in(orders.implode())))


def test_a_further_cause_changes_no_other() -> None:
    scenario = three_gates()
    plan, line = planned(scenario, _variants(scenario, 2000))
    before = quality(scenario, plan, line, PARAMS, 3).defects
    shop = scenario.plant.shops[1].id
    more = with_quality(scenario, causes=[*scenario.quality.causes, cause("scratch", shop)])
    after = quality(more, plan, line, PARAMS, 3).defects
    assert after.height > before.height
    assert after.filter(pl.col("cause_idx") < len(scenario.quality.causes)).equals(before)


def test_a_further_gate_only_takes_from_what_escaped_before_it() -> None:
    scenario = three_gates()
    last = f"{scenario.plant.shops[2].id}-check"
    plan, line = planned(scenario, _variants(scenario, 3000))
    before = quality(scenario, plan, line, PARAMS, 3).defects
    more = with_quality(
        scenario, detection=[*scenario.quality.detection, Detection(gate=last, cause="dust", share=0.5)]
    )
    after = quality(more, plan, line, PARAMS, 3).defects
    assert after.select("order_id", "cause_idx").equals(before.select("order_id", "cause_idx"))
    changed = before["gate"] != after["gate"]
    assert changed.sum() > 0
    assert set(before.filter(changed)["gate"]) == {""}
    assert set(after.filter(changed)["gate"]) == {last}


def test_another_order_of_mature_cars_keeps_every_cars_defects() -> None:
    scenario = with_quality(three_gates(), launches=[])
    kinds = _variants(scenario, 1000)
    plan, line = planned(scenario, kinds)
    log = quality(scenario, plan, line, PARAMS, 5)
    turned = type(line)(line.cars.with_columns(position=999 - pl.col("position")), line.days)
    other = quality(scenario, plan, turned, PARAMS, 5)
    by = ["order_id", "cause_idx", "repair_s"]
    assert log.defects.sort(by).equals(other.defects.sort(by))
    assert not log.defects.equals(other.defects)


def test_defects_follow_the_learning_curve_of_a_launch_alone() -> None:
    scenario = with_quality(three_gates(), launches=["volt"])
    volt = next(k for k, v in enumerate(scenario.vehicles.variants) if v.model == "volt")
    kinds = np.where(np.arange(20000) % 2, volt, 1 - volt)
    plan, line = planned(scenario, kinds)
    log = quality(scenario, plan, line, PARAMS, 11)
    dent = scenario.quality.causes[0]
    made = log.defects.filter(pl.col("cause_idx") == 0).join(plan.orders, on="order_id")
    place = made["order_id"].to_numpy() // 2
    for is_volt in (True, False):
        mine = place[(made["variant_idx"] == volt).to_numpy() == is_volt]
        for low, high in ((0, 100), (100, 1000), (1000, 10000)):
            factors = [
                1 + (dent.launch_factor - 1) * (1 + n / dent.launch_cars) ** -dent.exponent if is_volt else 1.0
                for n in range(low, high)
            ]
            expected = dent.rate * sum(factors)
            found = np.count_nonzero((mine >= low) & (mine < high))
            assert abs(found - expected) < 4.5 * math.sqrt(expected), (is_volt, low)


def test_gates_catch_their_share_of_what_is_left_and_repairs_are_exponential() -> None:
    scenario = three_gates()
    plan, line = planned(scenario, _variants(scenario, 40000))
    log = quality(scenario, plan, line, PARAMS, 2)
    first, last = (f"{scenario.plant.shops[k].id}-check" for k in (0, 2))
    dents = log.defects.filter(pl.col("cause_idx") == 0)
    num = dents.height
    for gate, share in ((first, 0.7), (last, 0.3 * 0.5), ("", 0.3 * 0.5)):
        found = dents.filter(pl.col("gate") == gate).height
        assert abs(found - share * num) < 4.5 * math.sqrt(share * (1 - share) * num), gate
    repaired = dents.filter(pl.col("gate") != "")["repair_s"].to_numpy()
    mean_s = scenario.quality.causes[0].repair_s
    assert abs(repaired.mean() - mean_s) < 4.5 * mean_s / math.sqrt(len(repaired))
    assert abs(np.mean(repaired > mean_s) - math.exp(-1)) < 4.5 * 0.5 / math.sqrt(len(repaired))


def test_the_plant_is_ranked_among_its_peers() -> None:
    scenario = three_gates()
    plan, line = planned(scenario, _variants(scenario, 5000))
    own = quality(scenario, plan, line, PARAMS, 2).peers.filter("is_own")["defects_per_car"][0]
    peers = [PeerQuality(plant=name, defects_per_car=rate)
             for name, rate in (("better", own / 2), ("worse", own * 2), ("as good", own))]  # fmt: skip
    ranked = quality(with_quality(scenario, peers=peers), plan, line, PARAMS, 2).peers
    assert dict(ranked.select("plant", "rank").iter_rows()) == {
        "better": 1, scenario.plant.name: 2, "as good": 2, "worse": 4,
    }  # fmt: skip


def test_a_plan_without_cars_has_no_defects_and_no_rank() -> None:
    scenario = three_gates()
    plan, line = planned(scenario, np.zeros(0, np.int64))
    log = quality(scenario, plan, line, PARAMS, 2)
    assert log.defects.height == log.months.height == log.peers.filter("is_own").height == 0


def test_what_no_defect_can_pass_or_no_plant_can_do_is_refused() -> None:
    scenario = three_gates()
    body = f"{scenario.plant.shops[0].id}-check"
    rows = [
        *scenario.quality.detection,
        Detection(gate=body, cause="plug", share=0.5),
        scenario.quality.detection[0],
    ]
    causes = [*scenario.quality.causes, cause("absurd", scenario.plant.shops[0].id, rate=20)]
    plan, line = planned(scenario, np.zeros(3, np.int64))
    with pytest.raises(ScenarioError) as raised:
        quality(with_quality(scenario, detection=rows, causes=causes), plan, line, PARAMS, 1)
    text = str(raised.value)
    assert len(raised.value.faults) == 3
    assert "before the shop" in text
    assert "already" in text
    assert "80 defects a car" in text


@pytest.mark.parametrize("most", [0.0, -1.0, 501.0, math.nan])
def test_settings_have_ranges(most: float) -> None:
    with pytest.raises(ValueError, match="most_defects_per_car"):
        QualityParams(most)
