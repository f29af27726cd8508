"""Which product is an activity's own: the pairs that put a technosphere's makes on its diagonal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array

from quayline.base.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csc_array

    from quayline.carbon.system.entries import Entries


def pair(entries: Entries, file: str) -> tuple[NDArray[np.int64], NDArray[np.int64], csc_array]:
    """Ids of products and of the activities that make them, in one order, and the matrix in that order.

    An activity's own product is what is marked so, else the row of its own id, else the only one that it makes.
    Raises ScenarioError: not square, several products of an activity, a product with two makers.
    """
    products, row = np.unique(entries.row, return_inverse=True)
    activities, col = np.unique(entries.col, return_inverse=True)
    if len(products) != len(activities):
        raise ScenarioError([Fault(file, 0, 0, "", f"{len(products)} products and {len(activities)} activities: each "
                                   "activity has to make one product, each product to be made by one")])  # fmt: skip
    num = len(products)
    matrix = coo_array((entries.value, (row, col)), shape=(num, num)).tocsc()
    matrix.sum_duplicates()
    own = np.full(num, -1)
    marked = entries.is_reference
    own[col[marked]] = row[marked]
    faults = _more_than_one(products, activities, row[marked], col[marked], "are marked as its own", file)
    at = np.searchsorted(products, activities).clip(max=num - 1)
    is_same = (products[at] == activities) & (matrix[at, np.arange(num)] != 0) & (own < 0)
    own[is_same] = at[is_same]
    made = matrix.tocoo()
    is_open = (made.data > 0) & (own[made.col] < 0)
    faults += _more_than_one(products, activities, made.row[is_open], made.col[is_open],
                             "are made by it and none is marked as its own: allocate it first", file)  # fmt: skip
    own[made.col[is_open]] = made.row[is_open]
    faults += [Fault(file, 0, 0, f"activity {activities[j]}", "makes no product") for j in np.flatnonzero(own < 0)]
    makers: dict[int, Any] = {}
    for j, product in enumerate(own.tolist()):
        if product >= 0 and (other := makers.setdefault(product, activities[j])) != activities[j]:
            message = f"makes product {products[product]}, as activity {other} does: a product has one maker"
            faults.append(Fault(file, 0, 0, f"activity {activities[j]}", message))
    if faults:
        raise ScenarioError(faults)
    order = np.argsort(own)
    return products, activities[order], matrix[:, order]


def _more_than_one(
    products: NDArray[np.int64], activities: NDArray[np.int64], row: NDArray[Any], col: NDArray[Any], told: str,
    file: str,
) -> list[Fault]:  # fmt: skip
    faults = []
    many = np.flatnonzero(np.bincount(col, minlength=len(activities)) > 1)
    for j in many:
        listed = ", ".join(map(str, products[row[col == j]].tolist()[:5]))
        faults.append(Fault(file, 0, 0, f"activity {activities[j]}", f"products {listed} {told}"))
    return faults
