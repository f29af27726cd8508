"""A serial line on its own: stations, buffers and failures, simulated exactly and faster than events can be."""

from quayline.flow.line.build import (
    Line,
    constant,
    empirical,
    erlang,
    exponential,
    failures,
    gamma,
    lognormal,
    repair,
    triangular,
    uniform,
    weibull,
)

__all__ = [
    "Line", "constant", "empirical", "erlang", "exponential", "failures", "gamma", "lognormal", "repair", "triangular",
    "uniform", "weibull",
]  # fmt: skip
