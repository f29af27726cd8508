"""The columns of every table that stages hand each other, with meaning and unit."""

from __future__ import annotations

import polars as pl

from quayline.records.table import AT, Column, Schema

I16, I32, I64, F32, F64, TEXT, DAY = pl.Int16, pl.Int32, pl.Int64, pl.Float32, pl.Float64, pl.String, pl.Date
ORDER = Column("order_id", I32, "number of the order, from 0; the car built for it bears the same number")
VARIANT = Column("variant_idx", I16, "place in vehicles.variants")
MARKET = Column("market_idx", I16, "place in markets")
PLANT = Column("plant_idx", I16, "0: the plant, k: alternates[k - 1]")
MONTH = Column("month", DAY, "first day of the month")

PLAN = {
    "orders": Schema("plan.orders", (
        ORDER, VARIANT, MARKET,
        Column("colour_idx", I16, "place in the model's colours"),
        Column("options", pl.UInt32, "bit k set: has option k of vehicles.options"),
        Column("is_firm", pl.Boolean, "sold already; a forecast order if not"),
        Column("requested_on", DAY, "day the market wants it delivered"),
        Column("standard_build_on", DAY, "requested day less the market's standard lead"),
        Column("planned_build_on", DAY, "day it is to be built (null: not built)", nullable=True),
        Column("plant_idx", I16, "0: the plant, k: alternates[k - 1] builds it (null: not built)", nullable=True),
        Column("lane_idx", I16, "place in logistics.lanes (null: by road or not built)", nullable=True),
        Column("planned_sailing_idx", I32, "sailing it is booked on (null: by road or not built)", nullable=True),
        Column("planned_delivery_on", DAY, "day it is to be delivered", nullable=True),
        Column("reason", TEXT, "code of records.reasons: why unbuilt or planned late ('' if neither)"),
        Column("reason_text", TEXT, "the same in a planner's words, with dates and figures"),
        Column("binding_idx", I32, "row of plan.binding that keeps it from being served (null: none)", nullable=True),
    )),
    "binding": Schema("plan.binding", (
        Column("binding_idx", I32, "number of the limit, from 0"),
        Column("constraint", TEXT, "its family, as in docs/plan.md"),
        Column("words", TEXT, "what a planner calls it, with its period"),
        Column("from_on", DAY, "first day of the period"), Column("to_on", DAY, "last day"),
        Column("used_share", F64, "used over what there is, all its members together"),
        Column("dual_usd", F64, "shadow price of one unit with the integers held, mean of its members"),
        Column("marginal_usd", F64, "what one more unit in each member earns, by solving again; per unit"),
        Column("unit", TEXT, "what one unit is"),
    )),
    "weeks": Schema("plan.weeks", (
        Column("week_idx", I16, "from 0, weeks begin on Monday"),
        Column("from_on", DAY, "first day of the week in the horizon"),
        Column("mode_idx", I16, "place in plant.modes"),
        Column("num_workdays", I16, "normal working days"),
        Column("normal_h", F64, "hours of line time without overtime"),
        Column("paid_stop_h", F64, "hours of line time that the crew is paid for in stops (share of wages counted)"),
        Column("overtime_h", F64, "hours of line time in overtime"),
        Column("weekend_shifts", I16, "weekend shifts worked"),
        Column("weekend_h", F64, "hours of line time in weekend shifts"),
        Column("capacity_cars", F64, "what the mode can build with the overtime planned"),
        Column("most_cars", F64, "what it could build with all overtime and weekend shifts allowed"),
        Column("built_cars", I32, "cars planned"),
        Column("marginal_usd", F64, "worth of one more car of capacity (dual with the integers fixed)"),
    )),
    "days": Schema("plan.days", (
        Column("date", DAY, "production day"),
        Column("week_idx", I16, "its week"),
        Column("mode_idx", I16, "place in plant.modes"),
        Column("is_weekend", pl.Boolean, "worked in weekend shifts"),
        Column("num_shifts", I16, "shifts worked"),
        Column("overtime_h", F64, "overtime at the end of each shift, hours"),
        Column("cars", I32, "cars to build"),
    )),
    "build": Schema("plan.build", (
        Column("week_idx", I16, "week"), VARIANT, MARKET, PLANT, Column("cars", I32, "cars to build"),
    )),
    "bookings": Schema("plan.bookings", (
        Column("sailing_idx", I32, "place in scenario.sailings"), VARIANT, MARKET, PLANT,
        Column("cars", I32, "cars booked"),
    )),
    "alternates": Schema("plan.alternates", (
        Column("plant_idx", I16, "k: alternates[k - 1]"), Column("week_idx", I16, "week"),
        Column("cars", I32, "cars it builds"), Column("capacity_cars", I32, "most cars of this programme"),
    )),
    "years": Schema("plan.years", (
        Column("agreement", TEXT, "agreement"), Column("year", I16, "calendar year"),
        Column("minimum_cars", I32, "agreed minimum"), Column("built_cars", I32, "cars planned under it"),
        Column("shortfall_cars", I32, "cars short of the minimum"),
    )),
    "parts": Schema("plan.parts", (
        Column("part", TEXT, "id in parts"), Column("week_idx", I16, "week"),
        Column("opening", I32, "units in the store before the week's arrival"),
        Column("received", I32, "units arriving at the start of the week"),
        Column("used", I32, "units that the week's cars take"), Column("closing", I32, "units at the end of the week"),
    )),
    "shops": Schema("plan.shops", (
        Column("shop_idx", I16, "place in plant.shops"), Column("mode_idx", I16, "place in plant.modes"),
        Column("most_jph", F64, "cars an hour of the plant's shifts that the plan lets it pass"),
        Column("is_measured", pl.Boolean, "by the simulated line, any car alike; else by its slowest section"),
    )),
    "launches": Schema("plan.launches", (
        Column("model", TEXT, "model whose start is open"), Column("from_on", DAY, "first build day tried"),
        Column("objective_usd", F64, "contribution of the plan that starts then"),
        Column("is_chosen", pl.Boolean, "the start that the plan has"),
    )),
    "people": Schema("plan.people", (
        MONTH, Column("mode_idx", I16, "place in plant.modes"), Column("people", I32, "people of all shifts"),
        Column("hired", I32, "people who join, trained"), Column("left", I32, "people who leave"),
        Column("cost_usd", F64, "hiring, training and leaving, and wages of people whom the mode does not need"),
    )),
    "calloffs": Schema("plan.calloffs", (
        Column("part", TEXT, "id in parts"),
        Column("order_on", DAY, "last day on which it can be changed"),
        Column("leaves_on", DAY, "day it leaves the supplier"), Column("arrives_on", DAY, "day it is in the store"),
        Column("units", I32, "units"),
    )),
}  # fmt: skip

SEQUENCE = {
    "cars": Schema("sequence.cars", (
        ORDER, Column("position", I32, "place in the line over the whole horizon, from 0"),
        Column("build_on", DAY, "production day"),
    )),
    "days": Schema("sequence.days", (
        Column("date", DAY, "production day"), Column("cars", I32, "cars"),
        Column("batches_before", I32, "colour changes in the order they came in"),
        Column("batches_after", I32, "colour changes in sequence"),
        Column("high_before", I64, "violations of high-priority ratios as they came in"),
        Column("high_after", I64, "the same in sequence"),
        Column("low_before", I64, "violations of low-priority ratios as they came in"),
        Column("low_after", I64, "the same in sequence"),
        Column("longest_batch", I32, "longest run of one colour in sequence"),
    )),
}  # fmt: skip

BALANCE = {
    "sections": Schema("balance.sections", (
        Column("mode_idx", I16, "place in plant.modes"), Column("section", TEXT, "paced section"),
        Column("takt_s", F64, "takt at the mode's speed"), Column("num_stations", I16, "stations"),
        Column("content_h", F64, "person-hours of the average car (demand-weighted mix)"),
        Column("people", I32, "people needed at one time (per shift)"),
    )),
    "loads": Schema("balance.loads", (
        Column("mode_idx", I16, "place in plant.modes"), Column("section", TEXT, "paced section"), VARIANT,
        Column("load_share", F64, "work of the variant at the average station over the takt"),
    )),
    "crews": Schema("balance.crews", (
        Column("mode_idx", I16, "place in plant.modes"),
        Column("people_per_shift", I32, "paced sections, indirect people and absence cover"),
        Column("num_shifts", I16, "shifts of the mode's pattern"),
        Column("people", I32, "people in all shifts"),
        Column("usd_per_line_h", F64, "wages of one hour of line time (one shift's crew)"),
    )),
    "variants": Schema("balance.variants", (
        VARIANT, Column("content_h", F64, "person-hours in the paced sections"),
        Column("labour_h", F64, "paid person-hours a car at the planned speed, indirect included"),
        Column("heaviest_section", TEXT, "section with the highest load"),
        Column("heaviest_share", F64, "its load over the takt"),
    )),
    "tasks": Schema("balance.tasks", (
        Column("mode_idx", I16, "place in plant.modes"), Column("section", TEXT, "paced section that has tasks"),
        Column("task", TEXT, "task"), Column("station", I16, "from 1, of the section's stations"),
        Column("is_proven", pl.Boolean, "no assignment has fewer stations"),
    )),
}  # fmt: skip

QUALITY = {
    "defects": Schema("quality.defects", (
        ORDER, Column("cause_idx", I16, "place in quality.causes"),
        Column("gate", TEXT, "gate section that caught it, 'a or b' if a car may go through either ('': none)"),
        Column("repair", TEXT, "repair of that gate ('': none)"), Column("repair_s", F64, "work of the repair"),
        Column("fate", TEXT, "repaired; escaped: reached the customer; scrap: caught, its car was scrapped there; "
                             "gone: not caught before its car was scrapped"),
    )),
    "months": Schema("quality.months", (
        MONTH, Column("model_idx", I16, "place in vehicles.models"), Column("cars", I32, "cars sequenced"),
        Column("defects", I32, "defects made"), Column("caught", I32, "defects caught"),
        Column("escaped", I32, "defects that reached customers"),
        Column("gone", I32, "defects that went with scrapped cars"),
        Column("clean_cars", I32, "cars of which no defect was caught"), Column("scrapped_cars", I32, "cars scrapped"),
        Column("expected_defects", F64, "what the learning curves expect"),
    )),
    "peers": Schema("quality.peers", (
        Column("plant", TEXT, "plant"), Column("defects_per_car", F64, "defects that reach customers per car"),
        Column("rank", I16, "from 1, the fewest first"), Column("is_own", pl.Boolean, "simulated here"),
    )),
}  # fmt: skip

FLOW = {
    "cars": Schema("flow.cars", (
        ORDER, Column("position", I32, "place in the planned sequence"),
        Column("released_at", AT, "may enter the first shop"), Column("line_off_at", AT, "leaves the last shop"),
        Column("num_repairs", I16, "visits to repair bays"), Column("repair_h", F64, "hours in repair, queue included"),
        Column("assembly_position", I32, "place in which it entered the section behind the store"),
    ), (("in_", AT), ("out_", AT))),
    "standing": Schema("flow.standing", (
        ORDER, Column("shop_idx", I16, "shop that it is in at the end (null: not begun)", nullable=True),
        Column("since", AT, "entered it (null: not begun)", nullable=True),
    )),
    "scrapped": Schema("flow.scrapped", (
        ORDER, Column("position", I32, "place in the planned sequence"),
        Column("released_at", AT, "may enter the first shop"), Column("scrapped_at", AT, "left the line at the gate"),
        Column("gate", TEXT, "gate section that scrapped it"), Column("shop_idx", I16, "shop of the gate"),
        Column("num_repairs", I16, "visits to repair bays before"),
        Column("repair_h", F64, "hours in repair, queue included"),
    )),
    "stations": Schema("flow.stations", (
        Column("shop_idx", I16, "place in plant.shops"), Column("section", TEXT, "section"),
        Column("station", TEXT, "station"), Column("cars", I32, "cars processed"),
        Column("working_h", F64, "in service"), Column("down_h", F64, "under repair or line stop"),
        Column("blocked_h", F64, "done but cannot pass on"), Column("starved_h", F64, "empty, waiting for a car"),
        Column("planned_h", F64, "hours of its shop's shifts, for all its servers"),
        Column("mean_queue_cars", F64, "average number in the places behind it, in working time"),
    )),
    "days": Schema("flow.days", (
        Column("date", DAY, "day"), Column("shop_idx", I16, "place in plant.shops"),
        Column("cars_out", I32, "cars that left the shop"), Column("working_h", F64, "hours of the shop's shifts"),
    )),
    "months": Schema("flow.months", (
        MONTH, Column("planned_cars", I32, "cars that the plan has in the month"),
        Column("built_cars", I32, "cars off the line in the month"),
        Column("working_h", F64, "line hours"), Column("paced_cars", F64, "what the line speed alone would build"),
        Column("oee_share", F64, "built over paced while cars were waiting to be built"),
    )),
    "sections": Schema("flow.sections", (
        Column("shop_idx", I16, "place in plant.shops"), Column("section", TEXT, "section, in the order of the line"),
        Column("kind", TEXT, "stations, gate, moving line, conveyor or store"),
        Column("places_inside", I32, "cars that fit on its stations and into its bays"),
        Column("places_behind", I32, "cars that fit between it and the next (null: no limit)", nullable=True),
        Column("beside", TEXT, "branches or sub-line that it belongs to ('': it stands on the row)"),
        Column("branch", I16, "which of the branches, from 0"),
        Column("fork", TEXT, "section whose leaving cars begin the sub-line ('': no sub-line)"),
        Column("join", TEXT, "section that takes a car only with what the sub-line built ('': no sub-line)"),
    )),
    "energy": Schema("flow.energy", (
        Column("shop_idx", I16, "place in plant.shops"), Column("section", TEXT, "section"),
        Column("station", TEXT, "station whose powers the scenario gives"),
        *(Column(f"{state}_kwh", F64, f"electricity over the horizon, {words}") for state, words in (
            ("working", "at work"), ("idle", "with nothing to do, or waiting for the takt"), ("blocked", "blocked"),
            ("failed", "down or maintained"), ("off", "outside the shop's hours"),
        )),
    )),
    "base_load": Schema("flow.base_load", (
        Column("shop_idx", I16, "place in plant.shops"), Column("hour", I16, "hour of the day"),
        Column("electricity_kw", F64, "base load of the shop, mean of the horizon's days"),
        Column("gas_kw", F64, "the same of gas"),
    )),
    "replay": Schema("flow.replay", (
        Column("day", I32, "days since the start of the horizon"), Column("minute", I32, "minute of the day"),
        Column("section", TEXT, "section"), Column("inside_cars", I32, "cars in it, its bays and ways back"),
        Column("behind_cars", I32, "cars between it and the next"),
    )),
}  # fmt: skip

SHIP = {
    "cars": Schema("ship.cars", (
        ORDER, Column("yard_at", AT, "arrives in the plant's yard"),
        Column("port_at", AT, "arrives at the port of loading", nullable=True),
        Column("sailing_idx", I32, "sailing", nullable=True),
        Column("box_idx", I32, "box that it is loaded in (null: none)", nullable=True),
        Column("departed_at", AT, "ship leaves", nullable=True),
        Column("arrived_at", AT, "ship arrives", nullable=True),
        Column("released_at", AT, "leaves the port of discharge", nullable=True),
        Column("delivered_at", AT, "with the customer, or will be (null: no sailing takes it, or it is barred)",
               nullable=True),
        Column("num_rolled", I16, "sailings it was ready for that left without it"),
        Column("missed", TEXT, "code of records.reasons.MISSED: why it did not sail as booked ('': it did, or road)"),
        Column("barred_by", TEXT, "rule of trade.admissibility that stops it on import or sale ('': none)"),
        Column("state", TEXT, "where it is at the end of the horizon: delivered, plant-yard, port-yard, on-water, "
                              "destination-port, inland, barred"),
    )),
    "sailings": Schema("ship.sailings", (
        Column("sailing_idx", I32, "place in scenario.sailings"), Column("lane_idx", I16, "place in logistics.lanes"),
        Column("voyage_idx", I32, "sailings of one ship, which share its space, bear the same number"),
        Column("departs_on", DAY, "departure"), Column("unit", TEXT, "what space is counted in: ceu, m3 or boxes"),
        Column("capacity", F64, "space of the ship"), Column("loaded", F64, "space that this sailing's cars take"),
        Column("cars", I32, "cars loaded"), Column("left_behind", I32, "cars ready at cut-off that found no space"),
        Column("sails", pl.Boolean, "false: a charter that the plan did not book"),
    )),
    "yards": Schema("ship.yards", (
        Column("date", DAY, "day"), Column("place", TEXT, "`plant`, another plant's id or a port's"),
        Column("cars", I32, "most cars there in the day"),
        Column("capacity_cars", I32, "places (null: not stated)", nullable=True),
    )),
}  # fmt: skip

FOOTPRINT_STAGES = (
    "materials", "battery", "inbound", "plant_gas", "gas_upstream", "plant_electricity", "plant_base", "elsewhere",
    "truck", "handling", "sea", "inland", "use", "upkeep", "end_of_life", "credit",
)  # fmt: skip
"""Stages of a car's footprint in the order of its life. `plant_electricity` is location-based; `plant_base` is its part
of the plant's base loads (scope 1 and 2); `elsewhere` is all that a car of another plant carries to its gate; `credit`
is what materials recovered replace, where the scenario credits them."""

CARBON = {
    "cars": Schema("carbon.cars", (
        ORDER, Column("class_idx", I32, "row of carbon.classes"),
        *(Column(f"{stage}_kgco2e", F64, f"stage {stage}") for stage in FOOTPRINT_STAGES),
        Column("plant_electricity_market_kgco2e", F64, "the plant's electricity, market-based"),
        Column("plant_base_market_kgco2e", F64, "its part of the plant's base loads, market-based"),
        Column("gate_kgco2e", F64, "cradle to the plant's gate"),
        Column("port_kgco2e", F64, "to the port of discharge"),
        Column("customer_kgco2e", F64, "to the customer"), Column("life_kgco2e", F64, "cradle to grave"),
    )),
    "classes": Schema("carbon.classes", (
        Column("class_idx", I32, "cars that are alike in all but their hours in the plant, from 0"),
        VARIANT, MARKET, PLANT, Column("lane_idx", I16, "place in logistics.lanes (null: by road)", nullable=True),
        Column("year", I16, "of line-off"), Column("delivery_year", I16, "of delivery"),
        Column("cars", I32, "cars in the class"),
    )),
    "factors": Schema("carbon.factors", (
        Column("factor_idx", I32, "number of the factor, from 0"),
        Column("activity", TEXT, "kind of activity, as in docs/carbon.md"),
        Column("name", TEXT, "which one ('': there is one)"),
        Column("year", I16, "year that it holds for (null: all)", nullable=True),
        Column("unit", TEXT, "unit of the amounts"), Column("kgco2e", F64, "fossil, of one unit; location-based"),
        Column("market_kgco2e", F64, "market-based (null: does not differ)", nullable=True),
        Column("biogenic_kgco2e", F64, "biogenic, of one unit, beside the fossil (null: not known)", nullable=True),
        Column("region", TEXT, "country ('': not of one)"), Column("kind", TEXT, "how it is known"),
        Column("source", TEXT, "where it is from"), Column("source_year", I16, "of the source", nullable=True),
        Column("spread", TEXT, "its distribution ('': none given)"),
        Column("path", TEXT, "where the figure stands in the scenario"),
        Column("is_computed", pl.Boolean, "solved from a product system or averaged, from the figure at `path` on"),
    )),
    "amounts": Schema("carbon.amounts", (
        Column("class_idx", I32, "row of carbon.classes"), Column("stage", TEXT, "stage"),
        Column("part", TEXT, "what of the car or its way it is for"),
        Column("factor_idx", I32, "row of carbon.factors"),
        Column("amount", F64, "of a car; of the plant's energy the mean of the class"),
        Column("unit", TEXT, "unit of the amount"),
    )),
    "groups": Schema("carbon.groups", (
        VARIANT, Column("group", TEXT, "material group or battery"),
        Column("in_car", F64, "kg in the car, or kWh of a battery"),
        Column("scrap", F64, "kg of process scrap"), Column("amount", F64, "bought: in the car and scrap"),
        Column("factor_kgco2e", F64, "mean per kg or kWh bought"),
        Column("computed_kgco2e", F64, "amount times factor"),
        Column("used_kgco2e", F64, "what the footprint uses"),
        Column("is_calibrated", pl.Boolean, "used figure rests on a published total, not on the computed one"),
    )),
    "plant": Schema("carbon.plant", (
        Column("year", I16, "calendar year"), Column("shop_idx", I16, "place in plant.shops"),
        Column("cars", I32, "cars that left the plant"),
        Column("electricity_kwh", F64, "all"), Column("electricity_cars_kwh", F64, "the part that cars took"),
        Column("gas_kwh", F64, "all"), Column("gas_cars_kwh", F64, "the part that cars took"),
        Column("scope1_kgco2e", F64, "gas burnt"), Column("scope2_location_kgco2e", F64, "location-based"),
        Column("scope2_market_kgco2e", F64, "market-based"),
        Column("cars_kgco2e", F64, "scope 1 and 2 (location) that cars carry"),
        Column("nobody_kgco2e", F64, "scope 1 and 2 (location) that belongs to no car"),
    )),
    "path": Schema("carbon.path", (
        Column("year", I16, "calendar year"), Column("cars", I32, "cars (null: base year)", nullable=True),
        Column("scope1_kgco2e", F64, "gas (null: base year)", nullable=True),
        Column("scope2_location_kgco2e", F64, "location-based (null: base year)", nullable=True),
        Column("scope2_market_kgco2e", F64, "market-based (null: base year)", nullable=True),
        Column("counted_kgco2e", F64, "against the targets"),
        Column("target_kgco2e", F64, "target of the year (null: none)", nullable=True),
        Column("line_kgco2e", F64, "straight line from base year through the targets"),
        Column("is_projected", pl.Boolean, "beyond the build horizon: last full year's cars and energy"),
    )),
    "depth": Schema("carbon.depth", (
        Column("factor_idx", I32, "factor that is a product"), Column("step_idx", I32, "step of its tree, from 0"),
        Column("parent_idx", I32, "step that takes it (null: the product itself)", nullable=True),
        Column("depth", I16, "steps from the product"), Column("product", TEXT, "what is taken"),
        Column("name", TEXT, "in words"), Column("amount", F64, "for one unit of the product"),
        Column("unit", TEXT, "unit of the amount"), Column("kgco2e", F64, "fossil, upstream included"),
        Column("direct_kgco2e", F64, "where it is made itself"),
        Column("beyond_kgco2e", F64, "of what it takes that is too small to be opened"),
    )),
    "line_up": Schema("carbon.line_up", (
        Column("id", TEXT, "id in carbon.line_up, or variant"), Column("car", TEXT, "car"),
        Column("brand", TEXT, "brand"), Column("total_kgco2e", F64, "footprint"),
        Column("low_kgco2e", F64, "5 % of the draws are below"), Column("high_kgco2e", F64, "5 % are above"),
        Column("boundary", TEXT, "boundary"),
        Column("electricity", TEXT, "of the plant: location- or market-based, or unknown"),
        Column("built_in", TEXT, "where"), Column("year", I16, "year of publication or build"),
        Column("kind", TEXT, "published; adjusted: published and taken to this boundary; simulated: built here"),
        Column("note", TEXT, "what was added or taken off"), Column("is_calibrated", pl.Boolean, "see groups"),
    )),
    "claims": Schema("carbon.claims", (
        Column("claim", TEXT, "id in carbon.claims"), Column("text", TEXT, "what is claimed"),
        Column("boundary", TEXT, "boundary of both"), Column("market", TEXT, "of the cars built ('': all)"),
        Column("variant", TEXT, "variant built here"),
        Column("beside", TEXT, "car of the line-up ('': the lowest of all of the claim)"),
        Column("electricity", TEXT, "how the other's plant counts it; the own car is location-based"),
        Column("own_kgco2e", F64, "mean of the cars built"),
        Column("own_market_kgco2e", F64, "the same with the plant's electricity market-based; not drawn"),
        Column("other_kgco2e", F64, "of the other (null: not known at this boundary)", nullable=True),
        Column("low_kgco2e", F64, "other less own: 5 % of the draws are below", nullable=True),
        Column("high_kgco2e", F64, "5 % are above", nullable=True),
        Column("lower_share", F64, "share of the draws in which the own car is lower", nullable=True),
        Column("standard_error", F64, "of that share", nullable=True),
    )),
    "levers": Schema("carbon.levers", (
        Column("lever", TEXT, "id in carbon.levers"), Column("name", TEXT, "in words"), VARIANT,
        Column("class_idx", I32, "class of cars it is computed for, the variant's largest"),
        Column("boundary", TEXT, "of what is saved"), Column("saved_kgco2e", F64, "a car, to that boundary"),
        Column("low_kgco2e", F64, "5 % of the draws are below"), Column("high_kgco2e", F64, "5 % are above"),
        Column("life_kgco2e", F64, "saved a car over its life"),
        Column("cost_usd", F64, "a car; below 0: cheaper (null: not known)", nullable=True),
        Column("cost_usd_per_t", F64, "a tonne saved (null: not known, or nothing is saved)", nullable=True),
    )),
}  # fmt: skip

GRID_PATH = Column("grid_path", TEXT, "id in pathway.grid_paths")
YEAR = Column("year", I16, "calendar year")
LEVER = Column("lever", TEXT, "id in pathway.levers")

PATHWAY = {
    "years": Schema("pathway.years", (
        GRID_PATH, YEAR, Column("cars", F64, "cars built"),
        Column("scope1_kgco2e", F64, "fuel burnt"), Column("scope2_location_kgco2e", F64, "location-based"),
        Column("scope2_market_kgco2e", F64, "market-based"),
        Column("upstream_kgco2e", F64, "scope 3, category 3: fuel before it is burnt"),
        Column("removed_kgco2e", F64, "removals bought"),
        Column("counted_kgco2e", F64, "against the targets: scope 1 and 2 on the scenario's basis less removals"),
        Column("cap_kgco2e", F64, "the target that holds (null: none yet)", nullable=True),
        Column("short_kgco2e", F64, "what the target is missed by, on any path"),
        Column("sbti_kgco2e", F64, "the line of SBTi's absolute contraction for 1.5 degrees: 4.2 % of the base a year"),
        Column("no_lever_kgco2e", F64, "what would count without any lever"),
        Column("no_certificate_kgco2e", F64, "what would count without attributes bought apart from power"),
        Column("electricity_kwh", F64, "load"), Column("own_kwh", F64, "of it, own panels in the hour"),
        Column("contract_kwh", F64, "of it, contracts in the hour"),
        Column("stored_kwh", F64, "of it, from the store"),
        Column("plain_kwh", F64, "of it, from the grid without more"),
        Column("attribute_kwh", F64, "attributes bought for a part of that"),
        Column("surplus_kwh", F64, "generated beyond the load and sold"),
        Column("gas_kwh", F64, "gas burnt, biogas included"), Column("biogas_kwh", F64, "of it, biogas"),
        Column("cost_usd", F64, "of the year, capital as annuities"),
        Column("tight_usd_per_t", F64, "what a tonne less under the cap costs, in money of the year, builds held"),
    )),
    "sources": Schema("pathway.sources", (
        GRID_PATH, YEAR, Column("scope", I16, "1, 2 or 3; 0: removals"), Column("source", TEXT, "what it is"),
        Column("method", TEXT, "location, market, or '' where there is one"), Column("amount", F64, "in `unit`"),
        Column("unit", TEXT, "kWh or t"), Column("factor_kgco2e", F64, "of a unit"),
        Column("kgco2e", F64, "amount times factor"),
    )),
    "builds": Schema("pathway.builds", (
        LEVER, YEAR, Column("built", F64, "put up or signed in the year"), Column("in_place", F64, "there in the year"),
        Column("unit", TEXT, "of both"), Column("capital_usd", F64, "spent in the year"),
    )),
    "amounts": Schema("pathway.amounts", (
        GRID_PATH, LEVER, YEAR, Column("amount", F64, "energy saved, met or bought, tonnes removed"),
        Column("unit", TEXT, "kWh or t"),
    )),
    "costs": Schema("pathway.costs", (
        GRID_PATH, YEAR, Column("item", TEXT, "electricity, gas, allowances, surplus, capital, running, energy"),
        Column("lever", TEXT, "id of the lever ('': the plant's energy)"), Column("usd", F64, "of the year"),
    )),
    "targets": Schema("pathway.targets", (
        YEAR, Column("name", TEXT, "target"), Column("cap_kgco2e", F64, "most that may count"),
        Column("short_kgco2e", F64, "missed by, on the worst path"),
        Column("market_kgco2e", F64, "scope 1 and 2, market-based, less removals, on the worst path"),
        Column("location_kgco2e", F64, "the same, location-based"),
        Column("no_certificate_kgco2e", F64, "counted without attributes bought apart from power, on the worst path"),
        Column("is_met", pl.Boolean, "on the scenario's basis"),
        Column("is_met_by_certificates", pl.Boolean, "met, but not without attributes bought apart from power"),
        Column("is_met_location", pl.Boolean, "would be met location-based"),
        Column("tight_usd_per_t", F64, "what a tonne less in its year costs, in money of that year"),
        Column("later_usd", F64, "present value saved by meeting it a year later", nullable=True),
    )),
    "curve": Schema("pathway.curve", (
        Column("step", I16, "from 0, no cap, to the targets"), Column("tightened_share", F64, "part of the way"),
        Column("abated_kgco2e", F64, "less than without levers, all years, expected"),
        Column("extra_usd", F64, "present value above the path without levers, expected"),
        Column("usd_per_t", F64, "of the tonnes since the step before (null: the first, or none)", nullable=True),
        Column("words", TEXT, "levers that came in or grew since the step before"),
    )),
    "levers": Schema("pathway.levers", (
        LEVER, Column("kind", TEXT, "kind of lever"), Column("is_used", pl.Boolean, "built or bought at all"),
        Column("first_year", I16, "year of the first (null: none)", nullable=True),
        Column("capital_usd", F64, "spent over all years"),
        Column("alone_kgco2e", F64, "cut by what is built of it with no other lever (null: not asked)", nullable=True),
        Column("alone_usd_per_t", F64, "cost of such a tonne, present value", nullable=True),
        Column("without_usd", F64, "present value that the path costs more without it (null: not asked)",
               nullable=True),
        Column("without_short_kgco2e", F64, "what targets are then missed by, all years", nullable=True),
    )),
    "hours": Schema("pathway.hours", (
        Column("profile", TEXT, "id in pathway.profiles"), Column("hour", I16, "of a year of 365 days, from 0"),
        Column("output_share", F64, "output over peak power"),
    )),
    "closing": Schema("pathway.closing", (
        LEVER, Column("limit", TEXT, "the limit that is lifted"),
        Column("closed_kgco2e", F64, "by how much less the targets are then missed, all years"),
    )),
}  # fmt: skip

COST_ELEMENTS = (
    "works", "parts", "labour", "energy", "overhead", "yard", "truck", "port_loading", "freight", "duty", "port_fee",
    "port_discharge", "inland", "stock", "lateness", "warranty",
)  # fmt: skip
"""Elements of a car's cost, in the order of its journey; `works` is what another plant asks at its gate."""

MONEY = {
    "cars": Schema("money.cars", (
        ORDER, *(Column(f"{element}_usd", F64, f"{element}, to the cent") for element in COST_ELEMENTS),
        Column("fee_usd", F64, "fee of the maker under the agreement"),
        Column("landed_usd", F64, "all elements up to delivery in the market: parts to inland"),
        Column("price_usd", F64, "what the customer pays the seller (0 if not delivered or to be delivered)"),
        Column("subsidy_usd", F64, "what authorities pay the seller towards it"),
        Column("margin_usd", F64, "price and subsidy less all elements, for all parties of the programme together"),
    )),
    "plant": Schema("money.plant", (
        Column("year", I16, "calendar year"), Column("item", TEXT, "idle labour, wages in stops, empty charters, …"),
        Column("usd", F64, "cost that belongs to no car"),
    )),
    "settlement": Schema("money.settlement", (
        MONTH, Column("payer", TEXT, "party"), Column("payee", TEXT, "party"), Column("item", TEXT, "element"),
        Column("cars", I32, "cars it is for"), Column("usd", F64, "amount, to the cent"),
    )),
}  # fmt: skip

LEDGER = Schema("ledger", (
    ORDER, Column("vin", TEXT, "synthetic number with ISO 3779 check digit (null: not built)", nullable=True),
    Column("model", TEXT, "model"), Column("variant", TEXT, "variant"), Column("market", TEXT, "market"),
    Column("plant", TEXT, "plant that builds it", nullable=True),
    Column("origin", TEXT, "country of that plant", nullable=True),
    Column("colour", TEXT, "colour"), Column("options", TEXT, "options, joined by +"),
    Column("model_year", I16, "model year by build date", nullable=True),
    Column("requested_on", DAY, "day wanted"), Column("standard_build_on", DAY, "day it would be built as standard"),
    Column("planned_build_on", DAY, "planned", nullable=True),
    Column("planned_delivery_on", DAY, "planned", nullable=True),
    Column("position", I32, "place in the line", nullable=True), Column("released_at", AT, "into body", nullable=True),
    Column("line_off_at", AT, "built", nullable=True), Column("num_repairs", I16, "repairs", nullable=True),
    Column("num_defects", I16, "defects made", nullable=True),
    Column("num_escapes", I16, "defects that reached the customer", nullable=True),
    Column("port_at", AT, "at the port of loading", nullable=True),
    Column("sailing", TEXT, "service and day of departure", nullable=True),
    Column("departed_at", AT, "sailed", nullable=True), Column("arrived_at", AT, "discharged", nullable=True),
    Column("delivered_at", AT, "delivered or will be", nullable=True),
    Column("num_rolled", I16, "ships missed", nullable=True),
    Column("state", TEXT, "a state of ship.cars, or in-line, scrapped or unbuilt"),
    Column("late_days", F64, "delivery after the requested day (negative: early)", nullable=True),
    Column("reason", TEXT, "code of records.reasons: why late or unbuilt ('' if neither)"),
    Column("reason_text", TEXT, "the same in a planner's words, with dates and figures ('' if neither)"),
    Column("binding_idx", I32, "row of plan.binding behind it (null: none)", nullable=True),
    Column("landed_usd", F64, "landed cost", nullable=True), Column("price_usd", F64, "price", nullable=True),
    Column("margin_usd", F64, "margin of all parties", nullable=True),
    Column("gate_kgco2e", F64, "footprint to the gate", nullable=True),
    Column("customer_kgco2e", F64, "footprint to the customer", nullable=True),
    Column("life_kgco2e", F64, "footprint over its life", nullable=True),
))  # fmt: skip
