"""The JSON Schemas of line files and task files: they take every file of the docs, and mark what the reader refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.scenario.test_jsonschema import bare

from quayline.flow.line.model import LineFile
from quayline.scenario.jsonschema import file_schema
from quayline.scenario.tasks import TaskFile
from quayline.scenario.yaml_map import read_yaml

DOCS = Path(__file__).parents[3] / "docs"
LINES = sorted((DOCS / "lines").glob("*.yaml"))


def data(text: str) -> Any:
    node = read_yaml(text, "x.yaml", [])
    assert node is not None
    return bare(node)


@pytest.fixture(scope="module")
def line() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(file_schema(LineFile, "A line", has_tables=False))


@pytest.fixture(scope="module")
def tasks() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(file_schema(TaskFile, "Tasks"))


def test_they_are_schemas(line: Any, tasks: Any) -> None:
    for schema in (line.schema, tasks.schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        used = {part.split('"')[0] for part in json.dumps(schema).split("#/$defs/")[1:]}
        assert used == set(schema["$defs"])
        assert all(thing.get("description") for thing in schema["$defs"].values())
    assert "Table" in tasks.schema["$defs"]
    assert "Table" not in line.schema["$defs"]


@pytest.mark.parametrize("path", LINES, ids=lambda path: path.stem)
def test_every_line_of_the_docs_is_valid(path: Path, line: Any) -> None:
    assert [error.message for error in line.iter_errors(data(path.read_text()))] == []


def test_the_tasks_of_the_docs_are_valid(tasks: Any) -> None:
    assert [error.message for error in tasks.iter_errors(data((DOCS / "tasks" / "trim.yaml").read_text()))] == []


HEAD = "quayline: 1\nline: x\n"
GOOD = HEAD + """mix: [suv]
stations:
  - {id: weld, work: 50 s, buffer: null}
  - {kind: gate, id: look, work: {kind: exponential, mean: 5 s}, repairs: [{id: r, work: 1 min, share: 10 %}]}
"""


@pytest.mark.parametrize(
    ("old", "wrong"),
    [
        ("quayline: 1", "quayline: 2"),
        ("line: x\n", ""),
        ("50 s", "50"),
        ("50 s", "[50 s]"),
        ("work: 50 s, ", ""),
        ("work: 50 s", "wrok: 50 s"),
        ("buffer: null", "buffer: -1"),
        ("buffer: null", "servers: null"),
        ("kind: gate", "kind: gaet"),
        ("kind: gate, ", ""),  # a station has no repairs
        ("kind: exponential", "kind: exponentail"),
        ("kind: exponential, ", ""),
        ("{kind: exponential, mean: 5 s}", "{low: 1 s, high: 5 s}"),
        ("mean: 5 s", "cv: 1"),
        ("share: 10 %", "share: true"),
        ("id: weld", "id: Weld"),
        ("mix: [suv]", "mix: suv"),
        ("stations:\n", "stations: []\nstation:\n"),
        ("mix: [suv]", "mix: [suv]\nsublines: {table: sub.csv}"),
    ],
)
def test_what_an_editor_marks(line: Any, old: str, wrong: str) -> None:
    assert line.is_valid(data(GOOD))
    assert GOOD.count(old) == 1
    assert not line.is_valid(data(GOOD.replace(old, wrong)))


@pytest.mark.parametrize(
    ("text", "is_good"),
    [
        ("tasks: [{id: a, time: 5 s}, {id: b, time: 5 s, after: a}]\ntakt: 9 s", True),
        ("tasks: {table: tasks.csv}\nstations: 4", True),
        ("tasks: [{id: a}]", False),
        ("tasks: [{id: a, time: 5 s, afetr: b}]", False),
        ("takt: 9 s", False),
    ],
)
def test_task_files(tasks: Any, text: str, is_good: bool) -> None:
    assert tasks.is_valid(data(HEAD + text)) == is_good


def test_the_command_prints_them(quayline: Any, line: Any) -> None:
    printed = json.loads(quayline("schema", "line").out)
    assert printed == line.schema | {"title": "A line of Quayline"}
    assert "takt" in json.loads(quayline("schema", "tasks").out)["properties"]
    assert "plant" in json.loads(quayline("schema").out)["properties"]
