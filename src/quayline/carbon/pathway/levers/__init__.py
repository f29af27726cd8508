"""The kinds of lever, one file each: `add(model, lever, scenario)` writes its columns, rows and costs into the model.

A new kind needs its thing in `scenario/pathway.py`, a file here beside its like, and a line below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.carbon.pathway.levers import attribute, biogas, conversion, ppa, removal, saving, solar, storage
from quayline.carbon.pathway.model import Model, relations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from quayline.carbon.pathway.pack import Case
    from quayline.scenario.pathway import Pathway

KINDS: dict[str, Callable[[Model, Any, Pathway], None]] = {
    "saving": saving.add,  # before conversions, which meet what savings leave
    "conversion": conversion.add,
    "biogas": biogas.add,
    "solar": solar.add,
    "ppa": ppa.add,
    "storage": storage.add,
    "attribute": attribute.add,
    "removal": removal.add,
}


def build(case: Case, way: Pathway, levers: Sequence[Any], caps_kt: NDArray[Any]) -> Model:
    """The model of `case` with `levers` of the scenario's pathway and the most that may count in each year."""
    model = Model(case, caps_kt)
    for kind, add in KINDS.items():
        for lever in levers:
            if lever.kind == kind:
                add(model, lever, way)
    relations(model, list(levers))
    model.close()
    return model
