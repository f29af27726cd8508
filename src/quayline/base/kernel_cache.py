"""Where compiled kernels are kept: a folder named after the digest of all kernel sources.

numba looks only at the file of a function itself; code that it inlined from another file would stay old after an edit.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def use_kernel_cache() -> None:
    """Point numba to the folder of these very kernels and drop the folders of older ones.

    Does nothing when the user has set NUMBA_CACHE_DIR or the package cannot be written to (numba then finds its own
    place). Must run before numba is imported.
    """
    home = _PACKAGE / "__pycache__"
    if "NUMBA_CACHE_DIR" in os.environ or not os.access(home if home.is_dir() else _PACKAGE, os.W_OK):
        return
    mixed = hashlib.sha256()
    for path in sorted([*_PACKAGE.rglob("_kernels*.py"), *_PACKAGE.rglob("_kernels*/*.py")]):
        mixed.update(path.read_bytes())
    current = home / f"kernels-{mixed.hexdigest()[:12]}"
    if not current.is_dir():
        for old in home.glob("kernels-*"):
            shutil.rmtree(old, ignore_errors=True)
        current.mkdir(parents=True, exist_ok=True)
    os.environ["NUMBA_CACHE_DIR"] = str(current)


def has_kernels() -> bool:
    """Whether any kernel is compiled already; True as well where numba finds its own place, which nobody knows here."""
    current = os.environ.get("NUMBA_CACHE_DIR")
    return current is None or any(Path(current).glob("*/*.nbi"))
