"""The footprint of every car by stage, and the plant's emissions by year against its targets."""

from quayline.carbon import system as system
from quayline.carbon import uncertainty as uncertainty
