"""Replications of a line that is drawn as a network: the answer that a serial line gives, from the plant's engine."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.random import key
from quayline.flow.engine import simulate_network
from quayline.flow.line._kernels_draws import drawn
from quayline.flow.line._kernels_wave import LAW
from quayline.flow.line.drawing import LAST_S
from quayline.flow.line.pack import SOURCE, Laws
from quayline.flow.line.simulate import StationShares
from quayline.flow.network import Cars
from quayline.flow.statistics import Estimate, estimate, mser_5

if TYPE_CHECKING:
    from quayline.flow.engine import Outcome
    from quayline.flow.line.model import Law
    from quayline.flow.network import Floats, Ints, Network


@dataclass(frozen=True, eq=False)
class DrawnResult:
    """What a drawn line gives: parts a second and seconds in the line, after the warm-up.

    `stations` and `first` (the whole outcome of the first replication) are over the whole run, warm-up included.
    """

    network: Network
    seed: int
    parts: int
    warmup: int
    is_warmup_found: bool
    throughput: Estimate
    lead_s: Estimate
    wip: float
    stations: tuple[StationShares, ...]
    rates: Floats
    first: Outcome

    @property
    def bottleneck(self) -> str:
        """The station that is least blocked and starved together (Kuo, Lim & Meerkov, 1996)."""
        return min(self.stations, key=lambda s: s.blocked + s.starved).id


def simulate_drawn(
    network: Network, mix: Ints, arrivals: Law | None, parts: int, warmup: int | None, replications: int, seed: int
) -> DrawnResult:
    """Simulate `parts` parts of the types `mix`, over and over, in each of `replications`.

    Same network and seed give the same bits on any number of threads. Raises ValueError for numbers that cannot be,
    DeadlockError when the line comes to rest for good.
    """
    if replications < 1 or parts < 20 or (warmup is not None and not 0 <= warmup <= parts - 10):
        raise ValueError(f"{replications} replications of {parts} parts, warm-up {warmup}: too few")
    car_type = np.resize(mix, parts)

    def once(replication: int) -> Outcome:
        cars = Cars(car_type, _arrivals(arrivals, parts, seed, replication), np.zeros((len(network.all_bays), parts)))
        # Replications are runs with other seeds; the first is the run that the seed itself names.
        own = seed if replication == 0 else key(seed, "replication", str(replication)) >> 1
        return simulate_network(network, cars, own, LAST_S)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = list(pool.map(once, range(replications)))
    left = [np.sort(out[np.isfinite(out)]) for out in (o.leave_s[:, network.last_column] for o in outcomes)]
    least = min(map(len, left))
    if least < 20:
        raise ValueError(f"only {least} of {parts} parts left the line: the rest were scrapped or its hours were over")
    found = warmup is None
    if warmup is None:
        gaps = np.diff(np.mean([times[:least] for times in left], axis=0), prepend=0.0)
        warmup = mser_5(gaps)
    rates = np.array([(len(times) - 1 - warmup) / (times[-1] - times[warmup]) for times in left])
    leads = np.array([_lead_s(network, outcome, warmup) for outcome in outcomes])
    throughput, lead_s = estimate(rates), estimate(leads)
    return DrawnResult(
        network, seed, parts, warmup, found, throughput, lead_s, throughput.mean * lead_s.mean,
        _shares(network, outcomes, left), rates, outcomes[0],
    )  # fmt: skip


def _arrivals(law: Law | None, num: int, seed: int, replication: int) -> Floats:
    """When each part is in front of the line: at once, or after times drawn one after the other."""
    if law is None:
        return np.zeros(num)
    laws = Laws()
    record = np.array([laws.record(law)], LAW)[0]
    table, own = np.array([*laws.table, 0.0]), np.uint64(key(seed, "line", str(replication), SOURCE, "work"))
    gaps: Floats = np.cumsum([drawn(record, table, own, part) for part in range(num)])
    return gaps


def _lead_s(network: Network, outcome: Outcome, warmup: int) -> float:
    """Mean time from entering the line to leaving it, of the parts that leave after the warm-up."""
    left_s = outcome.leave_s[:, network.last_column]
    last = np.argsort(left_s)[warmup : int(np.isfinite(left_s).sum())]
    return float((left_s - outcome.enter_s[:, 0])[last].mean())


def _shares(network: Network, outcomes: list[Outcome], left: list[Floats]) -> tuple[StationShares, ...]:
    """What every station did until the last part left, mean of the replications.

    A station of a moving line also waits for the takt: that is the rest.
    """
    calendar = network.calendars[0]
    rows = []
    for outcome, times in zip(outcomes, left, strict=True):
        s = outcome.stations
        worked_s = float(np.clip(times[-1] - calendar[:, 0], 0.0, calendar[:, 1] - calendar[:, 0]).sum())
        num_servers = s.working_s / float((calendar[:, 1] - calendar[:, 0]).sum())
        whole = num_servers * worked_s
        starved = np.maximum(s.starved_s - (s.working_s - whole), 0.0)  # not after the last part has left
        states = (s.busy_s, s.down_s + s.maintenance_s, s.blocked_s, starved)
        rows.append([*(state / whole for state in states), s.queue_s / worked_s])
    names, mean = outcomes[0].stations.name, np.array(rows).mean(axis=0)
    return tuple(StationShares(name, *map(float, mean[:, k])) for k, name in enumerate(names))
