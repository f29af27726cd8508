"""A line's file over the whole definition: the same line as in Python, and every fault at its place."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from quayline.base.errors import ScenarioError
from quayline.flow import Learning, Line, Maintenance, exponential, failures, learning, lognormal, repair
from quayline.flow.deadlock import DeadlockError
from quayline.flow.line.build import simulate
from quayline.flow.line.mix import levelled
from quayline.flow.line.read import read_line

DOCS = Path(__file__).resolve().parents[3] / "docs"
STUCK = """
quayline: 1
line: stuck
stations:
  - {id: fork, work: 10 s, buffer: 1}
  - {kind: gate, id: look, work: 10 s, buffer: 2, repairs: [{id: fix, work: 500 s, share: 30 %}]}
  - {id: join, work: 10 s}
sublines:
  - {id: doors, fork: fork, join: join, stations: [{id: hang, work: 5 s}]}
"""


def everything() -> Line:
    """A line with all that can be said."""
    fails = failures(exponential(3600), exponential(300), crew="fitters", learning=Learning("table", rows=((1, 2.0),)))
    new = learning("exponential", first=1.5, mature=50, types=["suv"])
    by_type = [Line().add_moving_line("soft", 3, 70, 60), Line().add_gate("hard", 80, [repair("dent", 90, 0.1)])]
    return (
        Line("all of it", mix={"suv": 0.6, "wagon": 0.4}, blocking="before service", arrivals=exponential(100))
        .add_station("weld", lognormal(50, 0.1), buffer=None, failures=fails, by_type={"wagon": 55}, transfer_s=2)
        .add_station("press", 50, buffer=3, maintenance=Maintenance(7200, 60), comeback_places=9)
        .add_branches("top", by_type, route="type", types=[["wagon"], ["suv"]], buffer=2)
        .add_gate("look", 45, [repair("spot", exponential(300), 0.1, places=3, rejoin="press", waiting=4,
                                      detection_share=0.8)], scrap_share=0.01, buffer=1)
        .add_store("bodies", 12, access_s=5, lanes=3, at_most=[(["suv"], 2, 3)])
        .add_moving_line("trim", 6, 80, 70, drift_share=0.2, andon_share=0.01, andon_s=20, by_type={"suv": 75},
                         buffer=3, learning=new, later_takts=[(36000, 75)])
        .add_station("marry", 55, servers=2, buffer=2)
        .add_station("test", 60, hours="late")
        .add_subline("battery", Line().add_station("pack", 58), fork="trim", join="marry", places=4, waiting=4)
        .add_carriers("skids", 90, load="press", unload="look", return_s=30)
        .add_crew("fitters", 1)
        .add_calendar("late", [(8 * 3600, 24 * 3600)], at_shift_end="finish")
        .work_in_shifts([(6 * 3600, 14 * 3600), (14.5 * 3600, 22 * 3600)])
    )  # fmt: skip


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "line.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def told(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_line(written(tmp_path, text))
    return str(caught.value).splitlines()


def test_all_that_python_draws_a_file_can_say(tmp_path: Path) -> None:
    drawn = everything()
    line = read_line(written(tmp_path, yaml.safe_dump(drawn._written)))
    assert line == drawn.written()
    one, other = simulate(line, 300, 50, 2), drawn.simulate(300, 50, 2)
    assert np.array_equal(one.rates, other.rates)
    assert one.stations == other.stations


def test_the_page_shows_one_line_in_both_ways() -> None:
    page = (DOCS / "line.md").read_text("utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL)).replace("parts=5000", "parts=300")
    known: dict[str, Any] = {}
    exec(code, known)
    line = read_line(DOCS / "lines" / "small_plant.yaml")
    assert line == known["plant"].written()
    assert simulate(line, 300, None, 8).rates.tolist() == known["found"].rates.tolist()
    _, shown = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert (DOCS / "lines" / "small_plant.yaml").read_text("utf-8").endswith(shown)


def test_stations_of_other_hours_are_a_section_of_their_own() -> None:
    line = Line().add_station("a", 60, buffer=400).add_station("b", 90, hours="night")
    line.add_calendar("night", [(6 * 3600, 24 * 3600)]).work_in_shifts([(6 * 3600, 14 * 3600)])
    left_s = line.simulate(400, 0, 1).first.leave_s
    assert left_s[:, 0].max() <= 14 * 3600
    assert np.diff(left_s[:, 1]).tolist() == [90.0] * 399
    assert left_s[:, 1].max() > 14 * 3600


def test_places_stand_where_they_are_drawn() -> None:
    rows = [Line().add_station("l", 1), Line().add_station("r", 1)]
    line = Line().add_station("a", 1, buffer=3).add_branches("two", rows, buffer=4).add_station("z", 1)
    places = {section.name: section.places_before for section in line.network().columns}
    assert places == {"a": 0, "l": 3, "r": 3, "z": 4}


@given(st.lists(st.integers(1, 12), min_size=1, max_size=4))
def test_shares_are_kept_to_the_part(counts: list[int]) -> None:
    num = sum(counts)
    order = levelled({f"t{k}": count / num for k, count in enumerate(counts)})
    assert num % len(order) == 0
    assert Counter(order) == {f"t{k}": count * len(order) // num for k, count in enumerate(counts)}
    if len(counts) == 2:  # of two, neither is ever more than half a part ahead
        ahead = np.cumsum([name == "t0" for name in order]) - np.arange(1, len(order) + 1) * counts[0] / num
        assert abs(ahead).max() <= 0.5 + 1e-9


def test_shares_that_cannot_be(tmp_path: Path) -> None:
    text = "quayline: 1\nline: x\ntypes: [{{id: a, share: {}}}, {{id: b, share: 30 %}}]\n"
    text += "stations: [{{id: s, work: 1 s}}]\n"
    assert told(tmp_path, text.format("60 %")) == [
        "line.yaml:3:8: types: the shares add up to 90 %, expected 100 %"
    ]  # fmt: skip
    assert "expected a mix or types by share, got both" in told(tmp_path, text.format("70 %") + "mix: [a]\n")[0]


def test_what_the_model_refuses_is_told_at_its_place(tmp_path: Path) -> None:
    assert told(tmp_path, """quayline: 1
line: bad
crews:
  - {id: fitters, people: 0}
stations:
  - {id: weld, work: -50 s, buffer: 1}
  - kind: branches
    id: booths
    route: roam
    branches:
      - stations: [{id: booth-1, work: 100}]
      - stations: [{id: booth-2, work: 100 s}]
  - {kind: gaet, id: look}
  - {kind: moving line, id: trim, stations: 6, takt: 0 s, wrok: 57 s}
""") == [
        "line.yaml:4:27: crews[fitters].people: expected at least 1, got '0'",
        "line.yaml:6:22: stations[weld].work: expected at least 0, got '-50 s'",
        "line.yaml:9:12: stations[booths].route: expected room or turn or type, got 'roam'; did you mean 'room'?",
        "line.yaml:11:40: stations[booths].branches[0].stations[booth-1].work: "
        "expected a quantity in s, got 100 without a unit",
        "line.yaml:13:12: stations[2]: expected kind branches or gate or moving line or station or store, got 'gaet'; "
        "did you mean 'gate'?",
        "line.yaml:14:54: stations[trim].takt: expected more than 0 s, got '0 s'",
        "line.yaml:14:59: stations[trim]: unknown key 'wrok', expected kind, id, stations, takt, later_takts, work, "
        "by_type, drift_share, andon_share, andon, buffer, transfer, failures, learning, hours, comeback_places; "
        "did you mean 'work'?",
    ]  # fmt: skip


FAULTS = {
    "hours: dya\ncalendars: [{id: day, shifts: [{from: 6 h, to: 5 h}]}]\nstations: [{id: a, work: 1 s}]": [
        (3, "hours: no calendar is called 'dya', expected day; did you mean 'day'?"),
        (4, "calendars[day].shifts[0]: expected from before to, after the shift before, within 86400 s, "
            "got 21600 and 18000 s"),
    ],
    "mix: [suv, wagon]\nstations:\n  - {id: a, work: 1 s, by_type: [{type: wagn, mean: 2 s}]}": [
        (5, "stations[a].by_type[wagn].type: expected each of suv, wagon once at most, got 'wagn'; "
            "did you mean 'wagon'?"),
    ],
    "mix: [suv, van]\nstations:\n  - {id: a, work: 1 s, buffer: 1}\n  - kind: branches\n    id: b\n    route: type\n"
    "    branches:\n      - {types: [suv], stations: [{id: c, work: 1 s}]}\n      - {stations: [{id: d, work: 1 s}]}\n"
    "  - {id: e, work: 1 s}": [
        (10, "stations[b].branches: no branch takes van: parts of that type have no way on"),
        (11, "stations[b].branches[1]: no type of part goes here, so its stations cannot be reached"),
    ],
    "stations:\n  - {id: a, work: 1 s}\n  - {kind: moving line, id: b, stations: 2, takt: 1 s}": [
        (4, "stations[a].buffer: expected a place at least: b behind it takes parts from there"),
    ],
    "crews: [{id: fitters, people: 1}]\nstations:\n  - {id: a, work: 1 s, failures: {by: operation, "
    "up: {kind: constant, mean: 1 h}, down: {kind: constant, mean: 1 s}, crew: fiters}}": [
        (5, "stations[a].failures.crew: no crew is called 'fiters', expected fitters; did you mean 'fitters'?"),
    ],
    "stations:\n  - {id: wa, work: 1 s}\n  - kind: gate\n    id: g\n    work: 1 s\n    repairs:\n"
    "      - {id: r, work: 1 s, share: 100 %, rejoin: wa}\n      - {id: s, work: 1 s, share: 1 %, rejoin: wb}\n"
    "      - {id: t, work: 1 s, share: 0 %}\n  - {id: wc, work: 1 s, comeback_places: 2}": [
        (9, "stations[g].repairs[r].share: every part comes back each time, so none ever leaves: there is no exit"),
        (10, "stations[g].repairs[s].rejoin: no station at or before g is called 'wb', expected wa, g"),
        (11, "stations[g].repairs[t].share: expected more than 0: no part would be repaired here"),
        (12, "stations[wc].comeback_places: no repair rejoins at wc"),
    ],
    "stations: [{kind: gate, id: g, work: 1 s, scrap_share: 100 %}]": [
        (3, "stations[g].scrap_share: every part is scrapped, so none ever leaves: there is no exit"),
    ],
    "stations: [{id: a, work: 1 s, buffer: 1}, {id: b, work: 1 s}]\n"
    "sublines: [{id: s, fork: b, join: a, stations: [{id: z, work: 1 s}]}]\n"
    "carriers: [{id: c, number: 1, load: b, unload: x}]": [
        (4, "sublines[s]: expected fork before join on the row, got b and a"),
        (5, "carriers[c].unload: no station on the row is called 'x', expected a, b"),
    ],
    # What the network itself refuses, at the thing that it names.
    "stations:\n  - {id: a, work: 1 s}\n  - {kind: store, id: s, capacity: 5, lanes: 2}": [
        (5, "stations[s]: section s: 5 places do not make 2 equal lanes"),
        (5, "stations[s]: section s: a store stands between two sections that are no stores"),
    ],
    # Slots, and parts that are not taken before they can be worked on.
    "blocking: before taking\nstations:\n  - {id: a, work: 1 s}\n  - {id: b, work: 1 s, servers: 2}": [
        (5, "stations[a].buffer: expected a place at least: parts wait there until they can be worked on"),
        (6, "stations[b].servers: blocking before taking is for one server a station"),
    ],
    "blocking: before taking\nstations:\n  - {id: a, work: 1 s, buffer: 1}\n  - {kind: gate, id: b, work: 1 s}": [
        (3, "blocking: blocking before taking is for a line of stations alone"),
    ],
    "stations:\n  - {id: a, work: {kind: geometric, slot: 0.1 s, success_share: 50 %}}\n"
    "  - {id: b, work: {kind: geometric, slot: 0.5 s, success_share: 50 %}}": [
        (4, "stations[a].work: expected a slot of whole ticks of 2**-20 s, so that slots end together, got 0.1 s"),
    ],
    "stations:\n  - {id: a, work: {kind: geometric, slot: 1 s, success_share: 0 %}}": [
        (4, "stations[a].work.success_share: expected more than 0, got '0 %'"),
    ],
    "hours: d\ncalendars: [{id: d, shifts: [{from: 6 h, to: 8 h}]}, {id: e, shifts: [{from: 6 h, to: 9 h}]}]\n"
    "stations:\n  - {id: a, work: {kind: geometric, slot: 1 s, success_share: 50 %}}\n"
    "  - {id: b, work: 1 s, hours: e}": [
        (6, "stations[a]: a geometric law is for a line of stations alone"),
    ],
    "hours: d\ncalendars: [{id: d, shifts: [{from: 6 h, to: 8 h}]}, {id: e, shifts: [{from: 6 h, to: 9 h}]}]\n"
    "stations:\n  - {id: a, work: 1 s}\n  - {id: b, work: 1 s, hours: e}": [
        (7, "stations[b]: section b: between two calendars there must be a place"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FAULTS.items(), ids=range(len(FAULTS)))
def test_an_impossible_line_is_refused_at_its_place(
    tmp_path: Path, text: str, expected: list[tuple[int, str]]
) -> None:  # fmt: skip
    faults = told(tmp_path, f"quayline: 1\nline: x\n{text}")
    found = [re.fullmatch(r"line\.yaml:(\d+):\d+: (.*)", fault) for fault in faults]
    assert [(int(one[1]), one[2]) for one in found if one] == expected


def test_a_line_at_rest_for_good_names_cars_and_stations(tmp_path: Path, quayline: Any) -> None:
    path = written(tmp_path, STUCK)
    with pytest.raises(DeadlockError, match="section hang holds car 1 and waits for section join"):
        simulate(read_line(path), 500, 0, 1)
    done = quayline("line", path, "--parts", 500)
    assert done.code == 1
    assert "section join holds car 1 and waits for its twin of sub-line doors" in done.err


def test_the_command_takes_a_network(tmp_path: Path, quayline: Any) -> None:
    small = DOCS / "lines" / "small_plant.yaml"
    done = quayline("line", small, "--parts", 400, "--replications", 2, "--json", "--set", "stations[weld].buffer=null")
    found = json.loads(done.out)
    assert done.code == 0
    assert found["line"] == "small plant"
    assert found["throughput_per_h"]["half_width"] > 0
    assert [station["id"] for station in found["stations"]][-2:] == ["marry", "pack"]
    assert "95 % intervals from 2 replications of 400 parts" in quayline(
        "line", small, "--parts", 400, "--replications", 2
    ).out  # fmt: skip
