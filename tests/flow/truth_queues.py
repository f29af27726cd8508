"""Queues, rework loops and loops of carriers with a closed form, and the warm-up of a queue customer by customer."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from tests.flow.truth import ALWAYS, END_S, Row, replicated, rows_of, waiting

from quayline.flow import Line, exponential
from quayline.flow.engine import simulate_network
from quayline.flow.network import Bays, Carriers, Cars, Network, Serial, Spread, Station
from quayline.flow.statistics import Estimate, estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quayline.flow.engine import Outcome

EXPONENTIAL = Spread("exponential")
MANY = 1_000_000  # places enough for all cars


def arriving(rate: float, num: int, seed: int) -> Cars:
    """Cars that arrive as a Poisson process; their times are drawn apart from those of the network."""
    return Cars(np.zeros(num, np.int64), np.cumsum(np.random.default_rng(seed).exponential(1 / rate, num)))


def desk(spread: Spread = EXPONENTIAL, bays: tuple[Bays, ...] = ()) -> Network:
    """One server of mean work 1 behind an endless queue."""
    return Network((Serial("desk", (Station("desk", (1.0,), spread=spread),), MANY, bays=bays),), ALWAYS)


def lead_s(network: Network, cars: Cars, seed: int) -> Any:
    return simulate_network(network, cars, seed, END_S).leave_s[:, 0] - cars.release_s


def mean_lead_s(network: Network, rate: float, seed: int) -> float:
    """Mean time in the system, long after the start."""
    return float(lead_s(network, arriving(rate, 60_000, seed), seed)[10_000:].mean())


def throughput(outcome: Outcome) -> float:
    done = np.sort(outcome.leave_s[:, 0])
    return float((len(done) - 1 - len(done) // 5) / (done[-1] - done[len(done) // 5]))


def numbers(words: str) -> dict[str, float]:
    """The figures in `lam=0.9 mu=1 c=1`; of a list only the first."""
    return {word.split("=")[0].split("(")[0]: float(word.split("=")[1]) for word in words.split() if "=" in word}


def queues() -> Iterator[Row]:
    """Every value of the tables of queues."""
    for row in rows_of("queues_closed_form.csv"):
        measure: Callable[[int], Estimate] = replicated(partial(queue, row), 12)
        if row["model"] == "M/M/c":  # a section keeps its cars in order, which costs time; a line's go where it is free
            measure = partial(wait_for_servers, row)
        yield Row(f"{row['model']} {row['parameters']} {row['quantity']}", float(row["value"]), measure)
    yield from _warm_up()


def wait_for_servers(row: dict[str, str], seed: int) -> Estimate:
    """Mean wait of M/M/c (Erlang C): the next part goes to the server that is free first."""
    given = numbers(row["parameters"])
    built = Line(arrivals=exponential(1 / given["lam"]))
    built.add_station("desk", exponential(1), servers=int(given["c"]))
    found = built.simulate(parts=100_000, warmup=20_000, replications=16, seed=seed).lead_s
    return Estimate(found.mean - 1, found.half_width, found.num_values)


def queue(row: dict[str, str], seed: int) -> float:
    """One replication of the quantity of a row of queues_closed_form.csv."""
    model, given = row["model"], numbers(row["parameters"])
    if model == "M/G/1":
        spread = {0.0: Spread(), 0.5: Spread("gamma", 0.5**0.5), 1.0: EXPONENTIAL}[given["scv"]]
        return mean_lead_s(desk(spread=spread), given["lam"], seed) - 1.0
    if model == "M/M/1/K":
        return lost_share(given["lam"], int(given["K"]), seed)
    if model.startswith("Jackson"):
        return rework(row, given, seed)
    assert model.startswith("closed loop")
    num = row["parameters"].split("carriers")[0].count("1")
    loop = Carriers("loop", int(given["carriers"]), "loop", "loop")
    stations = tuple(Station(f"s{k}", (1.0,), buffer=loop.number, spread=EXPONENTIAL) for k in range(num))
    network = Network((Serial("loop", stations),), ALWAYS, carriers=(loop,))
    return throughput(simulate_network(network, waiting(30_000), seed, END_S))


def lost_share(rate: float, places: int, seed: int) -> float:
    """Loss of M/M/1/K: a source that stands while the system is full loses what would have come meanwhile."""
    source = Station("source", (1 / rate,), buffer=places - 1, spread=EXPONENTIAL)
    line = Serial("line", (source, Station("server", (1.0,), spread=EXPONENTIAL)), blocking="before")
    return 1 - throughput(simulate_network(Network((line,), ALWAYS), waiting(60_000), seed, END_S)) / rate


def rework(row: dict[str, str], given: dict[str, float], seed: int) -> float:
    """A server whose cars come back with a chance, at once or over a repair shop."""
    share, rate = float(row["parameters"].split(")=")[1]), given["lam"]
    has_shop = "repair" in row["model"]
    shop = Bays("shop", 1 if has_shop else 1_000, "desk", share=share, work_s=2.0 if has_shop else 2.0**-20,
                spread=EXPONENTIAL if has_shop else Spread())  # fmt: skip
    if row["quantity"] == "utilisation":
        cars = arriving(rate, 60_000, seed)
        outcome = simulate_network(desk(bays=(shop,)), cars, seed, cars.release_s[-1])
        return float(outcome.stations.busy_s[0] / cars.release_s[-1])
    time_s = mean_lead_s(desk(bays=(shop,)), rate, seed)
    return rate * time_s if row["quantity"] == "mean number in system" else time_s  # Little (1961)


@cache
def _delays(rho: float, num: int) -> Any:
    """Delay of the first `num` customers of M/M/1 from empty, (200 replications, num)."""
    return np.array([lead_s(desk(), arriving(rho, num, seed), seed) - 1.0 for seed in range(200)])


def _warm_up() -> Iterator[Row]:
    """The delay of the n-th customer, and the mean delay of the first n, in the network; the latter in a line too."""
    table = rows_of("mm1_transient_delay.csv")
    for row in table:
        rho, n = float(row["rho(mu=1)"]), int(row["customer"])
        most = max(int(other["customer"]) for other in table if other["rho(mu=1)"] == row["rho(mu=1)"])
        one, first = float(row["E_delay_of_customer"]), float(row["E_mean_delay_first_n"])
        yield Row(f"M/M/1 {rho} customer {n}", one, partial(_delay_of, rho, most, n))
        yield Row(f"M/M/1 {rho} first {n}", first, partial(_delay_of_first, rho, most, n))
        if n >= 200:
            yield Row(f"M/M/1 line {rho} first {n}", first, partial(_line_delay, rho, n))


def _delay_of(rho: float, most: int, n: int, seed: int) -> Estimate:
    return estimate(_delays(rho, most)[:, n - 1])


def _delay_of_first(rho: float, most: int, n: int, seed: int) -> Estimate:
    return estimate(_delays(rho, most)[:, :n].mean(axis=1))


def _line_delay(rho: float, n: int, seed: int) -> Estimate:
    built = Line(arrivals=exponential(1 / rho)).add_station("server", exponential(1))
    found = built.simulate(parts=n, warmup=0, replications=256, seed=seed).lead_s
    return Estimate(found.mean - 1, found.half_width, found.num_values)
