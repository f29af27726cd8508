"""The footprint of every car by stage, and the plant's emissions by year against its targets."""
