"""Plant simulation: when every car enters and leaves every section of its plant; and lines on their own."""

from quayline.flow.line import (
    Line,
    constant,
    empirical,
    erlang,
    exponential,
    failures,
    gamma,
    lognormal,
    triangular,
    uniform,
    weibull,
)

__all__ = [
    "Line", "constant", "empirical", "erlang", "exponential", "failures", "gamma", "lognormal", "triangular", "uniform",
    "weibull",
]  # fmt: skip
