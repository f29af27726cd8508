"""Firm orders: of the orders lost in a week, those beyond the forecast ones are firm, and cost more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Block, Constraint, Rows, at, demand_paths, due_words, market_path
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def columns(build: Build) -> tuple[Block, ...]:
    """Firm orders lost, where a week of delivery of a pair has any."""
    pairs = build.programme.pairs
    firm = np.array([pair.firm for pair in pairs], np.float64).reshape(len(pairs), build.programme.num_due)
    loss = [build.scenario.markets[pair.market].firm_loss_usd_per_car or 0.0 for pair in pairs]
    usd = np.broadcast_to(-np.array(loss).reshape(-1, 1), firm.shape)
    return (Block("firm lost", np.where(firm > 0, firm, np.nan), usd),)


def _cells(build: Build) -> tuple[np.ndarray, np.ndarray]:
    """(pair, week of delivery) of the rows: where there is a firm order."""
    pair, week = np.nonzero(build.variables.own["firm lost"] >= 0)
    return pair, week


def rows(build: Build) -> Family:
    """One row a pair and week of delivery with a firm order."""
    v, (pair, week) = build.variables, _cells(build)
    rows, row = Rows(len(pair)), np.arange(len(pair))
    shape = (len(v.pairs), build.programme.num_due)
    lost = np.array([c.lost for c in v.pairs], np.int64).reshape(shape)
    rows.add(row, lost[pair, week], 1.0)
    rows.add(row, v.own["firm lost"][pair, week], -1.0)
    forecast = np.array([one.demand - one.firm for one in build.programme.pairs], np.float64)
    return rows.family(-INF, forecast.reshape(shape)[pair, week])


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """Forecast orders are lost first."""
    v, (pairs, weeks) = build.variables, _cells(build)
    for i, r in zip(pairs.tolist(), weeks.tolist(), strict=True):
        one = build.programme.pairs[i]
        lost = float(at(out, v.pairs[i].lost)[r])
        out[v.own["firm lost"][i, r]] = max(lost - (one.demand[r] - one.firm[r]), 0.0)


def _due(build: Build, row: int) -> int:
    pair, week = (int(cells[row]) for cells in _cells(build))
    return pair * build.programme.num_due + week


FIRM = Constraint(
    name="firm orders",
    formula="U[p,r] − Ufirm[p,r] ≤ forecast orders of week r",
    unit="car",
    rows=rows,
    statement=lambda build, row: (
        *demand_paths(build, _due(build, row)), market_path(build, int(_cells(build)[0][row]), "firm_loss")
    ),
    words=lambda build, row: f"firm orders, {due_words(build, _due(build, row))}",
    columns=columns,
    complete=complete,
)
