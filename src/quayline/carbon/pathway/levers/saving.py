"""A project that takes a share off a use. Savings on one use multiply: each takes its share of what those before leave.
"""  # fmt: skip

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.carbon.pathway.model import Model, installed

if TYPE_CHECKING:
    from quayline.scenario.pathway import Pathway, Saving


def add(model: Model, lever: Saving, way: Pathway) -> None:
    """Saved energy is at most its share of what is there, and nothing before the project is in place."""
    use, program = model.use(lever.use), model.program
    (in_place,) = installed(
        model, lever, 1, 1, 1, 1.0, "project", lever.capital_usd / 1e6, lever.running_usd_per_year / 1e6, True
    )
    saved = program.columns((model.case.num_years,))
    program.rows([(1.0, saved), (-lever.saved_share * use.gwh, in_place)], upper=0.0)
    before = [(lever.saved_share, other) for _, other in model.of(f"saved {use.id}")]
    program.rows([(1.0, saved), *before], upper=lever.saved_share * use.gwh)
    model.add(f"saved {use.id}", 1.0, saved)
    model.amount[lever.id] = saved
