"""The conservation laws hold in a real run, and each one fails when what it guards is broken."""

import dataclasses
from types import SimpleNamespace

import polars as pl
import pytest

from quayline.study.laws import LAWS, broken_laws


def test_all_laws_hold(finished, records):
    """A finished run obeys every law."""
    assert broken_laws(finished.scenario, records) == []


def without_row(frame):
    """The frame without its first row."""
    return frame.slice(1)


def raised(column, by):
    """Adds to the first value of a column, without asking the schema."""
    return lambda frame: frame.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.col(column) + by).otherwise(pl.col(column)).alias(column)
        .cast(frame[column].dtype)
    )  # fmt: skip


def replaced(column, value):
    """Sets the first value of a column."""
    return lambda frame: frame.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
    )


BREAKS = [
    ("orders_are_conserved", "ledger", "orders", without_row),
    ("orders_are_conserved", "ledger", "orders", replaced("state", "lost")),
    ("orders_are_conserved", "ledger", "orders", replaced("reason", "because")),
    ("orders_are_conserved", "flow", "cars", without_row),
    ("plan_is_sequenced", "sequence", "cars", without_row),
    ("plan_is_sequenced", "sequence", "cars", replaced("position", 1)),
    ("plan_is_sequenced", "plan", "build", raised("cars", 1)),
    ("built_cars_are_somewhere", "ship", "cars", without_row),
    ("built_cars_are_somewhere", "carbon", "cars", without_row),
    ("built_cars_are_somewhere", "money", "cars", without_row),
    ("ships_hold_what_they_carry", "ship", "sailings", raised("cars", 1)),
    ("ships_hold_what_they_carry", "ship", "sailings", raised("loaded", 1e6)),
    ("defects_are_caught_or_escape", "quality", "defects", without_row),
    ("defects_are_caught_or_escape", "quality", "months", raised("escaped", 1)),
    ("energy_is_conserved", "carbon", "plant", raised("scope1_kgco2e", 5.0)),
    ("energy_is_conserved", "carbon", "plant", raised("nobody_kgco2e", 5.0)),
    ("energy_is_conserved", "carbon", "cars", raised("plant_gas_kgco2e", 5.0)),
    ("energy_is_conserved", "carbon", "cars", raised("life_kgco2e", 50.0)),
    ("footprints_are_amounts_times_factors", "carbon", "cars", raised("sea_kgco2e", 50.0)),
    ("footprints_are_amounts_times_factors", "carbon", "amounts", raised("amount", 1.0)),
    ("footprints_are_amounts_times_factors", "carbon", "factors", raised("kgco2e", 0.01)),
    ("footprints_are_amounts_times_factors", "carbon", "classes", raised("cars", 1)),
    ("money_is_conserved", "money", "cars", raised("freight_usd", 100.0)),
    ("money_is_conserved", "money", "settlement", raised("usd", 100.0)),
    ("money_is_conserved", "money", "cars", raised("margin_usd", 100.0)),
    ("money_is_conserved", "money", "plant", raised("usd", 100.0)),
    ("money_is_conserved", "money", "cars", raised("margin_usd", 0.01)),
    ("money_is_conserved", "money", "settlement", replaced("payer", "nobody")),
    ("money_is_conserved", "money", "settlement", replaced("item", "bribe")),
    ("money_is_conserved", "money", "settlement", lambda frame: frame.with_columns(pl.col("payee").alias("payer"))),
    ("built_cars_are_somewhere", "ship", "cars", replaced("state", "on-water")),
    ("energy_is_conserved", "carbon", "plant", raised("gas_cars_kwh", 1e12)),
    ("energy_is_conserved", "carbon", "path", lambda frame: frame.with_columns(
        pl.lit(False).alias("is_projected"), pl.lit(1.0).alias("scope1_kgco2e"))),
]


@pytest.mark.parametrize(("law", "stage", "table", "spoil"), BREAKS)
def test_a_law_sees_what_it_guards(finished, records, law, stage, table, spoil):
    """Spoiling one table makes that law, by name, report it."""
    record = getattr(records, stage)
    frames = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
    spoilt = SimpleNamespace(**vars(records))
    setattr(spoilt, stage, SimpleNamespace(**{**frames, table: spoil(frames[table])}))
    assert [fault for fault in broken_laws(finished.scenario, spoilt) if fault.startswith(law)]


def test_every_law_has_a_test_that_breaks_it():
    """A law that nothing can break proves nothing."""
    assert {law.__name__ for law in LAWS} == {law for law, *_ in BREAKS}
