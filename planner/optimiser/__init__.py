"""The hiring optimiser: the cheapest plan within every limit, how near to the cheapest it is, and why. Only home of PuLP.

`model` writes the plan as linear expressions of the decisions, with the impulse responses that `project` uses; `constraints` and `costs` are its rows and
prices, one function each; `rounding` finds whole plans, `bound` what no plan undercuts, `solvers` search and prove; `solve.optimise` tells the story in order.
"""

from planner.optimiser.model import Frozen as Frozen
from planner.optimiser.outcome import Kind as Kind
from planner.optimiser.outcome import Outcome as Outcome
from planner.optimiser.outcome import Progress as Progress
from planner.optimiser.solve import Solution as Solution
from planner.optimiser.solve import optimise as optimise
