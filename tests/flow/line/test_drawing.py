"""Lines drawn with more than stations: the door to the network, against figures that are known."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import quayline as ql
from quayline.flow import Learning, constant, exponential, failures, repair
from quayline.flow.statistics import estimate


def test_a_drawn_line_gives_the_exact_throughput_of_two_stations() -> None:
    # A crew nobody calls makes it a network; the rate is (B + 2) / (B + 3).
    line = ql.flow.Line().add_station("a", exponential(60), buffer=4).add_station("b", exponential(60))
    found = line.add_crew("idle", 1).simulate(parts=6000, replications=8)
    exact = 6 / 7 / 60
    assert abs(found.throughput.mean - exact) < 3 * found.throughput.half_width
    assert found.throughput.half_width < 0.02 * exact
    for shares in found.stations:
        assert shares.working + shares.down + shares.blocked + shares.starved == pytest.approx(1, abs=1e-9)


def test_same_bits_whatever_the_number_of_replications() -> None:
    line = ql.flow.Line(arrivals=exponential(70)).add_station("a", exponential(60), buffer=None)
    line.add_gate("look", 20, [repair("touch-up", exponential(300), 0.1, places=2, rejoin="a")])
    few, many = line.simulate(600, 100, replications=2), line.simulate(600, 100, replications=4)
    assert np.array_equal(few.rates, many.rates[:2])
    assert few.first.num_repairs.sum() > 20


def crewed(num: int = 2) -> Any:
    """Two equal stations with chance, as a network."""
    line = ql.flow.Line().add_station("a", exponential(60), buffer=4).add_station("b", exponential(60))
    return line.add_crew("idle", num)


def test_figures_after_the_warm_up_are_those_of_the_kept_parts() -> None:
    """45,000 parts: of the departures only every second is kept, and the odd one that ends the warm-up."""
    found = crewed().simulate(45_000, 777, replications=1)
    first = found.first
    left_s = np.sort(first.leave_s[:, found.network.last_column])
    through_s = (first.leave_s[:, found.network.last_column] - first.enter_s[:, 0])[777:]
    assert found.rates[0] == pytest.approx((45_000 - 777) / (left_s[-1] - left_s[776]), rel=1e-12)
    assert found.lead_s.mean == pytest.approx(through_s.mean(), rel=1e-12)
    assert found.stride == 2
    assert found.departures_s[:, 0].tolist() == left_s[1::2].tolist()
    assert found.throughput.num_values == 40  # batches of the only replication
    assert 0 < found.throughput.half_width < 0.02 * found.throughput.mean


def test_replications_of_a_network_are_added_until_the_interval_is_narrow() -> None:
    few, many = (crewed().simulate(600, 50, 4, half_width=width) for width in (None, 0.012))
    assert len(few.rates) == 4
    assert len(many.rates) in range(20, 400, 16)
    assert many.rates[:4].tolist() == few.rates.tolist()
    assert many.throughput.relative <= 0.012 < few.throughput.relative
    assert estimate(many.rates[:-16]).relative > 0.012


def test_memory_of_a_network_does_not_grow_with_its_parts() -> None:
    def peak(parts: int) -> int:
        tracemalloc.start()
        try:
            assert crewed().simulate(parts, 100, replications=1).parts == parts
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(2_000)  # imports
    assert peak(390_000) < 1.1 * peak(39_000)


def test_parts_that_come_back_take_their_share_of_a_station() -> None:
    # Every fourth part comes back on average, each time anew: a works on 4 / 3 parts for each that leaves.
    line = ql.flow.Line().add_station("a", 60, buffer=3)
    line.add_gate("look", 1, [repair("again", 10, 0.25, places=9, rejoin="a")])
    found = line.simulate(8000, 200, replications=4)
    assert found.throughput.mean == pytest.approx(0.75 / 60, rel=0.02)
    assert found.bottleneck == "a"


def test_a_crew_of_one_is_shared() -> None:
    def rate(people: int) -> float:
        fails = failures(exponential(600), exponential(200), crew="fitters")
        line = ql.flow.Line().add_station("a", 60, buffer=20, failures=fails)
        line.add_station("b", 60, buffer=20, failures=fails).add_station("c", 60, failures=fails)
        return line.add_crew("fitters", people).simulate(2000, 100, replications=4).throughput.mean

    # Each station fails for a quarter of its time: three of them ask for 3 / 4 of one person, and wait for him.
    assert rate(1) < 0.95 * rate(3)
    assert rate(3) < 0.75 / 60


def test_shifts_sub_lines_branches_stores_and_moving_lines_stand_in_one_drawing() -> None:
    line = (
        ql.flow.Line("small plant", mix=["suv", "wagon", "suv"])
        .add_station("weld", 50, buffer=2, by_type={"wagon": 55})
        .add_branches("booths", [ql.flow.Line().add_station(f"booth-{k}", 100) for k in (1, 2)], buffer=2)
        .add_station("dry", 40, buffer=0)
        .add_store("bodies", 12, access_s=5, at_most=[(["suv"], 2, 3)])
        .add_moving_line("trim", 6, 60, 57, drift_share=0.2, buffer=3)
        .add_station("marry", 55, buffer=1)
        .add_subline("battery", ql.flow.Line().add_station("pack", 58), fork="dry", join="marry", places=20, waiting=20)
        .add_carriers("skids", 14, load="weld", unload="dry", return_s=30)
        .work_in_shifts([(6 * 3600, 14 * 3600), (14.5 * 3600, 22 * 3600)], at_shift_end="finish")
    )
    found = line.simulate(1500, 100, replications=2)
    assert [s.id for s in found.stations] == [
        "weld", "booth-1", "booth-2", "dry", *(f"trim-{k}" for k in range(1, 7)), "marry", "pack",
    ]  # fmt: skip
    left_s = np.sort(found.first.leave_s[:, found.network.last_column])
    assert np.median(np.diff(left_s)) == 60
    hour = left_s % 86400 / 3600
    assert (((hour >= 6) & (hour <= 14)) | ((hour >= 14.5) & (hour <= 22))).all()


def test_a_launch_is_slow_at_first() -> None:
    line = ql.flow.Line().add_station("a", 60, learning=Learning("power", first=2.0, mature=200))
    left_s = line.simulate(400, 0, replications=1).first.leave_s[:, 0]
    assert left_s[0] == 120
    assert np.diff(left_s)[-1] == 60
    assert (np.diff(np.diff(left_s)) <= 1e-5).all()


def test_what_cannot_be_drawn_is_refused() -> None:
    line = ql.flow.Line().add_station("a", constant(60)).add_carriers("k", 1, load="a", unload="b")
    with pytest.raises(ValueError, match=r"carriers\[k\].unload: no station on the row is called 'b'"):
        line.simulate(100)
    with pytest.raises(ValueError, match="expected each of suv once at most, got 'van'"):
        ql.flow.Line(mix=["suv"]).add_station("a", 60, by_type={"van": 70}).add_crew("c", 1).network()


def test_the_page_says_what_runs() -> None:
    page = Path(__file__).parents[3] / "docs" / "line.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    known: dict[str, Any] = {}
    exec("\n".join(blocks).replace("parts=5000, replications=8", "parts=600, replications=2"), known)
    found = known["found"]
    assert found.parts == 600
    assert found.first.crews["fitters"][0] > 0
    assert found.first.num_repairs.sum() > 20


def test_scrap_bays_and_crews_are_those_of_the_network() -> None:
    fails = failures(exponential(600), exponential(120), crew="fitters")
    line = ql.flow.Line().add_station("a", exponential(60), buffer=4, failures=fails)
    line.add_gate("look", 20, [repair("touch-up", exponential(600), 0.2)], scrap_share=0.1).add_crew("fitters", 2)
    found = line.simulate(2_000, 100, replications=1)
    first = found.first
    scrapped, last_s = np.isfinite(first.scrapped_s), first.leave_s[np.isfinite(first.leave_s)].max()
    assert found.scrapped == scrapped.mean()
    assert 0.07 < found.scrapped < 0.13
    (bays,), (crew,) = found.bays, found.crews
    area_s = first.repair_s.sum() - first.num_repairs.sum() * 600  # in the bays with their queue, less the work
    assert bays.id == "look/touch-up"
    assert bays.waiting == pytest.approx(area_s / last_s, rel=0.1)
    assert bays.most == first.bay_fill["look/touch-up"][1]
    busy_s, waited_s = first.crews["fitters"]
    assert (crew.busy, crew.waiting) == pytest.approx((busy_s / 2 / last_s, waited_s / last_s), rel=1e-9)
    assert "departures" not in repr(found)


@pytest.mark.parametrize(("parts", "batches"), [(250, 1), (600, 4), (3_000, 28), (9_000, 40)])
def test_a_batch_of_the_only_replication_has_a_hundred_parts_or_more(parts: int, batches: int) -> None:
    plain = ql.flow.Line().add_station("a", exponential(60), buffer=2).add_station("b", exponential(60))
    for line in (crewed(), plain):
        rate = line.simulate(parts, 100, replications=1).throughput
        assert rate.num_values == batches
        assert (rate.half_width == np.inf) == (batches == 1)


@pytest.mark.parametrize("seed", [-1, "x", 0.5])
def test_a_seed_that_is_none_is_refused(seed: Any) -> None:
    for line in (crewed(), ql.flow.Line().add_station("a", exponential(60))):
        with pytest.raises(ValueError, match=r"seed is .*, expected a whole number from 0 on"):
            line.simulate(400, 100, replications=1, seed=seed)
