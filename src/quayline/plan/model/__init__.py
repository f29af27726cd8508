"""The mixed integer programme: its columns, objective and rows as arrays, and the solver behind them."""
