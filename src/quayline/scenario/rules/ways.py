"""How cars get from a plant to a market: lanes, other plants, duties by origin, and who collects what."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.rules.common import Found, Path
    from quayline.scenario.schema import Scenario


def _market_lanes(s: Scenario) -> Iterator[tuple[Path, int, str]]:
    """(path, index of the market, lane) of every lane that a market names."""
    for i, market in enumerate(s.markets):
        if market.lane is not None:
            yield ("markets", i, "lane"), i, market.lane
        for k, lane in enumerate(market.lanes):
            yield ("markets", i, "lanes", k), i, lane


def lanes_from_plants(s: Scenario) -> Found:
    """Every lane of a market begins at a port of loading of a plant, and a market names it once."""
    ports = {s.plant.export.port} | {plant.port for plant in s.alternates}
    lanes = {lane.id: (i, lane) for i, lane in enumerate(s.logistics.lanes)}
    told, seen = set(), set()
    for path, i, name in _market_lanes(s):
        if (i, name) in seen:
            yield path, f"lane {name!r} is named for this market already"
        seen.add((i, name))
        if name in lanes and lanes[name][1].pol not in ports and name not in told:
            told.add(name)
            at = ("logistics", "lanes", lanes[name][0], "pol")
            yield at, f"a market's lane begins at a plant's port: {', '.join(map(repr, sorted(ports)))}"


def markets_abroad(s: Scenario) -> Found:
    """A market abroad has a lane; cars of every origin that may come have a duty in time, and somebody collects it."""
    pols = {lane.id: lane.pol for lane in s.logistics.lanes}
    home, collected = s.plant.place.country, {a.country for a in s.authorities}
    for i, market in enumerate(s.markets):
        if market.country != home and market.lane is None:
            yield ("markets", i), "a market abroad needs a lane"
        mine = {pols.get(name) for name in (market.lane, *market.lanes) if name is not None}
        origins = {plant.place.country for plant in s.alternates if plant.port in mine}
        for origin in sorted((origins | {home}) - {market.country}):
            rows = [duty for duty in s.trade.duties if (duty.into, duty.origin) == (market.country, origin)]
            if not rows:
                message = f"no duty on cars from {origin} into {market.country}; write 0 % if there is none"
                yield ("markets", i, "country"), message
            elif min(duty.from_ for duty in rows) > s.horizon.start:
                first = min(rows, key=lambda duty: duty.from_)
                at = ("trade", "duties", s.trade.duties.index(first), "from")
                yield at, f"the first duty on cars from {origin} into {market.country} begins after the horizon does"
            if market.country not in collected:
                yield ("markets", i, "country"), f"no authority collects duty in {market.country}"
                break


def duties_once(s: Scenario) -> Found:
    """Two duties of one origin into one country do not begin on the same day."""
    seen: dict[tuple[object, ...], str] = {}
    for i, duty in enumerate(s.trade.duties):
        first = seen.setdefault((duty.into, duty.origin, duty.from_), duty.id)
        if first != duty.id:
            yield ("trade", "duties", i, "from"), f"{first!r} begins on the same day for cars from {duty.origin}"


def port_fees(s: Scenario) -> Found:
    """Somebody collects a port fee."""
    collected = {a.country for a in s.authorities}
    for i, fee in enumerate(s.trade.port_fees):
        if fee.into not in collected:
            yield ("trade", "port_fees", i, "into"), f"no authority collects fees in {fee.into}"


def alternates(s: Scenario) -> Found:
    """Another plant has a name of its own, a lane to a market, and builds cars of a known model year, each once."""
    used = {lane.pol for lane in s.logistics.lanes if lane.id in {name for *_, name in _market_lanes(s)}}
    years = {model.id: min(year.from_ for year in model.model_years) for model in s.vehicles.models}
    models = {variant.id: variant.model for variant in s.vehicles.variants}
    for i, plant in enumerate(s.alternates):
        if plant.id == s.plant.id:
            yield ("alternates", i, "id"), f"{plant.id!r} is the plant of this scenario"
        if plant.port not in used:
            yield ("alternates", i, "port"), f"no market has a lane that begins at {plant.port!r}"
        seen: set[str] = set()
        for k, build in enumerate(plant.builds):
            at: Path = ("alternates", i, "builds", k)
            if build.variant in seen:
                yield (*at, "variant"), f"{build.variant!r} is listed for this plant already"
            seen.add(build.variant)
            first = years.get(models.get(build.variant, ""))
            if first is not None and build.from_ < first:
                yield (*at, "from"), f"the first model year of {build.variant!r} begins on {first}"
