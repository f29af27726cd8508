"""The root of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, PrivateAttr

from quayline.scenario.carbon import Carbon
from quayline.scenario.disclosure import Disclosure
from quayline.scenario.fields import Name, Thing
from quayline.scenario.markets import Demand, Logistics, Market, Price, Trade
from quayline.scenario.parties import Agreement, Authority, Counterparties, Party
from quayline.scenario.pathway import Pathway
from quayline.scenario.plant import Plant
from quayline.scenario.quality import Quality
from quayline.scenario.sources import AlternatePlant, Future, Part
from quayline.scenario.supplier import Supplied
from quayline.scenario.tasks import Assembly
from quayline.scenario.vehicles import Vehicles

if TYPE_CHECKING:
    from quayline.scenario.spread import Spread


@dataclass(frozen=True)
class Figure:
    """One figure as it was written: where, what, what it rests on, how wide it is, the year of its source."""

    path: str
    text: str
    unit: str
    kind: str
    source: str
    note: str
    file: str
    line: int
    spread: Spread | None = None
    year: int | None = None


@dataclass(frozen=True)
class Written:
    """A statement as it was written: where, and the text of a single value ('' for a mapping or a list)."""

    file: str
    line: int
    text: str


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
    pathway: Pathway | None = None
    assembly: list[Assembly] = []
    alternates: list[AlternatePlant] = []
    parts: list[Part] = []
    futures: list[Future] = []
    disclosure: Disclosure | None = None

    _figures: tuple[Figure, ...] = PrivateAttr(default=())
    _files: tuple[tuple[str, bytes], ...] = PrivateAttr(default=())
    _places: dict[str, Written] = PrivateAttr(default={})
    _overlays: tuple[tuple[str, str], ...] = PrivateAttr(default=())
    _supplied: tuple[Supplied, ...] = PrivateAttr(default=())

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of the scenario with what it rests on, in the order of the files."""
        return self._figures

    @property
    def files(self) -> tuple[tuple[str, bytes], ...]:
        """The files that the scenario was read from, as (name, content)."""
        return self._files

    @property
    def overlays(self) -> tuple[tuple[str, str], ...]:
        """The overlays that lie on the scenario, in their order, as (name, title)."""
        return self._overlays

    @property
    def supplied(self) -> tuple[Supplied, ...]:
        """The suppliers' footprints that its figures rest on."""
        return self._supplied

    def written(self, path: str) -> Written | None:
        """Where the statement at `path` stands, or else the nearest one around it that is written (a default has no
        line of its own); None in a scenario that was not read from files."""
        while path and path not in self._places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._places.get(path) if path else None

    @property
    def statements(self) -> dict[str, Written]:
        """Every single value that is written, by its path."""
        return {path: written for path, written in self._places.items() if written.text}

    def with_origin(
        self,
        figures: tuple[Figure, ...],
        files: tuple[tuple[str, bytes], ...],
        places: dict[str, Written],
        overlays: tuple[tuple[str, str], ...] = (),
        supplied: tuple[Supplied, ...] = (),
    ) -> Self:
        """The same scenario, knowing its figures, files and overlays, and where each statement stands."""
        copy = self.model_copy()
        copy._figures, copy._files, copy._places, copy._overlays = figures, files, places, overlays
        copy._supplied = supplied
        return copy
