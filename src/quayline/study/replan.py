"""Planning again: a run's plan on a later day, and a programme replayed as its rules became known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from quayline.balance.solve import balance
from quayline.base.errors import RunError
from quayline.plan.inputs.earlier import Earlier
from quayline.plan.inputs.rules import duty_on, price_list
from quayline.plan.replanning.nervousness import Nervousness, nervousness
from quayline.plan.solve import plan
from quayline.scenario.known import as_known, news_days, news_on
from quayline.scenario.loader import overlaid
from quayline.scenario.sailings import sailings
from quayline.store.journal import note, state_of
from quayline.study.feedback import measured_shops
from quayline.study.run import Params

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario
    from quayline.store.folder import RunFolder


@dataclass(frozen=True)
class Outcome:
    """What a plan comes to under the rules of a scenario: contribution, cars built, cars that a rule bars after they
    were built, and duty paid."""

    contribution_usd: float
    num_built: int
    num_stranded: int
    duty_usd: float


@dataclass(frozen=True)
class Step:
    """One plan of a replay: its day, the rules that had become known, its value by what was known, and its changes
    (the first has none)."""

    on: date
    learnt: tuple[str, ...]
    plan: Plan
    changes: Nervousness | None


@dataclass(frozen=True)
class Replay:
    """The plans as rules became known, what the last of them comes to, and what a plan that had known all would."""

    steps: tuple[Step, ...]
    replayed: Outcome
    clairvoyant: Outcome

    @property
    def not_knowing_usd(self) -> float:
        """Contribution that was lost because rules became known late."""
        return self.clairvoyant.contribution_usd - self.replayed.contribution_usd


def replan(
    run: RunFolder, on: date, overlays: tuple[str, ...] = (), settings: Mapping[str, str] | None = None
) -> tuple[Scenario, Plan, Earlier]:
    """The plan of `run` made again on `on` with overlays and settings on its scenario: that scenario, the new plan,
    and what it was made from. It is noted in the log of the run's folder, with the digest of the new orders. Raises
    RunError for a day outside the horizon, and where the log cannot be written."""
    before = run.scenario
    if not before.horizon.start <= on <= before.horizon.end:
        raise RunError(f"the run knows {before.horizon.start} to {before.horizon.end}, not {on}")
    after = overlaid(before, overlays, settings)
    params = Params.of(run.manifest["params"])
    earlier = Earlier(run.record("plan"), on, before)
    share = float(run.summary["plan"]["availability_line"])
    shops = measured_shops(before, earlier.plan)
    crew = balance(after, params.balance)
    made = plan(after, crew, params.plan, int(run.manifest["seed"]), share, earlier, shops)
    changes = (*(f"+ {name}" for name in overlays), *(f"{path}={value}" for path, value in (settings or {}).items()))
    answer = hashlib.sha256(made.orders.write_csv().encode()).hexdigest()
    note(run.path.parent, f"replan on {on}", run.path.name, changes, state_of(run.path), answer)
    return after, made, earlier


def replay(scenario: Scenario, seed: int = 1, params: Params | None = None) -> Replay:
    """Plans `scenario` with what was known on the first day of its horizon, plans again on each day on which a rule
    became known, and compares with the plan that knows all from the start. Plans only: nothing is simulated."""
    p = params or Params()
    start, end = scenario.horizon.start, scenario.horizon.end
    known = as_known(scenario, start)
    crew = balance(scenario, p.balance)
    made = plan(known, crew, p.plan, seed)
    steps = [Step(start, (), made, None)]
    for day in (day for day in news_days(scenario) if start < day <= end):
        earlier = Earlier(made, day, known)
        known = as_known(scenario, day)
        made = plan(known, crew, p.plan, seed, earlier=earlier)
        steps.append(Step(day, tuple(news_on(scenario, day)), made, nervousness(made, earlier)))
    told = as_known(scenario, end)
    return Replay(tuple(steps), outcome(told, made), outcome(told, plan(told, crew, p.plan, seed)))


def outcome(scenario: Scenario, made: Plan) -> Outcome:
    """What `made`, planned under the rules of `scenario`, comes to."""
    built = made.orders.filter(pl.col("planned_build_on").is_not_null())
    stranded = built.filter(pl.col("planned_delivery_on").is_null())
    return Outcome(made.objective_usd, built.height, stranded.height, _duty_usd(scenario, made))


def _duty_usd(scenario: Scenario, made: Plan) -> float:
    """Duty at the rates within quotas, by date of arrival."""
    prices, trips, usd = price_list(scenario), sailings(scenario), 0.0
    keys = ["market_idx", "variant_idx", "plant_idx", "planned_sailing_idx"]
    origins = [scenario.plant.place.country, *(plant.place.country for plant in scenario.alternates)]
    rows = made.orders.drop_nulls("planned_sailing_idx").group_by(keys).len().sort(keys)
    for market_at, variant_at, plant_at, sailing_at, cars in rows.iter_rows():
        market, variant = scenario.markets[market_at], scenario.vehicles.variants[variant_at]
        day = trips[sailing_at].arrives_on
        duty = duty_on(scenario, market, day, origins[plant_at])
        if duty is not None:
            usd += cars * duty.rate * prices.usd(market.id, variant.id, day) * scenario.trade.customs_value_share
    return usd
