"""One file a figure: facts in, figure out. `ALL` is their order on the page, by section."""

from __future__ import annotations

from collections.abc import Callable

from quayline.report.facts import Facts
from quayline.report.figure import Figure
from quayline.report.figures.board import board
from quayline.report.figures.build import weekly_build
from quayline.report.figures.calendar import sailing_calendar
from quayline.report.figures.crew import people_and_speed
from quayline.report.figures.energy import base_load, energy_by_state
from quayline.report.figures.footprint import footprint_by_stage, line_up
from quayline.report.figures.grid import plan_grid
from quayline.report.figures.landed import landed_cost
from quayline.report.figures.lateness import reasons
from quayline.report.figures.levers import car_levers
from quayline.report.figures.matrix import payment_matrix
from quayline.report.figures.path import plant_path
from quayline.report.figures.pathway import abatement, investments, path_by_lever
from quayline.report.figures.plant import line_drawing
from quayline.report.figures.quality import quality_trend
from quayline.report.figures.ramp import ramp
from quayline.report.figures.sequence import paint_batches
from quayline.report.figures.settlement import settlement
from quayline.report.figures.shipping import delivered_by_market
from quayline.report.figures.stations import utilisation
from quayline.report.figures.tonnes import tonnes
from quayline.report.figures.world import lanes
from quayline.report.figures.yards import stock

Draw = Callable[[Facts], Figure | None]  # none where the run has nothing to draw
ALL: dict[str, tuple[Draw, ...]] = {
    "From the plant to the markets": (lanes,),
    "What is built and shipped, when": (
        board, plan_grid, weekly_build, delivered_by_market, sailing_calendar, ramp, stock, reasons,
    ),
    "Whether the line can": (line_drawing, people_and_speed, utilisation, paint_batches, quality_trend,
                             base_load, energy_by_state),
    "What it costs, and who owes whom": (landed_cost, settlement, payment_matrix),
    "How much CO2 it carries": (
        footprint_by_stage, tonnes, line_up, car_levers, plant_path, path_by_lever, investments, abatement,
    ),
}
