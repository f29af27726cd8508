"""Hand-made balance and quality for the tests of money, beside the frames of ship."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ship.frames import frame

from quayline.records.schemas import BALANCE, QUALITY
from quayline.records.stages import Balance, QualityLog

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

CONTENT_H = (10.6, 11.3)
WAGE_USD_PER_LINE_H = 3500.0


def balance_of(scenario: Scenario) -> Balance:
    """Content of each variant, crews of equal cost in every mode, a mean content of 10.8 h."""
    modes = range(len(scenario.plant.modes))
    sections = [
        {"mode_idx": k, "section": name, "takt_s": 360.0, "num_stations": 20, "content_h": hours, "people": 60}
        for k in modes
        for name, hours in (("trim", 6.3), ("final", 4.5))
    ]
    crews = [
        {"mode_idx": k, "people_per_shift": 140, "num_shifts": 1, "people": 140, "usd_per_line_h": WAGE_USD_PER_LINE_H}
        for k in modes
    ]
    variants = [
        {"variant_idx": k, "content_h": hours, "labour_h": 15.0, "heaviest_section": "trim", "heaviest_share": 0.9}
        for k, hours in enumerate(CONTENT_H)
    ]
    return Balance(
        frame(BALANCE["sections"], sections), frame(BALANCE["loads"], []), frame(BALANCE["crews"], crews),
        frame(BALANCE["variants"], variants), frame(BALANCE["tasks"], []),
    )  # fmt: skip


def quality_of(escapes: list[int], caught: list[int] | None = None) -> QualityLog:
    """One defect that reached the customer for each order of `escapes`, and one repaired for each of `caught`."""
    defects = [
        {"order_id": order, "cause_idx": 0, "gate": gate, "repair": "", "repair_s": 0.0, "fate": fate}
        for orders, gate, fate in ((escapes, "", "escaped"), (caught or [], "end-of-line", "repaired"))
        for order in orders
    ]
    empty = {name: frame(QUALITY[name], []) for name in ("months", "peers")}
    return QualityLog(frame(QUALITY["defects"], defects), **empty)
