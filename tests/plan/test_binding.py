"""What a limit is worth: shadow prices against solving again, and words that merge weeks."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.plan.conftest import crews, demand, replace

from quayline.plan.checks.reasons import reason_faults
from quayline.plan.inputs.orders import draw_orders
from quayline.plan.inputs.pack import pack
from quayline.plan.inputs.weeks import make_calendar
from quayline.plan.model.model import build_model
from quayline.plan.params import PlanParams
from quayline.plan.reasons.binding import dated, joined, price
from quayline.plan.solve import optimise, plan

if TYPE_CHECKING:
    from quayline.plan.reasons.binding import Worths
    from quayline.scenario.schema import Scenario

STEP = 0.05
"""Of a car or a CEU: small enough to stay in the basis of the optimum, large enough for the solver's 1e-7."""


def slowed(scenario: Scenario, speed_jph: float) -> Scenario:
    modes = [m.model_copy(update={"speed_jph": speed_jph}) for m in scenario.plant.modes]
    return replace(scenario, plant__modes=modes)


def tight(starter: Scenario, family: str) -> Scenario:
    """The starter in which rows of that family bind."""
    volts = [("overseas", "volt-60", f"2026-0{m}", 300) for m in (4, 5, 6)]
    busy, launch = demand(starter, volts), demand(starter, [("home", "volt-60", "2026-02", 400)])
    services, ports = starter.logistics.services, starter.logistics.ports
    duty = starter.trade.duties[0].model_copy(update={"quota_cars": 100, "over_quota_rate": 3.0})
    limit = starter.vehicles.mix_limits[0].model_copy(update={"most_jph": 1.5})

    def port(number: int, cars: int) -> Scenario:
        few = [p.model_copy(update={"yard_cars": cars}) if k == number else p for k, p in enumerate(ports)]
        return replace(busy, logistics__ports=few)

    return {
        "capacity": lambda: slowed(starter, 3.0),
        "mix limit": lambda: replace(busy, vehicles__mix_limits=[limit]),
        "ramp": lambda: launch,
        "sailing space": lambda: replace(
            busy, logistics__services=[services[0].model_copy(update={"capacity_ceu": 30.0})]
        ),
        "quota": lambda: replace(busy, trade__duties=[duty]),
        "port places": lambda: port(0, 20),
        "discharge yard": lambda: port(1, 20),
        "plant places": lambda: replace(busy, plant__export__trucked_per_day=8, plant__export__yard_cars=20),
        "trucks": lambda: replace(busy, plant__export__trucked_per_day=3),
    }[family]()


def priced(scenario: Scenario) -> Worths:
    params, calendar, balance = PlanParams(exact_cars=0), make_calendar(scenario), crews(scenario)
    share = scenario.plant.availability_share
    programme = pack(scenario, balance, calendar, draw_orders(scenario, 1), params, share)
    model = build_model(scenario, balance, programme, params)
    return price(model, optimise(scenario, programme, model, params).x)


FAMILIES = ["capacity", "mix limit", "ramp", "sailing space", "quota", "port places", "discharge yard", "plant places",
            "trucks"]  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_worth_is_what_solving_again_gives(starter: Scenario, family: str) -> None:
    """In every limit of the family: the price lies between what a small step more earns and what one less costs (the
    optimum is concave), and in some it is one of the two: the basis that HiGHS ended in is optimal on that side."""
    worths = priced(tight(starter, family))
    mine = [limit for limit in worths.limits if limit.constraint == family]
    assert mine
    num_equal = 0
    for limit in mine:
        dual = worths.dual_usd(limit)
        more, less = worths.usd(limit, STEP), worths.usd(limit, -STEP)
        assert more <= dual + 0.02 * abs(dual) + 0.5
        assert dual <= less + 0.02 * abs(dual) + 0.5
        num_equal += dual in (pytest.approx(more, rel=0.01, abs=0.5), pytest.approx(less, rel=0.01, abs=0.5))
        assert 0.5 < worths.usd(limit) <= dual + 0.5
    assert num_equal > 0


def test_a_limit_that_does_not_bind_is_no_limit(starter: Scenario) -> None:
    free = replace(starter, plant__change__pace_usd=0.0)
    assert priced(demand(free, [("home", "hatch-hybrid", "2026-04", 40)])).limits == ()


def test_limits_are_used_up(starter: Scenario) -> None:
    for limit in (worths := priced(slowed(starter, 3.0))).limits:
        assert 0.97 <= worths.used_share(limit) <= 1 + 1e-9
        assert limit.from_on <= limit.to_on
        assert len(np.unique(limit.members)) == len(limit.members)


def test_words_of_a_stretch() -> None:
    first, last = dated("the line's hours in the week of 28 December 2026"), dated("x in the week of 4 January 2027")
    assert first.day == date(2026, 12, 28)
    assert first.is_week
    assert joined(first, last) == "the line's hours in the weeks of 28 December 2026 to 4 January 2027"
    assert joined(first, first) == "the line's hours in the week of 28 December 2026"
    ships = [dated(f"space on the sailing of a on {day} May 2027") for day in (3, 17)]
    assert joined(*ships) == "space on the sailings of a on 3 May to 17 May 2027"
    quota = dated("the quota of ca-cn in 2026")
    assert joined(quota, quota) == "the quota of ca-cn in 2026"


def test_a_reason_that_was_tampered_with_is_found(starter: Scenario) -> None:
    """Each rule of the check speaks up when it is broken."""
    answer = plan(slowed(starter, 1.5), crews(starter), PlanParams(), 1)
    assert list(reason_faults(answer)) == []
    orders, binding = answer.orders, answer.binding
    broken = {
        "worth more than its shadow price": {"binding": binding.with_columns(pl.col("dual_usd") / 2)},
        "is worth nothing": {"binding": binding.with_columns(pl.lit(0.0).alias("marginal_usd"))},
        "used beyond what there is": {"binding": binding.with_columns(pl.lit(1.2).alias("used_share"))},
        "ends before it begins": {"binding": binding.with_columns(to_on=pl.col("from_on") - timedelta(days=1))},
        "without words": {"orders": orders.with_columns(pl.lit("").alias("reason_text"))},
        "not listed": {"orders": orders.with_columns(pl.lit(999, pl.Int32).alias("binding_idx"))},
        "does not name its limit": {"binding": binding.with_columns(pl.lit("paint").alias("words"))},
    }
    for words, change in broken.items():
        assert any(words in fault for fault in reason_faults(changed(answer, **change))), words
