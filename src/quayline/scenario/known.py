"""What was known on a day: the scenario without the rules of trade that planners learnt of only later."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from quayline.scenario.schema import Scenario

_RULES = ("duties", "admissibility", "subsidies", "port_fees")


def as_known(scenario: Scenario, day: date) -> Scenario:
    """`scenario` without the duties, bars, subsidies and port fees whose `known_from` lies after `day`."""
    trade = scenario.trade
    kept = {
        name: [rule for rule in getattr(trade, name) if rule.known_from is None or rule.known_from <= day]
        for name in _RULES
    }
    return scenario.model_copy(update={"trade": trade.model_copy(update=kept)})


def news_days(scenario: Scenario) -> list[date]:
    """The days on which a rule that may touch a car of `scenario` became known, ascending."""
    return sorted({day for _, day in _news(scenario)})


def news_on(scenario: Scenario, day: date) -> list[str]:
    """The ids of the rules that became known on `day`, in the order of the scenario."""
    return [name for name, known in _news(scenario) if known == day]


def _news(scenario: Scenario) -> list[tuple[str, date]]:
    """Id and day of every rule that became known on a day; duties only on cars from where a plant is."""
    plants = {scenario.plant.place.country, *(plant.place.country for plant in scenario.alternates)}
    rules = [rule for name in _RULES for rule in getattr(scenario.trade, name)]
    return [
        (rule.id, rule.known_from) for rule in rules
        if rule.known_from is not None and getattr(rule, "origin", scenario.plant.place.country) in plants
    ]  # fmt: skip
