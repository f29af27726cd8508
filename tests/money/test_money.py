"""Landed cost by hand, the settlement's balance, duties and quotas at their borders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.money.frames import CONTENT_H, WAGE_USD_PER_LINE_H, balance_of, quality_of
from tests.ship.frames import HATCH, HOME, ISLANDS, OVERSEAS, VOLT, Car, at, flow_of, on, plan_of, services, small

from quayline.base.errors import ScenarioError
from quayline.money import measures
from quayline.money.check import faults
from quayline.money.params import MoneyParams
from quayline.money.plant import spread
from quayline.money.solve import money
from quayline.records.schemas import COST_ELEMENTS
from quayline.scenario.markets import Duty
from quayline.ship.params import ShipParams
from quayline.ship.solve import ship

if TYPE_CHECKING:
    from quayline.records.stages import MoneyAccount
    from quayline.scenario.schema import Scenario

LANE = "porto-baltimore"
WEEKLY = tuple((LANE, on(k), 200.0) for k in range(10, 200, 7))


def priced(trips: tuple[tuple[str, date, float], ...] = WEEKLY, **changes: Any) -> Scenario:
    """The small scenario with prices of both variants everywhere from 2024 on."""
    scenario = small(services(*trips))
    one = scenario.prices[0]
    rows = [
        one.model_copy(update={"market": m.id, "variant": v.id, "from_": day, "price_usd_per_car": price})
        for m in scenario.markets
        for v in scenario.vehicles.variants
        for day, price in ((date(2024, 1, 1), 30000.0), (date(2026, 3, 1), 36000.25))
    ]
    return scenario.model_copy(update={"prices": rows} | changes)


def account(
    scenario: Scenario, cars: list[Car], escapes: list[int] | None = None, params: MoneyParams | None = None,
    **plan: Any,
) -> MoneyAccount:  # fmt: skip
    """The money of the cars, checked."""
    programme, flow = plan_of(scenario, cars, **plan), flow_of(scenario, cars)
    trips = ship(scenario, programme, flow, ShipParams(), seed=1)
    crew, defects, params = balance_of(scenario), quality_of(escapes or []), params or MoneyParams()
    answer = money(scenario, programme, crew, defects, flow, trips, params)
    wrong = faults(scenario, programme, crew, defects, flow, trips, answer, params)
    assert not wrong, "\n".join(wrong[:10])
    return answer


def with_duties(scenario: Scenario, *rows: dict[str, Any]) -> Scenario:
    base = {"into": "US", "origin": "PT", "basis": "test"}
    duties = [Duty.model_validate(base | {"id": f"duty-{k}"} | row) for k, row in enumerate(rows)]
    return scenario.model_copy(update={"trade": scenario.trade.model_copy(update={"duties": duties})})


def test_a_car_overseas_by_hand() -> None:
    """Off the line on day 2 at noon, ready for the ship of day 10, wanted on day 40; one defect escaped."""
    cars = [Car(OVERSEAS, at(2, 12), on(40)), Car(OVERSEAS, at(2, 12), on(15))]
    row, late = account(priced(), cars, escapes=[0]).cars.iter_rows(named=True)
    assert row["parts_usd"] == 21500.0
    assert row["energy_usd"] == pytest.approx((150 + 220 + 60) * 0.12 + 350 * 0.05)
    assert row["yard_usd"] == 0.0  # on the truck at once
    assert row["truck_usd"] == 45.0
    # Two hours on the truck, at the port from day 2 14:00 to day 10: 7.4167 days, of which seven are free.
    assert row["port_loading_usd"] == round(38 + (7 + 10 / 24 - 7) * 4, 2)
    assert row["freight_usd"] == 13.4 * 48
    assert row["duty_usd"] == round(30000 * 0.7 * 0.025, 2)  # arrives in January
    assert row["port_discharge_usd"] == 55.0  # two days, five are free
    assert row["inland_usd"] == 620.0
    assert row["stock_usd"] == 11 * 7.0  # with the customer on day 29 at the earliest, wanted on day 40
    assert row["lateness_usd"] == 0.0
    assert late["lateness_usd"] == 0.0  # day 29, wanted on day 15, 14 days of tolerance
    assert row["warranty_usd"] == 350.0
    assert row["fee_usd"] == 3200.0
    assert row["price_usd"] == 30000.0
    assert row["landed_usd"] == pytest.approx(sum(row[f"{e}_usd"] for e in COST_ELEMENTS[:13]))
    assert row["margin_usd"] == pytest.approx(30000 - sum(row[f"{e}_usd"] for e in COST_ELEMENTS))


def test_a_car_at_home_by_hand() -> None:
    """Built 20 days before it is wanted: waits at the plant; the other comes ten days late, seven of them tolerated."""
    cars = [Car(HOME, at(10), on(30), variant=HATCH), Car(HOME, at(39), on(30), variant=HATCH)]
    early, late = account(priced(), cars).cars.iter_rows(named=True)
    assert early["yard_usd"] == 19 * 3.0
    assert early["stock_usd"] == 19 * 6.0
    assert (late["yard_usd"], late["stock_usd"]) == (0.0, 0.0)
    assert late["lateness_usd"] == round(3 / 7 * 60, 2)
    for row in (early, late):
        assert row["freight_usd"] == row["truck_usd"] == row["duty_usd"] == row["fee_usd"] == 0.0
        assert row["inland_usd"] == 160.0


def test_a_car_kept_for_a_later_ship_costs_yard_and_stock() -> None:
    """Booked on the ship of day 24, called a week before: 15 days at the plant, then a free week in the port."""
    row = account(priced(), [Car(OVERSEAS, at(2), on(30), booked=2)]).cars.row(0, named=True)
    assert (row["yard_usd"], row["stock_usd"]) == (15 * 3.0, 15 * 7.0)
    assert row["port_loading_usd"] == 38.0


def test_wages_are_on_cars_or_idle() -> None:
    """A car takes the line time of its content: an hour of line builds ten cars of 10.8 h."""
    answer = account(priced(), [Car(HOME, at(1), on(2), variant=VOLT), Car(HOME, at(8), on(9), variant=HATCH)])
    normal, premium = answer.cars["labour_usd"]
    assert normal == round(WAGE_USD_PER_LINE_H / 10 * CONTENT_H[VOLT] / 10.8, 2)  # first week: no overtime
    paid = (40 + 1.5 * (2 + 8)) / 50  # second week
    assert premium == round(WAGE_USD_PER_LINE_H / 10 * CONTENT_H[HATCH] / 10.8 * paid, 2)
    idle = answer.plant.filter(pl.col("item") == "idle labour")["usd"].item()
    hours = [(40.0, 2.0 * (k % 3) + 8.0 * (k % 2)) for k in range(26)]
    wages = sum(WAGE_USD_PER_LINE_H * (h + 1.5 * extra) for h, extra in hours)
    assert idle == pytest.approx(wages - normal - premium, abs=0.005)


def test_overhead_is_spread_over_the_cars_of_the_year_to_the_cent() -> None:
    cars = [Car(HOME, at(1 + k), on(40), variant=k % 2) for k in range(7)]
    answer = account(priced(), cars)
    assert answer.cars["overhead_usd"].sum() == pytest.approx(round(9e6 * 173 / 365, 2), abs=1e-6)
    assert answer.cars["overhead_usd"][1] / answer.cars["overhead_usd"][0] == pytest.approx(11.3 / 10.6, rel=1e-6)
    nobody = account(priced(), [])
    assert "overhead of no car" in nobody.plant["item"].to_list()
    assert nobody.cars.height == 0


def test_a_change_of_mode_is_paid_by_the_plant() -> None:
    answer = account(priced(), [Car(HOME, at(1), on(2))], mode=2)  # the opening mode is number 1
    assert answer.plant.filter(pl.col("item") == "changes of mode")["usd"].item() == 150000.0


def test_duty_changes_on_its_very_day() -> None:
    """15 % from 1 May: the ship that arrives on 30 April pays 2.5 %, the one of 1 May pays 15 %."""
    for arrival, rate in ((date(2026, 4, 30), 0.025), (date(2026, 5, 1), 0.15), (date(2026, 5, 2), 0.15)):
        trips = ((LANE, arrival - timedelta(days=12), 10.0),)
        row = account(priced(trips), [Car(OVERSEAS, at(30), on(60))]).cars.row(0, named=True)
        assert row["duty_usd"] == round(36000.25 * 0.7 * rate, 2), arrival


def test_a_quota_runs_out_and_begins_again_with_the_year() -> None:
    rule = {"from": "2026-01-01", "rate": 0.1, "quota_cars": 3, "over_quota_rate": 0.5}
    trips = ((LANE, on(20), 2 * 1.15), (LANE, on(27), 10.0), (LANE, on(350), 10.0))  # the last arrives in 2027
    scenario = with_duties(priced(trips), rule)
    cars = [Car(OVERSEAS, at(10, k), on(60)) for k in range(5)] + [Car(OVERSEAS, at(100, k), on(60)) for k in range(4)]
    duty = account(scenario, cars).cars["duty_usd"].to_list()
    low, high = round(36000.25 * 0.7 * 0.1, 2), round(36000.25 * 0.7 * 0.5, 2)
    early = round(30000 * 0.7 * 0.1, 2), round(30000 * 0.7 * 0.5, 2)  # the price on the day of import
    assert duty == [early[0]] * 2 + [early[0], early[1], early[1]] + [low] * 3 + [high]


def test_a_new_rule_has_a_quota_of_its_own() -> None:
    old = {"from": "2026-01-01", "rate": 0.1, "quota_cars": 1, "over_quota_rate": 0.5}
    new = {"from": "2026-03-01", "rate": 0.2, "quota_cars": 1, "over_quota_rate": 0.6}
    trips = ((LANE, on(20), 10.0), (LANE, on(60), 10.0))
    cars = [Car(OVERSEAS, at(2, k), on(20)) for k in range(2)] + [Car(OVERSEAS, at(40, k), on(20)) for k in range(2)]
    duty = account(with_duties(priced(trips), old, new), cars).cars["duty_usd"].to_list()
    late = 36000.25 * 0.7  # the price on the day of import, in March
    assert duty == pytest.approx([2100, 10500, late * 0.2, late * 0.6], abs=0.0051)


def test_no_duty_within_the_country_of_the_plant() -> None:
    scenario = priced((("porto-horta", on(20), 10.0),))
    assert account(scenario, [Car(ISLANDS, at(2), on(30))]).cars["duty_usd"].item() == 0.0


def test_fee_falls_by_step_and_short_years_are_paid() -> None:
    scenario = priced()
    steps = [scenario.agreements[0].fees[0], scenario.agreements[0].fees[1].model_copy(update={"above_cars": 3})]
    agreement = scenario.agreements[0].model_copy(update={"fees": steps})
    cars = [Car(HOME, at(30, k), on(60), variant=VOLT if k % 2 else HATCH) for k in range(12)]
    answer = account(scenario.model_copy(update={"agreements": [agreement]}), cars)
    assert answer.cars["fee_usd"].to_list() == [0.0, 3200.0] * 3 + [0.0, 2900.0] * 3
    short = answer.settlement.filter(pl.col("item") == "shortfall").row(0, named=True)
    assert (short["payer"], short["payee"]) == ("northwind", "lakeside")
    assert (short["cars"], short["usd"], short["month"]) == (794, 794 * 1500.0, date(2026, 6, 1))


def test_the_price_is_that_of_the_day_asked_for_or_of_delivery() -> None:
    cars = [Car(HOME, at(60), date(2026, 2, 28)), Car(HOME, at(1), date(2026, 2, 28))]
    by_request = account(priced(), cars)
    by_delivery = account(priced(), cars, params=MoneyParams(price_day="delivered"))
    assert by_request.cars["price_usd"].to_list() == [30000.0, 30000.0]
    assert by_delivery.cars["price_usd"].to_list() == [36000.25, 30000.0]


def test_a_car_that_no_ship_takes_costs_and_earns_nothing() -> None:
    row = account(priced(()), [Car(OVERSEAS, at(3), on(60))]).cars.row(0, named=True)
    assert row["price_usd"] == row["inland_usd"] == row["freight_usd"] == row["truck_usd"] == 0.0
    assert row["yard_usd"] == 170 * 3.0  # until midnight after day 172
    assert row["stock_usd"] == 170 * 7.0
    assert row["lateness_usd"] == round((173 - 60 - 14) / 7 * 60, 2)
    assert row["margin_usd"] < 0


def test_missing_figures_are_refused_by_name() -> None:
    cars = [Car(OVERSEAS, at(2), on(40))]
    scenario = priced()
    with pytest.raises(ScenarioError, match="no price of volt-60 in overseas on 2026-02-14"):
        account(scenario.model_copy(update={"prices": scenario.prices[:1]}), cars)
    with pytest.raises(ScenarioError, match="no duty from PT into US in force on 2026-01-27"):
        account(with_duties(scenario, {"from": "2026-06-01", "rate": 0.1}), cars)
    with pytest.raises(ScenarioError, match="no over_quota_rate"):
        account(with_duties(scenario, {"from": "2026-01-01", "rate": 0.1, "quota_cars": 0}), cars)
    twice = [scenario.agreements[0], scenario.agreements[0].model_copy(update={"id": "again"})]
    with pytest.raises(ScenarioError, match="expected in one"):
        account(scenario.model_copy(update={"agreements": twice}), cars)
    with pytest.raises(ValueError, match="price_day"):
        MoneyParams(price_day="tomorrow")  # type: ignore[arg-type]  # wrong on purpose


def test_weeks_without_hours_build_nothing() -> None:
    with pytest.raises(ValueError, match="weeks without hours"):
        account(priced(), [Car(HOME, at(-3), on(2))])


def test_the_check_sees_each_kind_of_wrong() -> None:
    scenario, cars = priced(), [Car(OVERSEAS, at(2), on(40)), Car(HOME, at(2), on(40), variant=HATCH)]
    programme, flow = plan_of(scenario, cars), flow_of(scenario, cars)
    trips = ship(scenario, programme, flow, ShipParams(), seed=1)
    crew, defects, params = balance_of(scenario), quality_of([0]), MoneyParams()
    right = money(scenario, programme, crew, defects, flow, trips, params)

    def told(**frames: pl.DataFrame) -> str:
        wrong = replace(right, **frames)
        return "\n".join(faults(scenario, programme, crew, defects, flow, trips, wrong, params))

    for element in (*COST_ELEMENTS, "fee", "price"):
        other = right.cars.with_columns(pl.col(f"{element}_usd") + 0.02, pl.col("margin_usd") - 0.02)
        assert element in told(cars=other), element
    assert "margin is not" in told(cars=right.cars.with_columns(pl.col("margin_usd") + 0.01))
    assert "landed cost is not" in told(cars=right.cars.with_columns(pl.col("landed_usd") + 0.01))
    for item in ("idle labour", "energy of no car"):
        is_item = pl.col("item") == item
        other = right.plant.with_columns(pl.when(is_item).then(pl.col("usd") + 1).otherwise(pl.col("usd")))
        assert item.split(" ", maxsplit=1)[0] in told(plant=other)
    assert "settlement" in told(settlement=right.settlement.with_columns(pl.col("usd") + 0.01))
    assert "settlement" in told(settlement=right.settlement.head(5))
    assert "settlement" in told(settlement=right.settlement.with_columns(payer=pl.lit("lakeside")))
    assert "not those" in told(cars=right.cars.head(1))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Scenario, list[Car], list[int]]:
    """Random cars, escapes, payers and duties on the weekly ships."""
    parties = st.sampled_from(["northwind", "lakeside"])
    scenario = priced(tuple((LANE, on(k), draw(st.sampled_from([1.15, 4.0, 30.0]))) for k in range(10, 200, 14)))
    agreement = scenario.agreements[0]
    names = ("parts", "freight", "duty", "inland", "stock")
    pays = agreement.pays.model_copy(update={name: draw(parties) for name in names})
    scenario = scenario.model_copy(update={"agreements": [agreement.model_copy(update={"pays": pays})]})
    quota = {"quota_cars": draw(st.integers(0, 5)), "over_quota_rate": 0.613}
    scenario = with_duties(
        scenario, {"from": "2026-01-01", "rate": 0.061}, {"from": "2026-03-01", "rate": 0.15} | quota
    )
    days = st.integers(0, 170 * 24)
    cars = [
        Car(draw(st.sampled_from([HOME, OVERSEAS])), at(0, draw(days)), on(draw(st.integers(0, 250))),
            variant=draw(st.sampled_from([HATCH, VOLT])))
        for _ in range(draw(st.integers(0, 20)))
    ]  # fmt: skip
    return scenario, cars, [k for k in range(len(cars)) if draw(st.booleans())]


@given(cases(), st.sampled_from(["requested", "delivered"]))
def test_every_settlement_balances(case: tuple[Scenario, list[Car], list[int]], price_day: Any) -> None:
    """Nets of all parties add up to nought, and the programme's own parties keep what the cars and the plant leave."""
    answer = account(*case, params=MoneyParams(price_day))
    nets = measures.by_party(answer)
    assert round(float(nets["net_usd"].sum()), 2) == 0.0
    own = nets.filter(pl.col("party").is_in(["northwind", "lakeside"]))["net_usd"].sum()
    assert own == pytest.approx(answer.cars["margin_usd"].sum() - answer.plant["usd"].sum(), abs=0.005)
    items = dict(answer.settlement.group_by("item").agg(pl.col("usd").sum()).iter_rows())
    for element in (*COST_ELEMENTS, "fee", "price"):
        assert items.get(element, 0.0) == pytest.approx(answer.cars[f"{element}_usd"].sum(), abs=0.001)


@given(cases(), st.sampled_from(["parts", "freight", "duty", "inland", "stock"]))
def test_who_pays_changes_no_total(case: tuple[Scenario, list[Car], list[int]], item: str) -> None:
    scenario, cars, escapes = case
    answers = []
    for party in ("northwind", "lakeside"):
        pays = scenario.agreements[0].pays.model_copy(update={item: party})
        agreement = scenario.agreements[0].model_copy(update={"pays": pays})
        answers.append(account(scenario.model_copy(update={"agreements": [agreement]}), cars, escapes))
    one, two = answers
    assert one.cars.equals(two.cars)
    assert one.plant.equals(two.plant)
    totals = [a.settlement.group_by("item").agg(pl.col("usd").sum().round(2)).sort("item") for a in answers]
    assert totals[0].equals(totals[1])


@given(st.integers(0, 10**12), st.lists(st.floats(0.5, 50.0), min_size=1, max_size=60))
def test_a_pool_is_spread_to_the_last_cent(pool: int, weights: list[float]) -> None:
    parts = spread(pool, np.array(weights))
    assert int(parts.sum()) == pool
    assert np.abs(parts - pool * np.array(weights) / sum(weights)).max() <= 1 + 1e-3


def test_measures_of_a_small_case() -> None:
    scenario, cars = priced(), [Car(OVERSEAS, at(2), on(40)), Car(OVERSEAS, at(3), on(40)), Car(HOME, at(2), on(9))]
    answer = account(scenario, cars)
    means = measures.by_market(scenario, plan_of(scenario, cars), flow_of(scenario, cars), answer)
    assert means.select("market", "variant", "year", "cars").rows() == [
        ("home", "volt-60", 2026, 1), ("overseas", "volt-60", 2026, 2)
    ]  # fmt: skip
    assert means["landed_usd"][1] == pytest.approx(answer.cars["landed_usd"][:2].mean())
    totals = measures.by_element(answer)
    assert totals["element"].to_list() == list(COST_ELEMENTS)
    assert totals["usd"].sum() == pytest.approx((answer.cars["price_usd"] - answer.cars["margin_usd"]).sum())
