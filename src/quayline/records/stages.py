"""The record of every stage. Tables refer to things by their place in the scenario's lists (`_idx`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quayline.records import schemas

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Plan:
    """The master production schedule: what is built each week for whom, in which mode, booked on which ship.

    `orders` has a row for every order of the horizon, with the day it is to be built or why it is not; `binding` are
    the limits that bind, with their worth; `shops` those that may bind before the line does.
    Objective and bound in USD of contribution over the horizon; `gap` is relative.
    """

    orders: pl.DataFrame
    weeks: pl.DataFrame
    days: pl.DataFrame
    build: pl.DataFrame
    bookings: pl.DataFrame
    years: pl.DataFrame
    binding: pl.DataFrame
    parts: pl.DataFrame
    calloffs: pl.DataFrame
    people: pl.DataFrame
    shops: pl.DataFrame
    launches: pl.DataFrame
    alternates: pl.DataFrame
    status: str
    objective_usd: float
    bound_usd: float
    gap: float

    def __post_init__(self) -> None:
        for name in schemas.PLAN:
            schemas.PLAN[name].checked(getattr(self, name))


@dataclass(frozen=True)
class DaySequence:
    """The order in which cars enter the line, and what the sequencing of each day gained."""

    cars: pl.DataFrame
    days: pl.DataFrame

    def __post_init__(self) -> None:
        for name in ("cars", "days"):
            schemas.SEQUENCE[name].checked(getattr(self, name))


@dataclass(frozen=True)
class Balance:
    """People and work content against line speed."""

    sections: pl.DataFrame
    loads: pl.DataFrame
    crews: pl.DataFrame
    variants: pl.DataFrame
    tasks: pl.DataFrame

    def __post_init__(self) -> None:
        for name in schemas.BALANCE:
            schemas.BALANCE[name].checked(getattr(self, name))


@dataclass(frozen=True)
class QualityLog:
    """Every defect made: on which car, why, at which gate it was caught, how long its repair takes."""

    defects: pl.DataFrame
    months: pl.DataFrame
    peers: pl.DataFrame

    def __post_init__(self) -> None:
        for name in ("defects", "months", "peers"):
            schemas.QUALITY[name].checked(getattr(self, name))


@dataclass(frozen=True)
class FlowTrace:
    """When each car went into and out of each shop, and what stations, buffers and days show.

    `scrapped` are the cars that left it at a gate, `standing` those that are on it, or before it, at the end of the
    horizon.
    """

    cars: pl.DataFrame
    standing: pl.DataFrame
    scrapped: pl.DataFrame
    stations: pl.DataFrame
    days: pl.DataFrame
    months: pl.DataFrame
    sections: pl.DataFrame
    energy: pl.DataFrame
    base_load: pl.DataFrame
    replay: pl.DataFrame

    def __post_init__(self) -> None:
        for name in schemas.FLOW:
            schemas.FLOW[name].checked(getattr(self, name))


@dataclass(frozen=True)
class Shipments:
    """Each car from the end of the line to its customer, each sailing, each yard by day."""

    cars: pl.DataFrame
    sailings: pl.DataFrame
    yards: pl.DataFrame

    def __post_init__(self) -> None:
        for name in ("cars", "sailings", "yards"):
            schemas.SHIP[name].checked(getattr(self, name))


@dataclass(frozen=True)
class CarbonAccount:
    """The footprint of each car by stage, amounts and factors behind it, its mass balance, and the plant by year."""

    cars: pl.DataFrame
    classes: pl.DataFrame
    amounts: pl.DataFrame
    factors: pl.DataFrame
    groups: pl.DataFrame
    plant: pl.DataFrame
    path: pl.DataFrame
    depth: pl.DataFrame
    line_up: pl.DataFrame
    claims: pl.DataFrame
    levers: pl.DataFrame

    def __post_init__(self) -> None:
        for name in schemas.CARBON:
            schemas.CARBON[name].checked(getattr(self, name))


@dataclass(frozen=True)
class Pathway:
    """The cheapest path of the plant to its targets: levers by year, emissions and costs by path of the grid and year.

    Present values in USD of `from_year`, expected over the paths, energy of the plant and allowances included;
    `gap` is relative. `lost_usd` is what a year lost for all levers costs, `lost_short_kgco2e` what targets are then
    missed by more.
    """

    years: pl.DataFrame
    sources: pl.DataFrame
    builds: pl.DataFrame
    amounts: pl.DataFrame
    costs: pl.DataFrame
    targets: pl.DataFrame
    curve: pl.DataFrame
    levers: pl.DataFrame
    hours: pl.DataFrame
    closing: pl.DataFrame
    present_usd: float
    bound_usd: float
    gap: float
    no_lever_usd: float
    short_kgco2e: float
    lost_usd: float | None
    lost_short_kgco2e: float | None

    def __post_init__(self) -> None:
        for name in schemas.PATHWAY:
            schemas.PATHWAY[name].checked(getattr(self, name))


@dataclass(frozen=True)
class MoneyAccount:
    """What each car cost and earned by element, and every payment between parties."""

    cars: pl.DataFrame
    plant: pl.DataFrame
    settlement: pl.DataFrame

    def __post_init__(self) -> None:
        for name in ("cars", "plant", "settlement"):
            schemas.MONEY[name].checked(getattr(self, name))


@dataclass(frozen=True)
class Ledger:
    """One row for every order: its whole story from order to delivery, with names in words."""

    orders: pl.DataFrame

    def __post_init__(self) -> None:
        schemas.LEDGER.checked(self.orders)


RECORDS = {
    "plan": Plan,
    "sequence": DaySequence,
    "balance": Balance,
    "quality": QualityLog,
    "flow": FlowTrace,
    "ship": Shipments,
    "carbon": CarbonAccount,
    "pathway": Pathway,
    "money": MoneyAccount,
    "ledger": Ledger,
}
"""Stage name to the record it makes."""
