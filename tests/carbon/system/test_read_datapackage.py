"""Brightway's datapackages: the same scores as bw2calc on random systems, and what is refused, hostile files too."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.carbon.system.packages import brightway, by_hand, indices, small

from quayline.base.errors import ScenarioError
from quayline.carbon.system import contributions, intensities, read_datapackages, supply
from quayline.carbon.system.check import intensity_faults, supply_faults

if TYPE_CHECKING:
    from pathlib import Path

FLOWS = (9001, 9002, 9003)


def _random(seed: int, num: int, folder: Path, *, ids_shared: bool, zipped: bool) -> tuple[list[Any], dict[int, float]]:
    """Packages that bw_processing wrote: loops, negative uses, any production, waste taken, duplicates, overrides."""
    _, bwp = brightway()
    rng = np.random.default_rng(seed)
    activity = np.arange(num) + 1
    product = activity if ids_shared else activity + 1000
    made = rng.choice([1.0, 0.25, 40.0], num) * (np.where(rng.random(num) < 0.1, -1, 1) if ids_shared else 1)
    num_used = 4 * num
    i, j = rng.integers(0, num, num_used), rng.integers(0, num, num_used)
    sums = bool(rng.random() < 0.7), bool(rng.random() < 0.3)
    overridden = (np.arange(num_used) >= num_used - 2) | (not sums[0])  # nor may it be an activity's own product
    i[overridden & (i == j)] = (j[overridden & (i == j)] + 1) % num
    # All makes and uses of an activity in one scale; a column uses at most half of what it makes.
    sign = np.where((rng.random(num_used) < 0.15) & ids_shared, -1, 1)
    used = sign * rng.random(num_used) * np.abs(made[j]) / (4 * np.bincount(j, minlength=num)[j])
    used[i == j] = np.abs(used[i == j]) * np.sign(made[j[i == j]])
    places = [(int(product[k]), int(activity[k])) for k in range(num)]
    places += [(int(product[a]), int(activity[b])) for a, b in zip(i, j, strict=True)]
    flip = np.array([False] * num + [True] * num_used)

    def package(name: str) -> Any:
        fs = bwp.generic_zipfile_filesystem(dirpath=folder, filename=f"{name}.zip") if zipped else (
            bwp.generic_directory_filesystem(dirpath=folder / name))  # fmt: skip
        return bwp.create_datapackage(fs=fs, name=name, sum_intra_duplicates=sums[0], sum_inter_duplicates=sums[1])

    base = package("base")
    base.add_persistent_vector(matrix="technosphere_matrix", name="t", indices_array=indices(*places),
                               data_array=np.concatenate([made, used]), flip_array=flip)  # fmt: skip
    emitted = [(flow, int(activity[k])) for k in range(num) for flow in (9001, int(rng.choice(FLOWS)))]
    base.add_persistent_vector(matrix="biosphere_matrix", name="b", indices_array=indices(*emitted),
                               data_array=rng.normal(size=2 * num))  # fmt: skip
    base.finalize_serialization()
    method = package("method")
    method.add_persistent_vector(matrix="characterization_matrix", name="c", data_array=np.array([1.0, 28.0, 5.0]),
                                 indices_array=indices((9001, 0), (9002, 0), (7, 0)))  # fmt: skip
    # A later package over an earlier one: a changed use, and a place that is left as it was.
    method.add_persistent_vector(matrix="technosphere_matrix", name="over", indices_array=indices(*places[-2:]),
                                 data_array=np.array([-0.01, np.nan]))  # fmt: skip
    method.finalize_serialization()
    suffix = ".zip" if zipped else ""
    demand = {int(p): float(a) for p, a in zip(rng.choice(product, 3), rng.normal(size=3), strict=True)}
    return [folder / f"base{suffix}", folder / f"method{suffix}"], demand


# bw_processing leaves files it wrote open until they are collected.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("zipped", "ids_shared"), [(True, True), (False, True), (False, False)])
@settings(max_examples=12)
@given(seed=st.integers(0, 10**6), num=st.integers(2, 40))
def test_scores_supply_and_tree_are_those_of_bw2calc(tmp_path_factory, zipped, ids_shared, seed, num) -> None:
    bw2calc, bwp = brightway()
    folder = tmp_path_factory.mktemp("packages")
    paths, demand = _random(seed, num, folder, ids_shared=ids_shared, zipped=zipped)
    loaded = [
        bwp.load_datapackage(
            bwp.generic_zipfile_filesystem(dirpath=folder, filename=p.name, write=False)
            if zipped
            else bwp.generic_directory_filesystem(dirpath=p)
        )
        for p in paths
    ]
    lca = bw2calc.LCA(demand, data_objs=loaded)
    lca.lci()
    lca.lcia()
    system = read_datapackages(paths, biogenic_ids={9002})
    ours = {str(product): amount for product, amount in demand.items()}
    lam = intensities(system)
    score = sum(amount * lam[system.product_idx[p]].sum() for p, amount in ours.items())
    size = sum(abs(amount * lam[system.product_idx[p]]).sum() for p, amount in ours.items())
    assert score == pytest.approx(lca.score, rel=1e-9, abs=1e-9 * size)
    theirs = {str(lca.dicts.activity.reversed[k]): runs for k, runs in enumerate(lca.supply_array)}
    runs = supply(system, ours)
    assert runs.tolist() == pytest.approx([theirs[a] for a in system.activities], rel=1e-9, abs=1e-9 * abs(runs).max())
    assert list(intensity_faults(system, lam)) == []
    assert list(supply_faults(system, ours, runs)) == []
    steps = contributions(system, ours, cutoff_share=0.01, most_steps=300)
    assert sum(s.direct.total + s.beyond.total for s in steps) == pytest.approx(lca.score, rel=1e-9, abs=1e-9 * size)


def test_a_small_package_by_hand(tmp_path: Path) -> None:
    system = read_datapackages([small(tmp_path / "p")], names={1: "car", 2: "steel"})
    assert system.products == ("car", "steel")
    assert intensities(system).tolist() == [[50.0, 0.0], [10.0, 0.0]]
    assert intensities(read_datapackages([tmp_path / "p"], biogenic_ids={9}))[0].tolist() == [0.0, 50.0]


def test_what_a_marked_reference_and_a_rescale_say(tmp_path: Path) -> None:
    """Activity 5 makes 3 and 4 and is marked as the maker of 4; what it makes of 3 saves the making of it."""
    technosphere = {
        "matrix": "technosphere_matrix", "indices": indices((3, 5), (4, 5), (3, 6)), "data": np.array([1.0, 1.0, 1.0]),
        "reference": np.array([False, True, True]), "rescale": np.array([0.5, 2.0, 1.0]),
    }  # fmt: skip
    flows = {"matrix": "biosphere_matrix", "indices": indices((9, 6), (9, 5)), "data": np.array([1.0, 8.0])}
    factors = {"matrix": "characterization_matrix", "indices": indices((9, 9)), "data": np.array([1.0])}
    system = read_datapackages([by_hand(tmp_path / "p", {"t": technosphere, "b": flows, "c": factors})])
    assert (system.activities, system.products) == (("6", "5"), ("3", "4"))
    assert intensities(system)[:, 0].tolist() == [1.0, 3.75]
    del technosphere["reference"]
    assert "products 3, 4 are made by it and none is marked" in _told([by_hand(tmp_path / "q", {"t": technosphere})])


def _told(paths: list[Path]) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_datapackages(paths)
    return str(caught.value)


def test_what_is_no_square_system_is_told(tmp_path: Path) -> None:
    def told(name: str, *places: tuple[int, int], values: tuple[float, ...]) -> str:
        group = {"matrix": "technosphere_matrix", "indices": indices(*places), "data": np.array(values)}
        return _told([by_hand(tmp_path / name, {"t": group})])

    assert "2 products and 1 activities" in told("a", (1, 5), (2, 5), values=(1, 1))
    assert "activity 6: makes no product" in told("b", (1, 5), (2, 6), values=(1, -1))
    assert "makes product 1, as activity 5 does" in told("c", (1, 5), (1, 6), (2, 6), values=(1, 1, -1))
    assert "expected a technosphere_matrix, got none" in _told([by_hand(tmp_path / "d", {})])


@pytest.mark.parametrize(
    ("group", "changes", "told"),
    [
        ("t", {"data": np.array([1.0, 1.0])}, "differ in length"),
        ("t", {"data": np.array([1.0, 1.0, np.inf])}, "infinite"),
        ("t", {"data": np.ones((3, 2))}, "has the shape (3, 2), expected one dimension"),
        ("t", {"data": np.array(["a", "b", "c"])}, "expected numbers"),
        ("t", {"data": np.array([1.0, 1.0, 2.0]), "resource": {"category": "array"}}, "several alternatives"),
        ("t", {"resource": {"profile": "interface"}}, "an interface to data that is elsewhere"),
        ("t", {"indices": np.arange(3)}, "whole numbers row and col"),
        ("t", {"resource": {"path": "t.parquet"}}, "expected indices as an npy file, got 't.parquet'"),
        ("t", {"resource": {"path": "../t.npy"}}, "no plain file name"),
        ("t", {"resource": {"path": "u.npy"}}, "no file 'u.npy'"),
        ("b", {"indices": indices((9, 1), (9, 3))}, "1 columns are no activity of the technosphere: [3]"),
        ("c", {"indices": indices((9, 0), (9, 1)), "data": np.ones(2)}, "factors of several places"),
    ],
)
def test_what_is_not_as_the_format_has_it_is_told(tmp_path: Path, group: str, changes: dict, told: str) -> None:
    assert told in _told([small(tmp_path / "p", **{group: changes})])


def test_factors_of_the_world_are_chosen_among_places(tmp_path: Path) -> None:
    places = {"indices": indices((9, 0), (9, 1)), "data": np.array([5.0, 7.0]), "resource": {"global_index": 1}}
    assert intensities(read_datapackages([small(tmp_path / "p", c=places)]))[1, 0] == 7.0


def test_hostile_files_are_refused(tmp_path: Path) -> None:
    def told(name: str, content: bytes, of: str = "t.data.npy") -> str:
        folder = small(tmp_path / name)
        (folder / of).write_bytes(content)
        return _told([folder])

    whole = (small(tmp_path / "whole") / "t.data.npy").read_bytes()
    pickled = tmp_path / "pickled.npy"
    np.save(pickled, np.array([{}, 1, 2], dtype=object), allow_pickle=True)
    assert "holds Python objects" in told("a", pickled.read_bytes())
    assert "states 3 values" in told("b", whole[:-1])
    assert "is no npy file" in told("c", b"rubbish")
    assert "states 99,999,999,999 values" in told("d", whole.replace(b"(3,), }          ", b"(99999999999,), }"))
    assert "is no JSON" in told("e", b"[" * 100_000, "datapackage.json")
    assert "lists no resources" in told("f", b"[]", "datapackage.json")
    outside = small(tmp_path / "g")
    (outside / "t.data.npy").unlink()
    (outside / "t.data.npy").symlink_to(pickled)
    assert "no file 't.data.npy'" in _told([outside])
    (tmp_path / "h.zip").write_bytes(b"PK rubbish")
    assert "no zip archive" in _told([tmp_path / "h.zip"])
    with zipfile.ZipFile(tmp_path / "i.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datapackage.json", b" " * 20_000_000)
    assert "has more than 16,000,000 bytes" in _told([tmp_path / "i.zip"])
    with zipfile.ZipFile(tmp_path / "j.zip", "w") as archive:
        archive.writestr("../datapackage.json", json.dumps({"resources": []}))
    assert "no file 'datapackage.json'" in _told([tmp_path / "j.zip"])
    assert "No such file" in _told([tmp_path / "absent.zip"])
