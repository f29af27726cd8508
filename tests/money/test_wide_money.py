"""Money of other plants, boxes, charters, subsidies, port fees and bans: by hand, and tied to the cent at random."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.money.frames import balance_of, quality_of
from tests.money.test_money import account
from tests.ship.frames import (
    BOXED,
    FROM_SETUBAL,
    HARBOUR,
    HATCH,
    HOME,
    OVERSEAS,
    SOUTH,
    VOLT,
    Car,
    at,
    flow_of,
    frame,
    on,
    plan_of,
    voyage,
    wide,
)
from tests.ship.test_wide import BIG, banned, worlds

from quayline.money import measures
from quayline.money.check import faults
from quayline.money.params import MoneyParams
from quayline.money.solve import money
from quayline.records.schemas import COST_ELEMENTS, PLAN
from quayline.scenario.markets import Duty, PortFee, Subsidy
from quayline.scenario.parties import Authority
from quayline.scenario.sources import Part
from quayline.ship.params import ShipParams
from quayline.ship.solve import ship

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

PARTIES = ("us-customs", "pt-customs", "south-works")


def priced(scenario: Scenario) -> Scenario:
    """Prices everywhere, duties from both countries, authorities, and a party for the plant in the south."""
    one, party = scenario.prices[0], scenario.parties[0]
    rows = [
        one.model_copy(update={"market": m.id, "variant": v.id, "from_": day, "price_usd_per_car": price})
        for m in scenario.markets
        for v in scenario.vehicles.variants
        for day, price in ((date(2024, 1, 1), 30000.0), (date(2026, 3, 1), 36000.25))
    ]
    duty = [
        Duty.model_validate({"id": name, "into": b, "origin": a, "from": "2024-01-01", "rate": rate, "basis": "test"})
        for name, a, b, rate in (("pu", "PT", "US", 0.025), ("eu", "ES", "US", 0.1), ("ep", "ES", "PT", 0.0))
    ]
    taxes = [Authority(country="US", party="us-customs"), Authority(country="PT", party="pt-customs")]
    other = [a.model_copy(update={"party": "south-works"}) if a.id == "south" else a for a in scenario.alternates]
    known = {p.id for p in scenario.parties}
    return scenario.model_copy(update={
        "prices": rows, "authorities": taxes, "alternates": other,
        "parties": [*scenario.parties, *(party.model_copy(update={"id": p}) for p in PARTIES if p not in known)],
        "trade": scenario.trade.model_copy(update={"duties": duty}),
    })  # fmt: skip


def granted(scenario: Scenario, **changes: Any) -> Scenario:
    """A subsidy of 2,000 USD on electric cars overseas below 35,000 USD, of which the seller keeps a quarter."""
    rule = {"id": "bonus", "market": "overseas", "propulsion": "battery-electric", "from": on(10), "until": on(80),
            "price_below": "35000 USD", "amount": "2000 USD/car", "kept_share": 0.25,
            "payer": "us-customs"}  # fmt: skip
    rules = [*scenario.trade.subsidies, Subsidy.model_validate(rule | changes)]
    return scenario.model_copy(update={"trade": scenario.trade.model_copy(update={"subsidies": rules})})


def with_port_fee(scenario: Scenario, first: int, last: int) -> Scenario:
    rule = PortFee.model_validate({"id": "fee", "into": "US", "from": on(first), "until": on(last),
                                   "fee": "300 USD/car", "basis": "test"})  # fmt: skip
    return scenario.model_copy(update={"trade": scenario.trade.model_copy(update={"port_fees": [rule]})})


def settled(answer: Any, item: str) -> list[tuple[str, str, int, float]]:
    return answer.settlement.filter(pl.col("item") == item).select("payer", "payee", "cars", "usd").rows()


def test_a_car_of_another_plant_by_hand() -> None:
    """Its price at the gate is all that it costs to build; its own truck and duty; no fee, no wages of this plant.

    The brand owes the maker the shortfall for it: it was built elsewhere.
    """
    scenario = priced(wide([voyage("a", "setubal-baltimore", on(10), **BIG)]))
    answer = account(scenario, [Car(OVERSEAS, at(1), on(40), plant=SOUTH, lane=FROM_SETUBAL)])
    row = answer.cars.row(0, named=True)
    assert (row["works_usd"], row["truck_usd"], row["freight_usd"]) == (20500.0, 60.0, 13.4 * 48)
    assert row["parts_usd"] == row["labour_usd"] == row["energy_usd"] == row["overhead_usd"] == row["fee_usd"] == 0.0
    assert row["duty_usd"] == round(30000 * 0.7 * 0.1, 2)
    assert settled(answer, "works") == [("northwind", "south-works", 1, 20500.0)]
    assert settled(answer, "shortfall") == [("northwind", "lakeside", 800, 800 * 1500.0)]


def test_a_plant_of_the_payers_own_pays_its_suppliers() -> None:
    scenario = priced(wide([]))
    answer = account(scenario, [Car(HOME, at(1), on(40), variant=HATCH, plant=HARBOUR)])
    assert settled(answer, "works") == [("lakeside", "suppliers", 1, 20000.0)]


def test_a_box_is_paid_whole_by_the_cars_in_it() -> None:
    scenario = priced(wide([voyage("a", "boxed", on(20), capacity_boxes=9)], box={"freight": "1000 USD"}))
    answer = account(scenario, [Car(OVERSEAS, at(1, k), on(40), lane=BOXED) for k in range(4)])
    assert answer.cars["freight_usd"].to_list() == [333.33, 333.34, 333.33, 1000.0]


def test_a_charter_is_shared_by_the_space_of_those_aboard_and_paid_when_empty() -> None:
    trips = [voyage("a", "porto-baltimore", on(10), charter="1000 USD", **BIG),
             voyage("b", "porto-baltimore", on(17), charter="500 USD", **BIG)]  # fmt: skip
    cars = [Car(OVERSEAS, at(1), on(40), booked=0), Car(OVERSEAS, at(1), on(40), booked=0, variant=HATCH),
            Car(OVERSEAS, at(90), on(40), booked=1)]  # fmt: skip
    answer = account(priced(wide(trips)), cars)
    volt, hatch, missed = answer.cars["freight_usd"].to_list()
    assert volt + hatch == pytest.approx(1000 + 48 * (13.4 + 11.8))
    assert volt - 48 * 13.4 == pytest.approx(1000 * 1.15 / 2.15, abs=0.01)
    assert missed == 0.0
    assert settled(answer, "empty charters") == [("lakeside", "bluewater", 0, 500.0)]


def test_a_subsidy_flows_from_authority_to_seller_and_lowers_the_price() -> None:
    scenario = granted(priced(wide([voyage("a", "porto-baltimore", on(10), **BIG)])))
    cars = [Car(OVERSEAS, at(1), on(d), variant=v) for d, v in ((10, VOLT), (80, VOLT), (9, VOLT), (81, VOLT),
                                                               (40, HATCH))]  # fmt: skip
    answer = account(scenario, cars)
    # Below 35,000 USD the customer gets 1,500 of 2,000; from March on the car is listed above that.
    assert answer.cars["price_usd"].to_list() == [28500.0, 36000.25, 30000.0, 36000.25, 30000.0]
    assert answer.cars["subsidy_usd"].to_list() == [2000.0, 0.0, 0.0, 0.0, 0.0]
    assert settled(answer, "subsidy") == [("us-customs", "northwind", 1, 2000.0)]


def test_a_port_fee_is_due_on_its_days_of_arrival() -> None:
    """It arrives on day 22: first and last day are included."""
    trips = [voyage("a", "porto-baltimore", on(10), **BIG)]
    paid = [
        account(with_port_fee(priced(wide(trips)), *days), [Car(OVERSEAS, at(1), on(40))]).cars["port_fee_usd"].item()
        for days in ((22, 22), (10, 21), (23, 40))
    ]
    assert paid == [300.0, 0.0, 0.0]


def test_a_barred_car_earns_nothing_and_costs_until_the_end() -> None:
    """On import it pays no duty and stays in the port; on sale it has paid all, and waits inland."""
    scenario = priced(wide([voyage("a", "porto-baltimore", on(10), **BIG)]))
    car = [Car(OVERSEAS, at(1), on(20))]
    stopped = account(banned(scenario, "import", 0), car).cars.row(0, named=True)
    assert (stopped["price_usd"], stopped["duty_usd"], stopped["inland_usd"]) == (0.0, 0.0, 0.0)
    assert stopped["port_discharge_usd"] == 55 + (173 - 22 - 5) * 6.0
    unsold = account(banned(scenario, "sale", 0), car).cars.row(0, named=True)
    assert (unsold["price_usd"], unsold["duty_usd"], unsold["inland_usd"]) == (0.0, 525.0, 620.0)
    assert unsold["stock_usd"] == (173 - 24 - 5) * 7.0


def test_calloffs_and_stock_of_parts_are_paid_by_the_plant() -> None:
    """Two call-offs of 500 USD; 40 and 10 units at the ends of the first and the last week, at 0.25 USD a day."""
    part = Part.model_validate({
        "id": "pack", "name": "Battery", "supplier": "bluewater", "cars": {"models": ["volt"]}, "units_per_car": 1,
        "lead_time": "20 days", "frozen": "10 days", "minimum_order": 10, "opening_stock": 0, "store_units": 99,
        "holding": "0.25 USD/day", "order": "500 USD", "supply": [{"from": on(0), "units_per_week": 50}],
    })  # fmt: skip
    scenario = priced(wide([])).model_copy(update={"parts": [part]})
    cars = [Car(HOME, at(1), on(40))]
    programme, line = plan_of(scenario, cars), flow_of(scenario, cars)
    stock = [{"part": "pack", "week_idx": week, "opening": 0, "received": 0, "used": 0, "closing": units}
             for week, units in ((0, 40), (24, 10))]  # fmt: skip
    orders = [{"part": "pack", "order_on": on(day), "leaves_on": on(day), "arrives_on": on(day), "units": 25}
              for day in (28, 35)]  # fmt: skip
    programme = replace(programme, parts=frame(PLAN["parts"], stock), calloffs=frame(PLAN["calloffs"], orders))
    trips = ship(scenario, programme, line, ShipParams(), seed=1)
    records = scenario, programme, balance_of(scenario), quality_of([]), line, trips
    answer = money(*records, MoneyParams())
    assert faults(*records, answer, MoneyParams()) == []
    assert settled(answer, "call-offs") == [("lakeside", "bluewater", 0, 1000.0)]
    # The last week of the horizon ends with it, on a Friday.
    assert settled(answer, "stock of parts") == [("lakeside", "services", 0, 0.25 * (40 * 7 + 10 * 5))]


def test_hiring_and_leaving_are_paid_to_the_workforce() -> None:
    """As the plan counts them: 1,000.10 USD in March and 500 in May."""
    scenario, cars = priced(wide([])), [Car(HOME, at(1), on(40))]
    people = pl.DataFrame({"month": [date(2026, 3, 1), date(2026, 5, 1)], "cost_usd": [1000.1, 500.0]})
    programme: Any = SimpleNamespace(**vars(plan_of(scenario, cars)) | {"people": people})
    line = flow_of(scenario, cars)
    trips = ship(scenario, programme, line, ShipParams(), seed=1)
    records = scenario, programme, balance_of(scenario), quality_of([]), line, trips
    answer = money(*records, MoneyParams())
    assert faults(*records, answer, MoneyParams()) == []
    assert settled(answer, "hiring and leaving") == [("lakeside", "workforce", 0, 1500.1)]


@st.composite
def priced_worlds(draw: st.DrawFn) -> tuple[Scenario, list[Car]]:
    """The random worlds of ship, with subsidies, a port fee and a quota that runs out."""
    scenario, cars = draw(worlds())
    scenario = priced(scenario)
    for k in range(draw(st.integers(0, 2))):
        scenario = granted(scenario, id=f"bonus-{k}", amount=f"{draw(st.integers(1, 999999)) / 100} USD/car",
                           kept_share=draw(st.sampled_from([0.0, 0.333, 1.0])))  # fmt: skip
    if draw(st.booleans()):
        scenario = with_port_fee(scenario, draw(st.integers(10, 40)), draw(st.integers(40, 80)))
    duties = [d.model_copy(update={"quota_cars": 2, "over_quota_rate": 0.613}) for d in scenario.trade.duties]
    trade = scenario.trade.model_copy(update={"duties": duties if draw(st.booleans()) else scenario.trade.duties})
    return scenario.model_copy(update={"trade": trade}), cars


@given(priced_worlds())
def test_every_figure_ties_to_the_settlement_to_the_cent(world: tuple[Scenario, list[Car]]) -> None:
    """Each item of the cars and of the plant is in the settlement, and the matrix of parties adds up to all of it."""
    answer = account(*world)
    cents = {item: round(100 * usd) for item, usd in answer.settlement.group_by("item").agg(pl.col("usd").sum()).rows()}
    for element in (*COST_ELEMENTS, "fee", "price", "subsidy"):
        assert cents.pop(element, 0) == sum(round(100 * usd) for usd in answer.cars[f"{element}_usd"]), element
    cents.pop("shortfall", None)
    nobody = answer.plant.filter(pl.col("usd") > 0).group_by("item").agg(pl.col("usd").sum())
    assert cents == {item: round(100 * usd) for item, usd in nobody.rows()}
    matrix = measures.matrix(answer)
    assert matrix["usd"].sum() == pytest.approx(answer.settlement["usd"].sum(), abs=0.005)
    assert round(float(measures.by_party(answer)["net_usd"].sum()), 2) == 0.0
