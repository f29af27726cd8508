"""The records of parts: the store of each part by week, and its call-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.completion.calloffs import dates_of
from quayline.plan.constraints.parts import needs
from quayline.plan.model.variables import cars_of
from quayline.records.schemas import PLAN

if TYPE_CHECKING:
    from quayline.plan.model.model import Model


def part_tables(model: Model, x: np.ndarray) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`plan.parts` and `plan.calloffs` of the whole columns `x`."""
    build, v = model.build, model.variables
    stores, calls = [], []
    for k, part in enumerate(build.scenario.parts):
        used, received = needs(build, x, k), cars_of(x, v.own["received"][k])
        closing = part.opening_stock + np.cumsum(received - used)
        opening = np.concatenate([[part.opening_stock], closing[:-1]])
        stores += [(part.id, w, *row) for w, row in enumerate(zip(opening, received, used, closing, strict=True))]
        for w in np.flatnonzero(received).tolist():
            arrives_on = build.calendar.weeks[w].first
            calls.append((part.id, *dates_of(part, arrives_on), arrives_on, int(received[w])))
    schemas = [{c.name: c.dtype for c in PLAN[name].columns} for name in ("parts", "calloffs")]
    return (pl.DataFrame(stores, orient="row", schema=schemas[0]), pl.DataFrame(calls, orient="row", schema=schemas[1]))
