"""Compiled loops of the sequence engine: plain arrays and scalars only.

numba's cache looks at the file of the function that is called, not at what it calls: after a change here
remove `__pycache__` (`make clean`), or old machine code may answer.
"""
