"""Units, errors, random streams and calendars: knows nothing of the rest of Quayline."""
