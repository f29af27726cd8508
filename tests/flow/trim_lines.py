"""A plant with moving lines, gates and bays in branches: the starter's trim line made two, with booths or without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.scenario.loader import load
from quayline.scenario.template import new

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from quayline.scenario.schema import Scenario

Change = tuple[str, str, str]
"""A file, a piece of its text that stands in it once, and what stands there instead."""


def branch(side: str, models: str, share: str) -> str:
    """One branch: its moving line and the gate behind it."""
    head = f"            - id: {side}\n" + (f"              models: [{models}]\n" if models else "")
    return head + (f"              speed_share: {share}\n" if share else "") + f"""              sections:
                - {{id: trim-{side}, kind: paced, stations: 12, spread_share: 5 %, drift_share: 20 %,
                   andon_share: 0.1 %, andon: 60 s, reliability: {{mtbf: 80 h, mttr: 10 min}}, buffer_after: 2}}
                - id: look-{side}
                  kind: gate
                  cycle: 400 s
                  spread_share: 5 %
                  repairs:
                    - {{id: rework, bays: 2, rejoin: trim-{side}}}
                    - {{id: respray, bays: 1}}
                  buffer_after: 0
"""


def trim_lines(route: str) -> str:
    """The assembly's sections in place of the trim line."""
    left, right = (("hatch", "60 %"), ("volt", "50 %")) if route == "model" else (("", ""), ("", ""))
    return (
        "        - {id: lift, kind: conveyor, places: 2, pitch: 280 s, reliability: {mtbf: 90 h, mttr: 10 min}, "
        f"buffer_after: 2}}\n        - id: trims\n          kind: parallel\n          route: {route}\n"
        f"          branches:\n{branch('left', *left)}{branch('right', *right)}          buffer_after: 4\n"
    )


def changes(route: str) -> list[Change]:
    """What makes the starter scenario one with two trim lines, every car to be looked at behind its line."""
    lines = ["left", "right"]
    content = {"hatch": 6.2, "volt": 6.6}
    goes = {model: lines for model in content} if route != "model" else {"hatch": ["left"], "volt": ["right"]}
    found = [
        ("vehicles.yaml", f"        - {{section: trim, content: {hours} h}}\n",
         "".join(f"        - {{section: trim-{side}, content: {hours} h}}\n" for side in goes[model]))
        for model, hours in content.items()
    ]  # fmt: skip
    shares = [("fit", 60), ("electrics", 50)]
    looks = "".join(
        f"    - {{gate: look-{side}, cause: {cause}, share: {share} %}}\n" for side in lines for cause, share in shares
    )
    return [
        *found,
        ("vehicles.yaml", "section: trim, extra", "section: trim-left, beside: [trim-right], extra"),
        ("quality.yaml", "  launches: [volt]\n", looks + "  launches: [volt]\n"),
    ]


def made(folder: Path, route: str, more: Iterable[Change] = ()) -> Scenario:
    """The starter scenario with two trim lines beside each other, further changed."""
    new(folder)
    plant = (folder / "plant.yaml").read_text("utf-8")
    trim = plant[plant.index("        - id: trim\n") : plant.index("        - id: final\n")]
    for name, old, wanted in [("plant.yaml", trim, trim_lines(route)), *changes(route), *more]:
        text = (folder / name).read_text("utf-8")
        assert text.count(old) == 1, (name, old)
        (folder / name).write_text(text.replace(old, wanted), "utf-8")
    return load(folder)
