"""Product systems from Brightway's datapackages (bw_processing), zip or folder, read without Brightway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array

from quayline.base.errors import Fault, ScenarioError
from quayline.carbon.system.entries import Entries
from quayline.carbon.system.model import ProductSystem
from quayline.carbon.system.npy_files import Archive, Folder, HostileFileError, read_array, read_json
from quayline.carbon.system.pairing import pair

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from quayline.carbon.system.npy_files import Source

TECHNOSPHERE, BIOSPHERE, FACTORS = "technosphere_matrix", "biosphere_matrix", "characterization_matrix"

_KINDS = ("indices", "data", "flip", "rescale", "reference")


def read_datapackages(
    paths: Sequence[Path], biogenic_ids: Container[int] = (), names: Mapping[int, str] | None = None
) -> ProductSystem:
    """The product system that these datapackages describe together, later ones over earlier, as bw2calc takes them.

    They hold a technosphere, a biosphere and factors of one method. `biogenic_ids` are the flows whose carbon counts as
    biogenic; all others count as fossil. Activities and products are called by their ids, or by `names`. Units are not
    in the format and are left empty. Where an activity's own product is not marked, it is the row of the same id,
    else the only one that it makes. Fixed amounts only: distributions are not read.
    Raises ScenarioError with everything that is not as the format has it, arrays of several alternatives and
    regionalised factors included; InfeasibleError when it is solved and has no solution.
    """
    faults: list[Fault] = []
    found = {TECHNOSPHERE: Entries.none(), BIOSPHERE: Entries.none(), FACTORS: Entries.none()}
    for path in paths:
        try:
            source = Folder(path) if path.is_dir() else Archive(path)
            _read_package(path.name, source, found, faults)
        except (HostileFileError, OSError) as fault:
            faults.append(Fault(path.name, 0, 0, "", str(fault)))
    whole = " + ".join(path.name for path in paths)
    if not faults and not len(found[TECHNOSPHERE].row):
        faults.append(Fault(whole, 0, 0, "", f"expected a {TECHNOSPHERE}, got none"))
    if faults:
        raise ScenarioError(faults)
    products, activities, matrix = pair(found[TECHNOSPHERE], whole)
    emissions = _emissions(found[BIOSPHERE], found[FACTORS], activities, biogenic_ids, whole)
    names = names or {}
    return ProductSystem(
        tuple(names.get(k, str(k)) for k in activities.tolist()),
        tuple(names.get(k, str(k)) for k in products.tolist()),
        ("",) * len(products), matrix, emissions,
    )  # fmt: skip


def _read_package(file: str, source: Source, found: dict[str, Entries], faults: list[Fault]) -> None:
    about = read_json(source, "datapackage.json")
    if not isinstance(about, dict) or not isinstance(about.get("resources"), list):
        raise HostileFileError("'datapackage.json' lists no resources")
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for resource in about["resources"]:
        if not isinstance(resource, dict):
            raise HostileFileError("'datapackage.json' has a resource that is no mapping")
        matrix, group, kind = (resource.get(key) for key in ("matrix", "group", "kind"))
        if matrix in found and kind in _KINDS:
            groups.setdefault((str(matrix), str(group)), {})[str(kind)] = resource
    for (matrix, group), resources in groups.items():
        try:
            entries = _read_group(source, resources, is_summed=about.get("sum_intra_duplicates") is True)
        except HostileFileError as fault:
            faults.append(Fault(file, 0, 0, group, str(fault)))
            continue
        found[matrix] = found[matrix].and_then(entries, adds=about.get("sum_inter_duplicates") is True)


def _read_group(source: Source, resources: dict[str, Any], *, is_summed: bool) -> Entries:
    """One group of arrays as entries with distinct places. Values that are not a number are no entries."""
    about = resources.get("data", {})
    if about.get("profile") == "interface":
        raise HostileFileError("an interface to data that is elsewhere: write it out first")
    if about.get("category", "vector") != "vector":
        raise HostileFileError("an array of several alternatives: write the one that is meant as a vector")
    arrays = {}
    for kind, resource in resources.items():
        if not isinstance(resource.get("path"), str) or not resource["path"].endswith(".npy"):
            raise HostileFileError(f"expected {kind} as an npy file, got {resource.get('path')!r}")
        arrays[kind] = read_array(source, resource["path"])
    missing = [kind for kind in ("indices", "data") if kind not in arrays]
    if missing:
        raise HostileFileError(f"expected indices and data, missing: {', '.join(missing)}")
    if len({len(array) for array in arrays.values()}) > 1:
        raise HostileFileError(f"the arrays differ in length: { {kind: len(a) for kind, a in arrays.items()} }")
    indices = arrays["indices"]
    fields = dict(indices.dtype.fields or {})
    if any(name not in fields or fields[name][0].kind not in "iu" for name in ("row", "col")):
        raise HostileFileError("expected indices with the whole numbers row and col")
    if any(array.dtype.kind not in "fiub" for kind, array in arrays.items() if kind != "indices"):
        raise HostileFileError("expected numbers")
    value = arrays["data"].astype(np.float64)
    value = np.where(arrays["flip"], -value, value) if "flip" in arrays else value
    value = value * arrays["rescale"] if "rescale" in arrays else value
    if np.isinf(value).any():
        raise HostileFileError("an amount is infinite")
    marked = arrays["reference"].astype(np.bool_) if "reference" in arrays else np.zeros(len(value), np.bool_)
    entries = Entries(indices["row"].astype(np.int64), indices["col"].astype(np.int64), value, marked)
    if about.get("matrix") == FACTORS:
        entries = _of_the_world(entries, about.get("global_index"))
    if is_summed:  # a sum with what is not a number is none
        entries = entries.summed()
        return entries.keep(~np.isnan(entries.value))
    return entries.keep(~np.isnan(entries.value)).last()


def _of_the_world(factors: Entries, world: object) -> Entries:
    """The factors that hold everywhere, each flow's on the diagonal: the columns of a method are places."""
    if world is not None:
        factors = factors.keep(factors.col == world)
    if len(np.unique(np.stack([factors.row, factors.col]), axis=1)[0]) > len(np.unique(factors.row)):
        raise HostileFileError("a flow has factors of several places: regionalised methods are not read")
    return Entries(factors.row, factors.row, factors.value, factors.is_reference)


def _emissions(
    flows: Entries, factors: Entries, activities: NDArray[np.int64], biogenic_ids: Container[int], file: str
) -> NDArray[np.float64]:
    """kgCO2e of a run of each activity, shape (2, num): flows that the method has no factor for count as 0."""
    flow_ids, factor_at = np.unique(factors.row, return_inverse=True)
    stray = np.setdiff1d(flows.col, activities)
    if len(stray):
        message = f"{len(stray)} columns are no activity of the technosphere: {stray[:5].tolist()}"
        raise ScenarioError([Fault(file, 0, 0, BIOSPHERE, message)])
    factor = np.zeros(len(flow_ids))
    np.add.at(factor, factor_at, factors.value)
    known = flows.keep(np.isin(flows.row, flow_ids))
    kgco2e = known.value * factor[np.searchsorted(flow_ids, known.row)]
    order = np.argsort(activities)
    column = order[np.searchsorted(activities, known.col, sorter=order)]
    origin = np.array([flow in biogenic_ids for flow in known.row.tolist()], dtype=np.int64)
    emissions: NDArray[np.float64] = coo_array((kgco2e, (origin, column)), shape=(2, len(activities))).toarray()
    return emissions
