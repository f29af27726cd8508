"""What the scenario says, as arrays over pairs, ways, weeks and sailings; and the plan that stands."""
