"""The constraints of the plan, one file a family. To add one: a file like these, and a line in `ALL`."""

from __future__ import annotations

from quayline.plan.constraints.alternate_capacity import ALTERNATE_CAPACITY
from quayline.plan.constraints.alternate_ramp import ALTERNATE_RAMP
from quayline.plan.constraints.boxes import BOXES
from quayline.plan.constraints.capacity import CAPACITY
from quayline.plan.constraints.charter import CHARTER
from quayline.plan.constraints.co2 import CO2_CAP, CO2_CARRIED
from quayline.plan.constraints.common import Block, Build, Constraint, Family, Rows
from quayline.plan.constraints.crew import PEOPLE
from quayline.plan.constraints.discharge_yard import DISCHARGE_YARD
from quayline.plan.constraints.firm import FIRM
from quayline.plan.constraints.kept import KEPT
from quayline.plan.constraints.market_balance import MARKET_BALANCE
from quayline.plan.constraints.minimum import MINIMUM
from quayline.plan.constraints.mix_limit import MIX_LIMIT
from quayline.plan.constraints.mode_start import MODE_START
from quayline.plan.constraints.mode_stay import MODE_STAY
from quayline.plan.constraints.moved import MOVED
from quayline.plan.constraints.one_mode import ONE_MODE
from quayline.plan.constraints.over_quota import OVER_QUOTA
from quayline.plan.constraints.overtime import OVERTIME
from quayline.plan.constraints.pace import PACE
from quayline.plan.constraints.parts import MINIMUM_ORDER, PART_COVER, PART_STOCK, PART_STORE, SUPPLIER
from quayline.plan.constraints.plant_places import PLANT_PLACES
from quayline.plan.constraints.plant_yard import PLANT_YARD
from quayline.plan.constraints.port_places import PORT_PLACES
from quayline.plan.constraints.port_stock import PORT_STOCK
from quayline.plan.constraints.port_yard import PORT_YARD
from quayline.plan.constraints.quota import QUOTA
from quayline.plan.constraints.ramp import RAMP
from quayline.plan.constraints.sailing_space import SAILING_SPACE
from quayline.plan.constraints.sale_date import SALE_DATE
from quayline.plan.constraints.shop_capacity import SHOP_CAPACITY
from quayline.plan.constraints.stock_age import STOCK_AGE
from quayline.plan.constraints.waiting import LATE_ORDERS, PATIENCE
from quayline.plan.constraints.weekend_month import WEEKEND_MONTH
from quayline.plan.constraints.weekend_shifts import WEEKEND_SHIFTS
from quayline.plan.constraints.whole_shifts import WHOLE_SHIFTS

ALL: tuple[Constraint, ...] = (
    CAPACITY,
    MIX_LIMIT,
    OVERTIME,
    WEEKEND_SHIFTS,
    WHOLE_SHIFTS,
    WEEKEND_MONTH,
    ONE_MODE,
    MODE_START,
    MODE_STAY,
    PEOPLE,
    SHOP_CAPACITY,
    RAMP,
    MINIMUM,
    PACE,
    PART_STOCK,
    PART_COVER,
    PART_STORE,
    SUPPLIER,
    MINIMUM_ORDER,
    PORT_STOCK,
    SAILING_SPACE,
    PLANT_YARD,
    PLANT_PLACES,
    PORT_YARD,
    PORT_PLACES,
    DISCHARGE_YARD,
    QUOTA,
    OVER_QUOTA,
    MARKET_BALANCE,
    LATE_ORDERS,
    PATIENCE,
    STOCK_AGE,
    SALE_DATE,
    FIRM,
    CO2_CARRIED,
    CO2_CAP,
    CHARTER,
    BOXES,
    ALTERNATE_CAPACITY,
    ALTERNATE_RAMP,
    MOVED,
    KEPT,
)
"""All families, in the order of their rows in the model."""

COUPLING = tuple(one.name for one in ALL if one.is_coupling)
"""Families whose rows rounding may pass."""

__all__ = ["ALL", "COUPLING", "Block", "Build", "Constraint", "Family", "Rows"]
