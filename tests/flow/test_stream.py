"""Cars streamed through a plant: the same bits as with all of them kept, in memory that does not grow with them."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.flow import general
from tests.flow.networks import plants

from quayline.flow.deadlock import DeadlockError
from quayline.flow.elements import Crew, Failures, Learning, Maintenance
from quayline.flow.engine import Totals, simulate_network, stream_network
from quayline.flow.measures import work_by_slot
from quayline.flow.network import (
    Bays,
    Carriers,
    Cars,
    Network,
    Pace,
    Paced,
    Parallel,
    Ratio,
    Serial,
    Spread,
    Station,
    Store,
    Subline,
)
from quayline.flow.tally import Histogram, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.flow.slots import Passed

END_S = 40_000.0
ALWAYS = np.array([[0.0, 2.0**32]])


def every_feature() -> Network:
    """A plant with everything that keeps something by car: links, twins, ways, visits, defects, places in a store."""
    spread = Spread("lognormal", 0.4)
    fails = Failures(900.0, 120.0, crew="fitters")
    weld = (Station("a", (40.0, 55.0), 1, 1, spread, fails), Station("b", (45.0, 45.0), 2, 2, spread))
    look = Bays("spot", 1, "body", share=0.2, detection_share=0.8, work_s=200.0, spread=spread)
    booths = [Station(f"booth-{k}", (80.0, 95.0), spread=spread, transfer_s=15.0) for k in (1, 2)]
    trim = Paced("trim", 4, (Pace(0.0, 55.0),), np.full((1, 4, 2), 50.0), spread, 0.2, 0.05, 40.0, places_before=2)
    pack = Serial("pack", (Station("pack", (50.0, 60.0), spread=spread, maintenance=Maintenance(2000.0, 60.0)),), 3)
    learned = Station("marry", (40.0, 40.0), spread=spread, learning=Learning("power", 1.5, 100.0), transfer_s=20.0)
    row = (
        Serial("body", weld, 2),
        Serial("gate", (Station("gate", (40.0, 40.0)),), 1, bays=(look,), scrap_share=0.02),
        Parallel("booths", tuple((Serial(booth.name, (booth,), 1),) for booth in booths), "room"),
        Serial("seal", (Station("seal", (30.0, 30.0)),), 2),
        Store("bodies", 6, 5.0, 1, lanes=3, rules=(Ratio((1,), 2, 3),)),
        trim,
        Serial("join", (learned,), 2),
        Serial("end", (Station("end", (30.0, 30.0)),), 2),
    )
    return Network(
        row, (ALWAYS,), 2, (Subline("battery", (pack,), "trim", "join", 2),),
        (Carriers("skids", 30, "body", "gate", 60.0),), (Crew("fitters", 1),),
    )  # fmt: skip


def cars_of(num: int, types: int = 1, kinds: int = 0) -> Cars:
    return Cars(np.arange(num) * 7 % 5 % types, np.zeros(num), np.zeros((kinds, num)))


def parts_of(cars: Cars, sizes: list[int]) -> Iterator[Cars]:
    """The cars in parts of the given sizes, over and over."""
    first = turn = 0
    while first < len(cars.release_s):
        yield cars.between(first, first + sizes[turn % len(sizes)])
        first, turn = first + sizes[turn % len(sizes)], turn + 1


def assert_same_bits(network: Network, cars: Cars, seed: int, num_slots: int, sizes: list[int]) -> None:
    whole = simulate_network(network, cars, seed, END_S)
    heard: list[Passed] = []
    totals = stream_network(network, parts_of(cars, sizes), seed, END_S, heard.append, num_slots)
    number = np.concatenate([part.number for part in heard])
    order = np.argsort(number)
    assert number[order].tolist() == list(range(len(number)))
    for name in ("enter_s", "leave_s", "num_repairs", "repair_s", "scrapped_s"):
        found, wanted = np.concatenate([getattr(part, name) for part in heard])[order], getattr(whole, name)
        assert np.array_equal(found, wanted[: len(found)]), name
        assert (wanted[len(found) :] == (0 if name in ("num_repairs", "repair_s") else np.inf)).all(), name
    moments = [part.leave_s[np.isfinite(part.leave_s[:, network.last_column]), network.last_column] for part in heard]
    latest = [part.max() for part in moments if len(part)]
    assert latest == sorted(latest)
    for name in Totals.__dataclass_fields__:
        if name != "stations":
            assert getattr(totals, name) == getattr(whole, name), name
    for name, column in vars(totals.stations).items():
        assert np.array_equal(column, getattr(whole.stations, name)), name


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(plants(40), st.integers(1, 6), st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_streamed_cars_have_the_same_times(plant: tuple[Network, Cars, int], num_slots: int, sizes: list[int]) -> None:
    network, cars, seed = plant
    assert_same_bits(network, cars, seed, num_slots, sizes)


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_plants_of_the_whole_definition_streamed(seed: int, num_slots: int) -> None:
    network, cars = general.plant(seed)
    with suppress(DeadlockError):  # then both come to rest
        assert_same_bits(network, cars, seed, num_slots, [1, 3, 2])


@pytest.mark.parametrize("num_slots", [1, 5, 64])
def test_every_feature_streamed(num_slots: int) -> None:
    network = every_feature()
    assert_same_bits(network, cars_of(400, 2, 1), 3, num_slots, [3, 50])


def peak_bytes(network: Network, num: int, types: int, kinds: int) -> tuple[int, Tally]:
    """Most memory that numpy and Python hold at once while `num` cars go through."""
    tally = Tally(network.last_column, np.arange(1000.0) * 36_000, 2.0**32)
    part = cars_of(500, types, kinds)
    tracemalloc.start()
    try:
        stream_network(network, (part for _ in range(num // 500)), 1, 2.0**32, tally, 256)
        return tracemalloc.get_traced_memory()[1], tally
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_cars() -> None:
    network = every_feature()
    few, some = peak_bytes(network, 5_000, 2, 1)
    many, all_ = peak_bytes(network, 50_000, 2, 1)
    assert some.num_built + some.num_scrapped == 5_000
    assert all_.num_built + all_.num_scrapped == 50_000
    assert many < 1.05 * few
    assert many < 50_000 * 16  # less than one section's entry and exit of every car


def test_a_queue_without_end_makes_room() -> None:
    """More cars wait to come back than there are slots at first: the tables widen, nothing else changes."""
    bays = Bays("spot", 100, "a")
    network = Network((
        Serial("a", (Station("a", (10.0,)),)), Serial("g", (Station("g", (1.0,)),), 1, bays=(bays,)),
    ), (ALWAYS,))  # fmt: skip
    cars = Cars(np.zeros(300, np.int64), np.zeros(300), np.full((1, 300), 5000.0))
    assert_same_bits(network, cars, 1, 2, [300])


def test_quantiles_lie_within_the_resolution() -> None:
    rng = np.random.default_rng(5)
    values = np.floor(rng.lognormal(8.0, 2.0, 30_000) * 2**20) / 2**20
    histogram = Histogram()
    for part in np.array_split(values, 7):
        histogram.add(part)
    ordered = np.sort(values)
    for share in (0.001, 0.05, 0.5, 0.95, 0.999, 1.0):
        exact = ordered[int(np.ceil(share * len(values))) - 1]
        assert abs(histogram.quantile_s(share) - exact) <= exact / 2048
    assert histogram.mean_s == pytest.approx(values.mean(), rel=1e-12)
    assert Histogram().quantile_s(0.5) != Histogram().quantile_s(0.5)


def test_durations_that_cannot_be_are_refused() -> None:
    histogram = Histogram()
    histogram.add(np.array([0.0, 2.0**-20, 2.0**32]))
    assert histogram.quantile_s(0.1) == 0.0
    for wrong in (-1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match="durations"):
            histogram.add(np.array([wrong]))


def tallied(network: Network, cars: Cars, edges_s: Any) -> tuple[Tally, Any]:
    tally = Tally(network.last_column, edges_s, END_S)
    stream_network(network, parts_of(cars, [37]), 3, END_S, tally, 16)
    return tally, simulate_network(network, cars, 3, END_S)


def test_the_tally_says_what_the_kept_times_say() -> None:
    network, cars = every_feature(), cars_of(900, 2, 1)
    edges_s = np.arange(0.0, END_S + 1, 2000.0)
    tally, whole = tallied(network, cars, edges_s)
    enter_s, left_s = whole.enter_s[:, 0], whole.leave_s[:, network.last_column]
    built = np.isfinite(left_s)
    assert 0 < tally.num_built == built.sum() < 900
    assert tally.num_entered == np.isfinite(enter_s).sum() < 900
    assert tally.num_good == (whole.num_repairs[built] == 0).sum() < tally.num_built
    assert tally.num_scrapped == np.isfinite(whole.scrapped_s).sum() > 0
    assert tally.cars_out.tolist() == np.histogram(left_s[built], edges_s)[0].tolist()
    gone_s = np.minimum(left_s, whole.scrapped_s)
    wip = [int(((enter_s < edge) & (gone_s >= edge)).sum()) for edge in edges_s[1:]]
    assert tally.wip_cars.tolist() == wip
    exact = np.quantile(left_s[built], 0.5, method="inverted_cdf")
    assert tally.lead.quantile_s(0.5) == pytest.approx(exact, rel=1 / 2048)
    assert tally.through.mean_s == pytest.approx((left_s[built] - enter_s[built]).mean(), rel=1e-12)
    inside_s = np.minimum(gone_s, END_S) - np.minimum(enter_s, END_S)
    assert tally.inside_s == pytest.approx(inside_s.sum(), rel=1e-12)
    jph = tally.jph(work_by_slot(ALWAYS, 2000.0, len(edges_s) - 1))
    assert jph.tolist() == (tally.cars_out / (2000 / 3600)).tolist()
