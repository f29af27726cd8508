"""What would move the line: each station a little faster, on the same samples.

The line is simulated with all cars waiting in front, so that nothing but the line limits it, once as it is and once
for each change, in every replication under the same seed (common random numbers): differences come from the change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.headline import capability, capability_by_batches, warm_up
from quayline.flow.network import Paced, Parallel, Store
from quayline.flow.replications import nothing, replicate
from quayline.flow.statistics import estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy.typing as npt

    from quayline.flow.network import Network, Section
    from quayline.flow.statistics import Estimate
    from quayline.flow.window import Window

FINALISTS = 8
"""Changes that go into all replications."""


@dataclass(frozen=True)
class Gain:
    """What a change gives: jobs an hour more than without it, over replications."""

    section: str
    station: str
    jph: Estimate


@dataclass(frozen=True)
class Sensitivity:
    """Jobs an hour that the line can do, and the gains of the best changes, the largest first."""

    jph: Estimate
    gains: tuple[Gain, ...]

    @property
    def best(self) -> tuple[Gain, ...]:
        """The largest gain that is seen, and those not to be told apart from it: intervals with a value in common."""
        seen = [gain for gain in self.gains if gain.jph.is_seen]
        return tuple(gain for gain in seen if gain.jph.reach[1] >= seen[0].jph.reach[0])


def sensitivity(
    window: Window, seeds: Callable[[int], int], num: int, share: float = 0.01,
    told: Callable[[int, int], None] = nothing,
) -> Sensitivity:  # fmt: skip
    """`window` (cars waiting) in `num` replications, with the time of each station cut by `share` in turn.

    Equal stations in a row (`repeat`) are one change, so is a moving line: its takt and work. All changes are tried in
    the first replication, the `FINALISTS` that gain most there in all of them. `seeds` gives the seed of a replication.
    The cars that leave while the line fills are left out: as many as MSER-5 says of the first replication as it is. A
    single replication gets the interval of its rate from batches.
    """
    changes = list(faster(window.network, share))
    total = num + len(changes) + min(FINALISTS, len(changes)) * (num - 1)
    first = window.simulated(seeds(0))
    num_warm = warm_up(window, first)

    def jph(networks: list[Network], replications: range, done: int) -> npt.NDArray[np.float64]:
        """Jobs an hour of each network in each replication."""
        tasks = [(network, r) for network in networks for r in replications]

        def once(task: int) -> dict[str, float]:
            changed = replace(window, network=tasks[task][0])
            return {"jph": capability(changed, changed.simulated(seeds(tasks[task][1])), num_warm)}

        heard = replicate(once, len(tasks), told=lambda n, _: told(done + n, total)) if tasks else {"jph": []}
        return np.array(heard["jph"]).reshape(len(networks), len(replications))

    base = jph([window.network], range(num), 0)[0]
    tried = jph([network for _, _, network in changes], range(1), num)[:, 0]
    best = np.argsort(-tried, kind="stable")[:FINALISTS]
    rest = jph([changes[k][2] for k in best], range(1, num), num + len(changes))
    gains = [
        Gain(changes[k][0], changes[k][1], estimate(np.append(tried[k], rest[n]) - base)) for n, k in enumerate(best)
    ]
    rate = estimate(base) if num > 1 else capability_by_batches(window, first, num_warm)
    return Sensitivity(rate, tuple(sorted(gains, key=lambda gain: -gain.jph.mean)))


def faster(network: Network, share: float) -> Iterator[tuple[str, str, Network]]:
    """(section, station, the network in which it takes `share` less time), for all that takes time."""
    for section in network.columns:
        for name, changed in _faster(section, 1.0 - share):
            yield section.name, name, _with(network, changed)


def _with(network: Network, changed: Section) -> Network:
    """The network with one of its sections, on the row, in a branch or on a sub-line, changed."""

    def swapped(parts: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(
            replace(part, branches=tuple(map(swapped, part.branches))) if isinstance(part, Parallel)
            else changed if part.name == changed.name else part
            for part in parts
        )  # fmt: skip

    sublines = tuple(replace(line, sections=swapped(line.sections)) for line in network.sublines)
    return replace(network, sections=swapped(network.sections), sublines=sublines)


def _faster(section: Section, factor: float) -> Iterator[tuple[str, Section]]:
    if isinstance(section, Store):
        if section.access_s:
            yield section.name, replace(section, access_s=section.access_s * factor)
    elif isinstance(section, Paced):
        pace = tuple(replace(step, takt_s=step.takt_s * factor) for step in section.pace)
        work_s = None if section.work_s is None else section.work_s * factor
        yield section.name, replace(section, pace=pace, work_s=work_s)
    else:
        for name in dict.fromkeys(map(stem, (s.name for s in section.stations))):
            yield name, replace(section, stations=tuple(
                replace(s, work_s=tuple(w * factor for w in s.work_s)) if stem(s.name) == name else s
                for s in section.stations
            ))  # fmt: skip


def stem(name: str) -> str:
    """The name of a station without its number in a row of equal ones."""
    head, _, tail = name.rpartition("-")
    return head if head and tail.isdigit() else name
