"""Which Quayline this is: the release, and a digest of the very source that runs."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version as _released
from pathlib import Path


@cache
def version() -> str:
    """The release, as in `0.1.0`."""
    return _released("quayline")


@cache
def source_digest() -> str:
    """Eight characters that change with any Python source of the package: results of other code are not reused."""
    root = Path(__file__).parents[1]
    mixed = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        mixed.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return mixed.hexdigest()[:8]
