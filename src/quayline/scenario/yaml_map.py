"""YAML to nodes that know where they stand; refuses everything in YAML that a scenario has no use for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from quayline.base.errors import Fault

MAX_DEPTH = 24
MAX_NODES = 200_000
MAX_SCALAR_CHARS = 10_000

Place = tuple[str, int, int]
Scalar = str | int | float | bool | None

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})")
_FLOAT = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d{1,3})?")
_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(slots=True)
class Node:
    """A value of a file and its place: a scalar, a list of nodes or a mapping of nodes."""

    place: Place
    value: Scalar | list[Node] | dict[str, Node]
    text: str = ""  # of a scalar, as written
    key: Place | None = None  # of the key that leads here
    gaps: dict[str, Place] | None = None  # of a table's row: where its empty cells stand
    grounds: Node | None = None  # of a table: the provenance written beside its name


def resolve(text: str) -> Scalar:
    """A plain scalar: true, false, null or a decimal number; all else (NO, on, 0o7, 1:30) is text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def read_yaml(text: str, file: str, faults: list[Fault]) -> Node | None:
    """The one document in `text`; None where a fault, appended to `faults`, keeps it from being read."""
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except _RefusedError as refused:
        faults.append(refused.fault)
        return None
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        faults.append(Fault(file, line, column, "", f"no valid YAML: {fault.problem or fault.context}"))
        return None
    except (yaml.YAMLError, UnicodeError, ValueError) as fault:
        faults.append(Fault(file, 1, 1, "", f"no valid YAML: {str(fault).splitlines()[0]}"))
        return None
    if builder.root is None or builder.root.value is None:
        faults.append(Fault(file, 1, 1, "", "expected a mapping of sections, got an empty file"))
        return None
    faults.extend(builder.duplicates)
    return builder.root


class _RefusedError(Exception):
    def __init__(self, fault: Fault):
        self.fault = fault


@dataclass
class _Builder:
    """Builds nodes from parser events without recursion, so that depth is ours to limit."""

    file: str
    root: Node | None = None
    duplicates: list[Fault] = field(default_factory=list)
    stack: list[Node] = field(default_factory=list)
    keys: list[Node | None] = field(default_factory=list)
    num_nodes: int = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refuse(event, "anchors and aliases are not accepted: write the value out")
        if tag := getattr(event, "tag", None):
            raise self._refuse(event, f"tags are not accepted, got {tag!r}")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open(Node(self._place(event), {}), event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(Node(self._place(event), []), event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
            self.keys.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise self._refuse(event, "expected one YAML document in the file, got a second")

    def _place(self, event: yaml.Event) -> Place:
        assert event.start_mark is not None
        return (self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: yaml.Event, message: str) -> _RefusedError:
        return _RefusedError(Fault(*self._place(event), "", message))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if len(event.value) > MAX_SCALAR_CHARS:
            raise self._refuse(event, f"expected at most {MAX_SCALAR_CHARS} characters in a value")
        value = resolve(event.value) if event.implicit[0] else event.value
        self._add(Node(self._place(event), value, event.value), event)

    def _open(self, node: Node, event: yaml.Event) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self._refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        self._add(node, event)
        self.stack.append(node)
        self.keys.append(None)

    def _add(self, node: Node, event: yaml.Event) -> None:
        self.num_nodes += 1
        if self.num_nodes > MAX_NODES:
            raise self._refuse(event, f"more than {MAX_NODES} values in one file")
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1].value
        if isinstance(parent, list):
            parent.append(node)
        elif isinstance(parent, dict):
            self._add_to_mapping(parent, node, event)

    def _add_to_mapping(self, parent: dict[str, Node], node: Node, event: yaml.Event) -> None:
        key = self.keys[-1]
        if key is None:
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refuse(event, "expected a plain key, got a list or mapping")
            self.keys[-1] = node
            return
        self.keys[-1] = None
        node.key = key.place
        if key.text in parent:
            first = parent[key.text].key or parent[key.text].place
            self.duplicates.append(
                Fault(*key.place, "", f"the key {key.text!r} stands here twice (first in line {first[1]})")
            )
        else:
            parent[key.text] = node
