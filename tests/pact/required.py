"""The properties that version 3 of the data model requires (table of docs/pact.md), and a small sound footprint."""

from __future__ import annotations

import copy
from typing import Any

PRODUCT = (
    "id", "specVersion", "created", "status", "companyName", "companyIds", "productDescription", "productIds",
    "productNameCompany", "pcf",
)  # fmt: skip
CARBON = (
    "declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit", "referencePeriodStart",
    "referencePeriodEnd", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions",
    "fossilCarbonContent", "ipccCharacterizationFactors", "crossSectoralStandards", "exemptedEmissionsPercent",
)  # fmt: skip
DECIMALS = (
    "declaredUnitAmount", "productMassPerDeclaredUnit", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake",
    "fossilGhgEmissions", "fossilCarbonContent", "exemptedEmissionsPercent",
)  # fmt: skip

_FOOTPRINT = {
    "id": "7b0ecd4e-4b4d-4f5a-9d3c-0d8b1d2f3a4b", "specVersion": "3.0.3", "created": "2026-02-01T08:00:00Z",
    "status": "Active", "companyName": "Cell Maker", "companyIds": ["urn:pact:cells.example:company-id:1"],
    "productDescription": "LFP cells", "productIds": ["urn:pact:cells.example:product-id:lfp"],
    "productNameCompany": "Cell L",
    "pcf": {
        "declaredUnitOfMeasurement": "kilowatt hour", "declaredUnitAmount": "1", "productMassPerDeclaredUnit": "6.5",
        "referencePeriodStart": "2025-01-01T00:00:00Z", "referencePeriodEnd": "2026-01-01T00:00:00Z",
        "pcfExcludingBiogenicUptake": "52.5", "pcfIncludingBiogenicUptake": "52.5", "fossilGhgEmissions": "52.5",
        "fossilCarbonContent": "0.9", "ipccCharacterizationFactors": ["AR6"], "crossSectoralStandards": ["ISO14067"],
        "exemptedEmissionsPercent": "1.5", "packagingEmissionsIncluded": False, "primaryDataShare": "40",
        "ccsTechnologicalCO2CaptureIncluded": False,
        "dqi": {"technologicalDQR": "1.5", "geographicalDQR": "2", "temporalDQR": "1"},
    },
}  # fmt: skip


def footprint(**changes: Any) -> dict[str, Any]:
    """A sound footprint as data; `changes` are properties of its `pcf`, or of itself where it has them."""
    made = copy.deepcopy(_FOOTPRINT)
    for name, value in changes.items():
        (made if name in made else made["pcf"])[name] = value
    return made
