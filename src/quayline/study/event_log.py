"""The simulated plant as an object-centric event log: what happened to cars, orders, stations and carriers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.store.ocel import Event, Log, Object, Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.study.simulated import Bench

_MOMENTS = (("begin work", "start_s"), ("end work", "finish_s"), ("leave station", "leave_s"))
_EVENT_TYPES = {name: {"visit": "integer", "section": "string"} for name, _ in _MOMENTS}
_OBJECT_TYPES = {
    "car": {"model": "string", "variant": "string"},
    "order": {"market": "string", "build-day": "string"},
    "station": {"shop": "string", "section": "string"},
    "carrier": {"loop": "string"},
}


def event_log(bench: Bench, trace: pl.DataFrame) -> Log:
    """The log of a station trace (`Bench.trace`).

    An event has its car, its station, the car's order and, between load and unload of a loop, the loop of carriers.
    """
    begins = datetime.combine(bench.scenario.horizon.start, datetime.min.time())
    on = _carried(bench)
    return Log(
        _EVENT_TYPES, _OBJECT_TYPES,
        [*_cars(bench, trace), *_stations(bench, trace), *_loops(bench)],
        lambda: _events(trace, on, begins), begins + timedelta(seconds=trace.select(pl.col("in_s").min()).item()),
    )  # fmt: skip


def _cars(bench: Bench, trace: pl.DataFrame) -> Iterator[Object]:
    """The cars of the trace with their orders."""
    vehicles, markets = bench.scenario.vehicles, bench.scenario.markets
    mine = bench.plan.orders.join(trace.select("order_id").unique(), on="order_id").sort("order_id")
    for row in mine.iter_rows(named=True):
        variant, order = vehicles.variants[row["variant_idx"]], f"order-{row['order_id']}"
        about = {"model": variant.model, "variant": variant.id}
        yield Object(f"car-{row['order_id']}", "car", about, (Relation(order, "fulfils"),))
        about = {"market": markets[row["market_idx"]].id, "build-day": str(row["planned_build_on"])}
        yield Object(order, "order", about)


def _stations(bench: Bench, trace: pl.DataFrame) -> Iterator[Object]:
    shops = bench.scenario.plant.shops
    for section, station in trace.select("section", "station").unique(maintain_order=True).iter_rows():
        shop = shops[bench.layout.shop_of[section]].id
        yield Object(_station(section, station), "station", {"shop": shop, "section": section})


def _loops(bench: Bench) -> Iterator[Object]:
    for loop in bench.layout.network.carriers:
        yield Object(f"carriers-{loop.name}", "carrier", {"loop": loop.name})


def _carried(bench: Bench) -> dict[str, list[str]]:
    """The loops of carriers that hold a car in each section."""
    names = [section.name for section in bench.layout.network.columns]
    found: dict[str, list[str]] = {name: [] for name in names}
    for loop in bench.layout.network.carriers:
        for name in names[names.index(loop.load) : names.index(loop.unload) + 1]:
            found[name].append(f"carriers-{loop.name}")
    return found


def _station(section: str, station: str) -> str:
    return f"station-{section}/{station}"


def _events(
    trace: pl.DataFrame, on: dict[str, list[str]], begins: datetime
) -> Iterator[Event]:
    """Three events a visit to a station, by time."""
    columns = [trace[column].to_numpy() for _, column in _MOMENTS]
    moments = np.stack(columns, axis=1).ravel()
    ids = trace.select("order_id", "section", "station", "visit").rows()
    for number, k in enumerate(np.argsort(moments, kind="stable"), 1):
        order, section, station, visit = ids[k // 3]
        yield Event(
            f"e{number}", _MOMENTS[k % 3][0], begins + timedelta(seconds=float(moments[k])),
            {"visit": visit, "section": section},
            (
                Relation(f"car-{order}", "car"), Relation(f"order-{order}", "order"),
                Relation(_station(section, station), "station"), *(Relation(loop, "carrier") for loop in on[section]),
            ),
        )  # fmt: skip
