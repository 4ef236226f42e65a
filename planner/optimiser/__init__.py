"""The hiring optimiser: the cheapest plan within every limit, how near to the cheapest it is, and why. Only home of PuLP.

`model` writes the plan as linear expressions of the decisions, with the impulse responses that `project` uses; `constraints` and `costs` are its rows and
prices, one function each; `rounding` finds whole plans, with hires from `walk` and `exchange` (a group by itself: `groups`) and leaders from `ladder`, `bound`
and `joiners` what no plan undercuts, `solvers` search and prove; `solve.optimise` tells the story in order. Around it, `goals` asks other questions of the same
model, `worth` and `diagnose` say why, `moves` what changed, and `beside` runs it all in a process of its own. Where PuLP or HiGHS is not installed, `optimise`
says so instead of failing.
"""

from typing import TYPE_CHECKING, Any

from planner.optimiser.outcome import Kind as Kind
from planner.optimiser.outcome import Outcome as Outcome
from planner.optimiser.outcome import Progress as Progress
from planner.optimiser.outcome import Solution as Solution

if TYPE_CHECKING:
    from planner.optimiser.model import Frozen as Frozen
    from planner.optimiser.solve import optimise as optimise


def __getattr__(name: str) -> Any:
    if name == "Frozen":
        from planner.optimiser.model import Frozen

        return Frozen
    if name == "optimise":
        try:
            from planner.optimiser.solve import optimise
        except ImportError as error:
            from planner.optimiser.failed import missing

            return missing(error)
        return optimise
    raise AttributeError(f"module 'planner.optimiser' has no attribute '{name}'")
