"""A car's story, and why its order is late, short, scrapped or unbuilt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from quayline.base.errors import RunError
from quayline.records.reasons import MISSED, WORDS

if TYPE_CHECKING:
    from quayline.store.folder import RunFolder

_STEPS = (
    ("planned_build_on", "planned to be built"), ("released_at", "enters the body shop"),
    ("line_off_at", "leaves the line"), ("port_at", "at the port of loading"), ("departed_at", "sails"),
    ("arrived_at", "at the port of discharge"), ("delivered_at", "with the customer"),
)  # fmt: skip
KEPT = ("in-line", "scrapped")
"""States of cars that were begun and did not leave the line."""
UNITS = {"ceu": "CEU", "m3": "m3", "boxes": "boxes"}


@dataclass(frozen=True)
class Story:
    """One order: its row in the ledger, and what happened when."""

    order: dict[str, Any]
    events: list[tuple[str, str]]


def find_order(run: RunFolder, car: str) -> dict[str, Any]:
    """The ledger's row of an order number or a vehicle identification number; RunError when there is none."""
    book = run.table("ledger", "orders")
    rows = book.filter(pl.col("order_id") == int(car) if car.isdecimal() else pl.col("vin") == car.upper())
    if rows.height != 1:
        last = book.height - 1
        raise RunError(f"no order or car {car!r} in this run; orders go from 0 to {last}, cars have a VIN")
    return rows.row(0, named=True)


def story(run: RunFolder, car: str) -> Story:
    """Everything that the run knows of one car, in the order of time."""
    order = find_order(run, car)
    events = [(_when(order["requested_on"]), f"wanted by the customer in {order['market']}")]
    events += [(_when(order[key]), text) for key, text in _STEPS if order[key] is not None]
    number = order["order_id"]
    if order["line_off_at"] is not None:
        trace = run.table("flow", "cars").filter(pl.col("order_id") == number).row(0, named=True)
        shops = [key.removeprefix("out_") for key in trace if key.startswith("out_")]
        events += [(_when(trace[f"out_{shop}"]), f"out of {shop}") for shop in shops]
        events += _of_quality(run, trace, trace["line_off_at"])
    if order["state"] == "scrapped":
        trace = run.table("flow", "scrapped").filter(pl.col("order_id") == number).row(0, named=True)
        events.append((_when(trace["scrapped_at"]), f"scrapped at {trace['gate']}"))
        events += _of_quality(run, trace, trace["scrapped_at"])
    if order["sailing"] is not None:
        rolled = f", after {order['num_rolled']} that left without it" if order["num_rolled"] else ""
        events.append((_when(order["departed_at"]), f"on sailing {order['sailing']}{rolled}"))
    return Story(order, sorted(events, key=lambda event: event[0]))


def _of_quality(run: RunFolder, trace: dict[str, Any], at: datetime) -> list[tuple[str, str]]:
    """The car's repairs and defects, told when it left the line."""
    events = []
    if trace["num_repairs"]:
        events.append((_when(at), f"repairs: {trace['num_repairs']}, {trace['repair_h']:.1f} h"))
    defects = run.table("quality", "defects").filter(pl.col("order_id") == trace["order_id"])
    caught, missed = defects.filter(pl.col("gate") != ""), defects.filter(pl.col("gate") == "")
    if defects.height:
        found = f"defects caught: {caught.height}" + (f" at {', '.join(caught['gate'])}" if caught.height else "")
        events.append((_when(at), f"{found}, not caught: {missed.height}"))
    return events


def why(run: RunFolder, car: str) -> list[str]:
    """Why an order is late, short or unbuilt, in three lines: the answer, the evidence, what more would be worth."""
    order = find_order(run, car)
    lines = [_answer(order), _evidence(run, order)]
    if order["binding_idx"] is not None:
        lines.append(_worth(run, order["binding_idx"]))
    elif order["margin_usd"] is not None:
        landed, margin = order["landed_usd"], order["margin_usd"]
        lines.append(f"landed cost {landed:,.0f} USD, margin of all parties {margin:,.0f} USD")
    return lines


def _answer(order: dict[str, Any]) -> str:
    who = f"order {order['order_id']} ({order['variant']} for {order['market']}, wanted {order['requested_on']})"
    told = order["reason_text"] or WORDS[order["reason"]]
    if order["state"] == "unbuilt":
        return f"{who} is not built: {told}."
    if order["state"] == "scrapped":
        return f"{who} has no car: {told}."
    if order["state"] == "barred":
        return f"{who} may not be delivered: {told}."
    if order["late_days"] is None:
        return f"{who} is {order['state']} and not yet on its way to a customer: {told}."
    days = round(order["late_days"])
    timing = "on that day" if days == 0 else f"{abs(days)} days {'after' if days > 0 else 'before'} that day"
    return f"{who} {'is' if order['state'] == 'delivered' else 'will be'} delivered {timing}: {told}."


def _evidence(run: RunFolder, order: dict[str, Any]) -> str:
    """The weeks that it should have been and was planned for, and the ships it took or missed."""
    weeks = run.table("plan", "weeks")
    standard: date = order["standard_build_on"]
    planned: date | None = order["planned_build_on"]
    parts = [f"standard week {_week_line(weeks, standard)}"]
    if planned is not None and _week(weeks, planned) != _week(weeks, standard):
        parts.append(f"planned week {_week_line(weeks, planned)}")
    if order["sailing"] is not None:
        parts += _sailing_lines(run, order["order_id"])
    return "; ".join(parts)


def _worth(run: RunFolder, number: int) -> str:
    limit = run.table("plan", "binding").filter(pl.col("binding_idx") == number).row(0, named=True)
    return (
        f"{limit['words']}: {100 * limit['used_share']:.0f} % used, one more {limit['unit']} was worth "
        f"{limit['marginal_usd']:,.0f} USD (the plan solved again with it)"
    )


def missed(run: RunFolder, states: Literal["unbuilt", "late"]) -> list[dict[str, Any]]:
    """The orders that are unbuilt, or late, by what kept them: the limit in words, else the reason's words, how many,
    and what one more unit was worth (None: no limit of the plan); those that cost most first. `reason` is the code, of
    a limit the one that most of its orders have. Late are those that have left the line, as the summary counts them."""
    book = run.table("ledger", "orders").filter(pl.col("reason") != "")
    is_unbuilt = pl.col("state") == "unbuilt"
    book = book.filter(is_unbuilt if states == "unbuilt" else ~is_unbuilt & ~pl.col("state").is_in(KEPT))
    limits = run.table("plan", "binding").select("binding_idx", "words", "unit", "marginal_usd")
    kept_by = pl.coalesce(pl.col("binding_idx").cast(pl.String), "reason").alias("kept_by")
    rows = book.group_by(kept_by, "binding_idx").agg(
        pl.col("reason").mode().sort().first(), pl.len().alias("orders"), pl.col("order_id").min().alias("first")
    )
    rows = rows.join(limits, on="binding_idx", how="left")
    cost_usd = pl.col("orders") * pl.col("marginal_usd").fill_null(0.0)
    rows = rows.sort(cost_usd, "orders", "first", descending=[True, True, False])
    return [
        {**row, "words": row["words"] or WORDS[row["reason"]]}
        for row in rows.select("reason", "words", "orders", "marginal_usd", "unit", "first").iter_rows(named=True)
    ]


def kept(run: RunFolder, state: Literal["in-line", "scrapped"]) -> list[dict[str, Any]]:
    """The orders whose cars are still in the line at the end, or were scrapped, each with where and what for."""
    book = run.table("ledger", "orders").filter(pl.col("state") == state).sort("order_id")
    return book.select("order_id", "variant", "market", "reason_text").to_dicts()


def _sailing_lines(run: RunFolder, number: int) -> list[str]:
    """The sailing of a car and the two before it on its lane."""
    trips, cars = run.table("ship", "sailings"), run.table("ship", "cars")
    taken = cars.filter(pl.col("order_id") == number)["sailing_idx"].item()
    lane = trips.filter(pl.col("sailing_idx") == taken)["lane_idx"].item()
    same = trips.filter(pl.col("lane_idx") == lane, pl.col("sailing_idx") <= taken).tail(3)
    told = cars.filter(pl.col("order_id") == number)["missed"].item()
    return ([f"not on the ship that it was booked on: {MISSED[told]}"] if told else []) + [
        f"sailing of {row['departs_on']}: {row['loaded']:,.0f} of {row['capacity']:,.0f} {UNITS[row['unit']]} taken, "
        f"{row['left_behind']} cars left behind"
        for row in same.iter_rows(named=True)
    ]


def _week(weeks: pl.DataFrame, day: date) -> int:
    before = weeks.filter(pl.col("from_on") <= day)["week_idx"].to_list()
    return max(before, default=int(weeks["week_idx"][0]))


def _week_line(weeks: pl.DataFrame, day: date) -> str:
    row = weeks.filter(pl.col("week_idx") == _week(weeks, day)).row(0, named=True)
    if row["most_cars"] <= 0:
        return f"{row['from_on']}: the plant does not work"
    most = f"{row['most_cars']:,.0f} possible with all overtime"
    return f"{row['from_on']}: {row['built_cars']:,} cars of {most}"


def _when(moment: date | datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if isinstance(moment, datetime) else moment.strftime("%Y-%m-%d")
