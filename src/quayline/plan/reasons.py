"""Why an order is unbuilt or planned late: the limit that eats what its best remaining way would earn."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.binding import WORTH_USD
from quayline.plan.grounds import blocked, duty_clause, duty_usd, skipped, stopped

if TYPE_CHECKING:
    from quayline.plan.answer import Slots
    from quayline.plan.binding import Worths
    from quayline.plan.constraints import Build
    from quayline.plan.pack import Pair
    from quayline.plan.paths import Path, Prices

_CODES = {
    "capacity": "capacity", "mix limit": "mix-limit", "ramp": "ramp", "sailing space": "sailing-space",
    "quota": "quota", "port places": "yard", "discharge yard": "yard", "plant yard": "yard", "trucks": "yard",
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


def give_reasons(build: Build, orders: pl.DataFrame, slots: Slots, prices: Prices, worths: Worths, x: np.ndarray) -> Reasons:
    """A reason for each order that is unbuilt or planned to be delivered later than its market tolerates."""
    teller = _Teller(build, prices, worths, x)
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
    return Reasons(pl.Series(codes, dtype=pl.String), pl.Series(texts, dtype=pl.String), limits)


class _Teller:
    def __init__(self, build: Build, prices: Prices, worths: Worths, x: np.ndarray):
        self._build, self._prices, self._worths, self._x = build, prices, worths, x

    def unbuilt(self, pair_at: int, start: int, due: int) -> Told:
        """Why an order with its standard build in week `start`, wanted in week `due`, is not built."""
        pair = self._build.programme.pairs[pair_at]
        path = self._prices.best(pair_at, due, due + pair.patience)
        if path is None:
            code, text = blocked(self._build, pair, start, due + pair.patience)
            return Told("capacity" if code == "stop" else code, text)
        left_usd = path.contribution_usd
        if left_usd <= WORTH_USD:
            taken = duty_usd(self._build, pair, path)
            code = "duty" if left_usd + taken > WORTH_USD else "unprofitable"
            return Told(code, f"it would lose {-left_usd:,.0f} USD" + duty_clause(self._build, pair, path, -left_usd))
        limit, eaten_usd = self._limit(path)
        if limit < 0:
            rest_usd = float(np.sum(path.eaten_usd))
            text = f"it would earn {left_usd:,.0f} USD, less than the {rest_usd:,.0f} USD that a steady pace is worth"
            return Told("unprofitable", text)
        found = self._worths.limits[limit]
        text = f"{found.words} {self._full(limit)}: it would earn {left_usd:,.0f} USD, "
        text += f"its place there is worth {eaten_usd:,.0f} USD to others"
        text += skipped(self._build, pair, start, due) if found.constraint == "sailing space" else ""
        text += duty_clause(self._build, pair, path, eaten_usd - left_usd)
        return Told(_CODES.get(found.constraint, "limit"), text, limit)

    def late(self, pair_at: int, start: int, due: int, latest: int) -> Told:
        """Why an order is planned to be delivered after week `latest`, the last that is in time."""
        pair = self._build.programme.pairs[pair_at]
        path = self._prices.best(pair_at, due, latest)
        if path is None:
            code, text = blocked(self._build, pair, start, latest)
            return Told({"not-on-line": "plan-ramp", "stop": "plan-stop"}.get(code, "plan-sailing"), text)
        limit, eaten_usd = self._limit(path)
        if limit < 0:
            rest_usd = max(float(np.sum(path.eaten_usd)) - path.contribution_usd, 0.0)
            return Told("plan-cheaper", f"in time it would cost {rest_usd:,.0f} USD more than it costs to wait: "
                        "changes of the pace, stock, and the hours of a fuller week")  # fmt: skip
        found = self._worths.limits[limit]
        text = f"{found.words} {self._full(limit)}: in time, its place there is worth {eaten_usd:,.0f} USD to others"
        text += skipped(self._build, pair, start, latest) if found.constraint == "sailing space" else ""
        stop = stopped(self._build, start)
        if stop:
            return Told("plan-stop", f"{stop}; before, {text}", limit)
        return Told("plan-" + _CODES.get(found.constraint, "limit"), text, limit)

    def _limit(self, path: Path) -> tuple[int, float]:
        """The limit that eats most and truly binds (one more of it is worth something), and how much it eats."""
        for member, usd in zip(path.limits.tolist(), path.eaten_usd.tolist(), strict=True):
            if usd <= WORTH_USD:
                break
            number = self._worths.at.get(member, -1)
            if number >= 0 and self._worths.usd(number) > WORTH_USD:
                return number, usd
        return -1, 0.0

    def _full(self, limit: int) -> str:
        return f"full ({self._worths.used_share(limit, self._x):.0%})"
