"""Ends do not come before starts, and dated tables ascend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quayline.scenario.working_days import clock_s

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from quayline.scenario.rules.common import Found, Path
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import RampWeek

MOST_YEARS = 30
DAY_S = 86400


def horizon(s: Scenario) -> Found:
    """The horizon begins before it ends, within reach of the tool."""
    if s.horizon.end <= s.horizon.start:
        yield ("horizon", "end"), f"ends on {s.horizon.end}, not after its start {s.horizon.start}"
    if (s.horizon.end - s.horizon.start).days > 366 * MOST_YEARS:
        yield ("horizon", "end"), f"a horizon of more than {MOST_YEARS} years is beyond this tool"
    if s.horizon.plant_until < s.horizon.end.year:
        yield ("horizon", "plant_until"), f"must not be before the last build year {s.horizon.end.year}"


def ends_after_starts(s: Scenario) -> Found:
    """What has a first and a last day ends after it begins."""
    for i, stop in enumerate(s.plant.calendar.stops):
        if stop.to < stop.from_:
            yield ("plant", "calendar", "stops", i, "to"), f"ends on {stop.to}, before its start {stop.from_}"
    for k, plant in enumerate(s.alternates):
        for i, closure in enumerate(plant.closures):
            if closure.to < closure.from_:
                at = ("alternates", k, "closures", i, "to")
                yield at, f"ends on {closure.to}, before its start {closure.from_}"
    for path, start, end in _spans(s):
        if start and end and end < start:
            yield (*path, "until"), f"ends on {end}, before its start {start}"


def _spans(s: Scenario) -> Iterator[tuple[Path, date | None, date | None]]:
    lists: tuple[tuple[Path, list[Any]], ...] = (
        (("vehicles", "models"), s.vehicles.models),
        (("vehicles", "variants"), s.vehicles.variants),
        (("plant", "modes"), s.plant.modes),
        (("trade", "subsidies"), s.trade.subsidies),
        (("trade", "port_fees"), s.trade.port_fees),
        *((("alternates", k, "builds"), plant.builds) for k, plant in enumerate(s.alternates)),
    )
    for path, things in lists:
        for i, thing in enumerate(things):
            yield (*path, i), thing.from_, thing.until


def shifts(s: Scenario) -> Found:
    """A break is shorter than its shift, and the shifts of a pattern follow each other within a day."""
    for i, pattern in enumerate(s.plant.patterns):
        before: tuple[int, int] | None = None
        for k, shift in enumerate(pattern.shifts):
            start = clock_s(shift.start)
            span = (clock_s(shift.end) - start) % DAY_S
            at: Path = ("plant", "patterns", i, "shifts", k)
            if shift.break_h * 3600 >= span:
                yield (*at, "break"), f"a break of {shift.break_h:g} h leaves no work in a shift of {span / 3600:g} h"
            first = clock_s(pattern.shifts[0].start)
            begins = (start - first) % DAY_S
            if before and begins < before[1]:
                yield (*at, "start"), f"begins at {shift.start}, before the shift before it has ended"
            if begins + span > DAY_S:
                yield (*at, "end"), "ends after the next day's first shift has begun"
            before = begins, begins + span


def model_years(s: Scenario) -> Found:
    """Model years ascend and cover a model from its first build day."""
    for i, model in enumerate(s.vehicles.models):
        for k in range(1, len(model.model_years)):
            if model.model_years[k].from_ <= model.model_years[k - 1].from_:
                yield ("vehicles", "models", i, "model_years", k, "from"), "must be later than the row before"
        if model.model_years[0].from_ > model.from_:
            yield (
                ("vehicles", "models", i, "model_years", 0, "from"),
                f"the first model year begins after the model's first build day {model.from_}",
            )


def ramps(s: Scenario) -> Found:
    """The weeks of a launch ramp follow each other."""
    ramped: list[tuple[Path, list[RampWeek]]] = [
        *((("vehicles", "models", i), model.ramp) for i, model in enumerate(s.vehicles.models)),
        *(
            (("alternates", i, "builds", k), build.ramp)
            for i, plant in enumerate(s.alternates)
            for k, build in enumerate(plant.builds)
        ),
    ]
    for path, ramp in ramped:
        for k in range(1, len(ramp)):
            if ramp[k].week != ramp[k - 1].week + 1:
                yield (*path, "ramp", k, "week"), "weeks of a ramp follow each other"


def modes(s: Scenario) -> Found:
    """Some mode is allowed in every month of the horizon."""
    first, last = (12 * day.year + day.month for day in (s.horizon.start, s.horizon.end))
    spans = [
        tuple(12 * day.year + day.month if day else end for day, end in ((m.from_, first), (m.until, last)))
        for m in s.plant.modes
    ]
    for month in range(first, last + 1):
        if not any(begin <= month <= end for begin, end in spans):
            year, of_year = divmod(month - 1, 12)
            yield ("plant", "modes"), f"no mode is allowed in {year}-{of_year + 1:02d}"
            return


def starts(s: Scenario) -> Found:
    """The latest start of production lies after the first day and before the last, and within the model's years."""
    for i, model in enumerate(s.vehicles.models):
        if model.sop_until is None:
            continue
        at: Path = ("vehicles", "models", i, "sop_until")
        if model.sop_until <= model.from_:
            yield at, f"is not after the first build day {model.from_}"
        if model.until is not None and model.sop_until > model.until:
            yield at, f"is after the last build day {model.until}"


def supplies(s: Scenario) -> Found:
    """What a supplier can send ascends by date."""
    for i, part in enumerate(s.parts):
        for k in range(1, len(part.supply)):
            if part.supply[k].from_ <= part.supply[k - 1].from_:
                yield ("parts", i, "supply", k, "from"), "must be later than the row before"


def services(s: Scenario) -> Found:
    """Services end after their first sailing and sail at most daily."""
    for i, service in enumerate(s.logistics.services):
        if service.until < service.first:
            yield ("logistics", "services", i, "until"), f"is before the first sailing {service.first}"
        if service.every_days < 1:
            yield ("logistics", "services", i, "every"), "sailings less than a day apart"


def agreements(s: Scenario) -> Found:
    """Agreements are signed before production starts, and their fee steps ascend from 0."""
    for i, agreement in enumerate(s.agreements):
        if agreement.sop < agreement.signed:
            yield ("agreements", i, "sop"), f"is before the agreement was signed on {agreement.signed}"
        for k in range(1, len(agreement.fees)):
            if agreement.fees[k].above_cars <= agreement.fees[k - 1].above_cars:
                yield ("agreements", i, "fees", k, "above_cars"), "must be more than in the step before"
        for k, name in enumerate(agreement.models):
            starts = [m.from_ for m in s.vehicles.models if m.id == name]
            if starts and starts[0] < agreement.sop:
                yield ("agreements", i, "models", k), f"{name!r} is on the line from {starts[0]}, before the agreed SOP"
        if agreement.fees[0].above_cars != 0:
            yield ("agreements", i, "fees", 0, "above_cars"), "the first step must start at 0 cars"
