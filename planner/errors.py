"""What can go wrong, as messages for people: where, what, and what to write instead."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: its place (field path, or file, row and column), the value found, and the remedy."""

    place: str
    problem: str
    remedy: str = ""
    value: str = ""

    def __str__(self) -> str:
        found = f" (found {self.value})" if self.value else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.place}: {self.problem}{found}.{remedy}"


class PlannerError(Exception):
    """An error whose text is meant for the user. `faults` holds every fault found, not only the first."""

    heading = "This cannot be planned"

    def __init__(self, faults: tuple[Fault, ...] | list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.heading + ":\n" + "\n".join(f"- {fault}" for fault in self.faults))


class InvalidScenario(PlannerError):
    """The scenario, or a value set in it, is wrong."""

    heading = "The scenario is not valid"


class InvalidVolumes(PlannerError):
    """A volume file is wrong. Nothing of it has been used."""

    heading = "The volume file cannot be used"


class InvalidDecisions(PlannerError):
    """A decisions file does not fit the scenario."""

    heading = "The decisions do not fit the scenario"
