"""What made a file: the scenario by the hash of its content, the program, and the version in a library where there is one.

A table for other programs takes no line of it: there it stands in the file's name, and in a text beside the tables.
"""

import hashlib
import json
from dataclasses import dataclass

from planner.program import PROGRAM
from planner.scenario import Scenario

SHORT = 12


@dataclass(frozen=True)
class Origin:
    """The version of a library that a scenario was opened from, or saved as, last."""

    name: str
    """What the scenario is called in that version."""
    no: int
    standing: str
    """How the version stands: draft, proposed, approved, locked; empty where it is not known."""
    changed: bool = False
    """Whether the scenario was changed since, levers included."""

    @property
    def told(self) -> str:
        """In one line.

        >>> Origin("Plan North", 7, "approved").told, Origin("Plan North", 7, "approved", changed=True).told
        ('Plan North, version 7 (approved)', 'Plan North, changed since version 7')
        """
        if self.changed:
            return f"{self.name}, changed since version {self.no}"
        return f"{self.name}, version {self.no}{f' ({self.standing})' if self.standing else ''}"

    def in_file_name(self, name: str) -> str:
        """A file's name with the scenario and its version in it.

        >>> Origin("Plan North", 7, "draft").in_file_name("hiring_plan.csv"), Origin("Plan", 7, "draft", changed=True).in_file_name("plan.xlsx")
        ('hiring_plan_plan_north_version_7.csv', 'plan_changed_since_version_7.xlsx')
        """
        stem, dot, ending = name.rpartition(".")
        own = file_name(self.name)
        scenario = "" if f"_{stem}_".startswith(f"_{own}_") else f"_{own}"
        return f"{stem}{scenario}_{'changed_since_' if self.changed else ''}version_{self.no}{dot}{ending}"


def file_name(text: str) -> str:
    """A name that every system takes.

    >>> file_name("Centre 600: plan/B")
    'centre_600_plan_b'
    """
    return "_".join("".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text.lower()).split()) or "plan"


@dataclass(frozen=True)
class Stamp:
    """The origin of a file. Two files with the same hash and program hold the same figures, where the decisions are those of the baseline."""

    scenario: str
    content: str
    """SHA-256 of the scenario's whole content, defaults and levers included."""
    decisions: str = "the baseline"
    """Whose decisions the plan follows."""
    library: Origin | None = None
    """The version in the library; None where the scenario is not from there."""
    program: str = PROGRAM

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Each part with its name, for people."""
        library = (("In the library", self.library.told),) if self.library else ()
        return (*library, ("Decisions of", self.decisions), ("Scenario content (SHA-256)", self.content), ("Program", f"Frontline Planner {self.program}"))

    @property
    def told(self) -> str:
        """In one line.

        >>> Stamp("Centre", "ab" * 32, library=Origin("Centre", 7, "approved")).told
        'Centre, version 7 (approved). Scenario content abababababab, decisions of the baseline, Frontline Planner 0.1.0'
        """
        library = f"{self.library.told}. " if self.library else ""
        return f"{library}Scenario content {self.content[:SHORT]}, decisions of {self.decisions}, Frontline Planner {self.program}"

    @property
    def text(self) -> str:
        """Everything, a line for each part, for a file beside tables.

        >>> Stamp("Centre", "ab" * 32, library=Origin("Centre", 7, "approved")).text.splitlines()[:3]
        ['Scenario: Centre', 'In the library: Centre, version 7 (approved)', 'Decisions of: the baseline']
        """
        return "".join(f"{name}: {said}\n" for name, said in (("Scenario", self.scenario), *self.lines))


def content_hash(scenario: Scenario) -> str:
    """SHA-256 of everything a scenario says, defaults included, whatever the order or spacing of its file.

    >>> from planner.scenario import load
    >>> len(content_hash(load("data/scenarios/startup_4.json")))
    64
    """
    text = json.dumps(scenario.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def stamp(scenario: Scenario, library: Origin | None = None, decisions: str = "the baseline") -> Stamp:
    """The origin of a file made from a scenario, levers as they stand in it."""
    return Stamp(scenario.name, content_hash(scenario), decisions, library)
