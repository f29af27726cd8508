"""Compiled stores of bodies: a heap by planned position, rules of the mix, lanes of which only heads can be had."""

from __future__ import annotations

from quayline.flow._kernels_net import HISTORY, compiled


@compiled
def _push_heap(heap, off, size, number, car):
    """Insert a body into the store of `size` bodies at `off`, lowest planned position (at `number` + car) on top."""
    i = size
    while i > 0 and heap[number + heap[off + (i - 1) // 2]] > heap[number + car]:
        heap[off + i] = heap[off + (i - 1) // 2]
        i = (i - 1) // 2
    heap[off + i] = car


@compiled
def _pop_heap(heap, off, size, number):
    """Take the lowest planned position (at `number` + car) out of the store of `size` bodies at `off`."""
    best, car = heap[off], heap[off + size - 1]
    size -= 1
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and heap[number + heap[off + child + 1]] < heap[number + heap[off + child]]:
            child += 1
        if heap[number + car] <= heap[number + heap[off + child]]:
            break
        heap[off + i] = heap[off + child]
        i = child
    heap[off + i] = car
    return best


@compiled
def put_body(net, s, car):
    """A body goes into the store before section `s`, which has room."""
    p = net.plant[0]
    off = p.heap + s.heap_off
    if s.lanes > 0:
        depth = s.store_cap // s.lanes
        lane = _lane_for(net, s, car, depth)
        place = (net.i[p.lane_head + s.lane_off + lane] + net.i[p.lane_fill + s.lane_off + lane]) % depth
        net.i[off + lane * depth + place] = car
        net.i[p.lane_fill + s.lane_off + lane] += 1
    elif s.rule_num > 0:
        net.i[off + s.stored] = car
    else:
        _push_heap(net.i, off, s.stored, p.number, car)
    s.stored += 1


@compiled
def _lane_for(net, s, car, depth):
    """The lane whose last body has the greatest position below the car's; else an empty one; else the lowest last."""
    p = net.plant[0]
    own = net.i[p.number + car]
    best, best_last, empty, lowest, lowest_last = -1, -1, -1, -1, -1
    for lane in range(s.lanes):
        fill = net.i[p.lane_fill + s.lane_off + lane]
        if fill == depth:
            continue
        if fill == 0:
            if empty < 0:
                empty = lane
            continue
        place = (net.i[p.lane_head + s.lane_off + lane] + fill - 1) % depth
        last = net.i[p.number + net.i[p.heap + s.heap_off + lane * depth + place]]
        if last < own and last > best_last:
            best, best_last = lane, last
        if lowest < 0 or last < lowest_last:
            lowest, lowest_last = lane, last
    if best >= 0:
        return best
    return empty if empty >= 0 else lowest


@compiled
def take_body(net, s):
    """Take the body that breaks the fewest rules, of those the one of lowest planned position."""
    p = net.plant[0]
    off = p.heap + s.heap_off
    if s.lanes == 0 and s.rule_num == 0:
        car = _pop_heap(net.i, off, s.stored, p.number)
        s.stored -= 1
        return car
    spent = _spent_rules(net, s)
    best, best_car, least = -1, -1, HISTORY
    depth = s.store_cap // s.lanes if s.lanes > 0 else 1
    for k in range(s.lanes if s.lanes > 0 else s.stored):
        place = off + k
        if s.lanes > 0:
            if net.i[p.lane_fill + s.lane_off + k] == 0:
                continue
            place = off + k * depth + net.i[p.lane_head + s.lane_off + k]
        car = net.i[place]
        broken = _num_set(spent & net.i[p.rule_types + s.rule_types + net.i[p.car_type + car]])
        if broken < least or (broken == least and net.i[p.number + car] < net.i[p.number + best_car]):
            best, best_car, least = k, car, broken
    s.stored -= 1
    if s.lanes > 0:
        lane = s.lane_off + best
        net.i[p.lane_head + lane] = (net.i[p.lane_head + lane] + 1) % depth
        net.i[p.lane_fill + lane] -= 1
    else:
        net.i[off + best] = net.i[off + s.stored]
    if s.rule_num > 0:
        mask = net.i[p.rule_types + s.rule_types + net.i[p.car_type + best_car]]
        net.i[p.taken_mask + s.taken_off + s.taken % HISTORY] = mask
        s.taken += 1
    return best_car


@compiled
def _spent_rules(net, s):
    """The rules (as bits) that one more car of their types would break."""
    p = net.plant[0]
    spent = 0
    for r in range(s.rule_num):
        num = 0
        for back in range(1, min(net.i[p.rule_within + s.rule_off + r] - 1, s.taken) + 1):
            num += (net.i[p.taken_mask + s.taken_off + (s.taken - back) % HISTORY] >> r) & 1
        if num >= net.i[p.rule_most + s.rule_off + r]:
            spent |= 1 << r
    return spent


@compiled
def _num_set(bits):
    num = 0
    while bits:
        bits &= bits - 1
        num += 1
    return num
