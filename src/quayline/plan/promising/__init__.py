"""When a new order can be with its customer, from what a finished run has left over."""
