"""A replication of a stretch of time has the defects that the whole sequence has under its seed, wherever it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.flow.headline import headline
from quayline.flow.layout import lay_out
from quayline.flow.solve import assembly_columns
from quayline.flow.window import planned
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.quality.params import QualityParams
from quayline.quality.solve import Draws, quality
from quayline.scenario.loader import load
from quayline.scenario.template import new
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence
from quayline.study import replication
from quayline.study.replication import Replication

if TYPE_CHECKING:
    from quayline.flow.layout import Layout
    from quayline.records.stages import Balance, DaySequence, Plan
    from quayline.scenario.schema import Scenario


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scenario, Plan, DaySequence, Balance]:
    """The starter scenario, planned and in sequence."""
    folder = tmp_path_factory.mktemp("starter") / "new"
    new(folder)
    scenario = load(folder)
    crew = balance(scenario, BalanceParams())
    programme = plan(scenario, crew, PlanParams(), 1)
    return scenario, programme, sequence(scenario, programme, SequenceParams(), 1), crew


def laid_out(before: tuple[Scenario, Plan, DaySequence, Balance], seed: int) -> Layout:
    return lay_out(*before, quality(*before[:3], QualityParams(), seed))


def test_any_stretch_in_any_parts_has_the_defects_of_the_whole(before, monkeypatch) -> None:
    layout = laid_out(before, 1)
    days = np.unique(layout.cars.release_s)
    draws = Draws(*before[:3], QualityParams())
    for from_s, to_s, seed in ((days[0], days[9], 1), (days[20], days[60], 2), (days[-12], days[-1] + 1, 3)):
        window = planned(laid_out(before, seed), from_s, to_s)
        monkeypatch.setattr(replication, "PART", max(len(window.cars.release_s) // 3, 1))
        found = Replication(layout, planned(layout, from_s, to_s), draws).headline(seed)
        assert found == headline(window, seed, assembly_columns(layout))
        assert 0 < found["ftt_share"] < 1


def test_a_stretch_that_is_none_of_the_sequence_is_refused(before) -> None:
    layout = laid_out(before, 1)
    days = np.unique(layout.cars.release_s)
    layout.cars.release_s[5] = days[40]
    with pytest.raises(ValueError, match="one after the other"):
        planned(layout, days[30], days[50])
