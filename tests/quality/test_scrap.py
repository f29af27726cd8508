"""Cars are scrapped where a defect beyond repair is found: shares, what goes with them, and what the checker sees."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.quality.made import cause, planned, three_gates, with_quality

from quayline.quality.check import faults
from quayline.quality.measures import overall
from quayline.quality.params import QualityParams
from quayline.quality.solve import quality
from quayline.scenario.plant import Subline
from quayline.scenario.quality import Scrapping
from quayline.scenario.rules.scrap import losses, twins

if TYPE_CHECKING:
    from quayline.records.stages import QualityLog
    from quayline.scenario.schema import Scenario

BODY, PAINT, LAST = (shop.id for shop in three_gates().plant.shops)
AFTER_BODY, AFTER_PAINT, AFTER_LAST = (f"{shop}-check" for shop in (BODY, PAINT, LAST))


def scrapping(dent: float = 0.0, dust: float = 0.0, plug: float = 0.0) -> Scenario:
    """Three gates, and shares of the defects found that are beyond repair."""
    causes = [cause("dent", BODY, scrap_share=dent), cause("dust", PAINT, repair="respray", rate=0.1, scrap_share=dust),
              cause("plug", LAST, scrap_share=plug)]  # fmt: skip
    return with_quality(three_gates(), causes=causes)


def log_of(scenario: Scenario, num: int, seed: int = 1) -> QualityLog:
    plan, line = planned(scenario, np.arange(num) % 2)
    log = quality(scenario, plan, line, QualityParams(), seed)
    assert faults(scenario, plan, line, log) == []
    return log


@given(st.tuples(*[st.sampled_from([0.0, 0.2, 1.0])] * 3), st.integers(0, 300), st.integers(0, 10**9))
def test_any_shares_pass_the_checker_and_spare_all_other_cars(shares: tuple[float, ...], num: int, seed: int) -> None:
    log, spared = log_of(scrapping(*shares), num, seed), log_of(scrapping(), num, seed)
    gone = log.defects.filter(pl.col("fate") == "scrap").select("order_id")
    assert log.defects.join(gone, on="order_id", how="anti").equals(
        spared.defects.join(gone, on="order_id", how="anti")
    )
    assert int(log.months["scrapped_cars"].sum()) == gone["order_id"].n_unique()


def test_a_car_is_scrapped_as_often_as_a_defect_beyond_repair_is_found_on_it() -> None:
    # Mature cars: Poisson counts thinned by what a gate catches and what is beyond repair there.
    scenario = with_quality(scrapping(dent=0.1, plug=0.3), launches=[])
    log, num = log_of(scenario, 40_000), 40_000
    found = dict(log.defects.filter(pl.col("fate") == "scrap").unique("order_id")["gate"].value_counts().iter_rows())
    first = 1 - math.exp(-0.2 * 0.7 * 0.1)
    last = (1 - first) * (1 - math.exp(-0.2 * 0.3 * 0.5 * 0.1 - 0.2 * 0.8 * 0.3))
    assert set(found) == {AFTER_BODY, AFTER_LAST}
    for gate, share in ((AFTER_BODY, first), (AFTER_LAST, last)):
        assert abs(found[gate] - share * num) < 4.5 * math.sqrt(share * num), gate


def test_nothing_is_made_on_a_scrapped_car_behind_its_gate_and_nothing_of_it_reaches_a_customer() -> None:
    log = log_of(scrapping(dent=1.0), 4000)
    at_first = (pl.col("gate") == AFTER_BODY).any()
    scrapped = log.defects.group_by("order_id").agg("cause_idx", "fate", at_first=at_first).filter("at_first")
    assert scrapped.height > 100
    assert set(scrapped.explode("cause_idx")["cause_idx"]) == {0}
    assert set(scrapped.explode("fate")["fate"]) == {"scrap", "gone"}
    good = 4000 - int(log.months["scrapped_cars"].sum())
    assert overall(log)["escapes_per_100"] == pytest.approx(100 * int(log.months["escaped"].sum()) / good)


def _first(name: str, value: str, where: pl.Expr) -> pl.Expr:
    """`value` in the first row of those."""
    return pl.when(where & (where.cum_sum() == 1)).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)


OF_DUST = (pl.col("fate") == "repaired") & (pl.col("cause_idx") == 1)
SPOILT = {
    "scrap repaired": (_first("fate", "repaired", pl.col("fate") == "scrap"), "not repaired as"),
    "gone to a customer": (_first("fate", "escaped", pl.col("fate") == "gone"), "reached a customer"),
    "scrapped by what can be repaired": (_first("fate", "scrap", OF_DUST), "can be repaired"),
    "gone with no car": (_first("fate", "gone", pl.col("fate") == "escaped"), "not scrapped"),
    "scrapped without a gate": (_first("gate", "", pl.col("fate") == "scrap"), "without a gate"),
    "made too late": (pl.when(pl.col("fate") == "gone").then(1).otherwise(pl.col("cause_idx")).cast(pl.Int16)
                      .alias("cause_idx"), "after their car was scrapped"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_the_checker_sees_a_wrong_fate(name: str) -> None:
    scenario = scrapping(dent=0.3)
    plan, line = planned(scenario, np.arange(2000) % 2)
    log = quality(scenario, plan, line, QualityParams(), 1)
    change, words = SPOILT[name]
    found = faults(scenario, plan, line, replace(log, defects=log.defects.with_columns(change)))
    assert any(words in fault for fault in found), found


def test_a_gate_that_scraps_says_once_what_is_lost() -> None:
    scenario = scrapping(dent=0.3)
    one = Scrapping(gate=AFTER_BODY, parts_share=0.2, materials_share=0.3)
    stated = with_quality(scenario, scrapping=[one, one.model_copy(update={"gate": AFTER_LAST})])
    assert list(losses(stated)) == []
    assert [message for _, message in losses(with_quality(scenario, scrapping=[one, one]))] == [
        f"gate {AFTER_BODY!r} stands in 2 rows", f"gate {AFTER_BODY!r} stands in 2 rows",
        f"gate {AFTER_LAST!r} scraps cars for 'dent'; expected a row for it in quality.scrapping: what is lost",
    ]  # fmt: skip
    assert list(losses(with_quality(scrapping(), scrapping=[]))) == []


def test_no_gate_scraps_between_fork_and_join() -> None:
    scenario = scrapping(dent=0.3)
    first, last = (scenario.plant.shops[k].sections[0].id for k in (0, 2))
    stations = [{"id": "sub", "cycle": "60 s"}]
    section = {"id": "sub", "kind": "serial", "stations": stations, "spread_share": 0.1, "buffer_after": 1,
               "reliability": {"mtbf": "90 h", "mttr": "5 min"}}  # fmt: skip
    line = Subline.model_validate({"id": "doors", "name": "Doors", "fork": first, "join": last, "places": 1,
                                   "buffer_before": 1, "sections": [section]})  # fmt: skip
    plant = scenario.plant.model_copy(update={"sublines": [line]})
    told = [message for _, message in twins(scenario.model_copy(update={"plant": plant}))]
    assert told == [f"gate {AFTER_BODY!r} scraps cars for 'dent' between fork and join of sub-line 'doors'"]
