"""What can go wrong, as one tree.

QuaylineError
├── ScenarioError     the input is wrong: every fault, each with its place (exit code 2)
├── InfeasibleError   the question has no feasible answer (exit code 1)
├── BrokenLawError    a conservation law does not hold: a defect of ours, never stored (exit code 3)
└── RunError          a run's folder is missing, unfinished or damaged (exit code 2)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of an input: where it stands, what was found and what was expected."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class QuaylineError(Exception):
    """Base of every error that Quayline raises on purpose."""


class ScenarioError(QuaylineError, ValueError):
    """The scenario is wrong; `faults` lists everything that is, in the order of the files."""

    def __init__(self, faults: list[Fault]):
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


class InfeasibleError(QuaylineError):
    """The question has no feasible answer; the message says which statements conflict."""


class BrokenLawError(QuaylineError):
    """A conservation law does not hold in a result."""


class RunError(QuaylineError):
    """A run's folder is missing, unfinished or damaged."""
