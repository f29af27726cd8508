"""What follows from whole volumes by exact dynamic programmes: people by month, call-offs of parts."""
