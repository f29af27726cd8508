"""The plant: calendar, shift patterns, line speeds, crew, and the shops that a car goes through."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from quayline.scenario.fields import (
    Count,
    Days,
    Hours,
    Km,
    Kw,
    KwhPerCar,
    Name,
    PerHour,
    Positive,
    Rate,
    Seconds,
    Share,
    Thing,
    Usd,
    UsdPerCar,
    UsdPerCarDay,
    UsdPerHour,
    UsdPerKwh,
    UsdPerYear,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Place(Thing):
    """A point on the map."""

    country: str = Field(pattern="^[A-Z]{2}$")
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Holiday(Thing):
    """A day without work."""

    date: date
    name: str


class Stop(Thing):
    """A planned stop of the whole plant, first and last day included."""

    id: Name
    from_: date = Field(alias="from")
    to: date
    reason: str
    paid_share: Share = Field(description="part of the normal wages that the crew is paid on its working days")


class Calendar(Thing):
    """Which days are worked in a normal week, and which are not worked at all."""

    workdays: list[Weekday] = Field(min_length=1)
    holidays: list[Holiday] = []
    stops: list[Stop] = []


class Shift(Thing):
    """One shift of a day by local clock; an end before the start means the next morning."""

    start: Clock
    end: Clock
    break_h: Hours = Field(description="unworked time in the shift, taken as one break in its middle")


class ShiftPattern(Thing):
    """The shifts of a working day; more crews for more shifts."""

    id: Name
    shifts: list[Shift] = Field(min_length=1)


class LineMode(Thing):
    """A shift pattern and line speed at which the plant may run, from a date on."""

    id: Name
    pattern: Name
    speed_jph: PerHour = Field(description="cars per hour at full pace of the paced assembly sections")
    from_: date | None = Field(default=None, alias="from", description="first month allowed (none: always)")
    until: date | None = Field(default=None, description="last month allowed (none: always)")


class ModeChange(Thing):
    """What it takes to change shift pattern or line speed, and the pace from week to week."""

    cost_usd: Usd
    pace_usd: Usd = Field(description="of each car a day more or less than in the working week before")
    minimum_months: int = Field(ge=1, description="months that a mode stays once chosen")
    notice_months: Count = Field(default=0, description="months from the day of planning in which the mode stands")


class Replanning(Thing):
    """How calm the plan stays when it is made again."""

    frozen_weeks: Count = Field(description="weeks from the day of planning whose cars stand as they were")
    change_usd_per_car: UsdPerCar = Field(description="of each car built in another week than planned before")


class Overtime(Thing):
    """Overtime at the end of each shift, and weekend shifts."""

    shift_h: Hours = Field(description="most overtime added to one shift")
    weekend_shifts_per_month: Count
    premium_factor: Rate = Field(description="wage in overtime as a multiple of the normal wage")
    week_h: Hours = Field(description="longest legal working week of one person, overtime included")


class Turnover(Thing):
    """What it takes to change the number of people."""

    hire_usd: Usd = Field(description="to find and train one person")
    leave_usd: Usd = Field(description="to let one person go")
    training_weeks: Count = Field(description="weeks paid before a hired person counts")
    most_hired_per_month: Count


class Crew(Thing):
    """People on the line. Their number follows from work content, line speed and shifts (see `balance`)."""

    wage_usd_per_h: UsdPerHour = Field(description="full cost of one paid hour of one person")
    balance_share: Share = Field(description="part of the takt that the average station is loaded with")
    absence_share: Share
    indirect_per_shift: Count = Field(description="people per shift outside the paced sections")
    turnover: Turnover | None = Field(default=None, description="what it takes to hire and to leave (none: free)")


class Repair(Thing):
    """Where a gate sends a car that needs work: bays with places, and where the car comes back."""

    id: Name
    bays: int = Field(ge=1)
    rejoin: Name | None = Field(default=None, description="section where the car re-enters; none: goes on")
    waiting: Count | None = Field(default=None, description="places before the bays (none: no limit)")


class Scatter(Thing):
    """How a duration scatters about its mean."""

    kind: Literal["constant", "exponential", "lognormal", "gamma", "weibull", "uniform", "triangular", "empirical"]
    cv: float | None = Field(default=None, gt=0, le=10, description="standard deviation over mean: lognormal, gamma")
    shape: float | None = Field(default=None, ge=0.2, le=100, description="of a weibull")
    values: list[Rate] = Field(
        default=[], description="low, high (uniform); low, mode, high (triangular); all that was measured (empirical): "
        "in any unit, scaled to the mean",
    )  # fmt: skip


class LearningRow(Thing):
    """A row of a learning table."""

    from_car: int = Field(ge=1)
    factor: Rate


class Learning(Thing):
    """Times that fall with the cars built: to 1 at the mature count (power, exponential approach), or by a table."""

    kind: Literal["power", "exponential", "table"]
    first_factor: Rate = Field(default=1.0, description="of the first car")
    mature_cars: int = Field(default=2, ge=2, description="power: factor 1 from here on; exponential: the constant")
    rows: list[LearningRow] = []
    models: list[Name] = Field(default=[], description="models that are new to the station (none: all)")


class Maintenance(Thing):
    """Planned work after so many hours of operation, before the next car."""

    every_h: Hours
    duration_s: Seconds


class StatePower(Thing):
    """What a place of work draws by what it does: part of the energy of its shop, not on top of it."""

    working_kw: Kw
    idle_kw: Kw = Field(description="nothing to do, or waiting for the takt")
    blocked_kw: Kw
    failed_kw: Kw = Field(description="down or maintained")
    off_kw: Kw = Field(description="outside the hours of its shop")


class ExtraWork(Thing):
    """Work at a station beyond its cycle, for cars with an option or of a variant; several add up."""

    option: Name | None = None
    variant: Name | None = None
    time_s: Seconds


class Station(Thing):
    """A station, or `repeat` equal ones in series, with `servers` in parallel and places behind."""

    id: Name
    repeat: int = Field(default=1, ge=1, le=200)
    cycle_s: Seconds
    servers: int = Field(default=1, ge=1)
    buffer: Count = Field(default=0, description="places between this station and the next")
    scatter: Scatter | None = Field(default=None, description="of its cycle (none: that of its section)")
    extra: list[ExtraWork] = []
    transfer_s: Seconds = Field(default="0 s", validate_default=True, description="way to the next station")
    maintenance: Maintenance | None = None
    power: StatePower | None = Field(default=None, description="of each server")


class Reliability(Thing):
    """Breakdowns: mean time between failures and mean time to repair, exponential unless said otherwise."""

    mtbf_h: Hours
    mttr_s: Seconds
    by: Literal["operation", "time"] = Field(
        default="operation", description="what ages: a station at work, or every station in working time"
    )
    up: Scatter | None = Field(default=None, description="of the time between failures (none: exponential)")
    repair: Scatter | None = Field(default=None, description="of the time to repair (none: exponential)")
    crew: Name | None = Field(default=None, description="who repairs (none: somebody is always there)")
    learning: Learning | None = Field(default=None, description="failures that become rarer")


_SPREAD = "standard deviation of a cycle over its mean (lognormal)"


class SerialSection(Thing):
    """Unpaced stations in series, blocking after service; a failure stops one station."""

    kind: Literal["serial"]
    id: Name
    stations: list[Station] = Field(min_length=1)
    spread_share: Share | None = Field(default=None, description=_SPREAD)
    scatter: Scatter | None = Field(default=None, description="of a cycle about its mean, goes before `spread_share`")
    reliability: Reliability = Field(description="of each station")
    blocking: Literal["after", "before"] = Field(default="after", description="service; before: see docs/flow.md")
    learning: Learning | None = None
    comeback_places: int | None = Field(default=None, ge=1, description="for cars that rejoin here (none: no limit)")
    buffer_after: Count


class PacedSection(Thing):
    """A moving line of equal stations at the line speed; overload drifts until it stops the line."""

    kind: Literal["paced"]
    id: Name
    num_stations: int = Field(alias="stations", ge=1, le=500)
    spread_share: Share | None = Field(default=None, description=_SPREAD)
    scatter: Scatter | None = Field(default=None, description="of the work about its mean, goes before `spread_share`")
    drift_share: Share = Field(description="overload carried on, as part of the takt, before the line stops")
    andon_share: Share = Field(description="chance that one car at one station stops the line")
    andon_s: Seconds = Field(description="mean length of such a stop (exponential)")
    reliability: Reliability = Field(description="of the section's conveyor")
    learning: Learning | None = None
    power: StatePower | None = Field(default=None, description="of each station")
    transfer_s: Seconds = Field(default="0 s", validate_default=True, description="way to the next section")
    comeback_places: int | None = Field(default=None, ge=1, description="for cars that rejoin here (none: no limit)")
    buffer_after: Count


class ConveyorSection(Thing):
    """A conveyor through an oven, a bath or a bridge: places at a fixed pitch, no work by people."""

    kind: Literal["conveyor"]
    id: Name
    places: int = Field(ge=1, le=500)
    pitch_s: Seconds
    reliability: Reliability
    power: StatePower | None = Field(default=None, description="of the whole conveyor")
    transfer_s: Seconds = Field(default="0 s", validate_default=True, description="way to the next section")
    comeback_places: int | None = Field(default=None, ge=1, description="for cars that rejoin here (none: no limit)")
    buffer_after: Count


class RatioRule(Thing):
    """At most so many bodies of a model, or with an option, in any so many consecutive ones."""

    model: Name | None = None
    option: Name | None = None
    most: int = Field(ge=1)
    within: int = Field(ge=2, le=64)


class StoreSection(Thing):
    """A store that gives back the planned sequence (the painted body store)."""

    kind: Literal["store"]
    id: Name
    capacity: int = Field(ge=1)
    access_s: Seconds = Field(description="time between two retrievals")
    lanes: Count = Field(default=0, description="of equal depth, first in, first out (0: any body can be taken)")
    rules: list[RatioRule] = Field(default=[], description="kept before the planned sequence")


class GateSection(Thing):
    """An inspection that sends defective cars to repair bays."""

    kind: Literal["gate"]
    id: Name
    cycle_s: Seconds
    spread_share: Share | None = Field(default=None, description=_SPREAD)
    scatter: Scatter | None = Field(default=None, description="of a cycle about its mean, goes before `spread_share`")
    servers: int = Field(default=1, ge=1)
    reliability: Reliability | None = Field(default=None, description="of each server (none: it never fails)")
    learning: Learning | None = None
    maintenance: Maintenance | None = None
    power: StatePower | None = Field(default=None, description="of each server")
    transfer_s: Seconds = Field(default="0 s", validate_default=True, description="way to the next section")
    comeback_places: int | None = Field(default=None, ge=1, description="for cars that rejoin here (none: no limit)")
    repairs: list[Repair] = Field(min_length=1)
    buffer_after: Count


SublineSection = Annotated[SerialSection | ConveyorSection, Field(discriminator="kind")]
BranchSection = Annotated[
    SerialSection | PacedSection | ConveyorSection | GateSection, Field(discriminator="kind")
]


class Branch(Thing):
    """One of the lines beside each other."""

    id: Name
    models: list[Name] = Field(default=[], description='that go here, for route "model"')
    speed_share: Annotated[Share, Positive] | None = Field(
        default=None, description="part of the line speed at which its moving lines run (none: equal parts)"
    )
    sections: list[BranchSection] = Field(min_length=1)


class ParallelSection(Thing):
    """Lines beside each other in a shop; the places before each are those behind what stands before."""

    kind: Literal["parallel"]
    id: Name
    route: Literal["room", "turn", "model"] = Field(description="to the first with room, in turn, or by model")
    branches: list[Branch] = Field(min_length=2)
    buffer_after: int = Field(ge=1, description="places behind all of them")


Section = Annotated[
    SerialSection | PacedSection | ConveyorSection | StoreSection | GateSection | ParallelSection,
    Field(discriminator="kind"),
]


class Subline(Thing):
    """A line beside the main one that builds what a section joins to each car (battery, engine, doors)."""

    id: Name
    name: str
    fork: Name = Field(description="section whose leaving cars begin their part here")
    join: Name = Field(description="section that takes a car only with its part")
    places: int = Field(ge=1, description="for finished parts before the join")
    buffer_before: int = Field(ge=1, description="places before its first section")
    sections: list[SublineSection] = Field(min_length=1)


class CarrierLoop(Thing):
    """Skids or hangers that cars hold from one section to another: their number limits the cars in between."""

    id: Name
    number: int = Field(ge=1)
    load: Name
    unload: Name
    return_s: Seconds = Field(description="way back from unloading to loading")


class RepairCrew(Thing):
    """People who repair the breakdowns of the sections that name them."""

    id: Name
    people: int = Field(ge=1)


class ShopHours(Thing):
    """How the hours of a shop differ from the plant's shifts."""

    earlier_h: Hours = Field(default="0 h", validate_default=True, description="before the start of each shift")
    later_h: Hours = Field(default="0 h", validate_default=True, description="after the end of each shift")
    works_breaks: bool = False
    at_shift_end: Literal["pause", "finish"] = Field(
        default="pause", description="work under way at the end of a shift stands, or is finished"
    )


class ShopEnergy(Thing):
    """Energy of a shop: what a car takes, and what the shop takes with or without cars."""

    electricity_kwh_per_car: KwhPerCar
    electricity_running_kw: Kw = Field(description="base load in working hours")
    electricity_off_kw: Kw = Field(description="base load in all other hours")
    gas_kwh_per_car: KwhPerCar
    gas_running_kw: Kw
    gas_off_kw: Kw


class Shop(Thing):
    """A shop of the plant: sections in the order that cars go through them."""

    id: Name
    name: str
    sections: list[Section] = Field(min_length=1)
    energy: ShopEnergy
    hours: ShopHours | None = Field(default=None, description="none: the plant's shifts")


class Export(Thing):
    """The plant's yard and the road to the port of loading."""

    port: Name
    yard_cars: Count = Field(description="places for finished cars at the plant")
    yard_usd_per_car_day: UsdPerCarDay
    truck_km: Km = Field(alias="truck_distance")
    truck_h: Hours = Field(alias="truck_time")
    truck_usd_per_car: UsdPerCar = Field(alias="truck_cost")
    trucked_per_day: Count = Field(description="most cars moved from plant to port in a day")
    buffer_days: Days = Field(description="days that the plan keeps between line-off and the cut-off of a sailing")


class Costs(Thing):
    """Costs of the plant that are not parts or wages."""

    overhead_usd_per_year: UsdPerYear
    electricity_usd_per_kwh: UsdPerKwh
    gas_usd_per_kwh: UsdPerKwh


class Plant(Thing):
    """One plant with one mixed line."""

    id: Name
    name: str
    place: Place
    nominal_cars_per_year: Count
    headcount: Count
    party: Name
    calendar: Calendar
    patterns: list[ShiftPattern] = Field(min_length=1)
    modes: list[LineMode] = Field(min_length=1)
    opening_mode: Name
    change: ModeChange
    replanning: Replanning | None = None
    overtime: Overtime
    availability_share: Share = Field(
        description="built over paced capacity that the plan starts from; the simulation measures the true one"
    )
    crew: Crew
    shops: list[Shop] = Field(min_length=1)
    sublines: list[Subline] = []
    carriers: list[CarrierLoop] = []
    repair_crews: list[RepairCrew] = []
    export: Export
    costs: Costs
