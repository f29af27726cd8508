"""Exact throughputs of lines, for the line engine and for a serial section of the network."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from tests.flow.truth import ALWAYS, END_S, Row, replicated, rows_of, waiting

from quayline.flow import Line, constant, erlang, exponential, failures
from quayline.flow.engine import simulate_network
from quayline.flow.network import Failures, Network, Serial, Spread, Station
from quayline.flow.statistics import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

# Times of a network are multiples of 2**-20 s: a unit of 1024 s makes rounding of a duration a matter of 1e-10.
UNIT_S = 1024.0
EXPONENTIAL = Spread("exponential")


def line(laws: Iterable[Any], buffers: Iterable[int], **more: Any) -> Line:
    """Stations of these laws with these places between them."""
    built = Line()
    for k, (law, buffer) in enumerate(zip(laws, [*buffers, 0], strict=True)):
        built.add_station(f"s{k}", law, buffer=buffer, **more)
    return built


def slots(chance: float) -> dict[str, Any]:
    """Slots of a second until something happens that has this chance in each of them."""
    return {"kind": "geometric", "slot": "1 s", "success_share": chance}


def slotted(machines: Iterable[tuple[float, float]], buffers: Iterable[int], blocking: str, by: str) -> Line:
    """Machines of a part a slot that fail with chance p and are repaired with chance r in a slot, given as (p, r)."""
    built = Line(blocking=blocking)
    for k, ((p, r), buffer) in enumerate(zip(machines, [*buffers, 1], strict=True)):
        built.add_station(f"m{k}", 1.0, buffer=buffer, failures=failures(slots(p), slots(r), by=by))
    return built


def rate(built: Line, parts: int = 40_000, warmup: int = 3_000, scale: float = 1.0) -> Callable[[int], Estimate]:
    """Parts a unit of time."""

    def measure(seed: int) -> Estimate:
        found = built.simulate(parts=parts, warmup=warmup, replications=16, seed=seed).throughput
        return Estimate(found.mean * scale, found.half_width * scale, found.num_values)

    return measure


def network_rate(stations: Sequence[Station], num: int = 20_000, warm: int = 2_000) -> Callable[[int], Estimate]:
    """Cars a unit of time through a serial section."""
    network = Network((Serial("line", tuple(stations)),), ALWAYS)

    def one(seed: int) -> float:
        left_s = simulate_network(network, waiting(num), seed, END_S).leave_s[:, 0]
        return float((num - warm - 1) * UNIT_S / (left_s[-1] - left_s[warm]))

    return replicated(one)


def section(rates: Sequence[float], buffers: Sequence[int]) -> list[Station]:
    """Exponential stations of a network."""
    return [
        Station(f"s{k}", (UNIT_S / rate,), buffer=buffer, spread=EXPONENTIAL)
        for k, (rate, buffer) in enumerate(zip(rates, [*buffers, 0], strict=True))
    ]


def lines() -> Iterator[Row]:
    """Every value of the tables of lines, and some that have a closed form."""
    yield from _balanced()
    yield from _unbalanced()
    yield from _bernoulli()
    yield from _geometric()
    yield from _flow()
    yield from _alone()
    yield from _long()


def _balanced() -> Iterator[Row]:
    for row in rows_of("exp_line_balanced.csv"):
        num, buffer, exact = int(row["stations"]), int(row["buffer_each"]), float(row["throughput_per_unit_time_mu1"])
        places = [buffer] * (num - 1)
        yield Row(f"exponential {num} {buffer}", exact, rate(line([exponential(1)] * num, places)))
        yield Row(f"exponential section {num} {buffer}", exact, network_rate(section([1.0] * num, places)))
    for row in rows_of("erlang_line_balanced.csv"):
        num, buffer = int(row["stations"]), int(row["buffer_each"])
        law = erlang(1, int(row["service"].removeprefix("erlang")))
        exact = float(row["throughput_mean1"])
        yield Row(f"{row['service']} {num} {buffer}", exact, rate(line([law] * num, [buffer] * (num - 1))))
    for row in rows_of("exp_line_3_exact_fraction.csv"):
        places, exact = [int(row["buffer_each"])] * 2, int(row["numerator"]) / int(row["denominator"])
        yield Row(f"exponential fraction {places}", exact, rate(line([exponential(1)] * 3, places)))
    for buffer in (1, 3, 5, 7):  # (B + 2) / (B + 3): Hillier & Boling (1967)
        exact = (buffer + 2) / (buffer + 3)
        yield Row(f"exponential 2 {buffer}", exact, rate(line([exponential(1)] * 2, [buffer])))


def _unbalanced() -> Iterator[Row]:
    """Reversed, a line builds as much (Yamazaki & Sakasegawa, 1975): so does it in the network."""
    for row in rows_of("exp_line_unbalanced.csv"):
        rates, buffers = [float(x) for x in row["rates"].split()], [int(x) for x in row["buffers"].split()]
        name, exact = f"exponential {row['rates']}, {row['buffers']}", float(row["throughput"])
        yield Row(name, exact, rate(line([exponential(1 / r) for r in rates], buffers)))
        yield Row(f"{name} reversed, section", exact, network_rate(section(rates[::-1], buffers[::-1])))


def _bernoulli() -> Iterator[Row]:
    """Up in each slot with chance p, whatever it was before. A slot's part is in the places behind from its end on, and
    a part that the next machine takes makes room in the same slot."""
    for row in rows_of("bernoulli_2m.csv"):
        built = bernoulli([float(row["p1"]), float(row["p2"])], [int(row["N"])])
        yield Row(f"bernoulli {row['p1']} {row['p2']}, {row['N']}", float(row["PR_exact"]), rate(built, 20_000, 500))
    for row in rows_of("bernoulli_Mm.csv"):
        built = bernoulli([float(p) for p in row["p"].split()], [int(n) for n in row["N"].split()])
        nearly, off = float(row["PR_aggregation_LiMeerkov"]), abs(float(row["aggregation_error_pct"])) + 0.0005
        yield Row(
            f"bernoulli {row['p']}, {row['N']}", float(row["PR_exact_chain"]), rate(built, 20_000, 500),
            low=nearly / (1 + off / 100), high=nearly * (1 + off / 100),
        )  # fmt: skip


def bernoulli(p: Sequence[float], places: Sequence[int]) -> Line:
    """Bernoulli machines (Li & Meerkov, Production Systems Engineering), up in a slot with chance p."""
    return slotted([(1 - each, each) for each in p], places, "before taking", "time")


def _geometric() -> Iterator[Row]:
    """Gershwin's slots: a machine fails or is repaired first; N counts the part on the second machine, and the first
    begins only with a place free at the start of the slot. By operation no bound is below that of Buzacott."""
    for row in rows_of("geometric_2m.csv"):
        machines = [(float(row[f"p{k}"]), float(row[f"r{k}"])) for k in (1, 2)]
        places, high = [int(row["N"]) - 1], float(row["infinite_buffer"])
        for by, column, low in (
            ("operation", "PR_ODF_exact", float(row["zero_buffer_ODF_Buzacott"])),
            ("time", "PR_TDF_exact", float(np.prod([r / (p + r) for p, r in machines]))),
        ):
            name = f"geometric by {by} {machines}, {row['N']}"
            built = slotted(machines, places, "before service", by)
            yield Row(name, float(row[column]), rate(built), low=low, high=high)


def _flow() -> Iterator[Row]:
    """A flow is parts of a tenth of a unit; of the places the two machines hold one part each."""
    grain = 0.1
    for row in rows_of("exponential_reliability_2m_TDF.csv"):
        built, words = Line(), [row[key] for key in ("lambda1", "mu1", "lambda2", "mu2", "N")]
        for k in (1, 2):
            law = failures(exponential(1 / float(row[f"lambda{k}"])), exponential(1 / float(row[f"mu{k}"])), by="time")
            places = max(0, round(int(row["N"]) / grain) - 2)
            built.add_station(f"m{k}", constant(grain), buffer=places, failures=law)
        yield Row(f"flow {' '.join(words)}", float(row["PR_formula"]), rate(built, 60_000, 5_000, grain))


def _alone() -> Iterator[Row]:
    """Machines that stop together are one machine that fails for all; endless places leave each one alone."""
    for row in rows_of("zero_and_infinite_buffer_bounds.csv"):
        p, r, num = float(row["p_fail_per_cycle"]), float(row["r_repair_per_cycle"]), int(row["machines"])
        for how, chance, column in (("together", num * p, "zero_buffer_ODF"), ("alone", p, "infinite_buffer")):
            law = failures(exponential(1 / chance), exponential(1 / r))
            yield Row(f"{num} machines {how} {p}", float(row[column]), rate(line([constant(1)], [], failures=law)))
    failing = Failures(100 * UNIT_S, 10 * UNIT_S)
    both = [Station(f"s{k}", (UNIT_S,), failures=failing) for k in range(2)]
    yield Row("two that fail, section", 1 / (1 + _longer_repair()), network_rate(both))


def _longer_repair() -> float:
    """Mean of the longer of two repairs in a cycle of an unbuffered pair that blocks after service (up 100, down 10).

    Each is a Poisson(1/100) number of exponentials of mean 10; their maximum is integrated on a fine grid.
    """
    x = np.arange(0, 400, 0.01)
    tail, erlang_tail = np.zeros_like(x), np.zeros_like(x)
    weight, term = math.exp(-0.01), np.exp(-x / 10)
    for n in range(1, 8):
        weight *= 0.01 / n
        erlang_tail = erlang_tail + term
        tail += weight * erlang_tail
        term = term * (x / 10) / n
    return float(np.trapezoid(1 - (1 - tail) ** 2, x))


def _long() -> Iterator[Row]:
    """Simulated there too, with an interval of its own."""
    for row in rows_of("long_line_reference.csv"):
        law = exponential(1) if row["service_mean1"] == "exp" else erlang(1, int(row["service_mean1"][6:]))
        num, buffer = int(row["stations"]), int(row["buffer_each"])
        built, half = line([law] * num, [buffer] * (num - 1)), float(row["ci95_halfwidth_batch_means40"])
        name = f"long {row['service_mean1']} {num} {buffer}"
        yield Row(name, float(row["throughput"]), rate(built, 30_000, 10_000), half)
