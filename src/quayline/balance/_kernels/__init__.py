"""Compiled search for assignments of tasks to stations."""
