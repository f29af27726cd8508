"""Cars that a rule stops which the plan did not know: named in the ledger, told by `why`, and no law is broken."""

from dataclasses import replace
from types import SimpleNamespace

import polars as pl

from quayline.carbon.params import CarbonParams
from quayline.carbon.solve import carbon
from quayline.money import check as money_check
from quayline.money.params import MoneyParams
from quayline.money.solve import money
from quayline.scenario.loader import load
from quayline.scenario.markets import Admissibility
from quayline.ship import check as ship_check
from quayline.ship.params import ShipParams
from quayline.ship.solve import ship
from quayline.study.laws import broken_laws
from quayline.study.ledger import ledger


def test_a_ban_that_comes_after_the_plan_is_told_and_breaks_no_law(starter, records):
    """From 10 April no electric car is imported: those that arrive from then on are barred, with the rule's name."""
    scenario = load(starter)
    ban = Admissibility.model_validate({
        "id": "no-volt", "country": "US", "brand": "Northwind", "model_year_from": 2026, "from": "2026-04-10",
        "acts_on": "import", "reason": "test",
    })  # fmt: skip
    scenario = scenario.model_copy(update={"trade": scenario.trade.model_copy(update={"admissibility": [ban]})})
    plan, line, flow = records.plan, records.sequence, records.flow
    trips = ship(scenario, plan, flow, ShipParams(), seed=3)
    footprint = carbon(scenario, plan, flow, trips, CarbonParams())
    accounts = money(scenario, plan, records.balance, records.quality, flow, trips, MoneyParams())
    book = ledger(scenario, plan, line, records.quality, flow, trips, footprint, accounts)
    world = SimpleNamespace(**vars(records) | {"ship": trips, "carbon": footprint, "money": accounts, "ledger": book})
    assert broken_laws(scenario, world) == []
    assert ship_check.faults(scenario, plan, flow, trips, ShipParams()) == []
    assert money_check.faults(
        scenario, plan, records.balance, records.quality, flow, trips, accounts, MoneyParams()
    ) == []  # fmt: skip
    stopped = book.orders.filter(pl.col("state") == "barred")
    assert stopped.height > 20
    assert stopped["reason"].unique().to_list() == ["barred"]
    assert stopped["reason_text"].str.contains("rule no-volt").all()
    assert stopped["delivered_at"].null_count() == stopped.height
    assert stopped["market"].unique().to_list() == ["overseas"]
    silent = replace(trips, cars=trips.cars.with_columns(barred_by=pl.lit("")))
    assert any("barred by" in fault for fault in ship_check.faults(scenario, plan, flow, silent, ShipParams()))
