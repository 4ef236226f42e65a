"""The service that is promised on a channel."""

import math
from typing import Annotated

from planner.errors import Fault
from planner.parameters import Field, Fraction, Parameters, Unit

Wait = Annotated[float, Field(ge=0, le=86_400), Unit("s")]


class ServiceTarget(Parameters):
    """Targets in any combination; all of them must hold, and the one that binds is named in every result."""

    service_level: Fraction | None = 0.8
    """Share of contacts offered that are served within the acceptable wait. Source: 80 % in 20 s is the industry's habit; 70/30 to 90/10 seen."""

    awt_s: Wait = 20.0
    """Acceptable waiting time: the 20 of 80/20. Source: the industry's habit."""

    max_asa_s: Wait | None = None
    """Longest average speed of answer allowed. Empty: not limited. Yours: from your service promise."""

    max_abandonment: Fraction | None = 0.05
    """Largest share of contacts that may abandon. Empty: not limited. Source: industry habit; without it a large centre plans to lose callers."""

    max_occupancy: Fraction | None = 0.85
    """Largest share of their time that agents may be busy. Empty: not limited. Source: ICMI, 75 to 85 %, 88 % at most."""

    def limits(self, wait_stretch: float = 1.0) -> dict[str, float]:
        """The targets as the queueing formulas take them; waits are divided by `wait_stretch`."""
        return {
            "target": self.service_level or 0.0,
            "awt_s": self.awt_s / wait_stretch,
            "max_asa_s": math.inf if self.max_asa_s is None else self.max_asa_s / wait_stretch,
            "max_abandonment": 1.0 if self.max_abandonment is None else self.max_abandonment,
            "max_occupancy": 1.0 if self.max_occupancy is None else self.max_occupancy,
        }


def target_faults(target: ServiceTarget, patient: bool, place: str) -> list[Fault]:
    """Targets that no number of agents meets, or that ask for nothing. `patient`: contacts wait for ever."""
    impossible = {
        "service_level": (target.service_level == 1, "no number of agents serves every contact in time", "Ask for less than 100 %."),
        "max_asa_s": (target.max_asa_s == 0, "no number of agents makes the wait zero", "Allow more than 0 s."),
        "max_abandonment": (target.max_abandonment == 0 and not patient, "no number of agents stops every caller from leaving", "Allow more than 0 %."),
        "max_occupancy": (target.max_occupancy == 0, "no number of agents is never busy", "Allow more than 0 %."),
    }
    faults = [Fault(f"{place}.{field}", problem, remedy) for field, (wrong, problem, remedy) in impossible.items() if wrong]
    if not any((target.service_level, target.max_asa_s, target.max_abandonment, target.max_occupancy)) and not faults:
        faults.append(Fault(place, "nothing is promised", "Set a service level, an ASA, an abandonment or an occupancy limit."))
    return faults
