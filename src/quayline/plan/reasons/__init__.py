"""Why an order is unbuilt or late, what a limit is worth, and why there is no plan at all."""
