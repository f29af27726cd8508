"""How often the search tries which move, where: the mixes of Estellon, Gardi, Nouioua (2008)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.sequence._kernels.moves import FORWARD, REFLECT, SHUFFLE, SWAP
from quayline.sequence._kernels.search import ANY, BORDER, DENOMINATOR, NEXT, SAME_COLOUR, SIMILAR, VIOLATION

if TYPE_CHECKING:
    from numpy.typing import NDArray

Mix = tuple[tuple[int, int, int, int], ...]

# (percent, move, choice of the first position, choice of the second)
RATIOS: Mix = (
    (66, SWAP, ANY, ANY),
    (2, SWAP, ANY, SIMILAR),
    (2, SWAP, ANY, NEXT),
    (2, SWAP, VIOLATION, ANY),
    (8, FORWARD, ANY, ANY),
    (8, FORWARD, ANY, DENOMINATOR),
    (7, REFLECT, ANY, ANY),
    (4, REFLECT, ANY, DENOMINATOR),
    (1, SHUFFLE, ANY, ANY),
)
"""Lowers violations wherever colours stand."""

BATCHES: Mix = (
    (18, SWAP, ANY, ANY),
    (4, SWAP, ANY, NEXT),
    (8, SWAP, ANY, SAME_COLOUR),
    (10, SWAP, BORDER, BORDER),
    (2, SWAP, VIOLATION, ANY),
    (1, SWAP, VIOLATION, SAME_COLOUR),
    (30, FORWARD, ANY, SAME_COLOUR),
    (8, FORWARD, BORDER, ANY),
    (8, REFLECT, ANY, SAME_COLOUR),
    (6, REFLECT, BORDER, ANY),
    (4, REFLECT, BORDER, BORDER),
    (1, SHUFFLE, ANY, ANY),
)
"""Builds blocks of colour."""

WITHIN_BATCHES: Mix = (
    (5, SWAP, ANY, NEXT),
    (25, SWAP, ANY, SAME_COLOUR),
    (5, SWAP, VIOLATION, SAME_COLOUR),
    (12, FORWARD, ANY, SAME_COLOUR),
    (12, FORWARD, BORDER, ANY),
    (10, REFLECT, ANY, SAME_COLOUR),
    (10, REFLECT, BORDER, ANY),
    (15, REFLECT, BORDER, BORDER),
    (1, SHUFFLE, ANY, ANY),
)
"""Lowers violations and keeps the blocks."""

# Shares of the mixes by objectives, in twentieths after the paper. There they are phases, one behind the other;
# here they take turns, which is as good on the challenge's set A and lets a search end when none helps any more.
SHARES: dict[tuple[str, ...], tuple[tuple[int, Mix], ...]] = {
    ("high", "low", "paint"): ((17, RATIOS), (3, BATCHES)),
    ("high", "paint", "low"): ((12, RATIOS), (5, BATCHES), (3, WITHIN_BATCHES)),
}
OTHERWISE = ((10, RATIOS), (10, BATCHES))


def move_table(objectives: tuple[str, ...]) -> NDArray[np.int64]:
    """The search's table (turns, moves, 4) for objectives `high`, `paint`, `low`, most important first.

    Without colours, violations alone are searched; with colours first, the blocks are kept.
    """
    if "paint" not in objectives:
        shares: tuple[tuple[int, Mix], ...] = ((1, RATIOS),)
    elif objectives[0] == "paint":
        shares = ((1, WITHIN_BATCHES),)
    else:
        shares = SHARES.get(objectives, OTHERWISE)
    turns = sorted(((k + 0.5) / share, i) for i, (share, _) in enumerate(shares) for k in range(share))
    mixes = [shares[i][1] for _, i in turns]
    table = np.zeros((len(mixes), max(map(len, mixes)), 4), np.int64)
    for turn, mix in zip(table, mixes, strict=True):
        turn[: len(mix)] = mix
        chance = turn[:, 0].cumsum()
        turn[:, 0] = chance * 65536 // chance[-1]
    return table
