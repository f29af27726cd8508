"""Why an order is late, short or unbuilt: codes, and the words that a planner uses."""

from __future__ import annotations

UNBUILT = {
    "not-admissible": "a rule of the market does not admit cars of this brand and model year",
    "not-on-line": "the variant is not on the line when the order would have to be built",
    "capacity": "the line's capacity, overtime where it pays, went to orders that earn more",
    "mix-limit": "the limit of the line for this kind of car is reached",
    "ramp": "the launch ramp does not give that many cars yet",
    "no-sailing": "no sailing that it could catch reaches the market before the customer's patience ends",
    "sailing-space": "the space on the ships that it could catch went to cars that earn more",
    "yard": "yards, trucks or places in the ports are full",
    "quota": "the quota of the duty is used by cars that earn more",
    "parts": "a long-lead part is short",
    "duty": "the duty takes more than building and landing it would leave",
    "frozen": "ordered too late: the cars that would come in time were frozen for other orders",
    "limit": "another limit of the plan is reached",
    "unprofitable": "building and landing it costs more than it earns",
}
LATE = {
    "plan-capacity": "planned late: capacity before its date, overtime where it pays, went to other orders",
    "plan-cheaper": "planned late: a level build or a fuller week is worth more than the delay costs",
    "plan-stop": "planned late: the plant stands still when it would be built",
    "plan-ramp": "planned late: the launch ramp",
    "plan-mix-limit": "planned late: the limit of the line for this kind of car",
    "plan-sailing": "planned late: no earlier sailing that it could catch",
    "plan-sailing-space": "planned late: earlier ships are full",
    "plan-yard": "planned late: yards, trucks or places in the ports are full",
    "plan-quota": "planned late: the quota of the duty is used",
    "plan-parts": "planned late: a long-lead part is short",
    "plan-not-admissible": "planned late: a rule bars the model year of its standard week",
    "plan-limit": "planned late: another limit of the plan is reached",
    "line": "left the line later than planned",
    "repair": "held up in repair",
    "sailing-full": "rolled over: its ship was full",
    "missed-cut-off": "missed the cut-off of its ship",
    "transit": "transit, port and inland take longer than the market's standard lead",
    "barred": "a rule of its market stopped it on import or on sale",
    "line-backlog": "still in the line at the end of the horizon",
}
MISSED = {
    "late-line": "it left the line too late for the cut-off of its ship",
    "not-ready": "trucks, a full port or its box brought it too late for the cut-off of its ship",
    "full": "its ship was full",
    "rolled-before": "its ship was full: it took cars that ships before it had left behind",
    "no-sailing": "no sailing is left that could take it",
}
"""Why a car did not sail as booked."""
STRANDED = {"stranded": "its car was built before a rule was known that bars it from its market"}
SCRAPPED = {"scrapped": "its car was scrapped at a gate; the plan does not build it again"}
WORDS = {**UNBUILT, **LATE, **STRANDED, **SCRAPPED, "": "neither late nor unbuilt"}
