"""Uncertain factors: dependent draws, totals with the static part summed once, paired comparison."""

from quayline.carbon.uncertainty.distributions import FORMS, Distribution, draws
from quayline.carbon.uncertainty.solve import Interval, LowerShare, interval, lower_share, totals

__all__ = ["FORMS", "Distribution", "Interval", "LowerShare", "draws", "interval", "lower_share", "totals"]
