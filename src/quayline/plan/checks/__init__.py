"""The parts of the plan's check, each recomputed from the scenario and the plan alone."""
