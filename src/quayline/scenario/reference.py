"""The reference page of the scenario, written from the schema: `python -m quayline.scenario.reference`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from quayline.scenario import folder, plain, tables, yaml_map
from quayline.scenario.grammar import FIGURES, Shape, grammar
from quayline.scenario.schema import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = """\
# The scenario

<!-- Written by `python -m quayline.scenario.reference` from the schema: change that, not this page. -->

A scenario is a folder that a person writes: YAML files for things, CSV files for long tables. `quayline new DIR`
writes a small one with comments to start from, `quayline check DIR` says what is wrong with one, and every command
that takes a scenario takes such a folder or the name of a shipped one.

## How it is written

**Files.** All `.yaml` (or `.yml`) files in the top level of the folder are read as one: each top-level key
([Scenario](#scenario)) stands in one of them. Subfolders may hold tables and are else not looked into.

**Figures** are written with their unit, as text: `80 s`, `45 cars/h`, `684 kWh/car`, `9 MUSD/year`, `15 %`. Any unit
of the right dimension does (`1.5 min`, `12 MWh`); counts, factors and shares are plain numbers (shares also with
`%`). A figure without its unit is a fault, never a guess.

**What a figure rests on.** Any figure, and any date, may be written long:

```yaml
factor: {value: 0.4173 kgCO2e/kWh, kind: published, source: "the yearbook", year: 2023, note: "at the socket"}
```

`kind` is `published`, `measured`, `derived` or `assumed`; all but `assumed` need a `source`. `provenance: {kind: …,
source: …}` in any mapping says the same for every figure below it that does not say it itself; at the top of a file,
for the whole file. A figure for which nobody says anything counts as `unstated`. Texts with a comma or a colon need
quotes inside braces.

**Suppliers' footprints.** A figure in kgCO2e/kg, kgCO2e/kWh or kgCO2e/tkm may be `{footprint: suppliers/cells.json}`: a
PACT v3 footprint in the folder, without biogenic uptake, over its declared unit. `product: urn:…` chooses one where the
file has several; `per: 100 kWh` says what one declared unit holds where that is counted in another unit, such as a pack
by piece. The file must be sound (`quayline pact check`), active and valid on a day of the horizon; see
[pact](pact.md).

**Tables.** Where a list of things is expected, `{table: demand.csv}` (or `{table: demand.csv, provenance: {…}}`) takes
them from a CSV file: UTF-8, commas between the cells, the keys in the header, one thing in each row, an empty cell for
a key left out. Columns `kind`, `source`, `note` and `year` state what a row's figures rest on, unless the thing has a
key of that name. A byte order mark and Windows line endings are understood; semicolons and tabs are refused.

**Dates** are ISO dates (`2025-04-03`), months `2025-04`, times of day `"07:00"` in quotes. Things with `from` hold
from that day on, until a later one of the same kind.

**Paths** name a place: `plant.crew.wage`, `plant.modes[normal].speed`, `demand[home,volt-60,2026-03].cars`. In brackets
stands one item's id, the values of the keys that tell it from the others, or its number from 0; or `key=value,…` for
all items with these values (`*` in a value is any text, `from=2026-07` and `until=2027` bound the item's own day, month
or year); or `*` for all. A path that chooses nothing is a fault. `rules.duty[us,kr].2025-04-03` is short for the duty
of the United States on cars from Korea from that day on: it changes the row of that day, or adds it; likewise
`rules.admissibility[US,Polestar].2026-06-29` (the first model year barred) and `rules.price[us,volt-60].2026-03-01`.

**Settings on top.** `--set path=value` replaces one value, or a list or mapping as a whole:
`--set "rules.duty[us,kr].2025-04-03=25%"`, `--set "plant.modes[normal].speed=50 cars/h"`.

**Overlays** are small files with several changes and what they rest on. Every command that takes a scenario takes a
stack, `busan + no-us-from-my2027 + ./third-shift.yaml` (spaces around the plus): by name from the folder `overlays/` of
the scenario or from those that come with Quayline (`quayline check --overlays` lists them), or by path.

```yaml
quayline: 1
overlay: soft-market            # the name of the file
title: A weak second year, and a third shift when it is over
provenance: {kind: assumed, source: "a case to look at"}
remove:                         # list: ids, or what would stand in brackets
  logistics.services: [weekly]
add:                            # list: rows
  trade.duties:
    - {id: us-more, into: US, origin: PT, from: 2026-06-01, rate: 20 %, basis: announced}
set:                            # path: value
  plant.modes[double].from: 2026-08-01
scale:                          # figures: factor; whole numbers keep their sum
  "demand[market=overseas,from=2026-04].cars": 80 %
```

An overlay acts in the order remove, add, set, scale; overlays act in the order of the stack, settings last. A run
stores all of it beside the scenario's files, in `overlays/` and as lines of `overrides.set` (`+ name` or `path=value`);
such a file in a folder is applied when the folder is read.

**Faults.** Everything that is wrong, in files, overlays and settings, is told at once, each with file, line and column,
what was expected and what was found, and for a misspelt name the nearest that exists. Names that nobody has are told
even where a figure cannot be read or a list is too short; other rules between things (dates in order, shares that add
up) once the files are sound.

**Limits.** The reader takes no tags, anchors or aliases, reads `NO` and `on` as text, follows no path or link out of
the folder, and refuses {limits}.

**Editors** complete and check as one types with the exported JSON Schema of a scenario's file.

## The things

Keys in **bold** are required.
"""


def page() -> str:
    """The whole page."""
    root = grammar(Scenario)
    parts = [_HEAD.replace("{limits}", _limits())]
    parts += [_section(shape) for shape in _things(root, set())]
    return "\n".join(parts)


def _limits() -> str:
    limits = (
        f"files over {folder.MAX_FILE_BYTES // 2**20} MiB",
        f"more than {folder.MAX_FILES} YAML files",
        f"more than {yaml_map.MAX_NODES:,} values in one",
        f"nesting over {yaml_map.MAX_DEPTH} levels",
        f"tables over {tables.MAX_ROWS:,} rows or {tables.MAX_COLUMNS} columns",
        f"counts over {plain.MAX_COUNT:,}",
        f"times over a century and years over {plain.MAX_YEAR}",
    )
    return ", ".join(limits)


def _things(shape: Shape, seen: set[str]) -> Iterator[Shape]:
    """Every thing once, in the order in which a reader meets them."""
    if shape.item is not None:
        yield from _things(shape.item, seen)
    for branch in shape.branches.values():
        yield from _things(branch, seen)
    if shape.form == "thing" and shape.name not in seen:
        seen.add(shape.name)
        yield shape
        for child in shape.keys.values():
            yield from _things(child, seen)


def _section(shape: Shape) -> str:
    lines = [f"### {shape.name}", "", shape.description, "", "| key | what | meaning |", "|---|---|---|"]
    for key, child in shape.keys.items():
        name = f"**`{key}`**" if key in shape.required else f"`{key}`"
        lines.append(f"| {name} | {_what(child)} | {_meaning(shape.schema['properties'][key])} |")
    return "\n".join([*lines, ""])


def _meaning(key: dict[str, Any]) -> str:
    meaning = str(key.get("description", ""))
    if meaning.startswith("a quantity in "):  # the type's own words: said in the column before
        meaning = ""
    default = key.get("default")
    if default not in (None, []):
        meaning = f"{meaning} (if left out: {default})".strip()
    return meaning.replace("|", "\\|")


def _what(shape: Shape) -> str:
    if shape.form == "list":
        assert shape.item is not None
        what = f"list of {_what(shape.item)}"
        return f"{what}, or a table" if shape.of_things else what
    if shape.form == "thing":
        return f"[{shape.name}](#{shape.name.lower()})"
    if shape.form == "choice":
        named = (f"[{branch.name}](#{branch.name.lower()})" for branch in shape.branches.values())
        return f"{' or '.join(named)}, by `{shape.tag}`"
    if shape.form == "quantity":
        (example,) = shape.schema["examples"]
        return f"figure in {shape.unit}, `{example}`" if shape.unit else f"number or `{example}`"
    if shape.choices:
        return " or ".join(f"`{choice}`" for choice in shape.choices)
    if shape.form in FIGURES or shape.form == "label":
        one = shape.schema.get("const")
        return f"`{one}`" if one is not None else "number" if shape.form == "number" else "whole number"
    if shape.form == "text" and shape.schema.get("pattern", "").startswith("^[a-z0-9]"):
        return "name"
    return {"date": "date", "flag": "true or false"}.get(shape.form, "text")


if __name__ == "__main__":
    sys.stdout.write(page())
