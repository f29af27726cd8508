"""A made-up programme more than ten times the size of `busan`: five plants, 40 variants, 20 markets, ten years by week.

Deterministic, and built through the schema from the things of `busan`: ten models of four variants each (drive and
battery, so that the variants of a model share its dates and its ways), each model sold in six of the markets. Two
markets are reached by road. Each model is built at home and by two of the other plants, each with a port and lanes of
its own. Nothing here is a fact about anybody.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import pi, sin
from typing import TYPE_CHECKING, Any

from quayline.scenario.loader import load
from quayline.scenario.sources import AlternatePlant

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

NUM_MODELS, NUM_VARIANTS, NUM_MARKETS, NUM_PLANTS, NUM_YEARS = 10, 4, 20, 5, 10
_MODELS = ("grand-koleos", "arkana", "filante", "polestar-4")
_VARIANTS = ("grand-koleos-hybrid", "arkana-hybrid", "filante-hybrid", "polestar-4-single")
_SHARES = (0.4, 0.3, 0.2, 0.1)
_START = date(2025, 1, 6)


def large(num_years: int = NUM_YEARS, num_plants: int = NUM_PLANTS, cars_per_year: int = 300_000) -> Scenario:
    """The programme over `num_years` with about `cars_per_year` wanted, built by the first `num_plants` plants."""
    busan = load("busan")
    end = _START + timedelta(weeks=52 * num_years) - timedelta(days=1)
    models, variants = _vehicles(busan)
    alternates = _alternates(variants)[: num_plants - 1]
    markets, ports, lanes, services = _ways(busan, end, cars_per_year, alternates)
    demand, prices = _demand(busan, num_years, cars_per_year)
    calendar = busan.plant.calendar.model_copy(update={"stops": _stops(busan, num_years)})
    return busan.model_copy(update={
        "name": "large",
        "title": "A made-up programme",
        "horizon": busan.horizon.model_copy(update={"start": _START, "end": end, "plant_until": end.year + 5}),
        "plant": busan.plant.model_copy(update={"calendar": calendar}),
        "vehicles": busan.vehicles.model_copy(update={"models": models, "variants": variants}),
        "markets": markets,
        "logistics": busan.logistics.model_copy(update={"ports": ports, "lanes": lanes, "services": services}),
        "trade": busan.trade.model_copy(update={"admissibility": []}),
        "agreements": [], "parts": [], "alternates": alternates, "demand": demand, "prices": prices,
    })  # fmt: skip


def _by_id(things: list[Any]) -> dict[str, Any]:
    return {thing.id: thing for thing in things}


def _starts(i: int) -> date:
    """Start of production of model `i`: two of the ten are launched in the third and fourth year."""
    return _START - timedelta(days=400) if i < 8 else date(2025 + i - 6, 3, 1)


def _first_month(i: int) -> int:
    """The first month, counted from the first of the horizon, in which model `i` is wanted."""
    return max(12 * (_starts(i).year - 2025) + _starts(i).month + 2, 0)


def _vehicles(busan: Scenario) -> tuple[list[Any], list[Any]]:
    models, variants = [], []
    base, drive = _by_id(busan.vehicles.models), _by_id(busan.vehicles.variants)
    for i in range(NUM_MODELS):
        kind = i % len(_MODELS)
        change = {"id": f"model-{i}", "name": f"Model {i}", "from_": _starts(i), "until": None}
        models.append(base[_MODELS[kind]].model_copy(update=change))
        for j in range(NUM_VARIANTS):
            one = drive[_VARIANTS[kind]]
            variants.append(one.model_copy(update={
                "id": f"model-{i}-{j}", "model": f"model-{i}", "name": f"Model {i}, drive {j}",
                "from_": None, "until": None, "parts_usd_per_car": round(one.parts_usd_per_car * (0.94 + 0.03 * j)),
            }))  # fmt: skip
    return models, variants


def _alternates(variants: list[Any]) -> list[AlternatePlant]:
    """Four other plants: number k of them builds the models whose number by four leaves k or k + 1."""
    found = []
    for k in range(4):
        builds = [
            {"variant": one.id, "from": "2024-01-01", "ex_works": f"{one.parts_usd_per_car + 650 + 50 * k} USD/car",
             "gate": "12000 kgCO2e/car"}
            for i, one in enumerate(variants) if (i // NUM_VARIANTS) % 4 in (k, (k + 1) % 4)
        ]  # fmt: skip
        found.append(AlternatePlant.model_validate({
            "id": f"plant-{k + 1}", "name": f"Plant {k + 1}", "party": "geely", "port": f"port-of-plant-{k + 1}",
            "place": {"country": "KR", "latitude": 30.0 + k, "longitude": 121.0}, "cars_per_week": 500,
            "truck_distance": "90 km", "truck_time": "1 day", "truck_cost": "45 USD/car", "yard": "2 USD/car/day",
            "builds": builds,
        }))  # fmt: skip
    return found


def _ways(
    busan: Scenario, end: date, cars_per_year: int, alternates: list[AlternatePlant]
) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Two markets by road, the others each by a lane and a port of its own with a ship every one or two weeks, and
    every two weeks from the port of every other plant."""
    road = [m for m in busan.markets if m.lane is None]
    sea = [m for m in busan.markets if m.lane is not None]
    lane_of, port_of = _by_id(busan.logistics.lanes), _by_id(busan.logistics.ports)
    markets: list[Any] = [road[0].model_copy(update={"id": f"market-{k}", "name": f"Market {k}"}) for k in range(2)]
    ports: list[Any] = [port_of[busan.plant.export.port].model_copy(update={"yard_cars": 20_000})]
    ports += [ports[0].model_copy(update={"id": p.port, "name": p.port, "place": p.place}) for p in alternates]
    lanes, services = [], []
    for k in range(2, NUM_MARKETS):
        market = sea[k % len(sea)]
        lane = lane_of[market.lane]
        every = 7 if k % 3 else 14
        space = round(cars_per_year / NUM_MARKETS * every / 365 * 1.3)
        ports.append(port_of[lane.pod].model_copy(update={"id": f"port-{k}", "name": f"Port {k}"}))
        lanes.append(lane.model_copy(update={"id": f"lane-{k}", "pod": f"port-{k}"}))
        first = _START + timedelta(days=2 + k % 5)
        services.append(busan.logistics.services[0].model_copy(update={
            "id": f"service-{k}", "lane": f"lane-{k}", "first": first, "until": end + timedelta(days=90),
            "every_days": every, "capacity_ceu": float(space), "skips": [],
        }))  # fmt: skip
        more = [f"lane-{k}-of-{plant.id}" for plant in alternates]
        for name, plant in zip(more, alternates, strict=True):
            lanes.append(lane.model_copy(update={"id": name, "pol": plant.port, "pod": f"port-{k}"}))
            services.append(busan.logistics.services[0].model_copy(update={
                "id": f"service-{k}-of-{plant.id}", "lane": name, "first": first + timedelta(days=1), "every_days": 14,
                "until": end + timedelta(days=90), "skips": [],
                "capacity_ceu": float(round(space * 14 / every / 6)),
            }))  # fmt: skip
        names = {"id": f"market-{k}", "name": f"Market {k}", "lane": f"lane-{k}", "lanes": more}
        markets.append(market.model_copy(update=names))
    return markets, ports, lanes, services


def _demand(busan: Scenario, num_years: int, cars_per_year: int) -> tuple[list[Any], list[Any]]:
    """Seasons, life cycles and growth; a price falls by two per cent in the middle of the horizon."""
    price = {(p.variant): p.price_usd_per_car for p in busan.prices}
    row, tag = busan.demand[0], busan.prices[0]
    demand, prices = [], []
    for i in range(NUM_MODELS):
        for n in range(6):
            k = (3 * i + (0, 1, 4, 7, 11, 16)[n]) % NUM_MARKETS
            for j in range(NUM_VARIANTS):
                names = {"market": f"market-{k}", "variant": f"model-{i}-{j}"}
                usd = price[_VARIANTS[i % len(_VARIANTS)]] * (0.94 + 0.04 * j)
                prices += [
                    tag.model_copy(update={**names, "from_": day, "price_usd_per_car": round(usd * level)})
                    for day, level in ((date(2020, 1, 1), 1.0), (date(2025 + num_years // 2, 1, 1), 0.98))
                ]
                mean = cars_per_year / 12 / (6 * NUM_MODELS) * _SHARES[j] * (0.6 + 0.16 * n)
                for month in range(_first_month(i), 12 * num_years):
                    season = 1 + 0.25 * sin(2 * pi * (month + 2 * k) / 12) + 0.2 * sin(2 * pi * (month + 9 * i) / 60)
                    cars = round(mean * season)
                    demand.append(row.model_copy(update={
                        **names, "month": f"{2025 + month // 12}-{1 + month % 12:02}", "cars": cars,
                    }))  # fmt: skip
    return demand, prices


def _stops(busan: Scenario, num_years: int) -> list[Any]:
    """A week each August."""
    stop = busan.plant.calendar.stops[-1]
    found = []
    for year in range(2025, 2025 + num_years):
        first = date(year, 8, 1) + timedelta(days=(7 - date(year, 8, 1).weekday()) % 7)
        found.append(stop.model_copy(update={
            "id": f"summer-{year}", "from_": first, "to": first + timedelta(days=4)
        }))  # fmt: skip
    return found
