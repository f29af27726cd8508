"""Checks a quality log by the definitions of the scenario alone, with none of the engine's code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import DaySequence, Plan, QualityLog
    from quayline.scenario.plant import Section
    from quayline.scenario.quality import Cause
    from quayline.scenario.schema import Scenario

TOLERANCE = 1e-9


def faults(scenario: Scenario, plan: Plan, sequence: DaySequence, log: QualityLog) -> list[str]:
    """Everything in `log` that the scenario and the sequence do not allow; empty when right."""
    return [*_defect_faults(scenario, plan, sequence, log), *_scrap_faults(scenario, log),
            *_month_faults(scenario, plan, sequence, log), *_peer_faults(scenario, sequence, log)]  # fmt: skip


def _defect_faults(scenario: Scenario, plan: Plan, sequence: DaySequence, log: QualityLog) -> Iterator[str]:
    models = [v.model for v in scenario.vehicles.variants]
    model_of = plan.orders.select(
        "order_id", model=pl.col("variant_idx").replace_strict(range(len(models)), models, return_dtype=pl.String)
    )
    defects = log.defects.join(model_of, on="order_id", how="left", maintain_order="left")
    if strange := defects.join(sequence.cars, on="order_id", how="anti").height:
        yield f"{strange} defects on cars that are not in the sequence"
    num_causes = len(scenario.quality.causes)
    if unknown := defects.filter(~pl.col("cause_idx").is_between(0, num_causes - 1)).height:
        yield f"{unknown} defects of causes that do not exist"
    for k, cause in enumerate(scenario.quality.causes):
        yield from _cause_faults(scenario, cause, defects.filter(pl.col("cause_idx") == k))


def _cause_faults(scenario: Scenario, cause: Cause, defects: pl.DataFrame) -> Iterator[str]:
    """Whether the defects of one cause were caught where they can be, and repaired as the scenario says."""
    for (model,), mine in defects.filter(pl.col("fate") != "gone").group_by("model", maintain_order=True):
        allowed = _may_catch(scenario, cause, str(model))
        for gate, num in sorted(mine["gate"].value_counts().iter_rows()):
            if gate not in allowed:
                where = f"caught at {gate}" if gate else "escaped"
                yield f"{num} defects of {cause.id} {where}, which cannot be on {model}"
    repaired, caught = pl.col("fate") == "repaired", pl.col("fate").is_in(["repaired", "scrap"])
    if wrong := defects.filter(repaired & ((pl.col("repair") != cause.repair) | (pl.col("repair_s") < 0))).height:
        yield f"{wrong} defects of {cause.id} not repaired as {cause.repair}"
    if wrong := defects.filter(~repaired & ((pl.col("repair") != "") | (pl.col("repair_s") != 0))).height:
        yield f"{wrong} defects of {cause.id} that escaped and were repaired, or went with their car"
    if wrong := defects.filter(caught != (pl.col("gate") != "")).height:
        yield f"{wrong} defects of {cause.id} with a gate and not caught, or caught without a gate"


def _scrap_faults(scenario: Scenario, log: QualityLog) -> Iterator[str]:
    """Whether the defects of scrapped cars are those up to the gate, and each has one beyond repair there."""
    shops = [shop.id for shop in scenario.plant.shops]
    models = [model.id for model in scenario.vehicles.models]
    gates = dict.fromkeys(
        (k, " or ".join(names)) for k, shop in enumerate(scenario.plant.shops) for section in shop.sections
        for model in models for names in _gates(section, model)
    )  # fmt: skip
    causes = [{"cause_idx": i, "cause_shop": shops.index(cause.shop), "may": cause.scrap_share > 0}
              for i, cause in enumerate(scenario.quality.causes)]  # fmt: skip
    places = [{"gate": name, "at": at, "gate_shop": k} for at, (k, name) in enumerate(gates)]
    rows = log.defects.join(pl.DataFrame(causes).cast({"cause_idx": pl.Int16}), on="cause_idx").join(
        pl.DataFrame(places), on="gate", how="left"
    )
    is_scrap = pl.col("fate") == "scrap"
    scrapped = rows.filter(is_scrap).group_by("order_id").agg(
        pl.col("at").n_unique().alias("gates"), pl.col("at").first().alias("last"), pl.col("may").any(),
        pl.col("gate_shop").first().alias("last_shop"),
    )  # fmt: skip
    if wrong := scrapped.filter((pl.col("gates") != 1) | ~pl.col("may")).height:
        yield f"{wrong} cars scrapped at two gates, or for causes that can be repaired"
    mine = rows.join(scrapped.select("order_id", "last", "last_shop"), on="order_id", how="left")
    late = (pl.col("at") > pl.col("last")) | (pl.col("cause_shop") > pl.col("last_shop"))
    if wrong := mine.filter(pl.col("last").is_not_null() & late.fill_null(False)).height:
        yield f"{wrong} defects caught, or made, after their car was scrapped"
    if wrong := mine.filter(pl.col("last").is_not_null() & (pl.col("fate") == "escaped")).height:
        yield f"{wrong} defects of scrapped cars that reached a customer"
    if wrong := mine.filter(pl.col("last").is_not_null() & (pl.col("at") == pl.col("last")) & ~is_scrap).height:
        yield f"{wrong} defects repaired at the gate that scrapped their car"
    if wrong := mine.filter(pl.col("last").is_null() & (pl.col("fate") == "gone")).height:
        yield f"{wrong} defects gone with cars that were not scrapped"


def _may_catch(scenario: Scenario, cause: Cause, model: str) -> list[str]:
    """Where a defect of a car of `model` may be caught, "" if it may escape: nothing gets past a gate that misses none.
    """
    share = {row.gate: row.share for row in scenario.quality.detection if row.cause == cause.id}
    begun, possible = False, []
    for shop in scenario.plant.shops:
        begun = begun or shop.id == cause.shop
        for names in [names for section in shop.sections if begun for names in _gates(section, model)]:
            if share.get(names[0], 0) > 0:
                possible.append(" or ".join(names))
                if share[names[0]] >= 1:
                    return possible
    return [*possible, ""]


def _gates(section: Section, model: str) -> list[list[str]]:
    """The gates that a car of `model` passes in a section, each with those beside it that it may pass in its place."""
    if section.kind == "gate":
        return [[section.id]]
    if section.kind != "parallel":
        return []
    mine = [branch for branch in section.branches if section.route != "model" or model in branch.models]
    rows = [[part.id for part in branch.sections if part.kind == "gate"] for branch in mine]
    return [[row[k] for row in rows] for k in range(len(rows[0]))]


def _expected(scenario: Scenario) -> pl.Expr:
    """Expected defects of a car from columns `model` and `nth`: the formula of scenario.quality.Cause."""
    total = pl.lit(0.0)
    for cause in scenario.quality.causes:
        curve = (1 + pl.col("nth") / cause.launch_cars).pow(-cause.exponent)
        learning = cause.rate * (1 + (cause.launch_factor - 1) * curve)
        total += pl.when(pl.col("model").is_in(scenario.quality.launches)).then(learning).otherwise(cause.rate)
    return total


def _month_faults(scenario: Scenario, plan: Plan, sequence: DaySequence, log: QualityLog) -> Iterator[str]:
    """Whether the months are the sums of the log and of the cars."""
    names = ("defects", "caught", "gone")
    idx = {model.id: k for k, model in enumerate(scenario.vehicles.models)}
    variants = pl.DataFrame({
        "variant_idx": pl.Series(range(len(scenario.vehicles.variants)), dtype=pl.Int16),
        "model": [v.model for v in scenario.vehicles.variants],
        "model_idx": pl.Series([idx[v.model] for v in scenario.vehicles.variants], dtype=pl.Int16),
    })  # fmt: skip
    found = log.defects.group_by("order_id").agg(
        pl.len().alias("defects"), (pl.col("gate") != "").sum().alias("caught"),
        (pl.col("fate") == "gone").sum().alias("gone"), (pl.col("fate") == "scrap").any().alias("scrapped_cars"),
    )  # fmt: skip
    cars = (
        sequence.cars.sort("position")
        .join(plan.orders.select("order_id", "variant_idx"), on="order_id", maintain_order="left")
        .join(variants, on="variant_idx", maintain_order="left")
        .with_columns(pl.int_range(pl.len()).over("model_idx").alias("nth"))
        .join(found, on="order_id", how="left", maintain_order="left")
        .with_columns(pl.col(*names).fill_null(0), pl.col("scrapped_cars").fill_null(False))
        .with_columns(month=pl.col("build_on").dt.month_start())
    )
    right = (
        cars.with_columns(_expected(scenario).alias("expected"))
        .group_by("month", "model_idx")
        .agg(
            pl.len().alias("cars_right"),
            pl.col("defects").sum().alias("defects_right"),
            pl.col("caught").sum().alias("caught_right"),
            pl.col("gone", "scrapped_cars").sum().name.suffix("_right"),
            (pl.col("defects") - pl.col("caught") - pl.col("gone")).sum().alias("escaped_right"),
            (pl.col("caught") == 0).sum().alias("clean_cars_right"),
            pl.col("expected").sum().alias("expected_right"),
        )
    )
    both = log.months.join(right, on=["month", "model_idx"])
    if both.height != right.height or log.months.height != right.height:
        yield f"{log.months.height} rows of months and models, expected {right.height}"
    for name in ("cars", *names, "escaped", "clean_cars", "scrapped_cars"):
        if wrong := both.filter(pl.col(name) != pl.col(f"{name}_right")).height:
            yield f"{name} differ in {wrong} months"
    off = (pl.col("expected_defects") - pl.col("expected_right")).abs() > TOLERANCE * (1 + pl.col("expected_right"))
    if wrong := both.filter(off).height:
        yield f"expected defects differ in {wrong} months"


def _peer_faults(scenario: Scenario, sequence: DaySequence, log: QualityLog) -> Iterator[str]:
    """Whether the ranking holds the peers and this plant, each with one more than those that are better."""
    rows = [(p.plant, p.defects_per_car, False) for p in scenario.quality.peers]
    if sequence.cars.height:
        escaped = log.defects.filter(pl.col("fate") == "escaped").height
        scrapped = log.defects.filter(pl.col("fate") == "scrap")["order_id"].n_unique()
        rows.append((scenario.plant.name, escaped / max(sequence.cars.height - scrapped, 1), True))
    ranked = {(*row[:2], 1 + sum(other[1] < row[1] for other in rows), row[2]) for row in rows}
    if ranked != set(log.peers.iter_rows()) or len(rows) != log.peers.height:
        yield "the ranking among peers is not that of the scenario's figures and the escapes"
