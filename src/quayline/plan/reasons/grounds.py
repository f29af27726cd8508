"""The statements of the scenario behind a reason: the rule, date, stop or ship that leaves no way; the duty on it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from quayline.plan.inputs.orders import day_of
from quayline.plan.inputs.rules import bars, duty_on
from quayline.plan.inputs.ways import BARRED, HOME, NOT_ON_LINE, plant_of

if TYPE_CHECKING:
    from quayline.plan.constraints import Build
    from quayline.plan.inputs.pack import Pair
    from quayline.plan.reasons.paths import Path
    from quayline.scenario.markets import Duty


def told_day(day: date) -> str:
    """'3 May 2027'."""
    return f"{day:%-d %B %Y}"


def barrier(build: Build, pair: Pair, week: int) -> tuple[str, str]:
    """Code and words of the statement for which no car of the pair may be built in a week: a stop, a rule, its dates
    on the line; '' and '' where it may."""
    calendar, scenario = build.calendar, build.scenario
    if not 0 <= week < calendar.num_weeks:
        return "", ""
    if not calendar.weeks[week].workdays and all(way.plant == HOME for way in pair.ways):
        stops = [s for s in scenario.plant.calendar.stops
                 if s.from_ <= calendar.weeks[week].last and s.to >= calendar.weeks[week].first]  # fmt: skip
        told = [f"{s.id}, {told_day(s.from_)} to {told_day(s.to)}: {s.reason}" for s in stops]
        return "stop", "the plant stands still" + (f" ({'; '.join(told)})" if told else "")
    market, model = scenario.markets[pair.market], scenario.vehicles.models[pair.model]
    why = {int(way.why[week]) for way in pair.ways}
    if why == {BARRED}:
        rules = [
            f"rule {r.id}: no {r.brand} of model year {r.model_year_from} or later in {market.name} from "
            f"{told_day(r.from_)} ({r.reason})"
            for r in bars(scenario, market, model)
        ]
        return "not-admissible", "; ".join(rules)
    if why == {NOT_ON_LINE}:
        variant = scenario.vehicles.variants[pair.variant]
        starts = max(model.from_, variant.from_ or model.from_)
        ends = min(model.until or date.max, variant.until or date.max)
        until = "" if ends == date.max else f" to {told_day(ends)}"
        return "not-on-line", f"{variant.id} is on the line from {told_day(starts)}{until}"
    return "", ""


def no_way(build: Build, pair: Pair, start: int, latest: int) -> str:
    """Words for an order that no car reaches by week `latest`, though one may be built in its standard week `start`."""
    scenario = build.scenario
    by = told_day(day_of(build.calendar.monday + 7 * latest + 6))
    lanes = _lanes(build, pair)
    if not lanes:
        return f"no week of build reaches {scenario.markets[pair.market].name} by {by}"
    told = f"no ship of {' or '.join(lanes)} that it can catch is with its customer by {by}"
    return told + skipped(build, pair, start, latest)


def _lanes(build: Build, pair: Pair) -> list[str]:
    """The lanes by which the pair is served."""
    return list(dict.fromkeys(build.scenario.logistics.lanes[way.lane].id for way in pair.ways if way.legs))


def skipped(build: Build, pair: Pair, start: int, latest: int) -> str:
    """The departures of the pair's lanes between two weeks that do not take place, as a clause."""
    scenario, monday = build.scenario, build.calendar.monday
    first, last = day_of(monday + 7 * start), day_of(monday + 7 * latest + 6)
    lanes = set(_lanes(build, pair))
    days = [
        f"{service.id} on {told_day(day)}"
        for service in scenario.logistics.services if lanes & {service.lane, *service.calls}
        for day in sorted(service.skips) if first <= day <= last
    ]  # fmt: skip
    return f"; skipped: {', '.join(days)}" if days else ""


def duty_clause(build: Build, pair: Pair, path: Path, missing_usd: float) -> str:
    """The duty that a car on `path` pays, as a clause, and whether it would have come first at the rate before:
    `missing_usd` is what it lacks."""
    duty, value_usd = _duty(build, pair, path)
    if duty is None or duty.rate <= 0:
        return ""
    text = f"; the {100 * duty.rate:.4g} % duty from {told_day(duty.from_)} takes {duty.rate * value_usd:,.0f} USD"
    rows = [d for d in build.scenario.trade.duties
            if (d.into, d.origin) == (duty.into, duty.origin) and d.from_ < duty.from_]  # fmt: skip
    before = max(rows, key=lambda d: d.from_, default=None)
    if before is not None and (duty.rate - before.rate) * value_usd > missing_usd:
        text += f", at the {100 * before.rate:.4g} % before it would have come first"
    return text


def duty_usd(build: Build, pair: Pair, path: Path) -> float:
    """The duty on a car on `path`."""
    duty, value_usd = _duty(build, pair, path)
    return duty.rate * value_usd if duty else 0.0


def _duty(build: Build, pair: Pair, path: Path) -> tuple[Duty | None, float]:
    """The duty on the day of import, and the customs value."""
    if path.leg < 0:
        return None, 0.0
    scenario = build.scenario
    market, variant = scenario.markets[pair.market], scenario.vehicles.variants[pair.variant]
    way = pair.ways[path.way]
    arrives = build.programme.sailings[way.legs[path.leg].sailing].arrives_on
    value_usd = build.prices.usd(market.id, variant.id, arrives) * scenario.trade.customs_value_share
    return duty_on(scenario, market, arrives, plant_of(scenario, way.plant).place.country), value_usd
