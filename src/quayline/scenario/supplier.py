"""A figure that a supplier's PACT footprint gives: `{footprint: suppliers/cells.json}` in the place of its value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quayline.base.errors import Fault
from quayline.base.pact_file import read_footprints
from quayline.base.units import UnitError, parse
from quayline.scenario.grammar import nearest
from quayline.scenario.yaml_map import Node

if TYPE_CHECKING:
    from quayline.base.pact import ProductFootprint
    from quayline.scenario.folder import Folder
    from quayline.scenario.grammar import Shape

KEYS = ("footprint", "product", "per", "note", "spread")
FIELD_UNITS = {"kgCO2e/kg": "kg", "kgCO2e/kWh": "kWh", "kgCO2e/tkm": "tkm"}
"""Units of the figures that a footprint may give, and what they count."""
_DECLARED = {"kilogram": "kg", "kilowatt hour": "kWh", "ton kilometer": "tkm"}


@dataclass(frozen=True)
class Supplied:
    """A supplier's footprint, the place of the figure that it gives, and what that figure calls its source."""

    at: tuple[str | int, ...]
    source: str
    footprint: ProductFootprint


class Suppliers:
    """Reads suppliers' files of a folder once each, and puts their figures in the place of the references."""

    def __init__(self, folder: Folder):
        self.folder = folder
        self.files: dict[str, list[ProductFootprint]] = {}
        self.supplied: list[Supplied] = []

    def resolve(self, node: Node, shape: Shape, at: tuple[str | int, ...], path: str) -> bool:
        """Turns the mapping `node` with the key `footprint` into a long figure; False, with faults, where it cannot.

        The figure is the footprint without biogenic uptake over the declared unit; `per` says what one declared unit
        holds where it is counted in another unit than the field's (a pack by piece: `per: 100 kWh`).
        """
        faults, keys = self.folder.faults, node.value
        assert isinstance(keys, dict)
        before = len(faults)
        for key, child in keys.items():
            if key not in KEYS:
                message = f"unknown key {key!r} beside 'footprint', expected {', '.join(KEYS)}{nearest(key, KEYS)}"
                faults.append(Fault(*(child.key or child.place), path, message))
            elif isinstance(child.value, dict | list) or not child.text.strip():
                faults.append(Fault(*child.place, path, f"expected text for {key!r}"))
        footprint = self._chosen(keys, path) if len(faults) == before else None
        amount = None if footprint is None else self._amount(keys, shape, footprint, path)
        if footprint is None or amount is None:
            node.value = node.text = f"0 {shape.unit}"  # stands for nothing: the scenario has a fault
            return False
        value = footprint.pcf.pcf_excluding_biogenic_uptake / amount
        said = {
            "value": f"{value:.12g} {shape.unit}", "kind": "published", "year": str(footprint.pcf.last_year()),
            "source": f"{footprint.company_name}: PACT footprint {footprint.id} of {footprint.product_name_company}",
            "note": f"without biogenic uptake; {keys['footprint'].text}",
        } | {key: keys[key].text for key in ("note", "spread") if key in keys}  # fmt: skip
        node.value = {key: Node(keys["footprint"].place, text, text) for key, text in said.items()}
        self.supplied.append(Supplied(at, f"{said['source']}, {said['year']}", footprint))
        return True

    def _chosen(self, keys: dict[str, Node], path: str) -> ProductFootprint | None:
        """The footprint that the reference means, out of its file."""
        name = keys["footprint"]
        found = self._read(name, path)
        if not found:
            return None
        if "product" in keys:
            wanted = keys["product"].text.lower()
            found = [one for one in found if wanted in (urn.lower() for urn in one.product_ids)]
        if len(found) == 1:
            return found[0]
        all_ids = ", ".join(urn for one in self.files[name.text] for urn in one.product_ids)
        message = f"expected one footprint in {name.text!r}, chosen by `product`, one of: {all_ids}; got {len(found)}"
        self.folder.faults.append(Fault(*keys.get("product", name).place, path, message))
        return None

    def _read(self, name: Node, path: str) -> list[ProductFootprint]:
        """The footprints of a file; empty with faults where there is anything wrong in it."""
        faults = self.folder.faults
        if name.text in self.files:
            return self.files[name.text]
        if problem := self.folder.problem(name.text):
            faults.append(Fault(*name.place, path, problem))
            return []
        self.files[name.text] = []
        if self.folder.read(name.text) is None:
            return []
        found = read_footprints(self.folder.contents[name.text])
        wrong = list(found.faults)
        for at, footprint in found.footprints.items():
            if footprint.status != "Active":
                wrong.append((f"{at}.status".lstrip("."), "expected 'Active', got 'Deprecated'"))
        faults += [Fault(name.text, 0, 0, at, message) for at, message in wrong]
        if not wrong:
            self.files[name.text] = list(found.footprints.values())
        return self.files[name.text]

    def _amount(self, keys: dict[str, Node], shape: Shape, footprint: ProductFootprint, path: str) -> Decimal | None:
        """How much of the field's unit one declared unit holds."""
        pcf, wanted = footprint.pcf, FIELD_UNITS.get(shape.unit, "")
        name, faults = keys["footprint"], self.folder.faults
        if not wanted:
            allowed = ", ".join(FIELD_UNITS)
            faults.append(Fault(*name.place, path, f"a footprint gives figures in {allowed}, not in {shape.unit!r}"))
            return None
        if "per" in keys:
            per = keys["per"]
            try:
                amount = Decimal(repr(parse(per.text, wanted)))
            except UnitError as fault:
                faults.append(Fault(*per.place, path, str(fault)))
                return None
        elif _DECLARED.get(pcf.declared_unit_of_measurement) == wanted:
            amount = pcf.declared_unit_amount
        elif wanted == "kg":
            amount = pcf.product_mass_per_declared_unit
        else:
            unit = f"{pcf.declared_unit_amount} {pcf.declared_unit_of_measurement}"
            message = f"the declared unit is {unit}: expected `per`, the {wanted} in it, got none"
            faults.append(Fault(*name.place, path, message))
            return None
        if amount <= 0:
            faults.append(Fault(*keys.get("per", name).place, path, f"expected more than 0 {wanted} a declared unit"))
            return None
        return amount
