"""The typed fields of a scenario: every figure says its unit in its type and in its name's ending."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from quayline.base import units

# Name endings that code carries and the written scenario does not: `cycle_s` is written `cycle: 80 s`.
SUFFIXES = {
    "_kgco2e_per_kwh": "kgCO2e/kWh", "_kgco2e_per_tkm": "kgCO2e/tkm", "_kgco2e_per_kg": "kgCO2e/kg",
    "_kgco2e_per_car": "kgCO2e/car", "_usd_per_car_week": "USD/car/week", "_usd_per_car_day": "USD/car/day",
    "_kwh_per_100km": "kWh/(100 km)", "_kwh_per_car": "kWh/car", "_usd_per_car": "USD/car",
    "_usd_per_kwh": "USD/kWh", "_usd_per_day": "USD/day", "_usd_per_year": "USD/year", "_usd_per_t": "USD/tCO2e",
    "_usd_per_m3": "USD/m^3", "_usd_per_h": "USD/h", "_usd_per_kw_year": "USD/kW/year", "_usd_per_kw": "USD/kW",
    "_usd_per_kwh_year": "USD/kWh/year", "_kwh_per_year": "kWh/year", "_kw_per_year": "kW/year",
    "_w_per_m2": "W/m^2", "_m2": "m^2",
    "_kgco2e": "kgCO2e", "_jph": "car/h", "_usd": "USD", "_kwh": "kWh", "_ceu": "CEU", "_days": "day",
    "_km": "km", "_kw": "kW", "_kg": "kg", "_m3": "m^3", "_s": "s", "_h": "h", "_share": "", "_factor": "",
}  # fmt: skip


def written_name(name: str) -> str:
    """The key in YAML for a field's name in code: the same without its unit's ending."""
    for suffix in SUFFIXES:
        if name.endswith(suffix) and suffix not in ("_share", "_factor"):
            return name.removesuffix(suffix)
    return name


class Thing(BaseModel):
    """Base of all scenario things: frozen, no unknown keys, no NaN, keys written without unit endings."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, alias_generator=written_name, validate_default=True
    )


def _quantity(unit: str, example: str) -> Any:
    return (
        BeforeValidator(partial(units.parse, canonical=unit)),
        WithJsonSchema({
            "type": "string" if unit else ["number", "string"],
            "description": f"a quantity in {unit or 'no unit or %'}, such as {example!r}",
            "examples": [example],
            "x-unit": unit,
        }),
    )  # fmt: skip


NonNegative = Field(ge=0)
Positive = Field(gt=0)

Seconds = Annotated[float, NonNegative, *_quantity("s", "80 s")]
Hours = Annotated[float, NonNegative, *_quantity("h", "8 h")]
Days = Annotated[float, NonNegative, *_quantity("day", "3 days")]
PerHour = Annotated[float, Positive, *_quantity("car/h", "45 cars/h")]
Kwh = Annotated[float, NonNegative, *_quantity("kWh", "684 kWh")]
Kw = Annotated[float, NonNegative, *_quantity("kW", "900 kW")]
Kg = Annotated[float, NonNegative, *_quantity("kg", "2230 kg")]
Km = Annotated[float, NonNegative, *_quantity("km", "8693 km")]
M3 = Annotated[float, NonNegative, *_quantity("m^3", "15.1 m^3")]
Ceu = Annotated[float, NonNegative, *_quantity("CEU", "1.2 CEU")]
Usd = Annotated[float, NonNegative, *_quantity("USD", "980 USD")]
UsdPerCar = Annotated[float, NonNegative, *_quantity("USD/car", "980 USD/car")]
UsdPerCarWeek = Annotated[float, NonNegative, *_quantity("USD/car/week", "60 USD/car/week")]
UsdPerCarDay = Annotated[float, NonNegative, *_quantity("USD/car/day", "4 USD/car/day")]
UsdPerHour = Annotated[float, NonNegative, *_quantity("USD/h", "32 USD/h")]
UsdPerDay = Annotated[float, NonNegative, *_quantity("USD/day", "4 USD/day")]
UsdPerYear = Annotated[float, NonNegative, *_quantity("USD/year", "90e6 USD/year")]
UsdPerM3 = Annotated[float, NonNegative, *_quantity("USD/m^3", "65 USD/m^3")]
UsdPerKwh = Annotated[float, NonNegative, *_quantity("USD/kWh", "0.13 USD/kWh")]
UsdPerKw = Annotated[float, NonNegative, *_quantity("USD/kW", "1000 USD/kW")]
UsdPerKwYear = Annotated[float, NonNegative, *_quantity("USD/kW/year", "12 USD/kW/year")]
UsdPerKwhYear = Annotated[float, NonNegative, *_quantity("USD/kWh/year", "4 USD/kWh/year")]
KwhPerYear = Annotated[float, NonNegative, *_quantity("kWh/year", "20e6 kWh/year")]
KwPerYear = Annotated[float, NonNegative, *_quantity("kW/year", "5000 kW/year")]
WPerM2 = Annotated[float, Positive, *_quantity("W/m^2", "67 W/m^2")]
M2 = Annotated[float, NonNegative, *_quantity("m^2", "300000 m^2")]
UsdPerTonne = Annotated[float, NonNegative, *_quantity("USD/tCO2e", "9 USD/tCO2e")]
Kgco2e = Annotated[float, *_quantity("kgCO2e", "7600 kgCO2e")]
Kgco2ePerCar = Annotated[float, *_quantity("kgCO2e/car", "500 kgCO2e/car")]
Kgco2ePerKwh = Annotated[float, NonNegative, *_quantity("kgCO2e/kWh", "0.4173 kgCO2e/kWh")]
Kgco2ePerKg = Annotated[float, NonNegative, *_quantity("kgCO2e/kg", "1.92 kgCO2e/kg")]
BiogenicPerKg = Annotated[float, *_quantity("kgCO2e/kg", "-1.8 kgCO2e/kg")]
Kgco2ePerTkm = Annotated[float, NonNegative, *_quantity("kgCO2e/tkm", "0.038 kgCO2e/tkm")]
KwhPerCar = Annotated[float, NonNegative, *_quantity("kWh/car", "684 kWh/car")]
KwhPer100km = Annotated[float, Positive, *_quantity("kWh/(100 km)", "18.1 kWh/(100 km)")]
Share = Annotated[float, Field(ge=0, le=1), *_quantity("", "15 %")]
Rate = Annotated[float, NonNegative, *_quantity("", "102.5 %")]
Count = Annotated[int, NonNegative]

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
