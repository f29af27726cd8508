"""The starter with all ways at once: a second plant abroad, two ports of discharge on one ship, boxes, a charter."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tests.plan.conftest import replace

from quayline.scenario.markets import Box, PortFee, Subsidy
from quayline.scenario.sources import AlternatePlant

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

LINER, SECOND_PORT, CHARTERED, BOXED = "porto-baltimore", "porto-norfolk", "vigo-baltimore", "porto-boxes"


def second_plant(ex_works_usd: float = 20_000.0, cars_per_week: int = 60, ramp: bool = True) -> AlternatePlant:
    builds: dict[str, Any] = {
        "variant": "volt-60", "from": "2026-01-05", "ex_works": f"{ex_works_usd} USD/car", "gate": "9000 kgCO2e/car",
        "ramp": [{"week": 0, "cars": 10}, {"week": 1, "cars": 30}] if ramp else [],
    }  # fmt: skip
    return AlternatePlant.model_validate({
        "id": "vigo-works", "name": "Vigo Works", "place": {"country": "ES", "latitude": 42.2, "longitude": -8.7},
        "party": "lakeside", "port": "vigo", "cars_per_week": cars_per_week, "truck_distance": "10 km",
        "truck_time": "1 day", "truck_cost": "50 USD/car", "yard": "3 USD/car/day", "builds": [builds],
    })  # fmt: skip


def wide(
    starter: Scenario, plant: AlternatePlant | None = None, charter_usd: float = 9000.0, charter_ceu: float = 100.0,
    quota: tuple[int, float] = (150, 0.3), boxes_per_day: int = 4,
) -> Scenario:  # fmt: skip
    """`quota`: cars a year from the second plant's country, and the rate beyond it (10 % within)."""
    logistics, market = starter.logistics, starter.markets[1]
    porto, baltimore = logistics.ports
    lane, service = logistics.lanes[0], logistics.services[0]
    box = Box.model_validate({"cars_per_box": 3, "freight": "2400 USD", "boxes_per_day": boxes_per_day})
    lanes = [
        lane, lane.model_copy(update={"id": SECOND_PORT, "pod": "norfolk", "transit_days": 14.0}),
        lane.model_copy(update={"id": CHARTERED, "pol": "vigo"}),
        lane.model_copy(update={"id": BOXED, "freight_usd_per_m3": None, "box": box}),
    ]  # fmt: skip
    services = [
        service.model_copy(update={"calls": [SECOND_PORT]}),
        service.model_copy(update={
            "id": "vigo-ship", "lane": CHARTERED, "capacity_ceu": charter_ceu, "charter_usd": charter_usd
        }),
        service.model_copy(update={"id": "box-ship", "lane": BOXED, "capacity_ceu": None, "capacity_boxes": 20}),
    ]  # fmt: skip
    other = plant or second_plant()
    duty = starter.trade.duties[0].model_copy(
        update={"id": "es-us", "origin": "ES", "rate": 0.1, "quota_cars": quota[0], "over_quota_rate": quota[1]}
    )
    fee = {"id": "fee", "into": "US", "from": "2026-04-01", "until": "2026-06-01", "fee": "150 USD/car", "basis": "law"}
    subsidy = {
        "id": "aid", "market": market.id, "propulsion": "battery-electric", "from": "2026-05-01", "until": "2026-05-31",
        "price_below": "60000 USD", "amount": "1000 USD/car", "kept_share": "40 %", "payer": "us-customs",
    }  # fmt: skip
    return replace(
        starter, alternates=[other], markets=[starter.markets[0], market.model_copy(update={"lanes": [
            SECOND_PORT, CHARTERED, BOXED]})],
        logistics__ports=[porto, baltimore, porto.model_copy(update={"id": "vigo", "name": "Vigo"}),
                          baltimore.model_copy(update={"id": "norfolk", "name": "Norfolk"})],
        logistics__lanes=lanes, logistics__services=services, trade__duties=[*starter.trade.duties, duty],
        trade__port_fees=[PortFee.model_validate(fee)], trade__subsidies=[Subsidy.model_validate(subsidy)],
    )  # fmt: skip


def one_ship_each(scenario: Scenario, liner_ceu: float) -> Scenario:
    """Two weeks of build, one departure of each service, no cost of time, no crew: few enough plans to list."""
    services = [
        s.model_copy(update={"first": date(2026, 2, 18), "until": date(2026, 2, 18), "skips": []})
        for s in scenario.logistics.services if s.id != "box-ship"
    ]  # fmt: skip
    services[0] = services[0].model_copy(update={"capacity_ceu": liner_ceu})
    market = scenario.markets[1].model_copy(update={
        "lanes": [SECOND_PORT, CHARTERED], "stock_usd_per_car_day": 0.0, "lateness_usd_per_car_week": 0.0,
        "patience_days": 365.0, "lead_days": 30.0,
    })  # fmt: skip
    volt = scenario.vehicles.models[1].model_copy(update={"from_": date(2025, 1, 6), "ramp": []})
    mode = next(m for m in scenario.plant.modes if m.id == "normal").model_copy(update={"speed_jph": 0.1})
    plant = scenario.alternates[0].model_copy(update={"yard_usd_per_car_day": 0.0})
    return replace(
        scenario, alternates=[plant], markets=[scenario.markets[0], market], logistics__services=services,
        vehicles__models=[scenario.vehicles.models[0], volt], vehicles__mix_limits=[], agreements=[],
        horizon__start=date(2026, 1, 19), horizon__end=date(2026, 2, 1), plant__modes=[mode],
        plant__availability_share=0.9, plant__overtime__shift_h=0.0, plant__overtime__weekend_shifts_per_month=0,
        plant__change__pace_usd=0.0, plant__export__yard_usd_per_car_day=0.0,
    )  # fmt: skip
