"""Brightway datapackages for tests, written with NumPy alone and with bw_processing itself."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

INDICES = [("row", np.int64), ("col", np.int64)]


def brightway() -> tuple[Any, Any]:
    """bw2calc and bw_processing; skips where they are not installed. The former warns of a faster solver it lacks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("bw2calc"), pytest.importorskip("bw_processing")


def indices(*pairs: tuple[int, int]) -> np.ndarray:
    """Rows and columns in the format's own type."""
    return np.array(list(pairs), dtype=INDICES)


def by_hand(folder: Path, groups: dict[str, dict[str, Any]], **about: Any) -> Path:
    """A datapackage folder: by group its `matrix` and its arrays by kind, and what else a resource says."""
    folder.mkdir()
    resources = []
    for group, content in groups.items():
        given = dict(content)
        shared = {"matrix": given.pop("matrix"), "group": group, **given.pop("resource", {})}
        for kind, array in given.items():
            np.save(folder / f"{group}.{kind}.npy", array)
            resources.append({"category": "vector", "kind": kind, "path": f"{group}.{kind}.npy"} | shared)
    about = {"sum_intra_duplicates": True, "sum_inter_duplicates": False, "resources": resources} | about
    (folder / "datapackage.json").write_text(json.dumps(about))
    return folder


def small(folder: Path, **changes: dict[str, Any]) -> Path:
    """Activity 1 makes product 1 from 2 kg of product 2 and emits 3 of flow 9, whose factor is 10; 2 emits 1 of it."""
    groups = {
        "t": {"matrix": "technosphere_matrix", "indices": indices((1, 1), (2, 2), (2, 1)),
              "data": np.array([1.0, 1.0, 2.0]), "flip": np.array([False, False, True])},
        "b": {"matrix": "biosphere_matrix", "indices": indices((9, 1), (9, 2)), "data": np.array([3.0, 1.0])},
        "c": {"matrix": "characterization_matrix", "indices": indices((9, 0)), "data": np.array([10.0])},
    }  # fmt: skip
    return by_hand(folder, {name: groups.get(name, {}) | changes.get(name, {}) for name in {**groups, **changes}})
