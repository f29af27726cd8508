"""Compiled samples by counter: the n-th part at a station has the same sample in any order of work."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from quayline.flow._kernels_draws import GOLDEN, on_grid, scrambled, uniforms
from quayline.flow._kernels_functions import exp, exp_of, normal_quantile, normal_quantile_of
from quayline.flow._kernels_net import compiled
from quayline.flow._kernels_vector import as_bits, as_floats, filled, load, store

CONSTANT, EXPONENTIAL, GAMMA, LOGNORMAL, WEIBULL, TRIANGULAR, UNIFORM, EMPIRICAL, GEOMETRIC = range(9)

_S12, _S52 = np.uint64(12), np.uint64(52)
_ONE = np.uint64(0x3FF0000000000000)  # the bits of 1.0
_ROOT_HALF = np.uint64(0x3FE6A09E667F3BCD)  # of sqrt(1/2): mantissas are taken from [sqrt(1/2), sqrt(2))
_ROOT_HALF_AS_FLOAT = 0.5**0.5
_TO_ONE = _ONE - _ROOT_HALF
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
_MAGIC = np.uint64(0x4338000000000000)  # of 1.5 * 2**52: adding a small integer to the bits adds it to the number
_EXPONENT_0 = 1.5 * 2.0**52 + 1023.0
_LN_2 = 0.6931471805599453

WIDTH = 16
"""Samples drawn at a time: two vectors of the widest machines, whose steps alternate."""

# Division by zero gives infinity, as in numpy: the check that Python asks for would keep loops from being vectors.
OPTIONS: dict[str, Any] = {"cache": True, "_nrt": False, "nogil": True, "error_model": "numpy"}
divides: Any = njit(**OPTIONS)


@compiled
def mixed(key, counter):
    """64 random bits: element `counter` of the SplitMix64 stream `key`."""
    return scrambled(key + np.uint64(counter) * GOLDEN)


@compiled
def uniform(key, counter):
    """A number in (0, 1]: 52 bits."""
    return (np.float64(mixed(key, counter) >> _S12) + 1.0) * 2.0**-52


@divides
def exponentials(keyed, wave, mean, out, at, end):
    """Exponential samples times `mean` into out[at:end]; the hash of sample j is that of keyed[j] + wave x golden.

    All arrays have one flat length and lie full of numbers up to `WIDTH` behind `end`, where samples are written too.
    Plain arithmetic: no library's logarithm changes the bits.
    """
    zero, step = filled(0.0, WIDTH), wave * GOLDEN
    for j in range(at, end, WIDTH):
        x = scrambled(load(keyed, j, zero) + step)
        i = as_bits(2.0 - as_floats((x >> _S12) | _ONE)) + _TO_ONE
        exponent = as_floats((i >> _S52) + _MAGIC) - _EXPONENT_0
        sample = exponent * _LN_2 + _log_of_mantissa(as_floats((i & _MANTISSA) + _ROOT_HALF))
        store(out, j, sample * (0.0 - load(mean, j, zero)))


@divides
def lognormals(keyed, wave, mean, sigma, out, at, end):
    """As `exponentials`, of lognormal samples of log-spread `sigma`."""
    zero, step = filled(0.0, WIDTH), wave * GOLDEN
    for j in range(at, end, WIDTH):
        z, spread = normal_quantile(uniforms(load(keyed, j, zero) + step)), load(sigma, j, zero)
        store(out, j, exp((z - spread * 0.5) * spread) * load(mean, j, zero))


@divides
def exponential(key, counter):
    """The same as one element of `exponentials`, bit for bit."""
    m, e = math.frexp(2.0 - (1.0 + np.float64(mixed(key, counter) >> _S12) * 2.0**-52))
    if m < _ROOT_HALF_AS_FLOAT:
        m, e = 2.0 * m, e - 1
    return -(e * _LN_2 + _log_of_mantissa(m))


@divides
def _log_of_mantissa(m):
    """log m as 2 artanh((m - 1) / (m + 1)), to 1e-12 relative."""
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    return 2.0 * s * (1.0 + z * (1 / 3 + z * (1 / 5 + z * (1 / 7 + z * (1 / 9 + z * (1 / 11 + z * (1 / 13)))))))


@compiled
def gamma(shape, key, counter):
    """A gamma variate of scale 1: Marsaglia & Tsang (2000), for shape < 1 with the power of a uniform."""
    own = mixed(key, counter)
    boosted = shape + 1.0 if shape < 1.0 else shape
    d = boosted - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    turn = 0
    while True:
        # The quantile has no value at 1.
        x = normal_quantile_of(uniform(own, turn) - 2.0**-53)
        v = (1.0 + c * x) ** 3
        u = uniform(own, turn + 1)
        turn += 2
        if v > 0.0 and math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
            break
    if shape < 1.0:
        return d * v * uniform(own, turn) ** (1.0 / shape)
    return d * v


@divides
def sample(law, mean, table, key, counter):
    """Element `counter` of a law's stream: `mean` times the kind's unit sample; `pack.Laws` lays laws down."""
    kind, a, b = law["kind"], law["a"], law["b"]
    if kind == CONSTANT:
        return mean
    if kind == EXPONENTIAL:
        return mean * exponential(key, counter)
    if kind == GAMMA:
        return mean * (gamma(a, key, counter) / a)
    u = uniform(key, counter)
    if kind == LOGNORMAL:
        return exp_of((normal_quantile_of(u - 2.0**-53) - a * 0.5) * a) * mean
    if kind == WEIBULL:
        return mean * (b * (-math.log(u)) ** (1.0 / a))
    if kind == TRIANGULAR:  # a: share below the mode; table: low, mode, high over the mean
        low, mode, high = table[law["first"]], table[law["first"] + 1], table[law["first"] + 2]
        if u <= a:
            return mean * (low + math.sqrt(u * (high - low) * (mode - low)))
        return mean * (high - math.sqrt((1.0 - u) * (high - low) * (high - mode)))
    if kind == UNIFORM:
        return mean * (a + u * (b - a))
    if kind == GEOMETRIC:  # a: 1 / log(1 - p), or 0 for p = 1; b: p
        return on_grid(mean * b) * max(1.0, math.ceil(a * math.log(u)))  # slots are whole ticks: so are their sums
    return mean * table[law["first"] + min(np.int64(u * law["num"]), law["num"] - 1)]


@divides
def drawn(law, table, key, number):
    """Element `number`, from 0, of the stream of a law with its own mean."""
    return sample(law, law["mean"], table, key, np.uint64(number + 1))
