"""What goes wrong on each car, which gate catches it, what reaches the customer."""
