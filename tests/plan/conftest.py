"""Small programmes for the tests of the plan, made from the starter scenario by changing what a test is about."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import quayline.scenario.template
from quayline.records.schemas import BALANCE
from quayline.records.stages import Balance
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


def replace(thing: Any, **paths: Any) -> Any:
    """A copy of `thing` with fields replaced; `a__b=value` replaces field b of field a."""
    grouped: dict[str, dict[str, Any]] = {}
    changes: dict[str, Any] = {}
    for path, value in paths.items():
        head, _, rest = path.partition("__")
        if rest:
            grouped.setdefault(head, {})[rest] = value
        else:
            changes[head] = value
    for head, inner in grouped.items():
        changes[head] = replace(getattr(thing, head), **inner)
    return thing.model_copy(update=changes)


def demand(scenario: Scenario, rows: list[tuple[str, str, str, int]]) -> Scenario:
    """The scenario with that demand (market, variant, month, cars)."""
    kind = type(scenario.demand[0])
    names = ("market", "variant", "month", "cars")
    return scenario.model_copy(
        update={"demand": [kind.model_validate(dict(zip(names, row, strict=True))) for row in rows]}
    )


def crews(scenario: Scenario, usd_per_line_h: float | list[float] = 2000.0) -> Balance:
    """A balance whose crews cost `usd_per_line_h` an hour of line time."""
    num = len(scenario.plant.modes)
    wages = usd_per_line_h if isinstance(usd_per_line_h, list) else [usd_per_line_h] * num
    rows = [(m, 50, 1, 50, float(wages[m])) for m in range(num)]
    tables = {name: pl.DataFrame([], schema={c.name: c.dtype for c in schema.columns})
              for name, schema in BALANCE.items()}  # fmt: skip
    schema = {c.name: c.dtype for c in BALANCE["crews"].columns}
    tables["crews"] = pl.DataFrame(rows, orient="row", schema=schema)
    return Balance(**tables)


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = Path(tmp_path_factory.mktemp("starter")) / "case"
    quayline.scenario.template.new(folder)
    return load(folder)


@pytest.fixture(scope="session")
def small(starter: Scenario) -> Scenario:
    """Nine weeks, one mode, the home market's hatch only: small enough to think through."""
    plant = starter.plant
    mode = next(m for m in plant.modes if m.id == "normal")
    scenario = replace(
        starter,
        horizon__start=date(2026, 1, 5),
        horizon__end=date(2026, 3, 6),
        plant__modes=[mode],
        plant__calendar__stops=[],
        plant__calendar__holidays=[],
        plant__overtime__weekend_shifts_per_month=0,
        vehicles__mix_limits=[],
        agreements=[],
    )
    return demand(scenario, [("home", "hatch-hybrid", "2026-01", 800), ("home", "hatch-hybrid", "2026-02", 800)])
