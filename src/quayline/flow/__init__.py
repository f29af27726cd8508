"""Plant simulation: when every car enters and leaves every section of its plant; and lines on their own."""

from quayline.flow.elements import Learning, Maintenance
from quayline.flow.line import (
    Line,
    constant,
    empirical,
    erlang,
    exponential,
    failures,
    gamma,
    learning,
    lognormal,
    repair,
    triangular,
    uniform,
    weibull,
)

__all__ = [
    "Learning", "Line", "Maintenance", "constant", "empirical", "erlang", "exponential", "failures", "gamma",
    "learning", "lognormal", "repair", "triangular", "uniform", "weibull",
]  # fmt: skip
