"""Why an order is unbuilt or planned late: the limit that eats what its best remaining way would earn."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.reasons.binding import WORTH_USD
from quayline.plan.reasons.grounds import barrier, duty_clause, duty_usd, no_way, skipped
from quayline.records.reasons import STRANDED, UNBUILT

if TYPE_CHECKING:
    from quayline.plan.constraints import Build
    from quayline.plan.inputs.pack import Pair
    from quayline.plan.reasons.binding import Worths
    from quayline.plan.reasons.paths import Path
    from quayline.plan.search.answer import Slots

_CODES = {
    "capacity": "capacity", "alternate capacity": "capacity", "mix limit": "mix-limit", "ramp": "ramp",
    "alternate ramp": "ramp", "part stock": "parts", "part cover": "parts", "sailing space": "sailing-space",
    "boxes": "sailing-space", "charter": "sailing-space", "quota": "quota", "port places": "yard",
    "discharge yard": "yard", "plant places": "yard", "trucks": "yard",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A code of `records.reasons`, the words, and the number of the limit (-1: none)."""

    code: str
    text: str
    limit: int = -1


@dataclass(frozen=True)
class Reasons:
    """By order: code, words ('' and '' where it is served in time) and limit."""

    codes: pl.Series
    texts: pl.Series
    limits: np.ndarray


def give_reasons(build: Build, orders: pl.DataFrame, slots: Slots, worths: Worths) -> Reasons:
    """A reason for each order that is unbuilt or planned to be delivered later than its market tolerates."""
    teller = _Teller(build, worths)
    monday, num = build.calendar.monday, orders.height
    requested, standard = (orders[f"{name}_on"].cast(pl.Int32).to_numpy() for name in ("requested", "standard_build"))
    tolerance = np.array([floor(m.tolerance_days) for m in build.scenario.markets])
    latest = requested + tolerance[orders["market_idx"].to_numpy()]
    is_unbuilt = slots.day < 0
    mine = np.flatnonzero(is_unbuilt | (slots.delivered > latest))
    keys = np.stack([
        slots.pair, is_unbuilt, (standard - monday) // 7, (requested - monday) // 7,
        np.where(is_unbuilt, -1, (latest - monday) // 7),
    ])[:, mine]  # fmt: skip
    groups, at = np.unique(keys, axis=1, return_inverse=True)
    told = [
        teller.unbuilt(pair, start, due) if lost else teller.late(pair, start, due, week)
        for pair, lost, start, due, week in groups.T.tolist()
    ]
    codes, texts, limits = [""] * num, [""] * num, np.full(num, -1)
    for order, group in zip(mine.tolist(), at.ravel().tolist(), strict=True):
        codes[order], texts[order], limits[order] = told[group].code, told[group].text, told[group].limit
    for order in np.flatnonzero(~is_unbuilt & (slots.delivered < 0)).tolist():
        codes[order], texts[order] = "stranded", STRANDED["stranded"]
    for order in _given_up(build, slots, (requested - monday) // 7):
        codes[order], texts[order], limits[order] = "frozen", UNBUILT["frozen"], -1
    return Reasons(pl.Series(codes, dtype=pl.String), pl.Series(texts, dtype=pl.String), limits)


def _given_up(build: Build, slots: Slots, due: np.ndarray) -> list[int]:
    """Of the unbuilt orders of a pair and week of delivery, as many as a re-plan gave up, the last ones."""
    stand, found = build.programme.stand, list[int]()
    if stand is not None:
        for pair, week in np.argwhere(stand.given_up).tolist():
            lost = np.flatnonzero((slots.pair == pair) & (due == week) & (slots.day < 0))
            found += lost[-int(stand.given_up[pair, week]) :].tolist()
    return found


class _Teller:
    def __init__(self, build: Build, worths: Worths):
        self._build, self._prices, self._worths = build, worths.prices, worths

    def unbuilt(self, pair_at: int, start: int, due: int) -> Told:
        """Why an order with its standard build in week `start`, wanted in week `due`, is not built."""
        pair = self._build.programme.pairs[pair_at]
        code, text = self._barrier(pair, start)
        path = self._prices.best(pair_at, due, due + pair.patience)
        if path is None:
            is_barred = code in ("not-admissible", "not-on-line")
            return Told(code, text) if is_barred else Told("no-sailing", self._no_way(pair, start, due + pair.patience))
        left_usd, limit = path.contribution_usd, -1
        if left_usd <= WORTH_USD:
            duty = duty_clause(self._build, pair, path, -left_usd)
            own = "duty" if left_usd + duty_usd(self._build, pair, path) > WORTH_USD else "unprofitable"
            told = f"it would lose {-left_usd:,.0f} USD{duty}"
        else:
            limit, eaten_usd = self._limit(path)
            if limit < 0:
                rest_usd = float(np.sum(path.eaten_usd))
                own = "unprofitable"
                told = f"it would earn {left_usd:,.0f} USD, a steady pace and full weeks are worth {rest_usd:,.0f} USD"
            else:
                own = self._code(limit)
                others = f"less than the {eaten_usd:,.0f} USD that its place earns with others"
                if eaten_usd - left_usd <= WORTH_USD:
                    others = "no more than what takes its place"
                told = f"{self._full(limit)}: it would earn {left_usd:,.0f} USD, {others}"
                told += self._skipped(limit, pair, start, due)
                told += duty_clause(self._build, pair, path, eaten_usd - left_usd)
        if code in ("not-admissible", "not-on-line"):
            return Told(code, f"{text}; in other weeks, {told}" if limit >= 0 else text, limit)
        return Told(own, told, limit)

    def late(self, pair_at: int, start: int, due: int, latest: int) -> Told:
        """Why an order is planned to be delivered after week `latest`, the last that is in time."""
        pair = self._build.programme.pairs[pair_at]
        code, text = self._barrier(pair, start)
        own = {"stop": "plan-stop", "not-on-line": "plan-ramp", "not-admissible": "plan-not-admissible"}.get(code, "")
        path = self._prices.best(pair_at, due, latest)
        if path is None:
            return Told(own, text) if own else Told("plan-sailing", self._no_way(pair, start, latest))
        limit, eaten_usd = self._limit(path)
        if limit < 0:
            more_usd = max(float(np.sum(path.eaten_usd)) - path.contribution_usd, 0.0)
            told = f"in time it would cost {more_usd:,.0f} USD more than to wait (pace, stock, fuller weeks)"
            if more_usd <= WORTH_USD:
                told = "in time it would earn as much as late, to the dollar: rounding to whole cars decides"
        else:
            told = f"{self._full(limit)}: a place in time earns {eaten_usd:,.0f} USD with others"
            told += self._skipped(limit, pair, start, latest)
        if own:
            return Told(own, f"{text}; in other weeks, {told}", limit)
        return Told("plan-" + self._code(limit) if limit >= 0 else "plan-cheaper", told, limit)

    def _barrier(self, pair: Pair, start: int) -> tuple[str, str]:
        """What bars the first working week from `start` on; else, what bars `start` itself."""
        weeks = self._build.calendar.weeks
        working = next((w for w in range(max(start, 0), len(weeks)) if weeks[w].workdays), start)
        code, text = barrier(self._build, pair, working)
        return (code, text) if code else barrier(self._build, pair, start)

    def _no_way(self, pair: Pair, start: int, latest: int) -> str:
        return no_way(self._build, pair, start, latest)

    def _skipped(self, limit: int, pair: Pair, start: int, latest: int) -> str:
        is_ship = self._worths.limits[limit].constraint == "sailing space"
        return skipped(self._build, pair, start, latest) if is_ship else ""

    def _code(self, limit: int) -> str:
        return _CODES.get(self._worths.limits[limit].constraint, "limit")

    def _limit(self, path: Path) -> tuple[int, float]:
        """The limit that eats most and truly binds (one more of it is worth something), and how much it eats."""
        for member, usd in zip(path.limits.tolist(), path.eaten_usd.tolist(), strict=True):
            if usd <= WORTH_USD:
                break
            if member in self._worths.at:
                return self._worths.at[member], usd
        return -1, 0.0

    def _full(self, limit: int) -> str:
        found = self._worths.limits[limit]
        return f"{found.words} used up ({100 * self._worths.used_share(found):.0f} %)"
