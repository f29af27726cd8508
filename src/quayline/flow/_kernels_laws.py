"""Compiled laws of durations and factors of learning, laid down in tables."""

from __future__ import annotations

import math

import numpy as np

from quayline.flow._kernels_draws import GOLDEN, index_of, keyed, on_grid, scrambled, uniforms
from quayline.flow._kernels_functions import exp, log, normal_quantile
from quayline.flow._kernels_memory import lay
from quayline.flow._kernels_net import WIDTH, compiled, fused, inlined
from quayline.flow._kernels_vector import chosen, filled, lane, roots
from quayline.flow.line._kernels_draws import gamma

CONSTANT, EXPONENTIAL, LOGNORMAL, GAMMA, WEIBULL, UNIFORM, TRIANGULAR, EMPIRICAL = range(8)
POWER, APPROACH, TABLE = 0, 1, 2


@compiled
def draw(net, law, key, major, first, minor, out, num):
    """Samples of mean 1 by a law, of `num` stations from `first` on, into the times at `out`.

    Whole vectors are written: up to `WIDTH` - 1 times behind the last sample are spoilt.
    """
    kind = net.i[net.plant[0].law_kind + law]
    for k in range(0, num, WIDTH):
        if kind == CONSTANT:
            lay(net.f, out + k, filled(1.0, WIDTH))
        elif kind == GAMMA:
            _draw_gamma(net, law, key, major, first + k, minor, out + k)
        elif kind == EMPIRICAL:
            _draw_empirical(net, law, uniforms(keyed(key, major, first + k, minor)), out + k)
        else:
            lay(net.f, out + k, _by_inversion(net, law, uniforms(keyed(key, major, first + k, minor))))


@fused
def _by_inversion(net, law, u):
    """The samples that a law stays below with the chances u."""
    p = net.plant[0]
    kind, a, first = net.i[p.law_kind + law], net.f[p.law_a + law], p.law_values + net.i[p.law_first + law]
    if kind == LOGNORMAL:
        return exp((normal_quantile(u) - 0.5 * a) * a)
    if kind == EXPONENTIAL:
        return 0.0 - log(u)
    if kind == WEIBULL:  # the value is 1 / Gamma(1 + 1 / k)
        return exp(log(0.0 - log(u)) * (1.0 / a)) * net.f[first]
    low, high = net.f[first], net.f[first + 1]
    if kind == UNIFORM:
        return u * (high - low) + low
    mode, high = high, net.f[first + 2]
    rising = roots(u * ((high - low) * (mode - low))) + low
    falling = high - roots((1.0 - u) * ((high - low) * (high - mode)))
    return chosen(u * (high - low) < filled(mode - low, WIDTH), rising, falling)


@compiled
def _draw_empirical(net, law, u, out):
    p = net.plant[0]
    first, num = p.law_values + net.i[p.law_first + law], net.i[p.law_num + law]
    for k in range(WIDTH):
        net.f[out + k] = net.f[first + min(np.int64(lane(u, k) * num), num - 1)]


@compiled
def _draw_gamma(net, law, key, major, first, minor, out):
    """As `gamma`: nearly all pass the quick test of Marsaglia & Tsang (2000) at the first turn, all lanes at once."""
    shape = net.f[net.plant[0].law_a + law]
    own = scrambled(keyed(key, major, first, minor))
    d = max(shape, 1.0) - 1.0 / 3.0
    x = normal_quantile(uniforms(own))
    root = 1.0 + x * (1.0 / math.sqrt(9.0 * d))
    x2 = x * x
    quick = 1.0 - (x2 * x2) * 0.0331
    passed = (uniforms(own + GOLDEN) < quick) & (root > 0.0)
    lay(net.f, out, root * root * root * (d / shape))
    for k in range(WIDTH):
        if shape < 1.0 or not lane(passed, k):
            net.f[out + k] = gamma(shape, key, index_of(major, first + k, minor)) / shape


@inlined
def sample(net, law, mean_s, key, major, middle, minor):
    """One duration on the grid by a law of the tables, with the given mean."""
    p = net.plant[0]
    draw(net, law, key, major, middle, minor, p.scratch, 1)
    return on_grid(mean_s * net.f[p.scratch])


@compiled
def draw_units(net, s, car, slot):
    """Draw the work of a car at all stations of section s on its way in, before it is asked for."""
    p = net.plant[0]
    number, visit = net.i[p.number + car], net.i[p.loops + s.base + car]
    off, k = p.unit + s.unit_off + slot * s.row, 0
    while k < s.num:
        station = net.sta[s.first + k]
        draw(net, station.law, p.key_work, number, s.first + k, visit, off + k, station.alike)
        k += station.alike


@compiled
def factor_of(net, learn, count):
    """The factor on the work of the `count`-th car (from 1) that a learning knows."""
    p = net.plant[0]
    kind, a, b = net.i[p.learn_kind + learn], net.f[p.learn_a + learn], net.f[p.learn_b + learn]
    if kind == POWER:
        return max(1.0, a * math.pow(float(count), b))
    if kind == APPROACH:
        return 1.0 + (a - 1.0) * math.exp(-(count - 1) / b)
    first = net.i[p.learn_first + learn]
    k = first + net.i[p.learn_num + learn] - 1
    while k > first and net.i[p.learn_from + k] > count:
        k -= 1
    return net.f[p.learn_factor + k]


@compiled
def learn_one(net, station, car):
    """Count a car at a station that learns; returns the factor on its work."""
    p = net.plant[0]
    if net.i[p.learn_types + station.learn * p.num_types + net.i[p.car_type + car]] == 0:
        return 1.0
    station.learned += 1
    return factor_of(net, station.learn, station.learned)
