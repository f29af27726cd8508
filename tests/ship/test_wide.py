"""Boxes, charters, ships that call twice, other plants and bans: by hand, by the check and by properties."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ship.frames import (
    BALTIMORE,
    BOXED,
    BOXED_FROM_SETUBAL,
    FROM_SETUBAL,
    HARBOUR,
    HATCH,
    HOME,
    HORTA,
    ISLANDS,
    OVERSEAS,
    SOUTH,
    VOLT,
    Car,
    at,
    flow_of,
    on,
    plan_of,
    voyage,
    wide,
)

from quayline.scenario.markets import Admissibility
from quayline.scenario.plant import Holiday, Stop
from quayline.scenario.sailings import sailings
from quayline.scenario.sources import Closure
from quayline.ship import measures
from quayline.ship.check import faults
from quayline.ship.params import ShipParams
from quayline.ship.solve import ship

if TYPE_CHECKING:
    from quayline.records.stages import Shipments
    from quayline.scenario.schema import Scenario

LANES = ("porto-baltimore", "porto-horta", "boxed", "setubal-baltimore", "setubal-boxed")
BIG = {"capacity": "500 CEU"}


def run(scenario: Scenario, cars: list[Car], params: ShipParams = ShipParams()) -> Shipments:  # noqa: B008
    """Ships the cars and has the answer checked."""
    plan, flow = plan_of(scenario, cars), flow_of(scenario, cars)
    answer = ship(scenario, plan, flow, params, seed=1)
    wrong = faults(scenario, plan, flow, answer, params)
    assert not wrong, "\n".join(wrong[:10])
    return answer


def banned(scenario: Scenario, acts_on: str, day: int) -> Scenario:
    rule = {"id": f"no-{acts_on}", "country": "US", "brand": "Northwind", "model_year_from": 2000, "from": on(day),
            "acts_on": acts_on, "reason": "test"}  # fmt: skip
    rules = [*scenario.trade.admissibility, Admissibility.model_validate(rule)]
    return scenario.model_copy(update={"trade": scenario.trade.model_copy(update={"admissibility": rules})})


def test_boxes_are_filled_by_cars_of_their_lane_and_the_last_car_waits() -> None:
    """Three cars a box: the fourth waits for the two that come on days 8 and 9 and goes with them."""
    scenario = wide([voyage("a", "boxed", on(8), capacity_boxes=9), voyage("b", "boxed", on(20), capacity_boxes=9)])
    cars = [Car(OVERSEAS, at(k, 6), on(40), lane=BOXED) for k in (1, 1.1, 1.2, 2, 8, 9)]
    answer = run(scenario, cars)
    assert answer.cars["box_idx"].to_list() == [0, 0, 0, 1, 1, 1]
    assert answer.cars["sailing_idx"].to_list() == [0, 0, 0, 1, 1, 1]
    assert answer.cars["port_at"].to_list()[3:] == [at(9, 8)] * 3
    assert answer.sailings["loaded"].to_list() == [1.0, 1.0]
    assert answer.sailings["unit"].to_list() == ["boxes", "boxes"]


def test_only_the_last_box_of_a_lane_is_part_filled() -> None:
    scenario = wide([voyage("a", "boxed", on(20), capacity_boxes=9)])
    answer = run(scenario, [Car(OVERSEAS, at(1, k), on(40), lane=BOXED) for k in range(4)])
    assert answer.cars["box_idx"].to_list() == [0, 0, 0, 1]
    assert answer.sailings["loaded"].item() == 2.0


def test_boxes_are_loaded_on_working_days_so_many_a_day() -> None:
    """Off the line on Friday, two boxes a day: two go on Friday, two on Monday, one on Tuesday."""
    scenario = wide([voyage("a", "boxed", on(30), capacity_boxes=9)], box={"cars_per_box": 1, "boxes_per_day": 2})
    answer = run(scenario, [Car(OVERSEAS, at(4, 6), on(60), lane=BOXED) for _ in range(5)])
    assert answer.cars["port_at"].to_list() == [at(4, 8)] * 2 + [at(7, 2)] * 2 + [at(8, 2)]
    from_south = [Car(OVERSEAS, at(5, 12), on(60), plant=SOUTH, lane=BOXED_FROM_SETUBAL) for _ in range(3)]
    scenario = wide([voyage("a", "setubal-boxed", on(30), capacity_boxes=9)], box={"cars_per_box": 1,
                                                                                   "boxes_per_day": 2})  # fmt: skip
    assert run(scenario, from_south).cars["port_at"].to_list() == [at(9)] * 2 + [at(10)]


def test_no_box_is_loaded_on_a_closed_day() -> None:
    """Full on a Friday: at home Monday is a holiday and Tuesday a stop; in the south, Friday to Tuesday is closed. The
    check asks for the same days: it refuses the answer of a plant that is open on them."""
    one_a_day = {"cars_per_box": 1, "boxes_per_day": 1}
    trips = [voyage("a", "boxed", on(30), capacity_boxes=9), voyage("b", "setubal-boxed", on(30), capacity_boxes=9)]
    is_open = wide(trips, box=one_a_day)
    plant, south = is_open.plant, is_open.alternates[1]
    calendar = plant.calendar.model_copy(update={
        "holidays": [Holiday.model_validate({"date": on(7), "name": "a holiday"})],
        "stops": [Stop.model_validate({"id": "a-stop", "from": on(8), "to": on(8), "reason": "a test",
                                       "paid_share": "0 %"})],
    })  # fmt: skip
    closed = south.model_copy(update={"closures": [Closure.model_validate({"id": "shut", "from": on(4), "to": on(8)})]})
    shut = is_open.model_copy(update={
        "plant": plant.model_copy(update={"calendar": calendar}), "alternates": [is_open.alternates[0], closed],
    })  # fmt: skip
    cars = [Car(OVERSEAS, at(4, 6), on(60), lane=BOXED) for _ in range(3)]
    cars += [Car(OVERSEAS, at(4, 12), on(60), plant=SOUTH, lane=BOXED_FROM_SETUBAL) for _ in range(2)]
    assert run(shut, cars).cars["port_at"].to_list() == [at(4, 8), at(9, 2), at(10, 2), at(11), at(12)]
    too_soon = run(is_open, cars)
    assert too_soon.cars["port_at"].to_list() == [at(4, 8), at(7, 2), at(8, 2), at(6, 12), at(9)]
    told = faults(shut, plan_of(shut, cars), flow_of(shut, cars), too_soon, ShipParams())
    assert sum("it can be loaded on" in fault for fault in told) == 4


def test_a_full_box_ship_leaves_whole_boxes_behind() -> None:
    scenario = wide([voyage("a", "boxed", on(10), capacity_boxes=1), voyage("b", "boxed", on(20), capacity_boxes=5)])
    answer = run(scenario, [Car(OVERSEAS, at(1, k), on(40), booked=0, lane=BOXED) for k in range(6)])
    assert answer.sailings["left_behind"].to_list() == [3, 0]
    assert answer.cars["missed"].to_list() == [""] * 3 + ["full"] * 3
    assert answer.cars["num_rolled"].to_list() == [0] * 3 + [1] * 3


def test_a_ship_that_calls_twice_shares_its_space() -> None:
    """2.5 CEU for both ports: the third car to come finds no space, whichever its port."""
    trips = [voyage("a", "porto-baltimore", on(10), capacity="2.5 CEU", calls=["porto-horta"])]
    scenario = wide([*trips, voyage("b", "porto-baltimore", on(17), **BIG)])
    answer = run(scenario, [Car(m, at(1, k), on(40)) for k, m in enumerate((OVERSEAS, ISLANDS, OVERSEAS))])
    assert answer.cars["sailing_idx"].to_list() == [0, 1, 2]
    assert answer.cars["arrived_at"].to_list() == [at(22), at(13), at(29)]
    assert answer.sailings["voyage_idx"].to_list() == [0, 0, 1]
    assert answer.sailings["left_behind"].to_list() == [1, 0, 0]


def test_space_in_cubic_metres() -> None:
    scenario = wide([voyage("a", "porto-baltimore", on(10), capacity_volume="26 m^3"),
                     voyage("b", "porto-baltimore", on(17), **BIG)])  # fmt: skip
    answer = run(scenario, [Car(OVERSEAS, at(1, k), on(40), variant=HATCH) for k in range(3)])  # 11.8 m3 each
    assert answer.cars["sailing_idx"].to_list() == [0, 0, 1]
    assert answer.sailings["loaded"].to_list() == pytest.approx([23.6, 1.0])
    fills = {row["unit"]: row["fill_share"] for row in measures.fill(scenario, answer).iter_rows(named=True)}
    assert fills == pytest.approx({"m3": 23.6 / 26, "ceu": 1.0 / 500})


def test_a_charter_sails_only_if_it_is_booked() -> None:
    trips = [voyage("a", "porto-baltimore", on(10), charter="90000 USD", **BIG),
             voyage("b", "porto-baltimore", on(17), charter="90000 USD", **BIG)]  # fmt: skip
    free, booked = Car(OVERSEAS, at(1), on(40)), Car(OVERSEAS, at(2), on(40), booked=1)
    answer = run(wide(trips), [free, booked])
    assert answer.cars["sailing_idx"].to_list() == [1, 1]
    assert answer.sailings["sails"].to_list() == [False, True]
    nobody = run(wide(trips), [free])
    assert nobody.cars["missed"].to_list() == ["no-sailing"]


def test_cars_of_other_plants_come_off_at_noon_and_go_by_their_own_road() -> None:
    scenario = wide([voyage("a", "porto-baltimore", on(10), **BIG), voyage("b", "setubal-baltimore", on(10), **BIG)])
    cars = [Car(OVERSEAS, at(1, 3), on(40), plant=HARBOUR),
            Car(OVERSEAS, at(1, 3), on(40), plant=SOUTH, lane=FROM_SETUBAL),
            Car(OVERSEAS, at(1, 3), on(40))]  # fmt: skip
    answer = run(scenario, cars)
    rows = {row["order_id"]: row for row in answer.cars.iter_rows(named=True)}
    assert [rows[k]["yard_at"] for k in range(3)] == [at(1, 12), at(1, 12), at(1, 3)]
    assert [rows[k]["port_at"] for k in range(3)] == [at(2), at(3, 12), at(1, 5)]
    assert [rows[k]["arrived_at"] for k in range(3)] == [at(22), at(25), at(22)]
    peaks = {row["place"]: row["cars"] for row in measures.yard_peaks(answer).iter_rows(named=True)}
    assert (peaks["harbour"], peaks["south"], peaks["porto"], peaks["setubal"]) == (0, 0, 2, 1)  # on the truck at once


def test_who_comes_first_to_the_port_sails_first_from_whichever_plant() -> None:
    scenario = wide([voyage(n, "porto-baltimore", on(d), capacity="1.2 CEU") for n, d in (("a", 10), ("b", 17))])
    cars = [Car(OVERSEAS, at(1, 12), on(40), plant=HARBOUR), Car(OVERSEAS, at(1, 13), on(40))]  # 12 h and 2 h by truck
    sailed = dict(run(scenario, cars).cars.select("order_id", "sailing_idx").iter_rows())
    assert sailed == {0: 1, 1: 0}


@pytest.mark.parametrize(("acts_on", "day", "is_released"), [("import", 22, False), ("sale", 29, True)])
def test_a_barred_car_is_not_delivered(acts_on: str, day: int, is_released: bool) -> None:
    """It arrives on day 22 and would be sold on day 29: a rule of that day stops it, one of the next does not."""
    scenario = wide([voyage("a", "porto-baltimore", on(10), **BIG)])
    cars = [Car(OVERSEAS, at(2), on(20)), Car(OVERSEAS, at(2), on(20), variant=HATCH)]
    row, hatch = run(banned(scenario, acts_on, day), cars).cars.iter_rows(named=True)
    assert (row["state"], row["barred_by"], row["delivered_at"]) == ("barred", f"no-{acts_on}", None)
    assert (row["released_at"] is not None) == is_released
    assert (hatch["state"], hatch["barred_by"]) == ("delivered", "")
    assert run(banned(scenario, acts_on, day + 1), cars).cars["state"].to_list() == ["delivered"] * 2


def test_the_first_rule_in_time_bars_a_car() -> None:
    scenario = wide([voyage("a", "porto-baltimore", on(10), **BIG)])
    both = banned(banned(scenario, "sale", 0), "import", 0)
    assert run(both, [Car(OVERSEAS, at(2), on(20))]).cars["barred_by"].to_list() == ["no-import"]


def test_every_missed_ship_has_its_reason() -> None:
    """Ready, but behind cars left by the ship before; late off the line; held up by trucks; no ship at all."""
    trips = [voyage(n, "porto-baltimore", on(d), capacity="1.2 CEU") for n, d in (("a", 10), ("b", 17), ("c", 24))]
    scenario = wide([*trips, voyage("d", "porto-baltimore", on(40), **BIG)])
    cars = [Car(OVERSEAS, at(1, k), on(60), booked=b) for k, b in enumerate((0, 0, 1))] + [
        Car(OVERSEAS, at(23), on(60), booked=0), Car(OVERSEAS, at(6, 23), on(60), booked=0),
        Car(OVERSEAS, at(90), on(60)),
    ]  # fmt: skip
    plan, flow = plan_of(scenario, cars), flow_of(scenario, cars)
    planned = pl.when(pl.col("order_id") == 3).then(pl.lit(on(3))).otherwise(pl.col("planned_build_on"))
    plan = replace(plan, orders=plan.orders.with_columns(planned_build_on=planned))
    answer = ship(scenario, plan, flow, ShipParams(), seed=1)
    assert faults(scenario, plan, flow, answer, ShipParams()) == []
    assert answer.cars["missed"].to_list() == ["", "full", "rolled-before", "late-line", "not-ready", "no-sailing"]


# Random worlds in which everything is full at some time.
spaces = {True: st.sampled_from([{"capacity_boxes": k} for k in (0, 1, 3)]),
          False: st.sampled_from([{"capacity": "2.3 CEU"}, {"capacity": "6 CEU"},
                                  {"capacity_volume": "40 m^3"}])}  # fmt: skip
calls = {"porto-baltimore": "porto-horta", "porto-horta": "porto-baltimore"}
ways = {HOME: [(0, None)], ISLANDS: [(0, HORTA), (HARBOUR, HORTA)],
        OVERSEAS: [(0, BALTIMORE), (0, BOXED), (HARBOUR, BALTIMORE), (HARBOUR, BOXED), (SOUTH, FROM_SETUBAL),
                   (SOUTH, BOXED_FROM_SETUBAL)]}  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Scenario, list[Car]]:
    trips = []
    for k in range(draw(st.integers(0, 10))):
        lane = draw(st.sampled_from(LANES))
        rest: dict[str, Any] = dict(draw(spaces["boxed" in lane]))
        if draw(st.booleans()) and lane in calls:
            rest["calls"] = [calls[lane]]
        if draw(st.integers(0, 3)) == 0:
            rest["charter"] = "50000 USD"
        trips.append(voyage(f"trip-{k}", lane, on(draw(st.integers(5, 60))), **rest))
    box = {"cars_per_box": draw(st.integers(1, 4)), "boxes_per_day": draw(st.integers(0, 3))}
    scenario = wide(trips, box, port_cars=draw(st.integers(0, 9)), trucked_per_day=draw(st.integers(0, 7)))
    if draw(st.booleans()):
        scenario = banned(scenario, draw(st.sampled_from(["import", "sale"])), draw(st.integers(10, 80)))
    cars = []
    for _ in range(draw(st.integers(0, 25))):
        market = draw(st.sampled_from([HOME, OVERSEAS, OVERSEAS, ISLANDS]))
        plant, lane_idx = draw(st.sampled_from(ways[market]))
        mine = [None, *(t.sailing_idx for t in sailings(scenario) if t.lane_idx == lane_idx)]
        cars.append(Car(
            market, at(0, draw(st.integers(0, 40 * 24))), on(draw(st.integers(0, 90))), draw(st.sampled_from(mine)),
            draw(st.sampled_from([HATCH, VOLT])), plant, lane_idx,
        ))  # fmt: skip
    return scenario, cars


@given(worlds(), st.sampled_from([0.0, 7.0]))
def test_every_world_obeys_the_check(world: tuple[Scenario, list[Car]], call_days: float) -> None:
    """And nothing is lost: every car has one row; the rolls of cars are those that ships left behind."""
    answer = run(*world, ShipParams(call_days))
    assert sorted(answer.cars["order_id"]) == list(range(len(world[1])))
    assert int(answer.sailings["left_behind"].sum()) == int(answer.cars["num_rolled"].sum())
    assert int(answer.sailings["cars"].sum()) == answer.cars["sailing_idx"].count()


@given(worlds())
def test_nobody_overtakes_on_a_lane(world: tuple[Scenario, list[Car]]) -> None:
    """First in, first out by lane: who comes to the port before another, booked no later, sails no later."""
    scenario, cars = world
    answer = run(scenario, cars)
    booked = [None if car.booked is None else sailings(scenario)[car.booked].departs_on for car in cars]
    rows = answer.cars.filter(pl.col("port_at").is_not_null(), pl.col("box_idx").is_null()).to_dicts()
    for one in rows:
        for two in rows:
            a, b = one["order_id"], two["order_id"]
            is_same = cars[a].lane_in(scenario) == cars[b].lane_in(scenario)
            if not is_same or one["port_at"] >= two["port_at"] or two["departed_at"] is None:
                continue
            if booked[a] is None or booked[a] <= two["departed_at"].date():
                assert one["departed_at"] is not None
                assert one["departed_at"] <= two["departed_at"]


def test_the_check_sees_boxes_charters_bans_and_reasons() -> None:
    scenario = banned(
        wide([voyage("a", "boxed", on(10), capacity_boxes=2), voyage("b", "porto-baltimore", on(10), **BIG),
              voyage("c", "porto-baltimore", on(17), charter="1 USD", **BIG)]), "import", 15,
    )  # fmt: skip
    cars = [Car(OVERSEAS, at(1, k), on(40), lane=BOXED) for k in range(3)] + [Car(OVERSEAS, at(2), on(40))] * 2
    plan, flow = plan_of(scenario, cars), flow_of(scenario, cars)
    right = ship(scenario, plan, flow, ShipParams(), seed=1)
    assert faults(scenario, plan, flow, right, ShipParams()) == []

    def told(**frames: pl.DataFrame) -> str:
        return "\n".join(faults(scenario, plan, flow, replace(right, **frames), ShipParams()))

    assert "against its lane" in told(cars=right.cars.with_columns(box_idx=pl.lit(None, pl.Int32)))
    halves = pl.Series([0, 1, 1, None, None], dtype=pl.Int32)
    assert "hold [1, 2] cars" in told(cars=right.cars.with_columns(box_idx=halves))
    assert "is barred by ''" in told(cars=right.cars.with_columns(barred_by=pl.lit("")))
    assert "missed its ship for 'full'" in told(cars=right.cars.with_columns(missed=pl.lit("full")))
    assert "not those" in told(sailings=right.sailings.with_columns(sails=pl.lit(True)))
    assert "did not book" in told(cars=right.cars.with_columns(
        sailing_idx=pl.Series([0, 0, 0, 2, 2], dtype=pl.Int32)))  # fmt: skip
