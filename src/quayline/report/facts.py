"""What the figures draw from: the tables of one finished run, read once and when needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from quayline.store.folder import RunFolder


@dataclass(frozen=True)
class Facts:
    """Tables of a run with names in words."""

    run: RunFolder

    @cached_property
    def scenario(self) -> Any:
        """The scenario as it was run."""
        return self.run.scenario

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Headline figures."""
        return self.run.summary

    @cached_property
    def book(self) -> pl.DataFrame:
        """The ledger, one row an order."""
        return self.run.table("ledger", "orders")

    @cached_property
    def money(self) -> pl.DataFrame:
        """Cost elements of each car with its model, variant and market."""
        return self._beside_book("money")

    @cached_property
    def carbon(self) -> pl.DataFrame:
        """Footprint stages of each car with its model, variant and market."""
        return self._beside_book("carbon")

    def _beside_book(self, stage: str) -> pl.DataFrame:
        names = self.book.select("order_id", "model", "variant", "market", "line_off_at", "delivered_at")
        return self.run.table(stage, "cars").join(names, on="order_id", how="left", maintain_order="left")

    @cached_property
    def model_names(self) -> dict[str, str]:
        """Model id to the name people know."""
        return {m.id: m.name for m in self.scenario.vehicles.models}

    @cached_property
    def focus(self) -> list[str]:
        """Models built under an agreement; all models where there is none."""
        agreed = [model for a in self.scenario.agreements for model in a.models]
        return agreed or list(self.model_names)

    @cached_property
    def peers_note(self) -> str:
        """What to say of the other plants' quality: nothing more, or that their figures are assumed."""
        kinds = {f.kind for f in self.scenario.figures if f.path.startswith("quality.peers")}
        return ", whose figures are assumed" if kinds <= {"assumed", "unstated"} else ""

    @cached_property
    def focus_name(self) -> str:
        """The name of the models in focus."""
        return " and ".join(self.model_names[m] for m in self.focus) if len(self.focus) < 3 else "all models"
