"""Demand rows to individual orders: a day each, a colour and options by take rates."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.base.random import stream

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

EPOCH = date(1970, 1, 1)


def draw_orders(scenario: Scenario, seed: int) -> pl.DataFrame:
    """The orders whose standard build day lies in the horizon, ascending by (requested_on, market, variant),
    firm ones first.

    The k-th of n orders of a month of m days is requested on day floor((k + 1/2) m / n). Columns are those of
    `plan.orders` before planning. Colour and options come from a stream per market and variant.
    """
    market_at = {m.id: i for i, m in enumerate(scenario.markets)}
    variant_at = {v.id: i for i, v in enumerate(scenario.vehicles.variants)}
    found = sorted((market_at[d.market], variant_at[d.variant], d.month, d.cars, d.firm_cars) for d in scenario.demand)
    rows = [row[:4] for row in found if row[3]]
    requested = np.concatenate([np.zeros(0, np.int64), *(_days_of(month, cars) for _, _, month, cars in rows)])
    firm = np.concatenate([np.zeros(0, bool), *(_spread(row[3], row[4]) for row in found)])
    num_cars = np.array([row[3] for row in rows], np.int64)
    market = np.repeat(np.array([row[0] for row in rows], np.int64), num_cars)
    variant = np.repeat(np.array([row[1] for row in rows], np.int64), num_cars)
    colour, options = _looks(scenario, seed, rows)
    lead = np.array([ceil(m.lead_days) for m in scenario.markets], np.int64)
    standard = requested - lead[market]
    first, last = ((day - EPOCH).days for day in (scenario.horizon.start, scenario.horizon.end))
    kept = np.flatnonzero((standard >= first) & (standard <= last))
    order = kept[np.lexsort((~firm[kept], variant[kept], market[kept], requested[kept]))]
    day = pl.Int32
    return pl.DataFrame({
        "order_id": pl.Series(np.arange(len(order)), dtype=pl.Int32),
        "variant_idx": pl.Series(variant[order], dtype=pl.Int16),
        "market_idx": pl.Series(market[order], dtype=pl.Int16),
        "colour_idx": pl.Series(colour[order], dtype=pl.Int16),
        "options": pl.Series(options[order], dtype=pl.UInt32),
        "is_firm": pl.Series(firm[order], dtype=pl.Boolean),
        "requested_on": pl.Series(requested[order], dtype=day).cast(pl.Date),
        "standard_build_on": pl.Series(standard[order], dtype=day).cast(pl.Date),
    })  # fmt: skip


def _days_of(month: str, num_cars: int) -> np.ndarray:
    year, number = int(month[:4]), int(month[5:])
    num_days = calendar.monthrange(year, number)[1]
    first = (date(year, number, 1) - EPOCH).days
    return first + ((2 * np.arange(num_cars, dtype=np.int64) + 1) * num_days) // (2 * num_cars)


def _spread(num: int, num_firm: int) -> np.ndarray:
    """Which of `num` orders in a row are firm: `num_firm` of them, evenly."""
    return np.diff(np.arange(num + 1) * num_firm // max(num, 1)) > 0


def _looks(scenario: Scenario, seed: int, rows: list[tuple[int, int, str, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Colour and option bits of every order in the order of `rows`."""
    models = {m.id: m for m in scenario.vehicles.models}
    option_at = {o.id: k for k, o in enumerate(scenario.vehicles.options)}
    num_of: dict[tuple[int, int], int] = {}
    for market, variant, _, cars in rows:
        num_of[market, variant] = num_of.get((market, variant), 0) + cars
    colours, options = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for (market, variant), num_cars in num_of.items():
        thing = scenario.vehicles.variants[variant]
        model, names = models[thing.model], (scenario.markets[market].id, thing.id)
        edges = np.cumsum([take.share for take in model.colours])[:-1]
        draw = stream(seed, "plan", "colour", *names).random(num_cars)
        colours.append(np.searchsorted(edges, draw, side="right"))
        bits = np.zeros(num_cars, np.int64)
        for take in model.options:
            has = stream(seed, "plan", "option", *names, take.id).random(num_cars) < take.share
            bits |= has.astype(np.int64) << option_at[take.id]
        options.append(bits)
    return np.concatenate(colours), np.concatenate(options)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The day with that number."""
    return EPOCH + timedelta(days=int(number))
