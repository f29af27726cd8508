"""Product systems for tests: drawn at random, and small ones with known answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from quayline.carbon.system import Exchange, ProductSystem, assemble

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

HEADER = "activity,role,item,amount,unit,source,kind\n"


def written(folder: Path, *lines: str, header: str = HEADER) -> Path:
    """A CSV file of these lines; source and kind are added where a line ends at its unit."""
    path = folder / "system.csv"
    path.write_text(header + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@st.composite
def exchanges(draw: st.DrawFn, most: int = 8, with_substitution: bool = True) -> list[Exchange]:
    """Activities that feed each other in loops, each using less than it makes in all, with any production amount."""
    num = draw(st.integers(1, most))
    rows = []
    for j in range(num):
        made = draw(st.floats(0.1, 1000))
        rows.append(Exchange(f"a{j}", "makes", f"p{j}", made, "kg"))
        used = draw(st.lists(st.tuples(st.integers(0, num - 1), st.floats(0.01, 1)), max_size=4))
        for i, share in used:
            sign = draw(st.sampled_from([1, 1, 1, -1])) if with_substitution else 1
            # At most a fifth of the make a line, four lines: the system is always soluble.
            unit, size = draw(st.sampled_from([("kg", 1.0), ("t", 1e-3), ("g", 1e3)]))
            rows.append(Exchange(f"a{j}", "uses", f"p{i}", sign * share * made / 5 * size, unit))
        for origin in draw(st.lists(st.sampled_from(["fossil", "biogenic"]), max_size=2)):
            rows.append(Exchange(f"a{j}", "emits", origin, draw(st.integers(-1000, 10_000)) / 100, "kgCO2e"))
    return rows


def ring() -> ProductSystem:
    """1 kWh takes 0.5 kg of coal and emits 1 kg; 1 kg of coal takes 0.2 kWh and emits 0.12 kg, 0.02 of it biogenic."""
    return assemble([
        Exchange("power station", "makes", "power", 10, "kWh"),
        Exchange("power station", "uses", "coal", 5, "kg"),
        Exchange("power station", "emits", "fossil", 10, "kgCO2e"),
        Exchange("mine", "makes", "coal", 1, "t"),
        Exchange("mine", "uses", "power", 200, "kWh"),
        Exchange("mine", "emits", "fossil", 0.1, "tCO2e"),
        Exchange("mine", "emits", "biogenic", 20, "kgCO2e"),
    ])  # fmt: skip


def dense(system: ProductSystem) -> np.ndarray:
    """The technosphere as a plain array."""
    return system.technosphere.toarray()
