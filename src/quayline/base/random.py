"""Named streams of random numbers: adding one disturbs no other."""

from __future__ import annotations

import hashlib

import numpy as np


def key(seed: int, *names: str) -> int:
    """A 64-bit key for the stream `names` under `seed`, the same on every machine."""
    text = "\x1f".join((str(seed), *names))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def stream(seed: int, *names: str) -> np.random.Generator:
    """The random stream called `names`, such as `stream(1, "flow", "breakdowns")`."""
    return np.random.Generator(np.random.PCG64(key(seed, *names)))
