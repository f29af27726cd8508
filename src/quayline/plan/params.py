"""Settings of the plan engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlanParams:
    """How near to the optimum the plan is solved, and how it treats dates.

    `gap_share`: relative gap at which the exact search of a small programme stops. `most_nodes`: most nodes of its
    tree; the same bound on every machine. `most_schedules`: coarser programmes asked for line modes after the first few
    schedules, where these leave more than `gap_share`. `safety_s`: seconds after which the solver gives back
    its best plan; reaching it is reported in `Plan.status`, and only then may two machines differ.
    `tolerance_share`: part of a market's tolerance that the plan itself may use; the rest is kept for what it
    cannot foresee. `ahead_weeks`: a car may be built so early that it could be with its customer this many weeks
    before the order wants it, not earlier. `exact_cars`: up to this many weekly volumes and bookings are integer
    variables of the solver (the exact search); beyond, they are rounded by cumulative rounding. `whole_rows`: up to
    this many rows the relaxation is solved whole; beyond, in windows over the horizon.
    """

    gap_share: float = 0.001
    most_nodes: int = 2000
    most_schedules: int = 12
    safety_s: float = 900.0
    tolerance_share: float = 0.5
    ahead_weeks: int = 26
    exact_cars: int = 400
    whole_rows: int = 80_000

    def __post_init__(self) -> None:
        if not 0 <= self.gap_share <= 0.2:
            raise ValueError(f"gap_share is {self.gap_share}, expected 0 to 0.2")
        if not 1 <= self.most_nodes <= 10_000_000:
            raise ValueError(f"most_nodes is {self.most_nodes}, expected 1 to 10,000,000")
        if not 0 <= self.most_schedules <= 10_000:
            raise ValueError(f"most_schedules is {self.most_schedules}, expected 0 to 10,000")
        if not 1 <= self.safety_s <= 86_400:
            raise ValueError(f"safety_s is {self.safety_s}, expected 1 to 86,400")
        if not 0 <= self.tolerance_share <= 1:
            raise ValueError(f"tolerance_share is {self.tolerance_share}, expected 0 to 1")
        if not 1 <= self.ahead_weeks <= 520:
            raise ValueError(f"ahead_weeks is {self.ahead_weeks}, expected 1 to 520")
        if not 0 <= self.exact_cars <= 100_000:
            raise ValueError(f"exact_cars is {self.exact_cars}, expected 0 to 100,000")
        if not 0 <= self.whole_rows <= 10_000_000:
            raise ValueError(f"whole_rows is {self.whole_rows}, expected 0 to 10,000,000")
