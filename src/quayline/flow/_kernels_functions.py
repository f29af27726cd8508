"""Functions of vectors by plain arithmetic, of which no library and no machine changes a bit.

Sums of powers are taken in pairs, pairs of pairs and so on (Estrin): a long chain of steps that wait for each other
would be slower than the steps themselves.
"""

from __future__ import annotations

import math

import numpy as np

from quayline.flow._kernels_net import compiled, fused
from quayline.flow._kernels_vector import any_set, as_bits, as_floats, filled, lane, most, num_lanes, with_lane

_ONE = np.uint64(0x3FF0000000000000)  # the bits of 1.0
_ROOT_HALF = np.uint64(0x3FE6A09E667F3BCD)  # of sqrt(1/2): mantissas are taken from [sqrt(1/2), sqrt(2))
_TO_ONE = _ONE - _ROOT_HALF
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
_S52 = np.uint64(52)
_WHOLE = 1.5 * 2.0**52  # added to a number, it leaves no room for digits behind the point
_WHOLE_BITS = np.uint64(0x4338000000000000)  # of _WHOLE: adding a small integer to the bits adds it to the number
_LN_2, _LN_2_REST = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # ln 2 in two parts: the first has 32 bits
_NO_MORE = -700.0  # exp of less is as good as nothing: 1e-304
_FAR = 6.25


@fused
def log(x):
    """Natural logarithm of normal numbers above 0: exponent, and 2 artanh((m - 1) / (m + 1)) of the mantissa."""
    bits = as_bits(x) + _TO_ONE
    exponent = as_floats((bits >> _S52) + _WHOLE_BITS) - (_WHOLE + 1023.0)
    m = as_floats((bits & _MANTISSA) + _ROOT_HALF)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    low = (1 / 3 + z * (1 / 5)) + z2 * (1 / 7 + z * (1 / 9))
    high = (1 / 11 + z * (1 / 13)) + z2 * (1 / 15 + z * (1 / 17)) + z4 * (1 / 19 + z * (1 / 21))
    s = s + s
    return exponent * _LN_2 + (s + (s * z * (low + z4 * high) + exponent * _LN_2_REST))


@compiled
def log_of(x):
    """`log` of one number."""
    return lane(log(filled(x, 1)), 0)


@fused
def exp(x):
    """Exponential of numbers below 700: a power of 2 times the series for what is left, at most ln(2) / 2."""
    x = most(x, _NO_MORE)
    whole = x * (1.0 / math.log(2.0)) + _WHOLE
    n = whole - _WHOLE
    r = (x - n * _LN_2) - n * _LN_2_REST
    r2 = r * r
    r4 = r2 * r2
    low = (1 / 2 + r * (1 / 6)) + r2 * (1 / 24 + r * (1 / 120))
    high = (1 / 720 + r * (1 / 5040)) + r2 * (1 / 40320 + r * (1 / 362880))
    rest = (1 / 3628800 + r * (1 / 39916800)) + r2 * (1 / 479001600)
    part = 1.0 + (r + r2 * (low + r4 * (high + r4 * rest)))
    return as_floats(as_bits(part) + (as_bits(whole) << _S52))


@compiled
def exp_of(x):
    """`exp` of one number."""
    return lane(exp(filled(x, 1)), 0)


@fused
def normal_quantile(u):
    """Inverse of the standard normal distribution, to 1e-15: Giles (2012), "Approximating the erfinv function".

    A polynomial in -log(4 u (1 - u)); the thousandth of all numbers for which it is above 6.25 goes another way.
    """
    far = 0.0 - log(u * 4.0 * (1.0 - u))
    v = far - 3.125
    v2 = v * v
    v4 = v2 * v2
    v8 = v4 * v4
    g0 = _four(v, v2, 1.6536545626831027356, 0.24015818242558961693,
               -0.0060336708714301490533, -0.00074070253416626697512)  # fmt: skip
    g1 = _four(v, v2, 0.0001867342080340571352, -1.3882523362786468719e-05,
               -1.3654692000834678645e-06, 4.2347877827932403518e-07)  # fmt: skip
    g2 = _four(v, v2, -2.9070369957882005086e-08, -4.1126339803469836976e-09,
               1.051212273321532285e-09, -5.4154120542946279317e-11)  # fmt: skip
    g3 = _four(v, v2, -1.2975133253453532498e-11, 2.6335093153082322977e-12,
               -8.1519341976054721522e-14, -4.0545662729752068639e-14)  # fmt: skip
    g4 = _four(v, v2, 6.6376381343583238325e-15, 2.0972767875968561637e-17,
               -1.333171662854620906e-16, 1.115787767802518096e-17)  # fmt: skip
    g5 = _four(v, v2, 1.2858480715256400167e-18, -1.685059138182016589e-19, -3.6444120640178196996e-21, 0.0)
    near = (g0 + v4 * g1) + v8 * ((g2 + v4 * g3) + v8 * (g4 + v4 * g5))
    x = near * ((u + u - 1.0) * math.sqrt(2.0))
    if any_set(far > _FAR):
        for k in range(num_lanes(u)):
            if lane(far, k) > _FAR:
                x = with_lane(x, k, _normal_tail(lane(u, k)))
    return x


@fused
def _four(v, v2, a, b, c, d):
    return (a + v * b) + v2 * (c + v * d)


@compiled
def _normal_tail(u):
    """The same where u is not within 0.075 … 0.925: Wichura (1988), algorithm AS 241, PPND16."""
    q = u - 0.5
    r = math.sqrt(-log_of(u if q < 0.0 else 1.0 - u))
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


@compiled
def normal_quantile_of(u):
    """`normal_quantile` of one number."""
    return lane(normal_quantile(filled(u, 1)), 0)
