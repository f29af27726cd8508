"""What was known on a day: later rules are gone, everything else is as it was."""

from __future__ import annotations

from datetime import date

from quayline.scenario.known import as_known, news_days, news_on
from quayline.scenario.loader import load
from quayline.scenario.markets import Admissibility


def _told(starter):
    scenario = load(starter)
    duties = [d.model_copy(update={"known_from": date(2026, 3, 1)}) if d.id == "pt-us-2026" else d
              for d in scenario.trade.duties]  # fmt: skip
    bar = Admissibility.model_validate({
        "id": "no-more", "country": "US", "brand": "Any", "model_year_from": 2027, "from": "2026-06-01",
        "reason": "a test", "known_from": "2026-02-01",
    })  # fmt: skip
    return scenario.model_copy(
        update={"trade": scenario.trade.model_copy(update={"duties": duties, "admissibility": [bar]})}
    )


def test_rules_appear_on_the_day_they_become_known(starter):
    scenario = _told(starter)
    before, on = as_known(scenario, date(2026, 1, 31)), as_known(scenario, date(2026, 2, 1))
    assert [d.id for d in before.trade.duties] == ["pt-us"]
    assert before.trade.admissibility == []
    assert [r.id for r in on.trade.admissibility] == ["no-more"]
    assert [d.id for d in on.trade.duties] == ["pt-us"]
    assert as_known(scenario, date(2026, 3, 1)).trade == scenario.trade


def test_all_else_stays(starter):
    scenario = _told(starter)
    early = as_known(scenario, date(2020, 1, 1))
    assert early.model_copy(update={"trade": scenario.trade}) == scenario
    assert early.files == scenario.files
    assert as_known(load(starter), date(2020, 1, 1)) == load(starter)  # nothing became known later


def test_days_of_news(starter):
    scenario = _told(starter)
    assert news_days(scenario) == [date(2026, 2, 1), date(2026, 3, 1)]
    assert news_on(scenario, date(2026, 3, 1)) == ["pt-us-2026"]
    assert news_days(load(starter)) == []
