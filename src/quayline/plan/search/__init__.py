"""From the programme to whole cars with a proven bound: schedules of line modes, coarser programmes, rounding."""
