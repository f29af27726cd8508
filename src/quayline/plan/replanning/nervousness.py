"""How much a plan that is made again differs from the one before, in figures that planners use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.inputs.earlier import matched

if TYPE_CHECKING:
    from quayline.plan.inputs.earlier import Earlier
    from quayline.records.stages import Plan

NEARNESS = 0.9
"""Weight of a change one week further away than another; the alpha of Sridharan, Berry and Udayabhanu."""


@dataclass(frozen=True)
class Nervousness:
    """The changes of one re-plan.

    `num_planned`: cars still to be built that were planned before. Of them `num_moved` are now built in another week,
    `num_dropped` no longer; `num_added` are built for orders that had no car before. `num_promises_moved`: orders of
    both plans whose planned delivery day differs. `weeks_moved`: mean weeks that a moved car moved, nearer changes
    weighing more. `instability`: the measure of Sridharan, Berry and Udayabhanu (1988).
    """

    num_planned: int
    num_moved: int
    num_dropped: int
    num_added: int
    num_promises_moved: int
    weeks_moved: float
    instability: float

    @property
    def moved_share(self) -> float:
        """Cars now built in another week, of the cars still to be built."""
        return self.num_moved / max(self.num_planned, 1)

    @property
    def num_changes(self) -> int:
        """Cars moved, dropped and added."""
        return self.num_moved + self.num_dropped + self.num_added

    @property
    def words(self) -> str:
        """The changes in a sentence."""
        if self.num_changes + self.num_promises_moved == 0:
            return "nothing changes"
        return (
            f"{self.num_moved:,} of {self.num_planned:,} cars still to be built move to another week "
            f"({self.moved_share:.1%}), by {self.weeks_moved:.1f} weeks on average; {self.num_dropped:,} are dropped, "
            f"{self.num_added:,} are new; {self.num_promises_moved:,} promised deliveries move"
        )


def nervousness(plan: Plan, earlier: Earlier) -> Nervousness:
    """How much `plan` differs from the plan of `earlier` in what was still to be built on its day.

    Instability is the sum over markets, variants and weeks t from that day of |cars now - cars before| x
    (1 - a) a^t, over the cars planned before from that day: Sridharan, Berry and Udayabhanu (1988), "Measuring master
    production schedule stability under rolling planning horizons", Decision Sciences 19(1), 147-166,
    doi:10.1111/j.1540-5915.1988.tb00259.x, for one re-plan; a is NEARNESS. Kimms (1998), Omega 26(3), 355-366,
    discusses such measures.
    """
    old = earlier.plan.orders
    both = matched(plan.orders, old)
    now, before = (both[name].to_physical().to_numpy() for name in ("planned_build_on", "planned_build_on_before"))
    monday = (earlier.on.toordinal() - 719163) - earlier.on.weekday()
    now_week, old_week = np.floor((now - monday) / 7), np.floor((before - monday) / 7)
    is_open = ~(old_week < 0)
    kept = is_open & ~np.isnan(now_week) & ~np.isnan(old_week)
    moved = kept & (now_week != old_week)
    num_gone = _num_open(old, monday) - int((is_open & ~np.isnan(old_week)).sum())
    days = both.select(
        (pl.col("planned_delivery_on") != pl.col("planned_delivery_on_before")).fill_null(False).alias("differs")
    )["differs"].to_numpy()
    weight = NEARNESS ** old_week[moved]
    step = np.abs(now_week[moved] - old_week[moved])
    return Nervousness(
        num_planned=_num_open(old, monday),
        num_moved=int(moved.sum()),
        num_dropped=num_gone + int((is_open & ~np.isnan(old_week) & np.isnan(now_week)).sum()),
        num_added=int((np.isnan(old_week) & (now_week >= 0)).sum()),
        num_promises_moved=int((days & is_open).sum()),
        weeks_moved=float(np.sum(weight * step) / np.sum(weight)) if len(weight) else 0.0,
        instability=_instability(plan, earlier, monday),
    )


def _num_open(orders: pl.DataFrame, monday: int) -> int:
    """Cars that are planned from the week of `monday` on."""
    return int((orders["planned_build_on"].to_physical().drop_nulls() >= monday).sum())


def _instability(plan: Plan, earlier: Earlier, monday: int) -> float:
    keys = ["market_idx", "variant_idx", "week"]
    week = ((pl.col("planned_build_on").to_physical() - monday) // 7).alias("week")
    counts = [
        orders.drop_nulls("planned_build_on").with_columns(week).filter(pl.col("week") >= 0).group_by(keys).len(name)
        for orders, name in ((plan.orders, "now"), (earlier.plan.orders, "before"))
    ]
    both = counts[0].join(counts[1], on=keys, how="full", coalesce=True).fill_null(0).sort(keys)
    now, before = (both[name].to_numpy().astype(np.float64) for name in ("now", "before"))
    weight = (1 - NEARNESS) * NEARNESS ** both["week"].to_numpy().astype(np.float64)
    return float(np.sum(weight * np.abs(now - before)) / max(before.sum(), 1.0))
