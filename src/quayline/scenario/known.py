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
    """The days on which a rule of `scenario` became known, ascending."""
    rules = [rule for name in _RULES for rule in getattr(scenario.trade, name)]
    return sorted({rule.known_from for rule in rules if rule.known_from is not None})


def news_on(scenario: Scenario, day: date) -> list[str]:
    """The ids of the rules that became known on `day`, in the order of the scenario."""
    return [rule.id for name in _RULES for rule in getattr(scenario.trade, name) if rule.known_from == day]
