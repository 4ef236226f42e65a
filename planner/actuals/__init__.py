"""What really happened in the first months of a plan, and the scenario that goes on from there.

`reading` takes a file of starts, leavers and headcount and holds it against conservation; `rolling` moves the scenario to the first month that is left.
"""

from planner.actuals.reading import Actuals as Actuals
from planner.actuals.reading import InvalidActuals as InvalidActuals
from planner.actuals.reading import all_rows as all_rows
from planner.actuals.reading import as_planned as as_planned
from planner.actuals.reading import read_actuals as read_actuals
from planner.actuals.reading import read_actuals_safely as read_actuals_safely
from planner.actuals.rolling import Rolled as Rolled
from planner.actuals.rolling import rolled as rolled
