"""Compiled crews: free people go to the failures that wait, in the order in which they happened."""

from __future__ import annotations

import math

from quayline.flow._kernels_calls import first_call, first_person, repair, set_crew
from quayline.flow._kernels_clock import any_time_of, set_time
from quayline.flow._kernels_net import FAILED, PACED, compiled
from quayline.flow._kernels_paced import go_on_line
from quayline.flow._kernels_serial import on_repaired


@compiled
def on_crew(net, crew, now):
    """A failure waits and a person is free: the repair's end is known now, and the work goes on from there."""
    p = net.plant[0]
    if p.num_out == p.num_cars:  # what fails by time fails in the empty plant too
        set_time(net, net.i[p.crew_actor + crew], math.inf)
        return
    slot, person = first_call(net, crew), first_person(net, crew)
    j, i, server_idx = net.i[p.slot_section + slot], net.i[p.slot_station + slot], net.i[p.slot_server + slot]
    s = net.sec[j]
    net.f[p.crew_wait + crew] += now - net.f[p.asked_s + slot]
    ready_w = repair(net, s.fail if s.kind == PACED else net.sta[i].fail, s.cal, server_idx, now)
    net.f[p.person_s + person] = max(now, any_time_of(net, s.cal, ready_w))
    net.f[p.crew_busy + crew] += min(net.f[p.person_s + person], p.end_s) - now
    set_crew(net, crew)
    if net.srv[server_idx].begun != FAILED:
        return
    if s.kind == PACED:
        go_on_line(net, s, now)
    else:
        on_repaired(net, j, i, server_idx, now)
