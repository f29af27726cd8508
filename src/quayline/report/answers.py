"""One stage's answer as a small table, for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.records.reasons import MISSED
from quayline.report.facts import Facts
from quayline.report.figures.sequence import paint_batches

if TYPE_CHECKING:
    from quayline.store.folder import RunFolder


@dataclass(frozen=True)
class Answer:
    """A table with a sentence that says what it shows."""

    title: str
    lead: str
    columns: list[str]
    rows: list[list[Any]]
    digits: int = 0


def plan(run: RunFolder) -> Answer:
    """Cars planned by year, variant and market."""
    facts = Facts(run)
    weeks = run.table("plan", "weeks").select("week_idx", pl.col("from_on").dt.year().alias("year"))
    build = run.table("plan", "build").join(weeks, on="week_idx")
    years = sorted(build["year"].unique())
    sums = build.group_by("variant_idx", "market_idx", "year").agg(pl.col("cars").sum())
    wide = sums.pivot("year", index=["variant_idx", "market_idx"], values="cars").sort("variant_idx", "market_idx")
    variants, markets = facts.scenario.vehicles.variants, facts.scenario.markets
    rows = [
        [f"{variants[r['variant_idx']].name}, {markets[r['market_idx']].name}", *(r[str(y)] for y in years)]
        for r in wide.iter_rows(named=True)
    ]
    made = facts.summary["plan"]
    worth = made["objective_usd"] / 1e6
    lead = f"{made['status']}, proven gap {made['gap']:.2%}, planning objective {worth:,.1f} million USD"
    return Answer("Cars planned by year", lead, ["variant, market", *map(str, years)], rows)


def balance(run: RunFolder) -> Answer:
    """People per shift by section and mode."""
    modes = [m.id for m in Facts(run).scenario.plant.modes]
    sections = run.table("balance", "sections")
    crews = run.table("balance", "crews")
    rows = [
        [f"{modes[r['mode_idx']]}: {r['section']}", r["takt_s"], r["num_stations"], r["content_h"], r["people"]]
        for r in sections.iter_rows(named=True)
    ]
    lead = "; ".join(
        f"{modes[r['mode_idx']]}: {r['people']:,} people, {r['usd_per_line_h']:,.0f} USD an hour of line time"
        for r in crews.iter_rows(named=True)
    )  # fmt: skip
    columns = ["mode: section", "takt s", "stations", "content h", "people"]
    return Answer("People by section and mode", lead, columns, rows, 1)


def sequence(run: RunFolder) -> Answer:
    """Colour changes and violations by year."""
    days = run.table("sequence", "days").group_by(pl.col("date").dt.year().alias("year")).agg(
        pl.exclude("date", "longest_batch").sum(), pl.col("longest_batch").max()
    ).sort("year")  # fmt: skip
    rows = [[str(r[0]), *r[1:]] for r in days.iter_rows()]
    columns = [c.replace("_", " ") for c in days.columns]
    return Answer("Sequencing", paint_batches(Facts(run)).lead, columns, rows)


def ship(run: RunFolder) -> Answer:
    """Each lane: its sailings, how full they are, who was left behind, and the mean days of each leg of its cars."""
    lanes = [lane.id for lane in Facts(run).scenario.logistics.lanes]
    cars, trips = run.table("ship", "cars"), run.table("ship", "sailings").filter(pl.col("sails"))
    fill = pl.col("loaded").sum().over("voyage_idx") / pl.col("capacity")
    by_lane = trips.with_columns(fill=fill).group_by("lane_idx").agg(
        pl.len(), (pl.col("cars") > 0).sum().alias("used"), pl.col("cars").sum(),
        (100 * pl.col("fill").filter(pl.col("cars") > 0)).mean(), pl.col("left_behind").sum(),
    ).sort("lane_idx")  # fmt: skip
    legs = cars.join(trips.select("sailing_idx", "lane_idx"), on="sailing_idx").group_by("lane_idx").agg(
        *(_days(*leg).mean().alias(leg[0]) for leg in _LEGS)
    )  # fmt: skip
    rows = [[lanes[r[0]], *r[1:]] for r in by_lane.join(legs, on="lane_idx", how="left").iter_rows()]
    columns = ["lane", "sailings", "with cars", "cars", "fill %", "left behind", *_LEG_NAMES]
    return Answer("Sailings by lane, and the days of their cars", _against_booking(run, cars), columns, rows, 1)


_LEGS = (("port_at", "yard_at"), ("departed_at", "port_at"), ("arrived_at", "departed_at"),
         ("released_at", "arrived_at"), ("delivered_at", "released_at"))  # fmt: skip
_LEG_NAMES = ("plant d", "port d", "sea d", "discharge d", "last d")


def _days(later: str, earlier: str) -> pl.Expr:
    return (pl.col(later) - pl.col(earlier)).dt.total_milliseconds() / 86_400_000


def _against_booking(run: RunFolder, cars: pl.DataFrame) -> str:
    """How many cars sail as booked, why the others do not, and each yard's fullest day beside its places."""
    booked = run.table("plan", "orders").drop_nulls("planned_sailing_idx").select("order_id")
    rows = cars.join(booked, on="order_id")
    late = rows.filter(pl.col("missed") != "").group_by("missed").len().sort("len", "missed", descending=[True, False])
    why = "".join(f"; {num:,} do not: {MISSED[code]}" for code, num in late.iter_rows())
    peaks = run.table("ship", "yards").group_by("place").agg(
        pl.all().sort_by("cars", "date", descending=[True, False]).first()
    ).sort("place")  # fmt: skip
    told = ", ".join(
        f"{r['place']} {r['cars']:,}" + (f" of {r['capacity_cars']:,}" if r["capacity_cars"] is not None else "")
        + f" on {r['date']}" for r in peaks.iter_rows(named=True)
    )  # fmt: skip
    return (f"{(rows['missed'] == '').sum():,} of {rows.height:,} booked cars sail as booked{why}\n"
            f"most cars in a yard: {told}")  # fmt: skip


def settlement(run: RunFolder) -> Answer:
    """What each party received, paid and keeps over the run, and every payment between two of them."""
    facts = Facts(run)
    settled = run.table("money", "settlement")
    usd = (pl.col("usd") * 100).round().cast(pl.Int64).sum() / 100  # whole cents add up alike in any order
    received = settled.group_by(party="payee").agg(usd.alias("received"))
    paid = settled.group_by(party="payer").agg(usd.alias("paid"))
    rows = received.join(paid, on="party", how="full", coalesce=True).fill_null(0.0)
    rows = rows.with_columns((pl.col("received") - pl.col("paid")).round(2).alias("margin"))
    names = {p.id: p.name for p in facts.scenario.parties}
    shown = [[names[party], *amounts] for party, *amounts in rows.sort("margin", "party").reverse().iter_rows()]
    lead = (
        f"{settled.select(usd).item():,.2f} USD change hands in {settled.height:,} rows of month, payer, payee and "
        "item; what is paid is received, to the cent"
    )
    return Answer("What each party received, paid and keeps, USD", lead, ["party", *rows.columns[1:]], shown, digits=2)
