"""A programme replayed as its rules became known, against the one that knew all at once."""

from __future__ import annotations

from datetime import date

import pytest

from quayline.plan.params import PlanParams
from quayline.scenario.loader import load
from quayline.scenario.markets import Admissibility
from quayline.scenario.plant import Replanning
from quayline.study.replan import replay
from quayline.study.run import Params

ROUNDED = Params(plan=PlanParams(exact_cars=0))
NEWS = date(2026, 3, 11)


def told_late(starter, bar_from: str, known: date | None):
    """The starter in which a rule bars its exports, known from a day."""
    scenario = load(starter)
    bar = Admissibility.model_validate({
        "id": "no-more", "country": "US", "brand": scenario.vehicles.models[-1].brand, "model_year_from": 2000,
        "from": bar_from, "reason": "a test", "known_from": known,
    })  # fmt: skip
    plant = scenario.plant.model_copy(
        update={"replanning": Replanning.model_construct(frozen_weeks=2, change_usd_per_car=50.0)}
    )
    trade = scenario.trade.model_copy(update={"admissibility": [bar]})
    return scenario.model_copy(update={"plant": plant, "trade": trade})


@pytest.fixture(scope="module")
def late(starter):
    return replay(told_late(starter, "2026-04-24", NEWS), params=ROUNDED)


def test_a_rule_known_late_costs_the_cars_built_before_it(late):
    assert [step.on for step in late.steps] == [date(2026, 1, 5), NEWS]
    assert late.steps[1].learnt == ("no-more",)
    assert late.replayed.num_stranded > 0
    assert late.clairvoyant.num_stranded == 0
    assert late.not_knowing_usd > 0


def test_the_news_moves_the_plan_once(late):
    changes = late.steps[1].changes
    assert changes is not None
    assert changes.num_dropped + changes.num_moved > 0
    assert late.steps[0].changes is None


def test_what_is_known_in_time_costs_nothing(starter):
    told = replay(told_late(starter, "2026-04-24", None), params=ROUNDED)
    assert len(told.steps) == 1
    assert told.not_knowing_usd == 0
    assert told.replayed == told.clairvoyant
