"""The answer first: can the plant do it, when, at what cost and CO2, and what limits it, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.records.reasons import LATE, WORDS

if TYPE_CHECKING:
    from quayline.report.facts import Facts

_PLANT_REASONS = ("capacity", "mix-limit", "ramp", "no-sailing", "not-on-line")
"""Reasons for unbuilt orders that lie with plant and ships; the others lie with the market."""
_ENOUGH_SHARE = 0.995
"""Built over admissible from which the plant is said to manage; the last days' cars are still in the line."""


@dataclass(frozen=True)
class Tile:
    """One headline figure."""

    label: str
    value: str
    note: str


def verdict(facts: Facts) -> list[str]:
    """Sentences that answer the question of the scenario, the verdict first."""
    group = _group(facts)
    plant, name = facts.scenario.plant.name, facts.focus_name
    barred = sum(num for reason, num in group["unbuilt_reasons"].items() if reason not in _PLANT_REASONS)
    wanted = group["cars_ordered"] - barred
    share = group["cars_built"] / wanted if wanted else 0.0
    word = "can build" if share >= _ENOUGH_SHARE else "cannot build all of"
    lines = [
        f"{plant} {word} {name}: {_of(group['cars_built'], wanted)} cars that its markets may take leave the line"
        + (f", the first on {group['first_line_off'][:10]}" if group["first_line_off"] else "")
        + f"; {group['cars_late']:,} reach the customer late."
    ]
    if barred:
        lines.append(
            f"{barred:,} more are wanted but not built: "
            + ", ".join(
                f"{WORDS[reason]} ({num:,})"
                for reason, num in group["unbuilt_reasons"].items() if reason not in _PLANT_REASONS
            )
            + "."
        )
    made = facts.summary["plan"]
    if made["availability_measured"] < made["availability_promised"] - 0.01:
        lines.append(
            f"The plan rests on an availability of {made['availability_promised']:.1%}, the simulated line reaches "
            f"only {made['availability_measured']:.1%} after {made['rounds']} rounds: expect less than is planned."
        )
    lines.append(_limits(facts))
    if group["landed_usd_per_car"] is not None:
        lines.append(
            f"A car costs {group['landed_usd_per_car']:,.0f} USD landed and leaves "
            f"{group['margin_usd_per_car']:,.0f} USD{_shared(group)}, before the plant's costs of no car "
            f"({_nobody(facts):,.0f} USD a car built: idle labour, base loads, changes of mode); it carries "
            f"{group['customer_kgco2e_per_car'] / 1000:.1f} t CO2e when the customer gets it."
        )
    lines += _targets(facts)
    return lines


def _of(built: int, wanted: int) -> str:
    return f"all {wanted:,}" if built == wanted else f"{built:,} of the {wanted:,}"


def _group(facts: Facts) -> dict[str, Any]:
    agreements = facts.scenario.agreements
    group: dict[str, Any] = facts.summary["groups"][agreements[0].id if agreements else "all"]
    return group


def _shared(group: dict[str, Any]) -> str:
    """How an agreement splits the margin."""
    maker, brand = group["maker_margin_usd_per_car"], group["brand_margin_usd_per_car"]
    if maker is None or brand is None:
        return ""
    return f" ({brand:,.0f} to the brand, {maker:,.0f} to the maker)"


def _nobody(facts: Facts) -> float:
    return float(facts.summary["nobody_usd"] / max(facts.summary["groups"]["all"]["cars_built"], 1))


def _limits(facts: Facts) -> str:
    group = _group(facts)
    missed = {**group["unbuilt_reasons"], **group["late_reasons"]}
    missed = {reason: num for reason, num in missed.items() if reason in LATE or reason in _PLANT_REASONS}
    stations = facts.run.table("flow", "stations").with_columns(
        pl.sum_horizontal("working_h", "down_h", "blocked_h", "starved_h").alias("all_h")
    )  # fmt: skip
    active = stations.filter(pl.col("all_h") > 0).with_columns(
        ((pl.col("working_h") + pl.col("down_h")) / pl.col("all_h")).alias("active")
    ).sort("active", descending=True).row(0, named=True)  # fmt: skip
    shop = facts.scenario.plant.shops[active["shop_idx"]].name
    bottleneck = f"the line's bottleneck is {shop} ({active['section']}, active {active['active']:.0%} of its time)"
    if not missed:
        return f"Nothing holds the plant back: no order is late or short by its fault; {bottleneck}."
    worst = sorted(missed.items(), key=lambda item: -item[1])[:2]
    told = " and ".join(f"{WORDS[reason].split(': ')[-1]} ({num:,} cars)" for reason, num in worst)
    return f"What limits it: {told}; {bottleneck}."


def _targets(facts: Facts) -> list[str]:
    lines = []
    for row in facts.summary["path"]:
        if row["target_kgco2e"] is not None:
            gap = row["counted_kgco2e"] - row["target_kgco2e"]
            projected = " (projected)" if row["is_projected"] else ""
            lines.append(
                f"In {row['year']} the plant emits {row['counted_kgco2e'] / 1e6:,.1f} kt CO2e{projected} against a "
                f"target of {row['target_kgco2e'] / 1e6:,.1f} kt: {abs(gap) / 1e6:,.1f} kt "
                f"{'too much' if gap > 0 else 'to spare'}."
            )
    return lines


def tiles(facts: Facts) -> list[Tile]:
    """Headline figures of the whole plant and of the models in focus."""
    group, everything = _group(facts), facts.summary["groups"]["all"]
    own = facts.run.table("quality", "peers").filter(pl.col("is_own")).row(0, named=True)
    measured, name = facts.summary["plan"]["availability_measured"], facts.focus_name

    def number(value: float | None, pattern: str) -> str:
        return "–" if value is None else pattern.format(value)

    return [
        Tile("cars built, whole plant", f"{everything['cars_built']:,}", f"of {everything['cars_ordered']:,} ordered"),
        Tile(f"{name} built", f"{group['cars_built']:,}", f"of {group['cars_ordered']:,} ordered"),
        Tile("delivered on time", number(group["on_time_share"], "{:.0%}"), f"of {name} delivered or under way"),
        Tile("landed cost", number(group["landed_usd_per_car"], "{:,.0f} USD"), f"a car, {name}"),
        Tile("margin of all parties", number(group["margin_usd_per_car"], "{:,.0f} USD"),
             "a car, before costs of no car"),
        Tile("CO2e to the customer", number(group["customer_kgco2e_per_car"], "{:,.0f} kg"), "a car"),
        Tile("line availability", f"{measured:.1%}", "measured, of the paced speed"),
        Tile("defects at customers", f"{100 * own['defects_per_car']:.1f}",
             f"per 100 cars: rank {own['rank']} among plants given{facts.peers_note}"),
    ]  # fmt: skip
