"""Yard, trucks, ships and delivery: by hand, by the independent check, and by properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.ship.frames import HOME, ISLANDS, OVERSEAS, Car, at, flow_of, on, plan_of, services, small, starter

from quayline.scenario.sailings import sailings
from quayline.ship import measures
from quayline.ship.check import faults
from quayline.ship.params import ShipParams
from quayline.ship.solve import ship

if TYPE_CHECKING:
    from quayline.records.stages import Shipments
    from quayline.scenario.schema import Scenario

LANES = ("porto-baltimore", "porto-horta")
VOLT_CEU = 1.15


def run(scenario: Scenario, cars: list[Car], params: ShipParams = ShipParams()) -> Shipments:  # noqa: B008
    """Ships the cars and has the answer checked."""
    plan, flow = plan_of(scenario, cars), flow_of(scenario, cars)
    answer = ship(scenario, plan, flow, params, seed=1)
    wrong = faults(scenario, plan, flow, answer, params)
    assert not wrong, "\n".join(wrong[:10])
    return answer


def test_one_car_overseas_takes_every_leg_by_hand() -> None:
    scenario = small(services(("porto-baltimore", on(10), 100.0)))
    row = run(scenario, [Car(OVERSEAS, at(2, 14), on(20))]).cars.row(0, named=True)
    assert row["yard_at"] == at(2, 14)
    assert row["port_at"] == at(2, 16)  # two hours on the truck
    assert row["departed_at"] == at(10)
    assert row["arrived_at"] == at(22)  # 12 days at sea
    assert row["released_at"] == at(24)  # 2 days in port
    assert row["delivered_at"] == at(29)  # 5 days inland
    assert (row["num_rolled"], row["state"], row["sailing_idx"]) == (0, "delivered", 0)


def test_a_car_by_road_waits_in_the_plant_for_its_day() -> None:
    scenario = small([])
    early, late = Car(HOME, at(1, 6), on(30)), Car(HOME, at(50, 6), on(30))
    answer = run(scenario, [early, late])
    assert answer.cars["delivered_at"].to_list() == [at(30), at(51, 6)]
    assert answer.cars["port_at"].null_count() == 2
    in_plant = answer.yards.filter(pl.col("place") == "plant", pl.col("cars") > 0)["date"]
    assert in_plant.to_list() == [on(k) for k in range(1, 29)]  # it leaves a day before it is wanted


def test_an_early_export_waits_in_its_market() -> None:
    scenario = small(services(("porto-baltimore", on(10), 100.0)))
    row = run(scenario, [Car(OVERSEAS, at(2), on(100))]).cars.row(0, named=True)
    assert row["released_at"] == at(24)
    assert row["delivered_at"] == at(100)


def test_cut_off_and_gate_decide_which_ship() -> None:
    """Two hours of truck and a day from gate to ready must end two days before departure."""
    scenario = small(services(("porto-baltimore", on(10), 100.0), ("porto-baltimore", on(17), 100.0)))
    just, missed = Car(OVERSEAS, at(6, 22), on(20)), Car(OVERSEAS, at(6, 22.001), on(20))
    answer = run(scenario, [just, missed])
    assert answer.cars["sailing_idx"].to_list() == [0, 1]
    assert answer.cars["num_rolled"].to_list() == [0, 0]  # it was not ready for the ship that it missed


def test_a_full_ship_rolls_the_last_ones_over() -> None:
    scenario = small(services(*(("porto-baltimore", on(k), 2 * VOLT_CEU) for k in (10, 17, 24))))
    answer = run(scenario, [Car(OVERSEAS, at(1, k), on(20)) for k in range(5)])
    assert answer.cars["sailing_idx"].to_list() == [0, 0, 1, 1, 2]
    assert answer.cars["num_rolled"].to_list() == [0, 0, 1, 1, 2]
    assert answer.sailings["left_behind"].to_list() == [3, 1, 0]
    assert answer.sailings["loaded"].to_list() == pytest.approx([2.3, 2.3, 1.15])


def test_a_small_car_does_not_overtake_the_large_one_before_it() -> None:
    trips = services(("porto-baltimore", on(10), 2.05), ("porto-baltimore", on(17), 50.0))
    cars = [Car(OVERSEAS, at(1, k), on(20), variant=v) for k, v in enumerate((0, 1, 0))]
    assert run(small(trips), cars).cars["sailing_idx"].to_list() == [0, 1, 1]


def test_the_booking_is_the_earliest_sailing_and_calls_the_car() -> None:
    """A car that the plan keeps for a later ship, because a duty falls say, does not sail before, nor block others."""
    trips = services(*(("porto-baltimore", on(k), VOLT_CEU) for k in (10, 17, 40)))
    answer = run(small(trips), [Car(OVERSEAS, at(1), on(20), booked=2), Car(OVERSEAS, at(2), on(20), booked=0)])
    assert answer.cars["sailing_idx"].to_list() == [2, 0]
    assert answer.cars["port_at"].to_list() == [at(33, 2), at(3, 2)]  # called a week before it sails
    assert answer.cars["num_rolled"].to_list() == [0, 0]
    assert measures.against_booking(
        plan_of(small(trips), [Car(OVERSEAS, at(1), on(20), booked=2)]), answer
    ) == {"as_booked": 1, "later": 0, "not_at_all": 0}  # fmt: skip


def test_a_rolled_car_goes_before_those_booked_after_it() -> None:
    trips = services(*(("porto-baltimore", on(k), VOLT_CEU) for k in (14, 28, 42)))
    cars = [Car(OVERSEAS, at(1), on(30), booked=0), Car(OVERSEAS, at(1, 1), on(30), booked=0),
            Car(OVERSEAS, at(0), on(30), booked=1)]  # fmt: skip
    assert run(small(trips), cars).cars["sailing_idx"].to_list() == [0, 1, 2]


def test_a_month_without_ships_exports_nothing_and_the_next_recovers() -> None:
    weeks = [k for k in range(3, 150, 7) if not 30 <= k < 60]  # none in the second month
    scenario = small(services(*(("porto-baltimore", on(k), 200.0) for k in weeks)))
    cars = [Car(OVERSEAS, at(k / 2), on(60)) for k in range(200)]
    answer = run(scenario, cars)
    sailed = answer.cars.group_by(((pl.col("departed_at") - at(0)).dt.total_days() // 30).alias("month")).len()
    by_month = dict(sailed.iter_rows())
    assert 1 not in by_month
    assert by_month[2] > 1.5 * by_month[0]
    assert answer.cars["delivered_at"].null_count() == 0


def test_a_full_port_keeps_cars_at_the_plant() -> None:
    scenario = small(services(("porto-baltimore", on(10), 50.0), ("porto-baltimore", on(20), 50.0)), port_cars=3)
    answer = run(scenario, [Car(OVERSEAS, at(1, k), on(30)) for k in range(6)])
    assert answer.cars["port_at"].to_list() == [at(1, k + 2) for k in range(3)] + [at(10, 2)] * 3
    assert measures.yard_peaks(answer).filter(pl.col("place") == "porto")["cars"].item() == 3


def test_trucks_take_only_so_many_a_day() -> None:
    scenario = small(services(("porto-baltimore", on(20), 50.0)), trucked_per_day=2)
    answer = run(scenario, [Car(OVERSEAS, at(1, 5), on(30)) for _ in range(5)])
    assert answer.cars["port_at"].to_list() == [at(1, 7)] * 2 + [at(2, 2)] * 2 + [at(3, 2)]


def test_no_truck_no_export() -> None:
    scenario = small(services(("porto-baltimore", on(20), 50.0)), trucked_per_day=0)
    answer = run(scenario, [Car(OVERSEAS, at(1), on(30)), Car(HOME, at(1), on(3))])
    assert answer.cars["state"].to_list() == ["plant-yard", "delivered"]
    assert answer.cars["delivered_at"].null_count() == 1


def test_a_car_that_no_ship_takes_stays_at_the_plant() -> None:
    scenario = small(services(("porto-baltimore", on(10), 50.0)), port_cars=1)
    answer = run(scenario, [Car(ISLANDS, at(1), on(5)), Car(OVERSEAS, at(2), on(5)), Car(OVERSEAS, at(100), on(5))])
    assert answer.cars["sailing_idx"].to_list() == [None, 0, None]
    assert answer.cars["port_at"].null_count() == 2


def test_states_at_the_closing() -> None:
    """The horizon ends on 26 June 2026, day 172; states are those of midnight after it."""
    trips = services(*(("porto-baltimore", on(k), 50.0) for k in (140, 155, 161, 170, 179)))
    booked = [Car(OVERSEAS, at(130), on(150), booked=k) for k in range(5)]
    parked = [Car(HOME, at(160), on(300)), Car(HOME, at(172, 23), on(160)), Car(HOME, at(171, 12), on(160))]
    answer = run(small(trips), [*booked, *parked])
    assert answer.cars["state"].to_list() == [
        "delivered", "inland", "destination-port", "on-water", "port-yard", "plant-yard", "inland", "delivered"
    ]  # fmt: skip
    assert answer.cars["delivered_at"].null_count() == 0  # the account follows each to its end


def test_no_cars_at_all() -> None:
    answer = run(small(services(("porto-baltimore", on(10), 50.0))), [])
    assert answer.cars.height == 0
    assert answer.yards["cars"].sum() == 0
    assert answer.sailings["cars"].to_list() == [0]


def test_a_lane_from_another_port_is_refused() -> None:
    scenario = small([])
    lanes = [lane.model_copy(update={"pol": "baltimore"}) for lane in scenario.logistics.lanes]
    wrong = scenario.model_copy(update={"logistics": scenario.logistics.model_copy(update={"lanes": lanes})})
    with pytest.raises(ValueError, match="do not begin at their plant's port"):
        run(wrong, [Car(OVERSEAS, at(1), on(2))])


def test_a_booking_on_another_lane_is_refused() -> None:
    scenario = small(services(("porto-baltimore", on(10), 50.0)))
    for market in (ISLANDS, HOME):
        with pytest.raises(ValueError, match="go elsewhere"):
            run(scenario, [Car(market, at(1), on(20), booked=0)])


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="call_days"):
        ShipParams(call_days=-1)


# Cases with few places, trucks and ships, so that everything is full at some time.
moments = st.integers(0, 40 * 24).map(lambda h: at(0, h))
lanes = st.sampled_from(LANES)
sailing = st.tuples(lanes, st.integers(5, 60).map(on), st.sampled_from([0.0, 1.1, 2.05, 6.1, 40.0]))
market = st.sampled_from([HOME, OVERSEAS, ISLANDS])
variant = st.sampled_from([0, 1])


@st.composite
def cases(draw: st.DrawFn) -> tuple[Scenario, list[Car]]:
    trips = sorted(draw(st.lists(sailing, max_size=12)), key=lambda t: (t[1], LANES.index(t[0])))
    scenario = small(
        services(*trips), port_cars=draw(st.integers(0, 8)), trucked_per_day=draw(st.integers(0, 6)),
        truck_h=draw(st.sampled_from([0.0, 2.0, 30.0])),
    )  # fmt: skip
    cars = []
    listed = [(t.sailing_idx, scenario.logistics.lanes[t.lane_idx].id) for t in sailings(scenario)]
    for _ in range(draw(st.integers(0, 25))):
        where = draw(market)
        mine = [None, *(k for k, lane in listed if lane == scenario.markets[where].lane)]
        cars.append(Car(where, draw(moments), on(draw(st.integers(0, 90))), draw(st.sampled_from(mine)), draw(variant)))
    return scenario, cars


@given(cases(), st.sampled_from([0.0, 3.0, 10.0]))
def test_every_case_obeys_the_check(case: tuple[Scenario, list[Car]], call_days: float) -> None:
    answer = run(*case, ShipParams(call_days))
    assert answer.cars.height == len(case[1])
    assert int(answer.sailings["left_behind"].sum()) == int(answer.cars["num_rolled"].sum())


@given(cases(), sailing)
def test_another_sailing_never_delays_a_car(
    case: tuple[Scenario, list[Car]], extra: tuple[str, date, float]
) -> None:  # fmt: skip
    """As long as it is not the last of its lane: a lane's last ship decides who is not trucked at all."""
    scenario, cars = case
    old = sailings(scenario)
    lane = LANES.index(extra[0])
    assume(any(t.lane_idx == lane and t.departs_on >= extra[1] for t in old))
    more = [*scenario.logistics.services, services(extra)[0].model_copy(update={"id": "extra"})]
    larger = scenario.model_copy(update={"logistics": scenario.logistics.model_copy(update={"services": more})})
    place = {t.service: t.sailing_idx for t in sailings(larger)}
    booked = [replace(c, booked=None if c.booked is None else place[old[c.booked].service]) for c in cars]
    before, after = run(scenario, cars).cars["delivered_at"], run(larger, booked).cars["delivered_at"]
    never = datetime.max
    assert all((b or never) <= (a or never) for a, b in zip(before, after, strict=True))


def test_the_check_sees_each_kind_of_wrong() -> None:
    scenario = small(services(*(("porto-baltimore", on(k), 2 * VOLT_CEU) for k in (10, 17, 24))))
    cars = [Car(OVERSEAS, at(1, k), on(20)) for k in range(4)] + [Car(HOME, at(1), on(20))]
    plan, flow = plan_of(scenario, cars), flow_of(scenario, cars)
    right = ship(scenario, plan, flow, ShipParams(), seed=1)

    def told(**frames: pl.DataFrame) -> str:
        return "\n".join(faults(scenario, plan, flow, replace(right, **frames), ShipParams()))

    swapped = right.cars.with_columns(right.cars["sailing_idx"].gather([1, 2, 0, 3, 4]))
    assert "another lane or day" in told(cars=swapped)
    assert "each of the 5 built ones once" in told(cars=right.cars.head(4))
    day = timedelta(days=1)
    assert "at sea" in told(cars=right.cars.with_columns(pl.col("departed_at") - day))
    assert "delivered at" in told(cars=right.cars.with_columns(pl.col("delivered_at") + day))
    assert "cars behind" in told(sailings=right.sailings.with_columns(left_behind=pl.lit(9, pl.Int32)))
    assert "was left" in told(cars=right.cars.with_columns(num_rolled=pl.lit(5, pl.Int16)))
    assert "most cars" in told(yards=right.yards.with_columns(pl.col("cars") + 1))
    assert "expected delivered" in told(cars=right.cars.with_columns(state=pl.lit("on-water")))
    assert "not those" in told(sailings=right.sailings.with_columns(pl.col("capacity") + 1))


def test_measures_of_a_small_case() -> None:
    scenario = small(services(("porto-baltimore", on(10), 2 * VOLT_CEU)))
    cars = [Car(OVERSEAS, at(2), on(20)), Car(OVERSEAS, at(4), on(20)), Car(HOME, at(2), on(3))]
    plan, answer = plan_of(scenario, cars), run(scenario, cars)
    legs = measures.legs(scenario, plan, answer).filter(pl.col("market") == "overseas").row(0, named=True)
    assert (legs["cars"], legs["sea_days"], legs["discharge_days"], legs["last_days"]) == (2, 12.0, 2.0, 5.0)
    assert legs["plant_days"] == pytest.approx(2 / 24)
    assert measures.fill(scenario, answer)["fill_share"].to_list() == pytest.approx([1.0])


def test_the_starter_ships_what_it_builds() -> None:
    cars = [Car(k % 2, at(30 + k / 100), on(60)) for k in range(2000)]
    answer = run(starter(), cars)
    assert answer.cars["delivered_at"].null_count() == 0
    assert answer.cars.filter(pl.col("num_rolled") > 0).height > 0
