"""Tables and figures from a finished run: starts nothing."""
