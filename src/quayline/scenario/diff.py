"""What differs between two scenarios, statement by statement, with file and line in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario, Written


@dataclass(frozen=True)
class Difference:
    """One statement that differs; `left` or `right` is None where a scenario does not make it."""

    path: str
    left: Written | None
    right: Written | None


def differences(left: Scenario, right: Scenario) -> list[Difference]:
    """Every single value written in one scenario and not so in the other, in the order of their files.

    Things of a list that have no id or other identity are compared by their number.
    """
    one, other = left.statements, right.statements
    paths = [*one, *(path for path in other if path not in one)]
    found = [Difference(path, one.get(path), other.get(path)) for path in paths]
    return [each for each in found if _text(each.left) != _text(each.right)]


def _text(written: Written | None) -> str | None:
    return None if written is None else written.text
