"""From the end of the line to the customer: yard, truck, port, ship, port, inland, car by car."""
