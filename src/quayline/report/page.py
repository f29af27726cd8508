"""The report of a run as one HTML file that needs no network."""

from __future__ import annotations

import html
import json
import os
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from quayline.report.answer import Tile, tiles, verdict
from quayline.report.facts import Facts
from quayline.report.figures import ALL
from quayline.report.inputs import inputs_table

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.report.figure import Figure
    from quayline.store.folder import RunFolder


def write_report(run: RunFolder, path: Path) -> None:
    """Write the page of `run` to `path`, whole or not at all."""
    page = render(run)
    making = path.with_name(f".{path.name}.making")
    making.write_text(page, encoding="utf-8")
    os.replace(making, path)


def render(run: RunFolder) -> str:
    """The page as text: styles, charts, data and tables inside it."""
    facts = Facts(run)
    sections = {title: [f for draw in draws if (f := draw(facts)) is not None] for title, draws in ALL.items()}
    figures = [figure for group in sections.values() for figure in group]
    body = "".join(_section(title, group) for title, group in sections.items())
    manifest, plan = run.manifest, facts.summary["plan"]
    return Template(_asset("page.html")).substitute(
        title=html.escape(manifest["title"]),
        subtitle=html.escape(
            f"{facts.scenario.plant.name} · cars {facts.scenario.horizon.start} to {facts.scenario.horizon.end} · "
            f"plant to {facts.scenario.horizon.plant_until}"
        ),
        verdict="".join(f"<p>{html.escape(line)}</p>" for line in verdict(facts)),
        tiles="".join(map(_tile, tiles(facts))),
        navigation="".join(f'<a href="#{_anchor(title)}">{html.escape(title)}</a>' for title in sections),
        body=body + inputs_table(facts),
        proof=html.escape(
            f"Run {run.path.name}: Quayline {manifest['quayline']}, seed {manifest['seed']}, "
            f"{manifest['rounds']} round{'s' if manifest['rounds'] > 1 else ''} of plan and simulation; plan "
            f"{plan['status']}. All conservation laws held before it was stored; `quayline verify` with the folder of "
            "the run proves them again from the files."
        ),
        css=_asset("page.css"),
        echarts=_asset("echarts.min.js"),
        script="".join(map(_asset, ("pivot.js", "tonnes.js", "plant.js", "page.js"))),
        land=_asset("land.json"),
        figures=_embedded({f.key: _data(f) for f in figures}),
    )


def _asset(name: str) -> str:
    return (files("quayline.report") / "assets" / name).read_text(encoding="utf-8")


def _embedded(value: Any) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")


def _data(figure: Figure) -> dict[str, Any]:
    return {"option": figure.option, "columns": figure.columns, "rows": figure.rows, "digits": figure.digits,
            "geo": figure.geo, "unit": figure.unit}  # fmt: skip


def _anchor(title: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in title.lower())


def _tile(tile: Tile) -> str:
    label, value, note = (html.escape(text) for text in (tile.label, tile.value, tile.note))
    return f'<div class="tile"><div class="label">{label}</div><div class="value">{value}</div><div>{note}</div></div>'


def _section(title: str, figures: list[Figure]) -> str:
    cards = "".join(map(_card, figures))
    return f'<section id="{_anchor(title)}"><h2>{html.escape(title)}</h2><div class="cards">{cards}</div></section>'


def _card(figure: Figure) -> str:
    choice = f'<span class="choices" data-figure="{figure.key}"></span>' if "choices" in figure.option else ""
    return (
        f'<article class="card {figure.shape}" id="figure-{figure.key}"><h3>{html.escape(figure.title)}{choice}</h3>'
        f'<p class="lead">{html.escape(figure.lead)}</p>'
        f'<div class="chart" role="img" aria-label="{html.escape(figure.title)}: {html.escape(figure.lead)}" '
        f'data-figure="{figure.key}" style="height:{figure.height_px}px"></div>'
        '<p class="origin" hidden></p>'
        f'<details data-figure="{figure.key}"><summary>Table: {html.escape(figure.unit)}</summary>'
        f'<div class="table"></div></details><p class="source">Source: {html.escape(figure.source)}.</p></article>'
    )
