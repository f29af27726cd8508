"""The master production schedule: what is built each week for whom, in which mode, booked on which ship."""
