"""A plan made again: what is frozen, and how much changed."""
