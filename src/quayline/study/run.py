"""The recipe: plan, sequence, flow, ship, account."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.base.errors import InfeasibleError
from quayline.carbon.params import CarbonParams
from quayline.carbon.pathway.params import PathwayParams
from quayline.carbon.pathway.solve import pathway
from quayline.carbon.solve import carbon
from quayline.flow.params import FlowParams
from quayline.flow.shops import shop_rates
from quayline.flow.solve import simulate
from quayline.money.params import MoneyParams
from quayline.money.solve import money
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.quality.params import QualityParams
from quayline.quality.solve import quality
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence
from quayline.ship.params import ShipParams
from quayline.ship.solve import ship
from quayline.study.feedback import Measured, expected_availability, fed_back, measured_availability
from quayline.study.ledger import ledger
from quayline.study.params import StudyParams

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.records.stages import (
        Balance,
        CarbonAccount,
        DaySequence,
        FlowTrace,
        Ledger,
        MoneyAccount,
        Pathway,
        Plan,
        QualityLog,
        Shipments,
    )
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class Params:
    """The settings of every engine, stored with the run."""

    study: StudyParams = field(default_factory=StudyParams)
    balance: BalanceParams = field(default_factory=BalanceParams)
    plan: PlanParams = field(default_factory=PlanParams)
    sequence: SequenceParams = field(default_factory=SequenceParams)
    quality: QualityParams = field(default_factory=QualityParams)
    flow: FlowParams = field(default_factory=FlowParams)
    ship: ShipParams = field(default_factory=ShipParams)
    carbon: CarbonParams = field(default_factory=CarbonParams)
    pathway: PathwayParams = field(default_factory=PathwayParams)
    money: MoneyParams = field(default_factory=MoneyParams)

    @classmethod
    def of(cls, stored: dict[str, dict[str, Any]]) -> Params:
        """The settings that a run was stored with (`dataclasses.asdict` of them)."""
        default = cls()
        return cls(**{name: type(getattr(default, name))(**values) for name, values in stored.items()})


@dataclass(frozen=True)
class Results:
    """The records of all stages of a run; `rounds` is how often the plan met the simulated line.

    `rests_on` is what the last plan was made with, `promised_share` the availability that it expects, shops counted. A
    scenario without levers has no `pathway`.
    """

    balance: Balance
    plan: Plan
    sequence: DaySequence
    quality: QualityLog
    flow: FlowTrace
    ship: Shipments
    carbon: CarbonAccount
    money: MoneyAccount
    ledger: Ledger
    rounds: int
    rests_on: Measured
    promised_share: float
    pathway: Pathway | None = None


class Keep(Protocol):
    """Computes a stage, or brings it from where it was kept; `key` is its name, with its round after a dash."""

    def __call__(self, key: str, compute: Callable[[], Any]) -> Any: ...


def compute_only(key: str, compute: Callable[[], Any]) -> Any:
    """Keeps nothing: every stage is computed."""
    return compute()


def run(scenario: Scenario, seed: int = 1, params: Params | None = None, keep: Keep = compute_only) -> Results:
    """Run the whole chain for `scenario`. Pure: the same scenario, seed and version give the same bits."""
    p = params or Params()
    crew = keep("balance", partial(balance, scenario, p.balance))
    programme, line, defects, trace, rounds, rests_on = build(scenario, crew, seed, p, keep)
    promised = expected_availability(scenario, programme, trace, rests_on.availability_share)
    trips = keep("ship", partial(ship, scenario, programme, trace, p.ship, seed))
    footprint = keep("carbon", partial(carbon, scenario, programme, trace, trips, p.carbon, seed))
    way = None
    if scenario.pathway is not None:
        way = keep("pathway", partial(pathway, scenario, programme, trace, p.pathway))
    accounts = keep("money", partial(money, scenario, programme, crew, defects, trace, trips, p.money))
    book = keep(
        "ledger",
        partial(ledger, scenario, programme, line, defects, trace, trips, footprint, accounts),
    )
    return Results(
        crew, programme, line, defects, trace, trips, footprint, accounts, book, rounds, rests_on, promised, way
    )  # fmt: skip


def build(
    scenario: Scenario, crew: Balance, seed: int, p: Params, keep: Keep
) -> tuple[Plan, DaySequence, QualityLog, FlowTrace, int, Measured]:
    """Plan, sequence and simulate; plan again with the measured capacity when the line builds less than planned."""
    rests_on = Measured(scenario.plant.availability_share)
    for turn in range(1, p.study.most_rounds + 1):
        tag = f"-{turn}" if turn > 1 else ""
        programme = keep(f"plan{tag}", partial(
            plan, scenario, crew, p.plan, seed, rests_on.availability_share, shop_jph=rests_on.shop_jph
        ))  # fmt: skip
        if not programme.days.height:
            raise InfeasibleError("no car is worth building on any day of the horizon: see plant.calendar, and what a "
                                  "car would earn (prices, parts, duties)")  # fmt: skip
        line = keep(f"sequence{tag}", partial(sequence, scenario, programme, p.sequence, seed))
        defects = keep(f"quality{tag}", partial(quality, scenario, programme, line, p.quality, seed))
        trace = keep(f"flow{tag}", partial(simulate, scenario, programme, line, crew, defects, p.flow, seed))
        if trace.cars.height == 0 and line.cars.height > 0:
            raise InfeasibleError(f"the simulated line builds none of the {line.cars.height:,} cars planned; see the "
                                  "cycles and reliability in plant.shops")  # fmt: skip
        promised = expected_availability(scenario, programme, trace, rests_on.availability_share)
        if measured_availability(trace) >= promised - p.study.tolerance_share or turn == p.study.most_rounds:
            break
        rates = shop_rates(scenario, programme, line, crew, defects, seed)
        rests_on = fed_back(scenario, programme, trace, rates)
    return programme, line, defects, trace, turn, rests_on
