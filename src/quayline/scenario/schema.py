"""The root of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from pydantic import Field, PrivateAttr

from quayline.scenario.carbon import Carbon
from quayline.scenario.fields import Name, Thing
from quayline.scenario.markets import Demand, Logistics, Market, Price, Trade
from quayline.scenario.parties import Agreement, Authority, Counterparties, Party
from quayline.scenario.plant import Plant
from quayline.scenario.quality import Quality
from quayline.scenario.sources import AlternatePlant, Future, Part
from quayline.scenario.vehicles import Vehicles


@dataclass(frozen=True)
class Figure:
    """One figure as it was written: where, what, and what it rests on."""

    path: str
    text: str
    unit: str
    kind: str
    source: str
    note: str
    file: str
    line: int


class Horizon(Thing):
    """The days on which cars are built, and the last year of the plant's path."""

    start: date
    end: date = Field(description="last build day")
    plant_until: int = Field(description="last year of the plant's path to its targets")


class Scenario(Thing):
    """A programme: who builds what where, for whom, by which ships and rules."""

    quayline: Literal[1]
    name: Name
    title: str
    horizon: Horizon
    parties: list[Party] = Field(min_length=1)
    agreements: list[Agreement] = []
    counterparties: Counterparties
    authorities: list[Authority] = []
    plant: Plant
    vehicles: Vehicles
    markets: list[Market] = Field(min_length=1)
    prices: list[Price] = Field(min_length=1)
    demand: list[Demand] = Field(min_length=1)
    logistics: Logistics
    trade: Trade
    quality: Quality
    carbon: Carbon
    alternates: list[AlternatePlant] = []
    parts: list[Part] = []
    futures: list[Future] = []

    _figures: tuple[Figure, ...] = PrivateAttr(default=())
    _files: tuple[tuple[str, bytes], ...] = PrivateAttr(default=())

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of the scenario with what it rests on, in the order of the files."""
        return self._figures

    @property
    def files(self) -> tuple[tuple[str, bytes], ...]:
        """The files that the scenario was read from, as (name, content)."""
        return self._files

    def with_origin(self, figures: tuple[Figure, ...], files: tuple[tuple[str, bytes], ...]) -> Self:
        """The same scenario, knowing the figures and files it was read from."""
        copy = self.model_copy()
        copy._figures = figures
        copy._files = files
        return copy
