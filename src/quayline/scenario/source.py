"""A scenario's sources: merges its files into one tree, puts tables and settings in, builds the model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario.changes import Change, apply
from quayline.scenario.explain import model_faults, places_of, rule_fault
from quayline.scenario.fields import Thing
from quayline.scenario.folder import OVERRIDES, Folder
from quayline.scenario.grammar import Shape, grammar, nearest
from quayline.scenario.mend import Unread
from quayline.scenario.overlay import given_settings, stored_as, written_lines
from quayline.scenario.paths import PathError
from quayline.scenario.plain import Path, Reading, shown
from quayline.scenario.stack import MAX_OVERLAYS, Overlay, Shelf
from quayline.scenario.supplier import Suppliers
from quayline.scenario.tables import read_table
from quayline.scenario.yaml_map import Node, read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Root = TypeVar("Root", bound=Thing)


class Source:
    """The tree of a folder for the model `model`. Faults gather until `build` raises them all."""

    def __init__(self, folder: Folder, model: type[Thing], overlays: Sequence[str], overrides: Mapping[str, str]):
        self.folder = folder
        self.shelf = Shelf(folder)
        self.suppliers = Suppliers(folder)
        self.stacked: list[Overlay] = []
        self.shape = grammar(model)
        self.reading = Reading()
        self.faults = folder.faults
        self.num_written = 0  # lines of settings in the folder; those of the call come after
        names = folder.yaml_names()
        self.reading.partial = not names
        self.root = Node((names[0] if names else folder.title, 1, 1), {})
        for name in names:
            self._merge(name)
        self._expand(self.root, self.shape, (), "")
        self._change(overlays, overrides)

    def build(
        self, model: type[Root], rules: Callable[[Root], list[tuple[Path, str]]],
        rules_of_rest: Callable[[Root], list[tuple[Path, str]]] | None = None,
    ) -> Root:  # fmt: skip
        """The model of the tree; raises ScenarioError with every fault from the files to the rules.

        Where something cannot be read, `rules_of_rest` are asked about all else: rules that hold between things by
        their names and their order alone.
        """
        data = self.reading.plain(self.root, self.shape)
        self.faults.extend(self.reading.faults)
        unread = sorted(self.reading.blamed, key=str)
        try:
            built = model.model_validate(data)
        except ValidationError as error:
            self.faults.extend(model_faults(error, self.root, self.shape, self.reading))
            unread += places_of(error, self.root, self.shape)
        if not self.faults:
            self.faults += [rule_fault(self.root, self.shape, at, told) for at, told in rules(built)]
        elif rules_of_rest is not None and not (self.reading.partial or self.reading.in_doubt):
            self.faults += self._of_the_rest(model, data, list(dict.fromkeys(unread)), rules_of_rest)
        if self.faults:
            raise ScenarioError([self._in_the_users_words(fault) for fault in self.faults])
        return built

    def _of_the_rest(
        self, model: type[Root], data: object, places: list[Path], rules: Callable[[Root], list[tuple[Path, str]]]
    ) -> list[Fault]:
        """What the rules say of things that can be read, and do not owe to those that cannot."""
        unread = Unread(self.root, self.shape, places)
        try:
            built = model.model_validate(unread.mended(data))
        except ValidationError:
            return []
        found = [(at, told) for at, told in rules(built) if not unread.concerns(at, told)]
        return [rule_fault(self.root, self.shape, at, told) for at, told in found]

    def _merge(self, name: str) -> None:
        """Adds the sections of one file to the tree."""
        assert isinstance(self.root.value, dict)
        tree = None
        if problem := self.folder.problem(name):
            self.faults.append(Fault(name, 0, 0, "", problem))
        elif (text := self.folder.read(name)) is not None:
            tree = read_yaml(text, name, self.faults)
        if tree is not None and not isinstance(tree.value, dict):
            self.faults.append(Fault(*tree.place, "", f"expected a mapping of sections, got {shown(tree)}"))
            tree = None
        if tree is None:
            self.reading.partial = True
            return
        assert isinstance(tree.value, dict)
        grounds = tree.value.pop("provenance", None)
        for key, section in tree.value.items():
            section.grounds = grounds
            if key in self.root.value:
                first = self.root.value[key].key or self.root.place
                message = f"the section {key!r} stands also in {first[0]}:{first[1]}"
                self.faults.append(Fault(*(section.key or section.place), "", message))
            else:
                self.root.value[key] = section

    def _expand(self, node: Node, shape: Shape, at: Path, path: str) -> None:
        """Puts the rows of tables in the place of `{table: file.csv}`, figures in that of `{footprint: file.json}`."""
        shape = shape.at(node)
        if isinstance(node.value, dict):
            if shape.form == "quantity" and "footprint" in node.value:
                if not self.suppliers.resolve(node, shape, at, path):
                    self.reading.blamed.add(at)
                return
            if shape.of_things and "table" in node.value:
                self._table(node, node.value, shape, at, path)
                return
            for key, child in node.value.items():
                if key in shape.keys:
                    self._expand(child, shape.keys[key], (*at, key), f"{path}.{key}".lstrip("."))
        elif isinstance(node.value, list) and shape.item is not None:
            for index, child in enumerate(node.value):
                self._expand(child, shape.item, (*at, index), f"{path}[{index}]")

    def _table(self, node: Node, keys: dict[str, Node], shape: Shape, at: Path, path: str) -> None:
        for key, child in keys.items():
            if key not in ("table", "provenance"):
                message = f"unknown key {key!r} beside 'table'{nearest(key, ('table', 'provenance'))}"
                self.faults.append(Fault(*(child.key or child.place), path, message))
        name = keys["table"]
        node.grounds = keys.get("provenance", node.grounds)
        node.value = []
        table = None
        if isinstance(name.value, dict | list):
            self.faults.append(Fault(*name.place, path, f"expected the name of a CSV file, got {shown(name)}"))
        elif problem := self.folder.problem(name.text):
            self.faults.append(Fault(*name.place, path, problem))
        elif (text := self.folder.read(name.text)) is not None:
            table = read_table(text, name.text, shape, self.faults)
        if table is None:
            self.reading.blamed.add(at)
            return
        node.value, node.place = table.rows.value, table.rows.place
        self.reading.blamed.update((*at, "*", key) for key in table.lacking)

    def _change(self, overlays: Sequence[str], overrides: Mapping[str, str]) -> None:
        """What the folder stacks and sets, then the overlays and settings of the call; a run stores all of it."""
        written = ""
        if self.folder.exists(OVERRIDES):
            if problem := self.folder.problem(OVERRIDES):
                self.faults.append(Fault(OVERRIDES, 0, 0, "", problem))
            else:
                written = self.folder.read(OVERRIDES) or ""
        lines = written.splitlines()
        self.num_written = len(lines)
        for each in written_lines(lines, self.faults):
            if isinstance(each, str):
                place = next((OVERRIDES, k, 1) for k, line in enumerate(lines, 1) if line[1:].strip() == each)
                self._stack(each, place)
            else:
                self._apply(each)
        for name in overlays:
            if overlay := self._stack(name):
                lines.append(f"+ {overlay.name}")
        for change in given_settings(overrides, len(lines) + 1, self.faults):
            self._apply(change)
        lines += [f"{path.strip()}={value.strip()}" for path, value in overrides.items()]
        if lines:
            self.folder.contents[OVERRIDES] = ("\n".join(lines) + "\n").encode()

    def _stack(self, name: str, place: tuple[str, int, int] = ("", 0, 0)) -> Overlay | None:
        """Put an overlay on top; None with a fault where it cannot be read or lies there already."""
        overlay = self.shelf.take(name, place)
        if overlay is None:
            return None
        at = place if place[0] else (self.shelf.as_given.get(stored_as(overlay.name), name), 0, 0)
        if any(overlay.name == other.name for other in self.stacked):
            self.faults.append(Fault(*at, "", f"the overlay {overlay.name!r} lies on this scenario already"))
            return None
        if len(self.stacked) >= MAX_OVERLAYS:
            self.faults.append(Fault(*at, "", f"more than {MAX_OVERLAYS} overlays"))
            return None
        self.stacked.append(overlay)
        self.folder.contents[stored_as(overlay.name)] = overlay.content
        for change in overlay.changes:
            self._apply(change)
        return overlay

    def _apply(self, change: Change) -> None:
        try:
            apply(self.root, self.shape, change)
        except PathError as wrong:
            self.faults.append(Fault(*change.place, change.path[:100], str(wrong)))
        if change.verb == "set" and _names_a_file(change.value):
            self._expand(self.root, self.shape, (), "")

    def _in_the_users_words(self, fault: Fault) -> Fault:
        """A setting of the call has no line in any file of the user's; an overlay has the name that the user gave."""
        if fault.file == OVERRIDES and fault.line > self.num_written:
            return replace(fault, file="--set", line=0, column=0)
        return replace(fault, file=self.shelf.as_given.get(fault.file, fault.file))


def _names_a_file(node: Node) -> bool:
    if isinstance(node.value, dict):
        return bool({"table", "footprint"} & set(node.value)) or any(map(_names_a_file, node.value.values()))
    return isinstance(node.value, list) and any(map(_names_a_file, node.value))
