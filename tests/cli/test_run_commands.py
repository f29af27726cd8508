"""`quayline run` and the commands that read runs, as a user calls them."""

import json
import shutil
from datetime import date
from math import inf

import pytest

from quayline.cli.simulate import _best_gain, _by_hour, _verdict
from quayline.flow.sensitivity import Gain, Sensitivity
from quayline.flow.statistics import Estimate
from quayline.store.folder import RunFolder
from quayline.study.simulated import Bottleneck, Reign


@pytest.fixture
def copied(finished, tmp_path):
    """The finished run in a folder of its own."""
    return shutil.copytree(finished.path, tmp_path / finished.path.name)


def test_run_prints_one_object_for_machines(quayline, starter, tmp_path):
    """The last line on standard output has the promised keys; a second call finds the same run."""
    first = quayline("run", starter, "--out", tmp_path, "--seed", 3, "--json")
    assert first.code == 0
    facts = json.loads(first.out.splitlines()[-1])
    assert set(facts) >= {
        "run", "cars_ordered", "cars_built", "cars_delivered", "kgco2e_per_car", "stages", "wall_s", "peak_mb",
        "verified",
    }  # fmt: skip
    assert facts["verified"] is True
    assert 0 < facts["cars_built"] <= facts["cars_ordered"]
    assert (tmp_path / facts["run"].split("/")[-1] / "report.html").is_file()
    again = json.loads(quayline("run", starter, "--out", tmp_path, "--seed", 3, "--json").out.splitlines()[-1])
    assert again == facts


def test_a_damaged_run_is_not_called_verified(quayline, starter, tmp_path):
    """Neither by `run`, which finds it, nor by `verify`."""
    facts = json.loads(quayline("run", starter, "--out", tmp_path, "--json").out.splitlines()[-1])
    with open(f"{facts['run']}/scenario/scenario.yaml", "a") as file:
        file.write("# changed\n")
    again = json.loads(quayline("run", starter, "--out", tmp_path, "--json").out.splitlines()[-1])
    assert again["verified"] is False
    assert quayline("verify", facts["run"]).code == 1


def test_verify_says_that_everything_holds(quayline, copied):
    """Every proof is named."""
    answer = quayline("verify", copied)
    assert answer.code == 0
    assert answer.out.count("holds") >= 10


def test_where_and_why(quayline, copied):
    """By number; a car that is not there is exit code 2."""
    assert "out of body" in quayline("where", copied, 17).out
    assert "order 17" in quayline("why", copied, 17).out
    assert json.loads(quayline("where", copied, 17, "--json").out)["order"]["order_id"] == 17
    missing = quayline("why", copied, 10**7)
    assert missing.code == 2
    assert "no order or car" in missing.err


@pytest.mark.parametrize("command", ["plan", "balance", "sequence", "ship", "footprint"])
def test_answers_on_one_screen(quayline, copied, command):
    """A table and a sentence for people, rows of equal length for machines."""
    assert "run:" in quayline(command, copied).out
    answer = json.loads(quayline(command, copied, "--json").out.splitlines()[-1])
    assert answer["rows"]
    assert {len(row) for row in answer["rows"]} == {len(answer["columns"])}


def test_ship_tells_each_lane_and_why_cars_missed_their_ship(quayline, copied, records):
    """Cars, days of a leg and who sails as booked are those of the cars one by one."""
    answer = json.loads(quayline("ship", copied, "--json").out.splitlines()[-1])
    (row,) = (dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"])
    sailed = [car for car in records.ship.cars.iter_rows(named=True) if car["sailing_idx"] is not None]
    assert row["cars"] == len(sailed) > 0
    at_sea = sum((car["arrived_at"] - car["departed_at"]).total_seconds() for car in sailed) / 86400
    assert row["sea d"] == pytest.approx(at_sea / len(sailed))
    booked = records.plan.orders.drop_nulls("planned_sailing_idx")["order_id"].to_list()
    told = {car["order_id"]: car["missed"] for car in records.ship.cars.iter_rows(named=True)}
    as_booked = sum(told[order] == "" for order in booked if order in told)
    assert answer["lead"].startswith(f"{as_booked:,} of ")
    assert "most cars in a yard: " in answer["lead"]


def test_simulate_says_what_the_line_can(quayline, copied):
    """Figures with intervals, losses that add up, the bottleneck; a change moves what it should."""
    change = "line.assembly.final.mttr=-90%"
    answer = quayline("simulate", copied, "--replications", 2, "--what-if", change, "--json")
    facts = json.loads(answer.out.splitlines()[-1])
    assert facts["replications"] == 2
    assert facts["figures"]["cars_built"]["mean"] > 0
    for row in facts["lost_cars"]:
        parts = (row[name] for name in ("failures", "andon", "overload", "blocked", "empty", "cars"))
        assert sum(parts) == pytest.approx(row["paced"])
    assert facts["bottleneck"]["stations"]
    assert facts["one_per_cent_faster"][0]["jph"]["mean"] >= 0
    assert facts["what_if"]["changes"] == [change]
    assert set(facts["what_if"]["gains"]) == set(facts["figures"])
    said = quayline("simulate", copied, "--replications", 2).out
    assert "Bottleneck by active period" in said
    assert "What would move it" in said
    verdict = [line.strip() for line in said.splitlines()[1:5]]
    assert [line.split(" ")[0].rstrip(":") for line in verdict] == ["Built", "Lost", "Bottleneck", "One"]
    last, best = facts["lost_cars"][-1], facts["bottleneck"]["stations"][0]
    assert verdict[1].startswith(f"Lost at {last['section']}, of {round(last['paced']):,} cars at its speed: ")
    assert verdict[2].startswith(f"Bottleneck: {best['section']}")


def test_hours_in_a_row_are_told_once():
    assert _by_hour({"07:00": "a", "08:00": "a", "09:00": "b", "10:00": "a"}) == "07:00 to 08:00 a, 09:00 b, 10:00 a"


def test_stations_that_cannot_be_told_apart_are_named_together():
    """By hand: c's 24 % do not reach the 28 % that b is alone; d's interval ends below a's, e's holds 0."""
    gains = [("a", 0.063, 0.030), ("b", 0.050, 0.020), ("e", 0.046, 0.069), ("d", 0.020, 0.012)]
    levers = Sensitivity(Estimate(1.0, 0.1, 2), tuple(Gain(s, s, Estimate(*gain, 2)) for s, *gain in gains))
    stations = [("a", 0.22, 0.15), ("b", 0.28, 0.05), ("c", 0.20, 0.04)]
    found = Bottleneck([Reign(s, s, *shares) for s, *shares in stations], [], [], date(2026, 12, 31))
    assert [gain.station for gain in levers.best] == ["a", "b"]
    assert [gain.jph.is_seen for gain in levers.gains] == [True, True, False, True]
    assert [station.station for station in found.rivals] == ["a", "b"]


def test_what_is_seen_by_one_replication_has_no_interval():
    gains = tuple(Gain(name, name, Estimate(mean, inf, 1)) for name, mean in (("a", 0.1), ("b", 0.0)))
    alone = Sensitivity(Estimate(1.0, inf, 1), gains)
    assert [gain.station for gain in alone.best] == ["a"]
    assert Sensitivity(alone.jph, alone.gains[1:]).best == ()


def test_the_verdict_names_what_cannot_be_told_apart():
    known = {"mean": 1.0, "half_width": None}
    reigns = [("a", 0.22, 0.15, True), ("b", 0.28, 0.05, True), ("c", 0.20, 0.04, False)]
    gains = [("a", 0.063, 0.030, True), ("b", 0.050, 0.020, True), ("d", 0.020, 0.012, False)]
    answer = {
        "figures": {"cars_built": known, "cars_not_built": known}, "to": "2026-12-31", "lost_cars": [],
        "bottleneck": {"stations": [{"section": s, "station": s, "sole_share": a, "shifting_share": b, "is_rival": c}
                                    for s, a, b, c in reigns]},
        "one_per_cent_faster": [{"section": s, "station": s, "jph": {"mean": mean, "half_width": half}, "is_best": best}
                                for s, mean, half, best in gains],
    }  # fmt: skip
    assert _verdict(answer)[1:] == [
        "Bottleneck: a 37% of the time (22% alone, 15% shifting) or b 33% of the time (28% alone, 5% shifting).",
        "One per cent less time at a: +0.063 ± 0.030 cars an hour, if cars always wait; not to be told apart from b.",
    ]
    assert "no difference seen" in _best_gain([], answer)


def test_simulate_writes_traces(quayline, copied, tmp_path):
    """The first planned week, though the year begins without cars: the same visits as a table and as an event log."""
    for name in ("week.csv", "week.json"):
        assert quayline("simulate", copied, "--replications", 1, "--trace", tmp_path / name, "--json").code == 0
    visits = (tmp_path / "week.csv").read_text().splitlines()
    log = json.loads((tmp_path / "week.json").read_text())
    assert visits[0] == "order_id,section,station,visit,in_s,start_s,finish_s,leave_s"
    assert len(log["events"]) == 3 * (len(visits) - 1) > 0
    assert {thing["type"] for thing in log["objects"]} == {"car", "order", "station"}
    wrong = quayline("simulate", copied, "--trace", tmp_path / "week.txt")
    assert wrong.code == 2
    assert "week.txt: expected a name that ends in .parquet" in wrong.err


def test_simulate_refuses_what_cannot_be(quayline, copied):
    """A misspelt station and a time without cars are exit code 2."""
    misspelt = quayline("simulate", copied, "--what-if", "line.assembly.finale.mttr=-90%")
    assert misspelt.code == 2
    assert "did you mean 'final'?" in misspelt.err
    back = quayline("simulate", copied, "--from", "2026-05-02", "--to", "2026-05-01")
    assert back.code == 2
    assert "--to 2026-05-01 lies before --from 2026-05-02" in back.err
    early = quayline("simulate", copied, "--from", "2031-01-01", "--to", "2031-02-01")
    assert early.code == 2
    assert "no car is released in that time" in early.err


def test_orders_are_counted_once_by_what_kept_them(quayline, copied, records):
    """No limit stands in two rows, and the rows add up to what the summary counts."""
    rows = json.loads(quayline("why", copied, "--late", "--json").out)["late"]
    words = [row["words"] for row in rows]
    assert len(words) == len(set(words))
    counted = RunFolder(copied).summary["groups"]["all"]
    assert sum(row["orders"] for row in rows) == counted["cars_late"] > 0
    states = dict(records.ledger.orders.select("order_id", "state").iter_rows())
    for state, name in (("in-line", "cars_in_line"), ("scrapped", "cars_scrapped")):
        told = json.loads(quayline("why", copied, f"--{state}", "--json").out)[state]
        assert [row["order_id"] for row in told] == sorted(order for order in states if states[order] == state)
        assert len(told) == counted[name]
        shown = quayline("why", copied, f"--{state}").out
        assert all(row["reason_text"] in shown for row in told)


def test_compare_and_runs(quayline, copied):
    """A run beside itself changes nothing; the list of runs names it."""
    rows = json.loads(quayline("compare", copied, copied, "--json").out.splitlines()[-1])["rows"]
    assert rows
    assert not any(row["change"] for row in rows)
    assert "cars built" in quayline("compare", copied, copied).out
    listed = json.loads(quayline("runs", "--out", copied.parent, "--json").out.splitlines()[-1])["runs"]
    assert [entry["run"] for entry in listed] == [str(copied)]


@pytest.mark.parametrize("command", [("where", "1"), ("why", "1"), ("verify",), ("report",)])
def test_a_folder_that_is_no_run(quayline, tmp_path, command):
    """Exit code 2 and the folder's name, no traceback."""
    name, *rest = command
    answer = quayline(name, tmp_path, *rest)
    assert answer.code == 2
    assert "no finished run" in answer.err


def test_report_again(quayline, copied, tmp_path):
    """The page can be drawn elsewhere."""
    assert quayline("report", copied, "--out", tmp_path / "page.html").code == 0
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")


def test_promise_a_delivery(quayline, copied):
    """A day with its reasons for people, one object for machines; names that do not exist are exit code 2."""
    order = ("--market", "overseas", "--variant", "volt-60", "--on", "2026-03-02")
    assert "delivery on 2026" in quayline("promise", copied, *order).out
    facts = json.loads(quayline("promise", copied, *order, "--cars", 3, "--json").out)
    assert [one["source"] in ("planned", "capacity") for one in facts["promises"]] == [True] * 3
    assert all(one["holds"] for one in facts["promises"])
    missing = quayline("promise", copied, "--market", "oversea", "--variant", "volt-60")
    assert missing.code == 2
    assert "'overseas'" in missing.err


def test_settle_shows_the_parties_and_writes_a_workbook(quayline, copied, tmp_path):
    """The margins on screen add up to nought; the workbook is a zip file."""
    book = tmp_path / "settlement.xlsx"
    answer = json.loads(quayline("settle", copied, "--xlsx", book, "--json").out.splitlines()[-1])
    assert round(sum(row[3] for row in answer["rows"]), 2) == 0
    assert book.read_bytes()[:2] == b"PK"
    assert "what is paid is received" in quayline("settle", copied).out


def test_replan_without_news_changes_nothing(quayline, copied):
    """And a new duty is told with what it does; a day outside the horizon is exit code 2."""
    assert "nothing changes" in quayline("replan", copied, "--on", "2026-03-11").out
    setting = "trade.duties[pt-us].rate=90 %"
    facts = json.loads(quayline("replan", copied, "--on", "2026-03-11", "--set", setting, "--json").out)
    assert facts["after"]["contribution_usd"] < facts["before"]["contribution_usd"]
    outside = quayline("replan", copied, "--on", "2031-03-11")
    assert outside.code == 2
    assert "the run knows" in outside.err


def test_replay_of_a_programme_whose_rules_were_always_known(quayline, starter):
    """Not knowing costs nothing."""
    facts = json.loads(quayline("replay", starter, "--json").out)
    assert len(facts["steps"]) == 1
    assert facts["not_knowing_usd"] == 0
