"""A line on its own, from one small file or drawn in Python: a row of stations, or a network of the plant's engine."""

from quayline.flow.line.build import (
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
    "Line", "constant", "empirical", "erlang", "exponential", "failures", "gamma", "learning", "lognormal", "repair",
    "triangular", "uniform", "weibull",
]  # fmt: skip
