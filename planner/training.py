"""Classes: size, rooms, trainers, mentors; and the largest growth that mentors can carry."""

from typing import Annotated

from planner.parameters import (
    Count, Field, Fraction, Months, Name, Parameters, Unit,
)


class Training(Parameters):
    """What a site can train."""

    class_size_min: Annotated[int, Field(ge=1, le=1_000), Unit("people")] = 8
    """Fewest people a class starts with. Assumption: 8."""

    class_size_max: Annotated[int, Field(ge=1, le=1_000), Unit("people")] = 20
    """Most people in a class. Assumption: 20."""

    rooms: Count = 2
    """Training rooms; a class holds one from its first day until the classroom ends. Assumption: two."""

    trainers_per_class: Annotated[float, Field(gt=0, le=20), Unit("trainers")] = 1.0
    """Trainers who teach one class. Assumption: one."""

    trainer_role: Name = "trainer"
    """The role of the organisation whose people teach classes. Yours: the name in your ladder."""

    mentees_per_mentor: Annotated[float, Field(gt=0, le=50), Unit("nesters per mentor")] = 2.0
    """Nesters that one mentor takes at once. Assumption: 2, from 1 to 5."""

    mentor_loss: Fraction = 0.35
    """Share of a mentor's own capacity that mentoring costs. Assumption: 35 %, from 20 to 50 %."""

    mentor_share_max: Fraction = 0.15
    """Largest share of people who are allowed to mentor at once, among those with the tenure for it. Assumption: 15 %, from 5 to 25 %."""

    mentor_tenure_months: Months = 3.0
    """Months after nesting before someone may mentor. Assumption: 3 months."""
