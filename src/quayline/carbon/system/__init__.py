"""Product systems: activities that feed each other, what their products carry, and where it comes from."""

from quayline.carbon.system.assemble import assemble
from quayline.carbon.system.drawn import drawn_intensities
from quayline.carbon.system.model import ORIGINS, Exchange, ProductSystem
from quayline.carbon.system.read_csv import read_csv
from quayline.carbon.system.read_datapackage import read_datapackages
from quayline.carbon.system.solve import intensities, supply
from quayline.carbon.system.tree import Step, contributions

__all__ = [
    "ORIGINS", "Exchange", "ProductSystem", "Step", "assemble", "contributions", "drawn_intensities", "intensities",
    "read_csv", "read_datapackages", "supply",
]  # fmt: skip
