"""The answer first: can the plant do it, when, at what cost and CO2, and what limits it, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.records.reasons import LATE, WORDS

if TYPE_CHECKING:
    from quayline.report.facts import Facts

_PLANT_REASONS = (
    "capacity", "mix-limit", "ramp", "no-sailing", "not-on-line", "sailing-space", "yard", "quota", "parts", "limit",
)  # fmt: skip
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
    made = group["cars_built"] + group["cars_in_line"]
    word = "can build" if made >= _ENOUGH_SHARE * wanted else "cannot build all of"
    standing = f" or stand on it at the end ({group['cars_in_line']:,})" if group["cars_in_line"] else ""
    lines = [
        f"{plant} {word} {name}: {_of(made, wanted)} cars that its markets may take leave the line{standing}"
        + (f", the first on {group['first_line_off'][:10]}" if group["first_line_off"] else "")
        + f"; {group['cars_late']:,} reach the customer later than tolerated."
    ]
    if group["cars_scrapped"]:
        lines.append(f"{group['cars_scrapped']:,} cars are scrapped at a gate and not built again.")
    if barred:
        lines.append(
            f"{barred:,} more are wanted but not built: "
            + ", ".join(
                f"{WORDS[reason]} ({num:,})"
                for reason, num in group["unbuilt_reasons"].items() if reason not in _PLANT_REASONS
            )
            + "."
        )
    plan = facts.summary["plan"]
    promised, measured = plan["availability_promised"], plan["availability_measured"]
    if abs(measured - promised) > (0.01 if measured < promised else 0.05):
        told = "expect less than is planned" if measured < promised else "the plan leaves capacity unused"
        lines.append(
            f"The plan rests on an availability of {promised:.1%}, the simulated line reaches {measured:.1%} after "
            f"{plan['rounds']} round{'s' if plan['rounds'] > 1 else ''}: {told}."
        )
    if plan["shortfall_cars"]:
        lines.append(
            f"The agreed minimum is missed by {plan['shortfall_cars']:,} cars over the years: "
            f"{facts.summary['shortfall_usd'] / 1e6:,.2f} million USD of shortfall fee, not in the margins here."
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


def _tolerances(facts: Facts) -> str:
    """The tolerances of the markets that the models in focus go to, in days."""
    wanted = set(facts.book.filter(pl.col("model").is_in(facts.focus))["market"])
    days = sorted({m.tolerance_days for m in facts.scenario.markets if m.id in wanted})
    return f"{days[0]:g} days" if len(days) == 1 else f"{days[0]:g} to {days[-1]:g} days" if days else "no orders"


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
    kind = next((f.kind for f in facts.scenario.figures if f.path == "carbon.plant.base"), "unstated")
    base = f" ({kind} base year)" if kind in ("assumed", "unstated") else ""
    for row in facts.summary["path"]:
        if row["target_kgco2e"] is not None:
            gap = row["counted_kgco2e"] - row["target_kgco2e"]
            projected = " (projected)" if row["is_projected"] else ""
            lines.append(
                f"In {row['year']} the plant emits {row['counted_kgco2e'] / 1e6:,.1f} kt CO2e{projected} against a "
                f"target of {row['target_kgco2e'] / 1e6:,.1f} kt{base}: {abs(gap) / 1e6:,.1f} kt "
                f"{'too much' if gap > 0 else 'to spare'}."
            )
    return lines + ([_levers(facts)] if facts.run.has("pathway") else [])


def _levers(facts: Facts) -> str:
    """What the cheapest levers do about the targets, and whether certificates are among them."""
    path = facts.run.record("pathway")
    missed = path.targets.filter(~pl.col("is_met"))["name"].to_list()
    extra_musd = (path.present_usd - path.no_lever_usd) / 1e6
    told = f"miss {' and '.join(missed)}" if missed else "meet every target"
    by = ", certificates among them" if path.targets["is_met_by_certificates"].any() else ""
    return (
        f"That is without levers; the cheapest ones {told}{by}, for {abs(extra_musd):,.1f} million USD "
        f"{'more' if extra_musd >= 0 else 'less'} (present value)."
    )


def tiles(facts: Facts) -> list[Tile]:
    """Headline figures of the whole plant and of the models in focus."""
    group, everything = _group(facts), facts.summary["groups"]["all"]
    own = facts.run.table("quality", "peers").filter(pl.col("is_own")).row(0, named=True)
    measured, name = facts.summary["plan"]["availability_measured"], facts.focus_name

    def number(value: float | None, pattern: str) -> str:
        return "–" if value is None else pattern.format(value)

    return [
        Tile("cars built, whole plant", f"{everything['cars_built']:,}", f"of {everything['cars_ordered']:,} ordered; "
             f"{facts.summary['cars_outside_horizon']:,} more fall outside the horizon"),
        Tile(f"{name} built", f"{group['cars_built']:,}", f"of {group['cars_ordered']:,} ordered"),
        Tile("delivered on time", number(group["on_time_share"], "{:.0%}"),
             f"of {name}: within the market's tolerance ({_tolerances(facts)})"),
        Tile("landed cost", number(group["landed_usd_per_car"], "{:,.0f} USD"), f"a car, {name}"),
        Tile("margin of all parties", number(group["margin_usd_per_car"], "{:,.0f} USD"),
             f"a car, {name}, before costs of no car"),
        Tile("CO2e to the customer", number(group["customer_kgco2e_per_car"], "{:,.0f} kg"), f"a car, {name}"),
        Tile("line availability", f"{measured:.1%}", "whole plant, measured, of the paced speed"),
        Tile("defects at customers", f"{100 * own['defects_per_car']:.1f}",
             f"per 100 cars, whole plant: rank {own['rank']} among plants given{facts.peers_note}"),
    ]  # fmt: skip
