"""Where the stations of a line stand in the vectors of its waves, and where they find each other's departures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from quayline.flow.line._kernels_wave import GROUP

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_LAG = 4  # waves: what is read across two vectors just written waits until both are in the cache
_LINE = 8  # numbers in a line of the cache: a vector that lies across two is read and written as two
_WIDTHS = (4, 8, 16)
_STEP = 64  # waves that one vector does at a time where nothing else bounds them
NEVER = 1 << 62
"""Lag of a cell of no station."""


class Side(NamedTuple):
    """All stations, or every second one, K of them in R replications: K R cells, and more to fill vectors.

    cell: the first; base: its column of the history. came, behind: from a cell's own column to that of the station
    before and behind it; came_back, behind_back: how many waves ago these left, the latter without the places between.
    """

    stations: range
    cell: int
    num_cells: int
    base: int
    came: int
    came_back: int
    behind: int
    behind_back: int


class Cells(NamedTuple):
    """By cell: waves behind the first, station of the line, column of the station behind, how many waves ago."""

    lag: Ints
    station: Ints
    ahead: Ints
    back: Ints


class Layout(NamedTuple):
    """How `_kernels_wave.Waves` stand; order (which of the line), late and at are by station, side by side."""

    width: int
    lag: int
    is_one: bool
    step: int
    row: int
    sides: Sequence[Side]
    groups: NDArray[Any]
    cells: Cells
    order: Ints
    late: Ints
    at: Ints


def layout_of(places: Ints, lanes: int) -> Layout:
    """Of the places behind each station (-1: endless) and the number of replications side by side."""
    num = len(places)
    least = int(places[:-1][places[:-1] >= 0].min(initial=_STEP + _LAG))
    is_one = lanes == 1 and num <= _WIDTHS[-1] and least > 1
    lag = 2 if is_one else max(min((least + 1) // 2, _LAG), 1)
    longest = lanes * (num if least > 0 else (num + 1) // 2)
    width = next((w for w in _WIDTHS if longest <= w), _WIDTHS[-1])
    sides = _halves(num, lanes, width) if least == 0 else [_whole(num, lanes, width, lag)]
    order = np.concatenate([side.stations for side in sides])
    k = np.concatenate([np.arange(len(side.stations)) for side in sides])
    at = np.concatenate([side.base + lanes * np.arange(len(side.stations)) for side in sides])
    size = sides[-1].cell + sides[-1].num_cells
    cells = Cells(np.full(size, NEVER), np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64))
    column, groups = 0, []
    for side in sides:
        groups += _fill(cells, side, places, lanes, width, lag, column)
        column += len(side.stations) * lanes
    step = 1 if least == 0 else _STEP if len(groups) == 1 else least + 1 - lag
    row = size + (len(sides) + 1) * _filled(lanes, _LINE)
    return Layout(width, lag, is_one, step, row, sides, np.array(groups, GROUP), cells, order, lag * k, at)


def _fill(
    cells: Cells, side: Side, places: Ints, lanes: int, width: int, lag: int, column: int
) -> list[tuple[int, ...]]:  # fmt: skip
    """Fills in the cells of a side, whose work begins in `column`; its groups."""
    groups: list[tuple[int, ...]] = []
    own, station = np.arange(len(side.stations) * lanes), np.repeat(side.stations, lanes)
    mine, is_last = side.cell + own, station == len(places) - 1
    # Where nothing bounds them they look at column 0, in which nothing is ever written.
    is_bounded = (places[station] >= 0) & ~is_last
    back = np.where(is_bounded, places[station] + side.behind_back, -1)
    cells.lag[mine], cells.station[mine] = lag * (own // lanes), station
    cells.ahead[mine], cells.back[mine] = np.where(is_bounded, side.base + own + side.behind, 0), np.maximum(back, 0)
    for first in range(0, side.num_cells, width):
        some = slice(first, first + width)
        looks, at = set(back[some][~is_last[some]].tolist()), side.base + first
        groups.append((
            side.cell + first, column + first, at, at + side.came, side.came_back,
            at + side.behind, looks.pop() if len(looks) == 1 else -1 if looks else 0,
            lag * (first // lanes), lag * (int(own[some][-1]) // lanes),
        ))  # fmt: skip
    return groups


def _whole(num: int, lanes: int, width: int, lag: int) -> Side:
    """All stations: part n is at station i on wave n + lag i."""
    return Side(range(num), 0, _filled(num * lanes, width), _filled(lanes, _LINE), -lanes, lag, lanes, 1 - lag)


def _halves(num: int, lanes: int, width: int) -> list[Side]:
    """The even and the odd stations: part n is at the k-th of either on wave n + k, the even ones first."""
    even, odd = range(0, num, 2), range(1, num, 2)
    size = _filled(len(even) * lanes, width)
    base = _filled(lanes, _LINE)
    apart = size + base
    return [
        Side(even, 0, size, base, apart - lanes, 1, apart, 1),
        Side(odd, size, _filled(len(odd) * lanes, width), base + apart, -apart, 0, lanes - apart, 0),
    ]


def _filled(num: int, width: int) -> int:
    return -(-num // width) * width
