"""Tasks onto stations."""
