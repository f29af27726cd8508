"""Object-centric event logs: OCEL 2.0 as JSON and as SQLite, written from its specification.

Berti et al. (2024), "OCEL (Object-Centric Event Log) 2.0 Specification", arXiv 2403.01975. The clock of a log is the
plant's; the format wants an offset, so it is written as if it were UTC.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    Attributes = dict[str, dict[str, str]]

_SQL = {"string": "TEXT", "time": "TIMESTAMP", "integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN"}


class Relation(NamedTuple):
    """To another object, and in what role."""

    object_id: str
    role: str


class Object(NamedTuple):
    """A thing that events are about; its attributes hold from the start of the log."""

    id: str
    type: str
    attributes: dict[str, Any]
    relations: tuple[Relation, ...] = ()


class Event(NamedTuple):
    """Something that happened at one moment to some objects."""

    id: str
    type: str
    at: datetime
    attributes: dict[str, Any]
    relations: tuple[Relation, ...]


@dataclass(frozen=True)
class Log:
    """Types with the kinds of their attributes (string, time, integer, float, boolean), objects, and events by time.

    `events` is asked for once, so that a long log need not be held in memory.
    """

    event_types: Attributes
    object_types: Attributes
    objects: list[Object]
    events: Callable[[], Iterable[Event]]
    begins: datetime


def write_log(log: Log, path: Path) -> int:
    """Writes the log to `path`, whole or not at all, as SQLite for `.sqlite`, else as JSON; returns the events."""
    making = path.with_name(f".{path.name}.making")
    making.unlink(missing_ok=True)
    num_events = (_write_sqlite if path.suffix == ".sqlite" else _write_json)(log, making)
    os.replace(making, path)
    return num_events


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds") + "Z"


def _write_json(log: Log, path: Path) -> int:
    """Event by event, so that only the objects are held in memory."""
    num_events = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"objectTypes":' + _text(_types(log.object_types)))
        file.write(',\n"eventTypes":' + _text(_types(log.event_types)))
        file.write(',\n"objects":[')
        for k, thing in enumerate(log.objects):
            file.write(",\n" * bool(k) + _text(_object(thing, log.begins)))
        file.write('],\n"events":[')
        for event in log.events():
            file.write(",\n" * bool(num_events) + _text(_event(event)))
            num_events += 1
        file.write("]}\n")
    return num_events


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _types(types: Attributes) -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": attribute, "type": kind} for attribute, kind in attributes.items()]}
        for name, attributes in types.items()
    ]


def _relations(relations: Iterable[Relation]) -> list[dict[str, str]]:
    return [{"objectId": r.object_id, "qualifier": r.role} for r in relations]


def _object(thing: Object, begins: datetime) -> dict[str, Any]:
    attributes = [{"name": name, "time": _moment(begins), "value": v} for name, v in thing.attributes.items()]
    return {"id": thing.id, "type": thing.type, "attributes": attributes, "relationships": _relations(thing.relations)}


def _event(event: Event) -> dict[str, Any]:
    attributes = [{"name": name, "value": value} for name, value in event.attributes.items()]
    return {"id": event.id, "type": event.type, "time": _moment(event.at), "attributes": attributes,
            "relationships": _relations(event.relations)}  # fmt: skip


def _write_sqlite(log: Log, path: Path) -> int:
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("PRAGMA foreign_keys = ON")
        for statement in _tables(log):
            base.execute(statement)
        for kind, types in (("event", log.event_types), ("object", log.object_types)):
            base.executemany(f"INSERT INTO {kind}_map_type VALUES (?, ?)", [(name, _table(name)) for name in types])
        base.executemany("INSERT INTO object VALUES (?, ?)", ((o.id, o.type) for o in log.objects))
        for thing in log.objects:
            values = (thing.attributes.get(attribute) for attribute in log.object_types[thing.type])
            row = (thing.id, _moment(log.begins), None, *values)
            base.execute(_insert(f"object_{_table(thing.type)}", len(row)), row)
        ways = ((o.id, r.object_id, r.role) for o in log.objects for r in o.relations)
        base.executemany("INSERT INTO object_object VALUES (?, ?, ?)", ways)
        return sum(_put(log, base, event) for event in log.events())


def _put(log: Log, base: sqlite3.Connection, event: Event) -> int:
    base.execute("INSERT INTO event VALUES (?, ?)", (event.id, event.type))
    row = (event.id, _moment(event.at), *(event.attributes.get(a) for a in log.event_types[event.type]))
    base.execute(_insert(f"event_{_table(event.type)}", len(row)), row)
    base.executemany("INSERT INTO event_object VALUES (?, ?, ?)", ((event.id, *r) for r in event.relations))
    return 1


def _insert(table: str, num_columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * num_columns)})"


def _table(name: str) -> str:
    """The part of a table's name that stands for a type."""
    return "".join(word.capitalize() for word in name.replace("-", " ").split())


def _tables(log: Log) -> Iterator[str]:
    """The tables of the specification, and one for each type."""
    for kind in ("event", "object"):
        yield f"CREATE TABLE {kind}_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT)"
        yield (f"CREATE TABLE {kind} (ocel_id TEXT PRIMARY KEY, ocel_type TEXT, "
               f"FOREIGN KEY (ocel_type) REFERENCES {kind}_map_type (ocel_type))")  # fmt: skip
    yield ("CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT, "
           "PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier), "
           "FOREIGN KEY (ocel_event_id) REFERENCES event (ocel_id), "
           "FOREIGN KEY (ocel_object_id) REFERENCES object (ocel_id))")  # fmt: skip
    yield ("CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT, "
           "PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier), "
           "FOREIGN KEY (ocel_source_id) REFERENCES object (ocel_id), "
           "FOREIGN KEY (ocel_target_id) REFERENCES object (ocel_id))")  # fmt: skip
    for name, attributes in log.event_types.items():
        columns = "".join(f", {_quoted(a)} {_SQL[kind]}" for a, kind in attributes.items())
        yield (f"CREATE TABLE event_{_table(name)} (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP{columns}, "
               "FOREIGN KEY (ocel_id) REFERENCES event (ocel_id))")  # fmt: skip
    for name, attributes in log.object_types.items():
        columns = "".join(f", {_quoted(a)} {_SQL[kind]}" for a, kind in attributes.items())
        yield (f"CREATE TABLE object_{_table(name)} (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT"
               f"{columns}, FOREIGN KEY (ocel_id) REFERENCES object (ocel_id))")  # fmt: skip


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
