"""The cheapest path of the plant to its targets: which levers, when, matched hour by hour."""
