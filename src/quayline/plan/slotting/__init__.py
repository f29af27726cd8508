"""From whole weekly volumes to orders with a day, a car and a ship."""
