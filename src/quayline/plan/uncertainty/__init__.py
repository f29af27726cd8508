"""Several futures settled at once, their risk, and the front of contribution against tonnes."""
