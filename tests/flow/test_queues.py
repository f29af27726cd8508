"""Queues, rework loops and loops of carriers with a closed form: the 95 % intervals of a network cover the tables."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.stats import t

from quayline.flow.engine import simulate_network
from quayline.flow.network import Bays, Carriers, Cars, Network, Serial, Spread, Station

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.flow.engine import Outcome

END_S = 2.0**31
ALWAYS = (np.array([[0.0, END_S]]),)
EXPONENTIAL = Spread("exponential")
MANY = 1_000_000  # places enough for all cars


def rows(public_data: Path, name: str) -> list[dict[str, str]]:
    path = public_data / "line_truth" / name
    if not path.is_file():
        pytest.skip(f"no table {path}")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def covers(values: Any, exact: float) -> bool:
    """Whether the 95 % t interval of independent replications covers the exact value."""
    half = t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return bool(abs(np.mean(values) - exact) <= half)


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
    return throughput(simulate_network(network, Cars(np.zeros(30_000, np.int64), np.zeros(30_000)), seed, END_S))


def lost_share(rate: float, places: int, seed: int) -> float:
    """Loss of M/M/1/K: a source that stands while the system is full loses what would have come meanwhile."""
    source = Station("source", (1 / rate,), buffer=places - 1, spread=EXPONENTIAL)
    line = Serial("line", (source, Station("server", (1.0,), spread=EXPONENTIAL)), blocking="before")
    cars = Cars(np.zeros(60_000, np.int64), np.zeros(60_000))
    return 1 - throughput(simulate_network(Network((line,), ALWAYS), cars, seed, END_S)) / rate


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


def test_every_row_of_the_queues(public_data: Path) -> None:
    """Those of parallel servers are in line/test_truth.py: a section keeps its cars in order, which costs time."""
    table = [row for row in rows(public_data, "queues_closed_form.csv") if row["model"] != "M/M/c"]
    inside = [covers([queue(row, seed) for seed in range(12)], float(row["value"])) for row in table]
    assert sum(inside) >= 0.9 * len(inside), inside


def test_every_row_of_the_warm_up_of_a_queue(public_data: Path) -> None:
    """M/M/1 from empty: the delay of the n-th customer, and the mean delay of the first n."""
    table = rows(public_data, "mm1_transient_delay.csv")
    inside = []
    for rho in sorted({float(row["rho(mu=1)"]) for row in table}):
        mine = [row for row in table if float(row["rho(mu=1)"]) == rho]
        num = max(int(row["customer"]) for row in mine)
        delays = np.array([lead_s(desk(), arriving(rho, num, seed), seed) - 1.0 for seed in range(200)])
        for row in mine:
            n = int(row["customer"])
            inside.append(covers(delays[:, n - 1], float(row["E_delay_of_customer"])))
            inside.append(covers(delays[:, :n].mean(axis=1), float(row["E_mean_delay_first_n"])))
    assert len(inside) == 2 * len(table)
    assert sum(inside) >= 0.9 * len(inside), inside
