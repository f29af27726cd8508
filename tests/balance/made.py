"""Variations of the starter scenario, for tests of the balance."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from quayline.scenario.loader import load
from quayline.scenario.template import new

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


@cache
def starter() -> Scenario:
    with TemporaryDirectory() as folder:
        new(Path(folder))
        return load(Path(folder))


def varied(
    scenario: Scenario,
    speed_factor: float = 1.0,
    content_factor: float = 1.0,
    cars_factor: int = 1,
    plant: dict[str, Any] | None = None,
    **crew: Any,
) -> Scenario:
    """The scenario with all speeds, contents or demands scaled, and plant or crew figures replaced."""
    old = scenario.plant
    modes = [mode.model_copy(update={"speed_jph": mode.speed_jph * speed_factor}) for mode in old.modes]
    changed = {"modes": modes, "crew": old.crew.model_copy(update=crew), **(plant or {})}
    models = [
        model.model_copy(
            update={
                "content": [c.model_copy(update={"content_h": c.content_h * content_factor}) for c in model.content]
            }
        )
        for model in scenario.vehicles.models
    ]
    options = [o.model_copy(update={"extra_s": o.extra_s * content_factor}) for o in scenario.vehicles.options]
    return scenario.model_copy(
        update={
            "plant": old.model_copy(update=changed),
            "vehicles": scenario.vehicles.model_copy(update={"models": models, "options": options}),
            "demand": [row.model_copy(update={"cars": row.cars * cars_factor}) for row in scenario.demand],
        }
    )
