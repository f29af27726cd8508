"""Checks what is compared and promised: line-up, claims, levers, and the depth of factors, by their definitions."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.carbon.footprint import check_definition as by
from quayline.records.schemas import FOOTPRINT_STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import CarbonAccount, Plan
    from quayline.scenario.claims import CarLever
    from quayline.scenario.schema import Scenario

BOUNDARIES = {"gate": 8, "port": 11, "customer": 12, "life": 16}
TAIL = 0.05


def faults(scenario: Scenario, plan: Plan, account: CarbonAccount, num_draws: int) -> Iterator[str]:
    """Everything in line-up, claims, levers and depth that does not follow from scenario and cars."""
    own = _own_means(scenario, plan, account)
    yield from _line_up_faults(scenario, own, account)
    yield from _claim_faults(scenario, own, account, num_draws)
    yield from _lever_faults(scenario, account)
    yield from _depth_faults(scenario, account)


def _own_means(scenario: Scenario, plan: Plan, account: CarbonAccount) -> dict[tuple[int, str], dict[str, float]]:
    """Mean of the cars built here to each boundary, by variant and market ('': all); `market`: what contracts add."""
    markets = [market.id for market in scenario.markets]
    place = plan.orders.filter(pl.col("plant_idx") == 0).select("order_id", "variant_idx", "market_idx")
    cars = account.cars.join(place, on="order_id")
    for stage in ("plant_electricity", "plant_base"):
        cars = cars.with_columns((pl.col(f"{stage}_market_kgco2e") - pl.col(f"{stage}_kgco2e")).alias(f"{stage}_more"))
    cars = cars.with_columns(market_kgco2e=pl.col("plant_electricity_more") + pl.col("plant_base_more"))
    columns = [f"{boundary}_kgco2e" for boundary in (*BOUNDARIES, "market")]
    found: dict[tuple[int, str], dict[str, float]] = {}
    for by_market in (False, True):
        keys = ["variant_idx", "market_idx"] if by_market else ["variant_idx"]
        for row in cars.group_by(keys).agg(pl.col(columns).mean()).iter_rows(named=True):
            market = markets[row["market_idx"]] if by_market else ""
            found[row["variant_idx"], market] = {name: row[f"{name}_kgco2e"] for name in (*BOUNDARIES, "market")}
    return found


def _published(scenario: Scenario, name: str, boundary: str) -> float | None:
    (car,) = (c for c in scenario.carbon.line_up if c.id == name)
    if car.boundary == boundary:
        return car.total_kgco2e_per_car
    added = [row.amount_kgco2e_per_car for row in car.adjustments if row.to == boundary]
    return car.total_kgco2e_per_car + sum(added) if added else None


def _line_up_faults(
    scenario: Scenario, own: dict[tuple[int, str], dict[str, float]], account: CarbonAccount
) -> Iterator[str]:
    """Published cars as given and as adjusted, own variants as the mean of their cars, each once."""
    variants = scenario.vehicles.variants
    calibrated = {c.variant for c in scenario.carbon.calibrations}
    right: dict[tuple[str, str], tuple[str, float | None, bool]] = {}
    for car in scenario.carbon.line_up:
        for boundary in BOUNDARIES:
            total = _published(scenario, car.id, boundary)
            if total is not None:
                right[car.id, boundary] = ("published" if boundary == car.boundary else "adjusted", total, False)
    for (k, market), means in own.items():
        if market == "":
            for boundary in {"gate", scenario.carbon.boundary}:
                right[variants[k].id, boundary] = ("simulated", means[boundary], variants[k].id in calibrated)
    if sorted(account.line_up.select("id", "boundary").rows()) != sorted(right):
        yield "the line-up is not the published cars and the variants built here, each at its boundaries"
        return
    for row in account.line_up.iter_rows(named=True):
        kind, total, is_calibrated = right[row["id"], row["boundary"]]
        if (row["kind"], row["is_calibrated"]) != (kind, is_calibrated):
            yield f"{row['id']} is marked as {row['kind']}, calibrated {row['is_calibrated']}"
        if total is None or by.differ(row["total_kgco2e"], total):
            yield f"{row['id']} to the {row['boundary']} is {row['total_kgco2e']:.6g}, by definition {total}"
        if not row["low_kgco2e"] <= row["high_kgco2e"]:
            yield f"the interval of {row['id']} is upside down"


def _claim_faults(
    scenario: Scenario, own: dict[tuple[int, str], dict[str, float]], account: CarbonAccount, num_draws: int
) -> Iterator[str]:
    """Both sides at one boundary; the share fits the interval of the gap; its error is that of a share."""
    claims = {claim.id: claim for claim in scenario.carbon.claims}
    variants = [variant.id for variant in scenario.vehicles.variants]
    expected = set()
    for claim in claims.values():
        beside = [*claim.beside, ""] if len(claim.beside) > 1 else claim.beside
        built = [name for name in claim.variants if (variants.index(name), claim.market or "") in own]
        expected |= {(claim.id, name, car) for name in built for car in beside}
    if set(account.claims.select("claim", "variant", "beside").rows()) != expected:
        yield "the claims are not those of the scenario, each against each car and against all"
        return
    for row in account.claims.iter_rows(named=True):
        claim = claims[row["claim"]]
        name = f"claim {claim.id} of {row['variant']} beside {row['beside'] or 'all'}"
        mine = own[variants.index(row["variant"]), claim.market or ""][claim.boundary]
        others = [_published(scenario, car, claim.boundary) for car in claim.beside if row["beside"] in ("", car)]
        known = [other for other in others if other is not None]
        least = min(known) if len(known) == len(others) else None
        how = {car.electricity for car in scenario.carbon.line_up if row["beside"] in ("", car.id) and
               car.id in claim.beside}  # fmt: skip
        if row["electricity"] != (how.pop() if len(how) == 1 else "unknown"):
            yield f"{name}: electricity is said to be {row['electricity']}"
        market = own[variants.index(row["variant"]), claim.market or ""]["market"]
        if by.differ(row["own_market_kgco2e"], mine + market):
            yield f"{name}: market-based is {row['own_market_kgco2e']:.6g}, by definition {mine + market:.6g}"
        if by.differ(row["own_kgco2e"], mine):
            yield f"{name}: own is {row['own_kgco2e']:.6g}, by definition {mine:.6g}"
        if (row["other_kgco2e"] is None) != (least is None):
            yield f"{name} is compared at a boundary that is not known, or is not where it is"
        elif least is not None:
            yield from _share_faults(name, row, least, num_draws)


def _share_faults(name: str, row: dict[str, Any], least: float, num_draws: int) -> Iterator[str]:
    share, low, high = row["lower_share"], row["low_kgco2e"], row["high_kgco2e"]
    if by.differ(row["other_kgco2e"], least):
        yield f"{name}: the other is {row['other_kgco2e']:.6g}, by definition {least:.6g}"
    slack = 2 / num_draws
    fits = (low <= 0 or share >= 1 - TAIL - slack) and (high >= 0 or share <= TAIL + slack)
    if not (0 <= share <= 1 and low <= high and fits and abs(share * num_draws - round(share * num_draws)) < 1e-6):
        yield f"{name}: a share of {share} does not fit a gap of {low:.6g} to {high:.6g} kg in {num_draws} draws"
    smoothed = (round(share * num_draws) + 1) / (num_draws + 2)
    if by.differ(row["standard_error"], sqrt(smoothed * (1 - smoothed) / num_draws)):
        yield f"{name}: {row['standard_error']} is not the standard error of the share"


def _lever_faults(scenario: Scenario, account: CarbonAccount) -> Iterator[str]:
    """One row for each lever and variant that it changes: stages with and without it, its cost, and that by tonne."""
    classes = [row for row in account.classes.iter_rows(named=True) if row["plant_idx"] == 0]
    rows = {(row["lever"], row["variant_idx"]): row for row in account.levers.iter_rows(named=True)}
    changed = set()
    for lever in scenario.carbon.levers:
        other = _with(scenario, lever)
        for variant_idx in {row["variant_idx"] for row in classes}:
            mine = [row for row in classes if row["variant_idx"] == variant_idx]
            row = rows.get((lever.id, variant_idx))
            one = mine[0] if row is None else next((c for c in mine if c["class_idx"] == row["class_idx"]), None)
            name = f"lever {lever.id} of {scenario.vehicles.variants[variant_idx].id}"
            if one is None or (row is not None and one["cars"] != max(c["cars"] for c in mine)):
                yield f"{name} is not computed for the variant's largest class"
                continue
            now, then = by.stages(scenario, one), by.stages(other, one)
            saved = {stage: now[stage] - then[stage] for stage in now}
            if any(abs(kgco2e) > 1e-9 for kgco2e in saved.values()):
                changed.add((lever.id, variant_idx))
            if row is not None:
                yield from _saving_faults(scenario, name, lever, row, saved)
    if set(rows) != changed:
        yield f"levers for {sorted(set(rows) ^ changed)} are missing, or change nothing"


def _saving_faults(
    scenario: Scenario, name: str, lever: CarLever, row: dict[str, Any], saved: dict[str, float]
) -> Iterator[str]:
    inside = FOOTPRINT_STAGES[: BOUNDARIES[scenario.carbon.boundary]]
    cost = lever.cost_usd_per_car if lever.saved_usd_per_car is None else -lever.saved_usd_per_car
    kgco2e = sum(value for stage, value in saved.items() if stage in inside)
    right: dict[str, float | None] = {
        "saved_kgco2e": kgco2e, "life_kgco2e": sum(saved.values()), "cost_usd": cost,
        "cost_usd_per_t": None if cost is None or kgco2e <= 0 else 1000 * cost / kgco2e,
    }  # fmt: skip
    for column, value in right.items():
        if (row[column] is None) != (value is None) or (value is not None and by.differ(row[column], value)):
            yield f"{column} of {name} is {row[column]}, by definition {value}"
    if not row["low_kgco2e"] <= row["high_kgco2e"]:
        yield f"the interval of {name} is upside down"


def _with(scenario: Scenario, lever: CarLever) -> Scenario:
    """The scenario written anew with what the lever changes."""
    carbon, vehicles, lanes = scenario.carbon, scenario.vehicles, list(scenario.logistics.lanes)
    materials, variants = list(carbon.materials), list(vehicles.variants)
    for swap in lever.swaps:
        at = [m.id for m in materials].index(swap.material)
        shares = [(part.product, part.share - part.share * swap.share) for part in materials[at].mix]
        part_of = type(materials[at].mix[0])
        mix = [part_of(product=p, share=s) for p, s in [*shares, (swap.product, swap.share)]]
        materials[at] = materials[at].model_copy(update={"mix": mix})
    for at, variant in enumerate(scenario.vehicles.variants):
        update: dict[str, Any] = {}
        for pack in lever.packs:
            if pack.battery == variant.battery:
                update["battery"] = pack.by
        if lever.battery_kwh is not None and lever.battery_kwh < variant.battery_kwh:
            held = sum(use.mass_kg for use in carbon.material_use if use.variant == variant.id)
            pack_kg = (variant.kerb_mass_kg - held) * lever.battery_kwh / variant.battery_kwh
            update |= {"battery_kwh": lever.battery_kwh, "kerb_mass_kg": held + pack_kg}
        variants[at] = variant.model_copy(update=update)
    if lever.ship is not None:
        update = {"ship": lever.ship, "emissions_kgco2e_per_tkm": None}
        lanes = [lane.model_copy(update=update) for lane in lanes]
    return scenario.model_copy(update={
        "carbon": carbon.model_copy(update={"materials": materials}),
        "vehicles": vehicles.model_copy(update={"variants": variants}),
        "logistics": scenario.logistics.model_copy(update={"lanes": lanes}),
    })  # fmt: skip


def _depth_faults(scenario: Scenario, account: CarbonAccount) -> Iterator[str]:
    """Each tree begins with its factor; each step carries its own, what it takes, and what was not opened."""
    factors = {row["factor_idx"]: row for row in account.factors.iter_rows(named=True)}
    direct = {product.id: product.direct_kgco2e for product in scenario.carbon.products}
    wanted = {k for k, row in factors.items() if row["activity"] == "product"}
    if set(account.depth["factor_idx"]) != wanted:
        yield "the trees are not those of the factors that are products"
        return
    for (k,), tree in account.depth.group_by("factor_idx", maintain_order=True):
        year, rows = factors[k]["year"], list(tree.iter_rows(named=True))
        if [row["step_idx"] for row in rows] != list(range(len(rows))):
            yield f"steps are missing below factor {k}"
            continue
        below = [0.0] * len(rows)
        for row in rows:
            if row["parent_idx"] is not None:
                below[row["parent_idx"]] += row["kgco2e"]
        for row in rows:
            made = row["product"]
            each = direct[made] if made in direct else by.grid(scenario, made.removeprefix("grid-").upper(), year)
            right = {
                "kgco2e": row["amount"] * by.product(scenario, made, year), "direct_kgco2e": row["amount"] * each,
                "beyond_kgco2e": row["kgco2e"] - row["direct_kgco2e"] - below[row["step_idx"]],
            }  # fmt: skip
            if row["parent_idx"] is None:
                right |= {"kgco2e": factors[k]["kgco2e"], "amount": 1.0}
            for name, value in right.items():
                if by.differ(row[name], value):
                    yield f"{name} of step {row['step_idx']} below factor {k} is {row[name]:.6g}, not {value:.6g}"
