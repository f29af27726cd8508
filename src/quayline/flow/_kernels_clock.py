"""Compiled clock: working time of a calendar, and the actor whose time comes first.

`cal_late` is a tick where the end of an interval does not belong to it (sections that finish work after hours): as all
times are whole ticks, `end < t + late` then says `end <= t`.
"""

from __future__ import annotations

import math

import numpy as np

from quayline.flow._kernels_draws import TICKS_PER_S
from quayline.flow._kernels_net import NEVER, compiled, fused, inlined


@inlined
def work_at(net, c, now):
    """Working time of calendar c before `now`, where `now` never goes back."""
    p = net.plant[0]
    k, last = net.i[p.cal_at + c], net.i[p.cal_off + c + 1] - 1
    while k < last and net.f[p.cal_end + k] < now + net.f[p.cal_late + c]:
        k += 1
    net.i[p.cal_at + c] = k
    if now <= net.f[p.cal_start + k]:
        return net.f[p.cal_before + k]
    return net.f[p.cal_before + k] + (min(now, net.f[p.cal_end + k]) - net.f[p.cal_start + k])


@inlined
def next_working(net, c, now):
    """The first moment from `now` on in working time; inf after the last."""
    p = net.plant[0]
    work_at(net, c, now)
    k = net.i[p.cal_at + c]
    if now + net.f[p.cal_late + c] > net.f[p.cal_end + k]:
        return math.inf
    return max(now, net.f[p.cal_start + k])


@compiled
def _interval_at(net, c, time_s):
    """The first interval that ends at `time_s` or later (later, where ends do not belong); else one past all."""
    p = net.plant[0]
    low, high = net.i[p.cal_off + c], net.i[p.cal_off + c + 1]
    while low < high:
        middle = (low + high) // 2
        if net.f[p.cal_end + middle] < time_s + net.f[p.cal_late + c]:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def next_working_from(net, c, time_s):
    """As `next_working`, for any time to come."""
    p = net.plant[0]
    k = _interval_at(net, c, time_s)
    if k == net.i[p.cal_off + c + 1]:
        return math.inf
    return max(time_s, net.f[p.cal_start + k])


@compiled
def worked_by(net, c, time_s):
    """As `work_at`, for any time to come; inf after the last interval."""
    p = net.plant[0]
    k = _interval_at(net, c, time_s)
    if k == net.i[p.cal_off + c + 1]:
        return math.inf
    return net.f[p.cal_before + k] + max(0.0, time_s - net.f[p.cal_start + k])


@inlined
def interval_of(net, c, k, work_s):
    """The interval, from k on, in which working time first reaches `work_s`; one past the last if never."""
    p = net.plant[0]
    end = net.i[p.cal_off + c + 1]
    wanted = work_s + net.f[p.cal_late + c]
    while k < end and net.f[p.cal_before + k] + (net.f[p.cal_end + k] - net.f[p.cal_start + k]) < wanted:
        k += 1
    return k


@inlined
def time_of(net, c, k, work_s):
    """The first moment at which working time reaches `work_s`, which lies in interval k (see interval_of)."""
    p = net.plant[0]
    if k >= net.i[p.cal_off + c + 1]:
        return math.inf
    return net.f[p.cal_start + k] + max(0.0, work_s - net.f[p.cal_before + k])


@fused
def set_time(net, actor, time_s):
    """Let `actor` act at `time_s`; inf, as is all that no calendar has before the end: never.

    Both are one word, `tick, actor`, so that the least of all words is that of the first; of equal times the lowest.
    """
    p = net.plant[0]
    word = np.int64(NEVER)
    if time_s <= p.end_s:
        word = (np.int64(time_s * TICKS_PER_S) << p.actor_bits) | actor
    net.i[p.acts + actor] = word


@fused
def first_word(net):
    """The word of the actor whose time comes first.

    All are looked at, in vectors: a plant has too few of them for a heap or a tree to pay, as every event sets several
    times.
    """
    p = net.plant[0]
    first = np.int64(NEVER)
    for actor in range(p.num_actors):
        first = min(first, net.i[p.acts + actor])
    return first


@fused
def act_when(net, actor, c, work_s, now):
    """Let `actor` act when the working time of calendar c reaches `work_s`, which is not before `now`."""
    p = net.plant[0]
    k = interval_of(net, c, net.i[p.cal_at + c], work_s)
    set_time(net, actor, max(now, time_of(net, c, k, work_s)))


@compiled
def any_time_of(net, c, work_s):
    """The first moment at which working time reaches `work_s`, past or to come; inf if never."""
    p = net.plant[0]
    low, high = net.i[p.cal_off + c], net.i[p.cal_off + c + 1]
    wanted = work_s + net.f[p.cal_late + c]
    while low < high:
        middle = (low + high) // 2
        if net.f[p.cal_before + middle] + (net.f[p.cal_end + middle] - net.f[p.cal_start + middle]) < wanted:
            low = middle + 1
        else:
            high = middle
    return time_of(net, c, low, work_s)
