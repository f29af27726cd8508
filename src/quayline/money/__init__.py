"""Landed cost of each car by element, its margin, and what each party owes each other."""
