"""A car that stood in the plant while it was closed says so, with the name of the stop or holiday."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from quayline.scenario.loader import load
from quayline.scenario.plant import Calendar, Holiday, Stop
from quayline.study.closed import closed_texts
from quayline.study.line_delay import held_by

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.study.run import Results

HOLIDAY, STOP = date(2026, 3, 4), (date(2026, 3, 10), date(2026, 3, 17))


def test_closed_days_are_told_with_their_names(starter: Path, records: Results) -> None:
    """Two shops; work on Saturday the 21st by one of them; the stop reaches from a Tuesday over a weekend."""
    scenario = load(starter)
    calendar = Calendar(
        workdays=["mon", "tue", "wed", "thu", "fri"], holidays=[Holiday(date=HOLIDAY, name="Founder's day")],
        stops=[Stop(id="refit", **{"from": STOP[0]}, to=STOP[1], reason="refit", paid_share=1.0)],
    )  # fmt: skip
    scenario = scenario.model_copy(update={"plant": scenario.plant.model_copy(update={"calendar": calendar})})
    days = [date(2026, 3, 2) + timedelta(days=k) for k in range(21)]
    closed = {HOLIDAY, date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 22)} | {
        day for day in days if STOP[0] <= day <= STOP[1]
    }
    rows = [
        (day, shop, 0, 0.0 if day in closed or (shop and day.day == 21) else 8.0) for day in days for shop in (0, 1)
    ]
    moments = {
        (2, 3): "", (3, 5): "on 2026-03-04 (Founder's day)", (9, 18): "from 2026-03-10 to 2026-03-17 (refit)",
        (6, 9): "from 2026-03-07 to 2026-03-08", (20, 21): "", (5, 18): "on 10 days, longest from 2026-03-10 to "
        "2026-03-17 (refit)", (18, 18): "",
    }  # fmt: skip
    cars = records.flow.cars.head(len(moments)).with_columns(
        pl.Series("released_at", [datetime(2026, 3, a, 22) for a, _ in moments], pl.Datetime("ms")),
        pl.Series("line_off_at", [datetime(2026, 3, b, 7) for _, b in moments], pl.Datetime("ms")),
    )
    flow = replace(records.flow, cars=cars, days=pl.DataFrame(rows, records.flow.days.select(
        "date", "shop_idx", "cars_out", "working_h").schema, orient="row"))  # fmt: skip
    told = closed_texts(scenario, flow).to_list()
    assert told == [f"the plant did not work {words}" if words else "" for words in moments.values()]


def test_a_plant_that_always_works_and_one_without_cars_tell_nothing(starter: Path, records: Results) -> None:
    scenario, flow = load(starter), records.flow
    always = replace(flow, days=flow.days.with_columns(working_h=pl.lit(8.0)))
    assert closed_texts(scenario, always).to_list() == [""] * flow.cars.height
    for each in (flow, always):
        assert closed_texts(scenario, replace(each, cars=flow.cars.clear())).to_list() == []


def test_a_car_over_closed_days_tells_them_first(starter: Path, records: Results) -> None:
    """Of the run itself: each car that was released before a day without work and left after it, and no other."""
    scenario, flow = load(starter), records.flow
    idle = flow.days.group_by("date").agg(pl.col("working_h").max()).filter(pl.col("working_h") == 0)["date"].to_list()
    texts = dict(held_by(scenario, records.quality, flow).select("order_id", "held_text").iter_rows())
    for order, released, left in flow.cars.select("order_id", "released_at", "line_off_at").iter_rows():
        waited = any(released.date() < day < left.date() for day in idle)
        assert texts[order].startswith("the plant did not work " if waited else "most of it up to"), order
