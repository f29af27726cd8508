"""`quayline bands`: how far a forecast may be trusted."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from quayline.cli.common import as_json, emit, table
from quayline.cli.share import share


@click.command()
@click.argument("past", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--coverage", type=share, metavar="SHARE", default="80%", show_default=True,
              help="Probability that the band holds.")
@click.option("--futures", type=click.IntRange(1, 20), default=3, show_default=True,
              help="Into how many equally probable futures the errors are put together.")
@as_json
def bands(past: Path, coverage: float, futures: int, as_json: bool) -> None:
    """Show error bands of a forecast by horizon, from the CSV file PAST of forecasts for months that are over.

    Columns: month,horizon_months,forecast_cars,actual_cars. The factors scale demand in overlays of futures.
    """
    from quayline.study.forecast import error_bands, read_past

    if not 0 < coverage < 1:
        raise click.BadParameter(f"{coverage:.0%} is not between 0% and 100%", param_hint="--coverage")
    found = error_bands(read_past(past), coverage, futures)
    if as_json:
        emit({"bands": [dataclasses.asdict(band) for band in found]})
        return
    table(f"Actual over forecast, {coverage:.0%}", ["months ahead", "from", "to", "past errors", "equally probable"], [
        [str(b.horizon_months), f"{b.low:.2f}", f"{b.high:.2f}", str(b.num_past),
         ", ".join(f"{factor:.2f}" for factor in b.factors)]
        for b in found
    ])  # fmt: skip
