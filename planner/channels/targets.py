"""The service that is promised on a channel."""

from typing import Annotated

from planner.parameters import (
    Field, Fraction, Parameters, Unit,
)

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
