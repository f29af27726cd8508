"""The sequencing rules from their definition alone, slow and plain: what every other figure is held against.

Definition: ROADEF'2005 challenge (Solnon, Cung, Nguyen, Artigues, EJOR 191 (2008) 912-927). A sequence is the
fixed cars of the days before followed by the day's cars. A ratio N/P counts, for every window of P cars that
holds at least one car of the day, the cars with the option above N; a window that runs over the end of
the day is cut off there. A colour change is a car of the day that differs from the car before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence


def violations(has_option: Sequence[bool], num_fixed: int, at_most: int, of: int) -> int:
    """Cars above `at_most` summed over all windows of `of` cars that reach into the day."""
    starts = range(max(0, num_fixed - of + 1), len(has_option))
    return sum(max(0, sum(has_option[i : i + of]) - at_most) for i in starts)


def colour_changes(colours: Sequence[Hashable], num_fixed: int) -> int:
    """Cars of the day whose colour differs from that of the car before."""
    return sum(colours[i] != colours[i - 1] for i in range(max(1, num_fixed), len(colours)))


def longest_batch(colours: Sequence[Hashable], num_fixed: int) -> int:
    """Longest run of one colour among the day's own cars."""
    longest = run = 0
    for i in range(num_fixed, len(colours)):
        run = run + 1 if i > num_fixed and colours[i] == colours[i - 1] else 1
        longest = max(longest, run)
    return longest
