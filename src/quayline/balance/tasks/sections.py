"""The tasks of a scenario's paced sections onto their stations, for each mode of the plant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.balance.tasks.solve import assign_for_takt
from quayline.balance.tasks.work import work_of
from quayline.base.errors import InfeasibleError
from quayline.scenario.sections import paced_sections

if TYPE_CHECKING:
    from quayline.balance.params import BalanceParams
    from quayline.balance.tasks.solve import Assignment
    from quayline.balance.tasks.work import Work
    from quayline.scenario.schema import Scenario
    from quayline.scenario.sections import Placed
    from quayline.scenario.tasks import Assembly


def assign_sections(scenario: Scenario, params: BalanceParams) -> dict[tuple[int, str], Assignment]:
    """By mode and section: the fewest stations that keep its takt in the mode, of those that the section has.

    Raises InfeasibleError with every mode and section whose tasks do not fit.
    """
    found, wrong = {}, []
    paced = {one.section.id: one for one in paced_sections(scenario.plant)}
    for given in scenario.assembly:
        place = paced[given.section]
        work = _work(scenario, given, place)
        for k, mode in enumerate(scenario.plant.modes):
            try:
                takt_s, most = 3600 / (place.speed_share * mode.speed_jph), place.section.num_stations
                found[k, given.section] = assign_for_takt(work, takt_s, params.tasks, most=most)
            except InfeasibleError as fault:
                wrong.append(f"section {given.section!r} in mode {mode.id!r}: {fault}")
    if wrong:
        raise InfeasibleError("\n".join(wrong))
    return found


def _work(scenario: Scenario, given: Assembly, place: Placed) -> Work:
    """The tasks on every model that is wanted and goes there, by the cars that are; on all where none does."""
    model_of = {variant.id: variant.model for variant in scenario.vehicles.variants}
    cars = dict.fromkeys((model.id for model in scenario.vehicles.models), 0.0)
    for row in scenario.demand:
        cars[model_of[row.variant]] += row.cars
    here = [model for model in scenario.vehicles.models if place.passes(model.id)]
    models = [model for model in here if cars[model.id]] or here
    takes = [{take.id: take.share for take in model.options} for model in models]
    return work_of(given, [model.id for model in models], [cars[model.id] or 1.0 for model in models], takes)
