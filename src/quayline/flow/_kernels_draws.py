"""Compiled random draws by counter: a sample depends on its key and indices, never on the order of events."""

from __future__ import annotations

import math

import numpy as np

from quayline.flow._kernels_net import compiled, divides, fused

CONSTANT, EXPONENTIAL, LOGNORMAL = 0, 1, 2

# All times are whole multiples of 2**-20 s (about 1 microsecond) below 2**33 s (272 years): float64 adds and
# subtracts them without any rounding, so that the order of a sum changes no bit.
TICKS_PER_S = 2.0**20

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_S24, _S8, _S12 = np.uint64(24), np.uint64(8), np.uint64(12)


@fused
def on_grid(time_s):
    """The nearest multiple of the tick."""
    return math.floor(time_s * TICKS_PER_S + 0.5) / TICKS_PER_S


@fused
def index_of(major, middle, minor):
    """Element of a stream (major < 2**31, middle < 2**16, minor < 2**8)."""
    return (np.uint64(major) << _S24) | (np.uint64(middle) << _S8) | np.uint64(minor)


@fused
def uniform(key, major, middle, minor):
    """A number in (0, 1): an element of the SplitMix64 stream `key`.

    Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators", with the counter in
    place of the state.
    """
    x = key + index_of(major, middle, minor) * _GOLDEN
    x = (x ^ (x >> _S30)) * _MIX_A
    x = (x ^ (x >> _S27)) * _MIX_B
    x = x ^ (x >> _S31)
    return (np.float64(x >> _S12) + 0.5) * 2.0**-52


@divides
def normal_centre(q):
    """Inverse of the standard normal distribution at q + 0.5, for |q| <= 0.425."""
    r = 0.180625 - q * q
    top = (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
            + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.3871328727963666080)  # fmt: skip
    low = (((((((5226.4952788528545610 * r + 28729.085735721942674) * r + 39307.895800092710610) * r
            + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.18700749205790830) * r
            + 42.313330701600911252) * r + 1.0)  # fmt: skip
    return q * top / low


@fused
def normal_quantile(u):
    """Inverse of the standard normal distribution: Wichura (1988), algorithm AS 241, PPND16 (about 1e-16)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return normal_centre(q)
    return normal_tail(u, q)


@compiled
def normal_tail(u, q):
    """The same beyond |q| = 0.425."""
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        top = (((((((7.74545014278341407640e-4 * r + 0.0227238449892691845833) * r + 0.241780725177450611770) * r
                + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.76949722146069140550) * r
                + 4.63033784615654529590) * r + 1.42343711074968357734)  # fmt: skip
        low = (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 0.0151986665636164571966)
                * r + 0.148103976427480074590) * r + 0.689767334985100004550) * r + 1.67638483018380384940) * r
                + 2.05319162663775882187) * r + 1.0)  # fmt: skip
    else:
        r -= 5.0
        top = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.00124266094738807843860)
                * r + 0.0265321895265761230930) * r + 0.296560571828504891230) * r + 1.78482653991729133580) * r
                + 5.46378491116411436990) * r + 6.65790464350110377720)  # fmt: skip
        low = (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5)
                * r + 7.86869131145613259100e-4) * r + 0.0148753612908506148525) * r + 0.136929880922735805310)
                * r + 0.599832206555887937690) * r + 1.0)  # fmt: skip
    return -top / low if q < 0.0 else top / low


@fused
def draw(kind, mean_s, sigma, key, major, middle, minor):
    """One duration on the grid with the given mean: constant, exponential, or lognormal of log-spread sigma."""
    if kind == CONSTANT:
        return on_grid(mean_s)
    u = uniform(key, major, middle, minor)
    if kind == EXPONENTIAL:
        return on_grid(-mean_s * math.log(u))
    return on_grid(mean_s * math.exp(sigma * (normal_quantile(u) - 0.5 * sigma)))
