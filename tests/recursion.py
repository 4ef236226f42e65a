"""An oracle: the month-by-month recursion of model.md 3.2 in plain Python, written from the definitions of house.md and from nothing in planner/.

It takes scenarios whose classroom and nesting each last exactly one month, whose tenures are whole months, and whose people promoted away are settled.
"""

import math

SETTLED = 600


def monthly_probability(people, tenure, multiplier=1.0):
    """Probability of leaving within a month at a tenure in whole months."""
    if people.annual_attrition is not None:
        return multiplier * (1 - math.exp(-people.annual_attrition / 12))
    for band in people.tenure_bands:
        if band.up_to_months is None or tenure < band.up_to_months:
            return multiplier * band.exit_probability_monthly
    raise AssertionError("the last band is open")


def skill(people, tenure):
    ramp = people.ramp
    return ramp.final - (ramp.final - ramp.start) * math.exp(-ramp.rate_monthly * tenure)


class Line:
    """People who joined by one way (in post on day 1, or from one source): a class, nesters, and a list of people by tenure."""

    def __init__(self, people, multiplier):
        self.people, self.multiplier = people, multiplier
        self.in_class, self.nesting = 0.0, 0.0
        self.by_tenure = []
        self.joined_before = []

    def leavers(self):
        return [heads * monthly_probability(self.people, tenure, self.multiplier) for tenure, heads in enumerate(self.by_tenure)]

    def end_of_month(self):
        """Washouts and exits, then everyone is a month older. Returns (washouts, leavers)."""
        washed = self.in_class * self.people.classroom_washout + self.nesting * self.people.nesting_washout
        gone = self.leavers()
        stayed = [heads - left for heads, left in zip(self.by_tenure, gone, strict=True)]
        self.by_tenure = [self.nesting * (1 - self.people.nesting_washout), *stayed]
        self.nesting = self.in_class * (1 - self.people.classroom_washout)
        self.in_class = 0.0
        return washed, sum(gone)


class Frontline:
    """One group's frontline, month by month."""

    def __init__(self, group, training, multipliers, contract_fraction):
        self.people, self.training, self.contract = group.workforce, training, contract_fraction
        self.settled = sum(row.heads for row in self.people.opening if row.tenure_months >= SETTLED)
        self.opened = Line(self.people, 1.0)
        longest = max([int(row.tenure_months) for row in self.people.opening if row.tenure_months < SETTLED], default=0)
        self.opened.by_tenure = [0.0] * (longest + 1)
        for row in self.people.opening:
            if row.tenure_months < SETTLED:
                self.opened.by_tenure[int(row.tenure_months)] += row.heads
        self.opened.in_class, self.opened.nesting = self.people.opening_classroom, self.people.opening_nesting
        self.lines = [self.opened, *(Line(self.people, multiplier) for multiplier in multipliers)]
        self.rows = []

    def month(self, starts, promoted_out, returned):
        """One month: starts by source on day 1, promotions and returns at its end."""
        opening = self.heads()
        for line, number in zip(self.lines[1:], starts, strict=True):
            line.in_class += number
        row = {"opening": opening, "starts": sum(starts), "heads": self.heads(), **self.measured()}
        settled_leavers = self.settled * monthly_probability(self.people, SETTLED)
        ends = [line.end_of_month() for line in self.lines]
        self.settled += returned - promoted_out - settled_leavers
        row |= {"washout": sum(washed for washed, _ in ends), "leavers": settled_leavers + sum(left for _, left in ends)}
        row |= {"promoted_out": promoted_out, "returned": returned, "closing": self.heads()}
        self.rows.append(row)

    def heads(self):
        return self.settled + sum(line.in_class + line.nesting + sum(line.by_tenure) for line in self.lines)

    def measured(self):
        """What is counted on day 1 and over the month."""
        nesting = sum(line.nesting for line in self.lines)
        in_class = sum(line.in_class for line in self.lines)
        effective = self.settled * self.people.ramp.final + nesting * self.people.nesting_proficiency
        effective += sum(heads * skill(self.people, tenure) for line in self.lines for tenure, heads in enumerate(line.by_tenure))
        loss = self.training.mentor_loss / self.training.mentees_per_mentor * nesting
        return {
            "productive_fte": self.contract * (effective - loss),
            "nesting": nesting,
            "training_heads": nesting + in_class,
            "paid_training": nesting + in_class,
            "mentors_eligible": self.settled + self.with_tenure(self.training.mentor_tenure_months),
            "under_6_months": self.younger_than(6),
            "under_12_months": self.younger_than(12),
        }

    def with_tenure(self, months):
        return sum(heads for line in self.lines for tenure, heads in enumerate(line.by_tenure) if tenure >= months)

    def younger_than(self, months):
        """People who joined less than so many months ago: a class 0, nesters 1, tenure j j + 2 months ago."""
        people = sum(line.in_class + line.nesting for line in self.lines)
        return people + sum(heads for line in self.lines for tenure, heads in enumerate(line.by_tenure) if tenure + 2 < months)

    def reaching(self, months):
        """People who are of exactly a tenure on day 1."""
        return sum(line.by_tenure[months] for line in self.lines if months < len(line.by_tenure))


class Role:
    """One unit of one role, month by month."""

    def __init__(self, role, opening):
        self.role, self.people = role, opening
        self.joined = []
        self.rows = []
        self.coming = 0.0

    def month(self, appointed, promoted_in, promoted_away, returned):
        """One month: who joins on day 1; exits, then promotions into and out of the role at its end."""
        opening = self.people
        heads = opening + appointed
        self.joined.append(appointed + self.coming)
        failed = promoted_in * self.role.promotion_failure
        back = failed * self.role.return_share
        gone = failed - back
        exits = heads * self.role.exit_probability_monthly
        closing = heads - exits + promoted_in - failed - promoted_away + returned
        self.rows.append(
            {"opening": opening, "starts": appointed, "heads": heads, "promoted_in": promoted_in, "returned": returned,
             "promoted_out": promoted_away + back, "leavers": exits + gone, "closing": closing}
        )  # fmt: skip
        self.coming = promoted_in - failed
        self.people = closing

    def matured(self, month, grade_months):
        """People who have been in the grade for so many month ends at the end of a month."""
        joined = month + 1 - max(grade_months, 1)
        if joined < 0:
            return 0.0
        return self.joined[joined] * (1 - self.role.exit_probability_monthly) ** max(grade_months, 1)


class Bench:
    """People of one feeder unit who are ready for one role."""

    def __init__(self, opening):
        self.ready = opening
        self.rows = []

    def month(self, leave, share, matured, attempts):
        """Exits among the ready, promotions, then those who have matured."""
        self.rows.append(self.ready)
        self.ready = self.ready * (1 - leave) + share * matured - attempts
