"""Compiled random draws by counter: a sample depends on its key and indices, never on the order of events."""

from __future__ import annotations

import math

import numpy as np

from quayline.flow._kernels_net import WIDTH, compiled, fused
from quayline.flow._kernels_vector import as_floats, steps

# All times are whole multiples of 2**-20 s (about 1 microsecond) below 2**33 s (272 years): float64 adds and
# subtracts them without any rounding, so that the order of a sum changes no bit.
TICKS_PER_S = 2.0**20

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_S24, _S8, _S12 = np.uint64(24), np.uint64(8), np.uint64(12)
_ONE = np.uint64(0x3FF0000000000000)  # the bits of 1.0
_NEXT_MIDDLE = np.uint64((0x9E3779B97F4A7C15 << 8) % 2**64)


@fused
def on_grid(time_s):
    """The nearest multiple of the tick."""
    return math.floor(time_s * TICKS_PER_S + 0.5) / TICKS_PER_S


@fused
def index_of(major, middle, minor):
    """Element of a stream (major < 2**31, middle < 2**16, minor < 2**8)."""
    return (np.uint64(major) << _S24) | (np.uint64(middle) << _S8) | np.uint64(minor)


@compiled
def scrambled(x):
    """64 random bits for each x = key + counter x golden, one or a vector: the stream `key` of SplitMix64.

    Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators", with the counter in
    place of the state.
    """
    x = (x ^ (x >> _S30)) * _MIX_A
    x = (x ^ (x >> _S27)) * _MIX_B
    return x ^ (x >> _S31)


@fused
def uniform(key, major, middle, minor):
    """A number in (0, 1): an element of the stream `key`."""
    return (np.float64(scrambled(key + index_of(major, middle, minor) * GOLDEN) >> _S12) + 0.5) * 2.0**-52


@fused
def keyed(key, major, middle, minor):
    """What `uniforms` scrambles for elements `middle`, `middle` + 1, … of the stream `key`."""
    return steps(WIDTH) * _NEXT_MIDDLE + (key + index_of(major, middle, minor) * GOLDEN)


@fused
def uniforms(keyed):
    """As `uniform`, the same bits, a vector of them."""
    return (as_floats((scrambled(keyed) >> _S12) | _ONE) - 1.0) + 2.0**-53
