"""Event logs read back by the rules of OCEL 2.0, and by pm4py where it is installed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quayline.store.ocel import Event, Log, Object, Relation, write_log

if TYPE_CHECKING:
    from pathlib import Path

BEGINS = datetime(2026, 3, 2, 7)
SQL = {"string": "TEXT", "integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN", "time": "TIMESTAMP"}


@pytest.fixture
def log() -> Log:
    """Two cars through one station, with every kind of attribute and a name that needs quoting."""
    fulfils = (Relation("order-1", "fulfils"),)
    objects = [
        Object("car-1", "car", {"model": 'a "b", c', "mass-kg": 2230.5, "is-firm": True}, fulfils),
        Object("car-2", "car", {"model": "ä", "mass-kg": 1800.0, "is-firm": False}, fulfils),
        Object("order-1", "order", {}),
        Object("station-weld/1", "station", {"shop": "body"}),
    ]
    both = (Relation("order-1", "order"), Relation("station-weld/1", "station"))
    events = [
        Event(f"e{k}", kind, BEGINS + timedelta(seconds=61.5 * k), {"visit": k % 2},
              (Relation(f"car-{k % 2 + 1}", "car"), *both))
        for k, kind in enumerate(["begin work", "begin work", "leave station", "leave station"])
    ]  # fmt: skip
    types = {"begin work": {"visit": "integer"}, "leave station": {"visit": "integer"}}
    car = {"model": "string", "mass-kg": "float", "is-firm": "boolean"}
    things = {"car": car, "order": {}, "station": {"shop": "string"}}
    return Log(types, things, objects, lambda: iter(events), BEGINS)


def broken_rules(read: dict[str, Any]) -> list[str]:
    """What the JSON form of the specification asks for and the log does not have."""
    found = []
    for many, kinds in (("events", "eventTypes"), ("objects", "objectTypes")):
        ids = [one["id"] for one in read[many]]
        found += [f"{many}: an id stands twice"] * (len(ids) != len(set(ids)))
        types = {kind["name"]: {a["name"]: a["type"] for a in kind["attributes"]} for kind in read[kinds]}
        for one in read[many]:
            found += [f"{one['id']}: no type {one['type']}"] * (one["type"] not in types)
            declared = types.get(one["type"], {})
            found += [f"{one['id']}: {a['name']}" for a in one["attributes"] if a["name"] not in declared]
            moments = [a["time"] for a in one["attributes"]] if many == "objects" else [one["time"]]
            found += [f"{one['id']}: {m}" for m in moments if datetime.fromisoformat(m).tzinfo is None]
    objects = {one["id"] for one in read["objects"]}
    for one in [*read["events"], *read["objects"]]:
        found += [f"{one['id']}: to nothing" for r in one["relationships"] if r["objectId"] not in objects]
        found += [f"{one['id']}: without a role" for r in one["relationships"] if not r["qualifier"]]
    return found


def test_json_obeys_the_rules_and_says_what_was_given(log: Log, tmp_path: Path) -> None:
    assert write_log(log, tmp_path / "log.json") == 4
    read = json.loads((tmp_path / "log.json").read_text())
    assert broken_rules(read) == []
    assert read["objects"][0]["attributes"][0]["value"] == 'a "b", c'
    moments = [datetime.fromisoformat(event["time"]).replace(tzinfo=None) for event in read["events"]]
    assert moments == [event.at for event in log.events()]
    assert [p.name for p in tmp_path.iterdir()] == ["log.json"]


def test_the_rules_see_harm(log: Log, tmp_path: Path) -> None:
    write_log(log, tmp_path / "log.json")
    for harm in (
        lambda read: read["objects"].pop(), lambda read: read["eventTypes"].pop(),
        lambda read: read["events"].append(read["events"][0]),
        lambda read: read["events"][1].update(time="2026-03-02T07:00:00"),
    ):  # fmt: skip
        read = json.loads((tmp_path / "log.json").read_text())
        harm(read)
        assert broken_rules(read)


def test_sqlite_has_the_tables_and_keys_of_the_specification(log: Log, tmp_path: Path) -> None:
    assert write_log(log, tmp_path / "log.sqlite") == 4
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as base:
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        maps = dict(base.execute("SELECT * FROM event_map_type UNION SELECT * FROM object_map_type"))
        assert set(maps) == {*log.event_types, *log.object_types}
        for kind, types in (("event", log.event_types), ("object", log.object_types)):
            for name, attributes in types.items():
                columns = {c[1]: c[2] for c in base.execute(f"PRAGMA table_info({kind}_{maps[name]})")}
                fixed = {"ocel_id", "ocel_time"} | ({"ocel_changed_field"} if kind == "object" else set())
                assert set(columns) == fixed | set(attributes)
                assert all(columns[a] == SQL[t] for a, t in attributes.items())
            ids = {row[0] for row in base.execute(f"SELECT ocel_id FROM {kind}")}
            assert ids == {row[0] for name in types for row in base.execute(f"SELECT ocel_id FROM {kind}_{maps[name]}")}
        ways = base.execute("SELECT * FROM event_object ORDER BY 1, 3").fetchall()
        assert ways == sorted((e.id, r.object_id, r.role) for e in log.events() for r in e.relations)
        assert base.execute("SELECT model FROM object_Car WHERE ocel_id = 'car-2'").fetchone() == ("ä",)


def test_both_forms_say_the_same(log: Log, tmp_path: Path) -> None:
    write_log(log, tmp_path / "log.json")
    write_log(log, tmp_path / "log.sqlite")
    read = json.loads((tmp_path / "log.json").read_text())
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as base:
        both = " UNION ".join(f"SELECT ocel_id, ocel_time FROM event_{name}" for name in ("BeginWork", "LeaveStation"))
        times = dict(base.execute(both))
        ways = set(base.execute("SELECT ocel_source_id, ocel_target_id FROM object_object"))
    assert times == {event["id"]: event["time"] for event in read["events"]}
    assert ways == {(one["id"], r["objectId"]) for one in read["objects"] for r in one["relationships"]}


@pytest.mark.parametrize("form", ["json", "sqlite"])
@pytest.mark.filterwarnings("ignore")
def test_pm4py_reads_it(log: Log, tmp_path: Path, form: str) -> None:
    pm4py = pytest.importorskip("pm4py", reason="pm4py (AGPL) is no dependency: install it to test event logs with it")
    path = tmp_path / f"log.{form}"
    write_log(log, path)
    read = (pm4py.read_ocel2_json if form == "json" else pm4py.read_ocel2_sqlite)(str(path))
    assert len(read.events) == 4
    assert len(read.objects) == 4
    assert len(read.relations) == 12
    assert len(read.o2o) == 2
    assert set(read.objects["ocel:type"]) == set(log.object_types)
