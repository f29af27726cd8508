"""Feature 14: every late or unplanned order names its binding constraint, which truly binds: more of it helps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.plan.conftest import crews, demand, replace
from tests.plan.test_calloffs import part

from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.records.reasons import LATE, UNBUILT
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

VOLTS = [("overseas", "volt-60", f"2026-0{m}", 200) for m in (4, 5, 6)]


@dataclass(frozen=True)
class Case:
    """A variant of the starter, more of what should bind in it, the codes expected and a word of the reasons."""

    tight: Callable[[Scenario], Scenario]
    eased: Callable[[Scenario], Scenario]
    code: str
    word: str


def speed(jph: float) -> Callable[[Scenario], Scenario]:
    def changed(s: Scenario) -> Scenario:
        return replace(s, plant__modes=[m.model_copy(update={"speed_jph": jph}) for m in s.plant.modes])

    return changed


def ships(ceu: float, skips: list[date]) -> Callable[[Scenario], Scenario]:
    def changed(s: Scenario) -> Scenario:
        service = s.logistics.services[0].model_copy(update={"capacity_ceu": ceu, "skips": skips})
        return replace(demand(s, VOLTS), logistics__services=[service])

    return changed


def duty(rate: float, jph: float = 10.0) -> Callable[[Scenario], Scenario]:
    """The step comes before the first ship, so that no car can be early for it."""

    def changed(s: Scenario) -> Scenario:
        first, step = s.trade.duties
        rows = [*VOLTS, *[("home", "hatch-hybrid", f"2026-0{m}", 700) for m in range(2, 7)]]
        duties = [first, step.model_copy(update={"rate": rate, "from_": date(2026, 1, 15)})]
        return replace(demand(speed(jph)(s), rows), trade__duties=duties)

    return changed


def mix(jph: float) -> Callable[[Scenario], Scenario]:
    def changed(s: Scenario) -> Scenario:
        limit = s.vehicles.mix_limits[0].model_copy(update={"most_jph": jph})
        return replace(demand(s, VOLTS), vehicles__mix_limits=[limit])

    return changed


def trucks(per_day: int) -> Callable[[Scenario], Scenario]:
    return lambda s: replace(demand(s, VOLTS), plant__export__trucked_per_day=per_day)


def launch(factor: int) -> Callable[[Scenario], Scenario]:
    def changed(s: Scenario) -> Scenario:
        volt = s.vehicles.models[1]
        ramp = [r.model_copy(update={"cars": r.cars * factor}) for r in volt.ramp]
        models = [s.vehicles.models[0], volt.model_copy(update={"ramp": ramp})]
        return replace(demand(s, [("home", "volt-60", "2026-02", 150)]), vehicles__models=models)

    return changed


def motors(per_week: int) -> Callable[[Scenario], Scenario]:
    """A part of every hatch."""
    given = {
        "id": "motor", "cars": {"models": ["hatch"]}, "lead_time": "14 days", "frozen": "7 days", "minimum_order": 20,
        "opening_stock": 100, "store_units": 400, "holding": "0.5 USD/day", "order": "400 USD",
        "supply": [{"from": "2025-01-01", "units_per_week": per_week}],
    }  # fmt: skip
    return lambda s: replace(s, parts=[part(**given)])


SKIPPED = [date(2026, 1, 14) + timedelta(days=7 * k) for k in range(15)]
CASES = {
    "tight capacity": Case(speed(3.0), speed(3.3), "capacity", "the line's hours in the week"),
    "small ships": Case(ships(30.0, []), ships(60.0, []), "sailing-space", "space on the sailing"),
    "skipped ships": Case(ships(220.0, SKIPPED), ships(220.0, []), "plan-sailing", "weekly on 8 April 2026"),
    "a duty step": Case(duty(0.9), duty(0.1), "duty", "the 90 % duty from 15 January 2026 takes"),
    "a duty that puts the home market first": Case(
        duty(0.5, 1.5), duty(0.0, 1.5), "capacity", "at the 2.5 % before it would have come first"
    ),
    "a mix limit": Case(mix(0.8), mix(1.2), "mix-limit", "the mix limit battery-marriage in the week"),
    "few trucks": Case(trucks(2), trucks(4), "yard", "trucks to the port in the week"),
    "a missing part": Case(motors(60), motors(120), "parts", "the stock of"),
    "a launch": Case(launch(1), launch(4), "plan-ramp", "the launch of volt in the week"),
}


def made(scenario: Scenario) -> Plan:
    return plan(scenario, crews(scenario), PlanParams(), 1)


def missed(answer: Plan) -> pl.DataFrame:
    return answer.orders.filter(pl.col("reason") != "")


def of_pairs(answer: Plan, like: pl.DataFrame) -> tuple[int, int]:
    """Orders of the same markets and variants that are unbuilt, and that are late."""
    mine = missed(answer).join(like, on=["market_idx", "variant_idx"], how="semi")
    unbuilt = mine["planned_build_on"].null_count()
    return unbuilt, mine.height - unbuilt


@pytest.mark.parametrize("name", CASES)
def test_every_missed_order_names_what_binds_and_more_of_it_helps(starter: Path, name: str) -> None:
    case, base = CASES[name], load(starter)
    answer, eased = made(case.tight(base)), made(case.eased(base))
    orders = missed(answer)
    unbuilt = pl.col("planned_build_on").is_null()
    assert orders.filter(unbuilt, ~pl.col("reason").is_in(list(UNBUILT))).height == 0
    assert orders.filter(~unbuilt, ~pl.col("reason").is_in(list(LATE))).height == 0
    assert (orders["reason_text"] != "").all()

    told = orders.filter(pl.col("reason").is_in([case.code, f"plan-{case.code}"]))
    assert told.height > 0.3 * orders.height, orders["reason"].value_counts()
    assert told["reason_text"].str.contains(case.word, literal=True).any(), told["reason_text"].unique().to_list()
    like = orders.filter(pl.col("reason_text").str.contains(case.word, literal=True))
    (lost, late), (still_lost, still_late) = (of_pairs(one, like) for one in (answer, eased))
    assert (still_lost, still_late) < (lost, late)


@pytest.mark.parametrize("name", CASES)
def test_every_limit_named_is_used_up_and_worth_more(starter: Path, name: str) -> None:
    answer = made(CASES[name].tight(load(starter)))
    named = missed(answer)["binding_idx"].drop_nulls().unique()
    limits = answer.binding.filter(pl.col("binding_idx").is_in(named.implode()))
    assert limits.height == named.len()
    assert (limits["marginal_usd"] > 0.5).all()
    assert (limits["marginal_usd"] <= limits["dual_usd"] + 0.5).all()
    assert (limits["used_share"] > 0.9).all()
    assert (limits["used_share"] <= 1 + 1e-9).all()
