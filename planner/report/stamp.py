"""What made a file: the scenario by the hash of its content, the program, and the version in a library where there is one."""

import hashlib
import json
from dataclasses import dataclass

from planner.program import PROGRAM
from planner.scenario import Scenario

SHORT = 12


@dataclass(frozen=True)
class Stamp:
    """The origin of a file. Two files with the same hash and program hold the same figures, where the decisions are those of the baseline."""

    scenario: str
    content: str
    """SHA-256 of the scenario's whole content, defaults and levers included."""
    decisions: str = "the baseline"
    """Whose decisions the plan follows."""
    library: str = ""
    """The version in the library; empty where the scenario is not from there."""
    program: str = PROGRAM

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Each part with its name, for people."""
        library = (("Version in the library", self.library),) if self.library else ()
        return (("Decisions of", self.decisions), ("Scenario content (SHA-256)", self.content), *library, ("Program", f"Frontline Planner {self.program}"))

    @property
    def told(self) -> str:
        """In one line.

        >>> Stamp("Centre", "ab" * 32, library="7").told
        'Scenario content abababababab, version 7 in the library, decisions of the baseline, Frontline Planner 0.1.0'
        """
        library = f", version {self.library} in the library" if self.library else ""
        return f"Scenario content {self.content[:SHORT]}{library}, decisions of {self.decisions}, Frontline Planner {self.program}"


def content_hash(scenario: Scenario) -> str:
    """SHA-256 of everything a scenario says, defaults included, whatever the order or spacing of its file.

    >>> from planner.scenario import load
    >>> len(content_hash(load("data/scenarios/startup_4.json")))
    64
    """
    text = json.dumps(scenario.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def stamp(scenario: Scenario, library: str = "", decisions: str = "the baseline") -> Stamp:
    """The origin of a file made from a scenario, levers as they stand in it."""
    return Stamp(scenario.name, content_hash(scenario), decisions, library)
