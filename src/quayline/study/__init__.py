"""The recipe of a run, its laws, and studies of several runs."""
