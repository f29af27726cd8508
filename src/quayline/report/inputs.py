"""The list of the scenario's figures that an answer rests on, the assumed ones first."""

from __future__ import annotations

import html
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quayline.report.facts import Facts

_ORDER = {"assumed": 0, "unstated": 1, "derived": 2, "measured": 3, "published": 4}
_MOST_ALIKE = 12
"""Rows of one table that share kind and source are shown up to this many, then counted."""


def inputs_table(facts: Facts) -> str:
    """A section with every figure: path, value, kind, source; equal long runs of a table are folded into one row."""
    figures = sorted(facts.scenario.figures, key=lambda f: (_ORDER[f.kind], f.file, f.line, f.path))
    kinds = Counter(f.kind for f in figures)
    head = ", ".join(f"{kinds[k]:,} {k}" for k in _ORDER if kinds[k])
    filters = "".join(f'<button data-kind="{k}">{k} ({kinds[k]:,})</button>' for k in _ORDER if kinds[k])
    rows = "".join(map(_row, _folded(figures)))
    return (
        '<section id="inputs"><h2>What the answer rests on</h2><article class="card wide">'
        f"<p class='lead'>{sum(kinds.values()):,} figures: {head}. An assumed figure is nobody's statement: change it "
        "with <code>--set</code> and see what moves.</p>"
        f'<div class="filters"><button data-kind="" class="on">all</button>{filters}</div>'
        '<div class="table inputs"><table><thead><tr><th>figure</th><th>value</th><th>kind</th><th>source</th>'
        f"<th>where</th></tr></thead><tbody>{rows}</tbody></table></div></article></section>"
    )


def _folded(figures: list[Any]) -> list[tuple[Any, int]]:
    """(figure, number of further ones alike) in order."""
    alike = Counter((f.kind, f.file, f.source) for f in figures)
    seen: Counter[tuple[str, str, str]] = Counter()
    folded = []
    for f in figures:
        key = (f.kind, f.file, f.source)
        seen[key] += 1
        if alike[key] <= _MOST_ALIKE or seen[key] < _MOST_ALIKE:
            folded.append((f, 0))
        elif seen[key] == _MOST_ALIKE:
            folded.append((f, alike[key] - _MOST_ALIKE))
    return folded


def _row(item: tuple[Any, int]) -> str:
    f, more = item
    further = f" <em>and {more:,} more like it</em>" if more else ""
    source = html.escape(f"{f.source}; {f.note}" if f.note else f.source)
    cells = (
        f"<td>{html.escape(f.path)}{further}</td><td class='number'>{html.escape(f.text)}</td>"
        f"<td><span class='kind {f.kind}'>{f.kind}</span></td><td>{source}</td><td>{html.escape(f.file)}:{f.line}</td>"
    )
    return f'<tr data-kind="{f.kind}">{cells}</tr>'
