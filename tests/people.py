"""An oracle: every person one by one, at random. Written from the definitions of the house and from nothing in planner/ but the scenario and the decisions.

Stages must last whole months, one or more, and tenures be whole, so that a month needs no fractions. `everybody` replays a plan's decisions with
random exits, washouts and failed promotions; the others are the stories that closed forms tell, lived through by people.
"""

import math

import numpy as np

MONTH_IN_WEEKS = 365.25 / 84


def probability(people, tenure, multiplier):
    """Probability of leaving within a month, by person; nobody leaves before the end of nesting."""
    if people.annual_attrition is not None:
        rate = np.full(len(tenure), 1 - math.exp(-people.annual_attrition / 12))
    else:
        rate = np.full(len(tenure), people.tenure_bands[-1].exit_probability_monthly)
        for band in reversed(people.tenure_bands[:-1]):
            rate = np.where(tenure < band.up_to_months, band.exit_probability_monthly, rate)
    return np.where(tenure >= 0, rate * multiplier, 0.0)


class Group:
    """The people of one group: for each the month of the start, and the source's multiplier. Tenure counts from the end of nesting."""

    def __init__(self, given):
        people = given.workforce
        self.people = people
        self.classroom, self.nesting = round(people.classroom_weeks / MONTH_IN_WEEKS), round(people.nesting_weeks / MONTH_IN_WEEKS)
        self.start, self.multiplier = np.zeros(0), np.zeros(0)
        for row in people.opening:
            self.join(round(row.heads), -round(row.tenure_months) - self.classroom - self.nesting, 1.0)
        self.join(round(people.opening_classroom), 0, 1.0)
        self.join(round(people.opening_nesting), -self.classroom, 1.0)

    def join(self, heads, start, multiplier):
        self.start = np.append(self.start, np.full(heads, float(start)))
        self.multiplier = np.append(self.multiplier, np.full(heads, multiplier))

    def tenure(self, month):
        return month - self.start - self.classroom - self.nesting

    def keep(self, who):
        self.start, self.multiplier = self.start[who], self.multiplier[who]

    def fte(self, month, training):
        """What everybody brings: nothing in the classroom, a part in nesting, then the ramp; mentors lose their part."""
        tenure, ramp = self.tenure(month), self.people.ramp
        nesting = (tenure < 0) & (tenure >= -self.nesting)
        skill = ramp.final - (ramp.final - ramp.start) * np.exp(-ramp.rate_monthly * np.maximum(tenure, 0))
        lost = nesting.sum() * training.mentor_loss / training.mentees_per_mentor
        return (skill * (tenure >= 0)).sum() + self.people.nesting_proficiency * nesting.sum() - lost

    def month_end(self, month, rng):
        """Washout where a stage ends with the month, and exits of those who are qualified."""
        tenure = self.tenure(month)
        ends_class, ends_nesting = tenure == -self.nesting - 1, tenure == -1
        wash = np.where(ends_class, self.people.classroom_washout, 0) + np.where(ends_nesting, self.people.nesting_washout, 0)
        leaves = rng.random(len(tenure)) < wash + probability(self.people, tenure, self.multiplier)
        self.keep(~leaves)

    def promote(self, month, number, rng):
        """Takes settled people out at random."""
        settled = np.flatnonzero(self.tenure(month) >= 12)
        chosen = rng.choice(settled, size=number, replace=False)
        self.keep(np.setdiff1d(np.arange(len(self.start)), chosen))


def everybody(scenario, decisions, rng):
    """One random life of a plan: {name: [months, units]} of frontline heads, new people, FTE and the people of every role."""
    months = scenario.horizon.months
    groups = [Group(given) for given in scenario.groups]
    sites = {site.name: site.training for site in scenario.sites}
    units = {role.name: unit_names(scenario, role) for role in scenario.organisation.roles}
    roles = {role.name: np.array([opening(role, unit) for unit in units[role.name]]) for role in scenario.organisation.roles}
    seen = {"heads": [], "new": [], "fte": []} | {name: [] for name in roles}
    for month in range(months):
        for g, group in enumerate(groups):
            for s, source in enumerate(scenario.hiring.sources):
                group.join(int(decisions.starts[month, g, s]), month, source.exit_multiplier)
        for name in roles:
            roles[name] = roles[name] + decisions.appointments[name][month].astype(int)
        seen["heads"].append([len(group.start) for group in groups])
        seen["new"].append([int((month - group.start < 6).sum()) for group in groups])
        seen["fte"].append([group.fte(month, sites[given.site]) for group, given in zip(groups, scenario.groups, strict=True)])
        for name in roles:
            seen[name].append(roles[name].copy())
        for group in groups:
            group.month_end(month, rng)
        gone = {role.name: rng.binomial(roles[role.name], role.exit_probability_monthly) for role in scenario.organisation.roles}
        for name in roles:
            roles[name] = roles[name] - gone[name]
        for role in scenario.organisation.roles:
            if role.feeder:
                promotions(scenario, role, decisions.promotions[role.name][month], month, groups, roles, units, rng)
    return {name: np.array(values, dtype=float) for name, values in seen.items()}


def promotions(scenario, role, attempts, month, groups, roles, units, rng):
    """Promotions into a role at a month's end, person by person: some fail, and of those some come back."""
    feeders = [group.name for group in scenario.groups] if role.feeder == "frontline" else units[role.feeder]
    for position, number in enumerate(attempts.astype(int)):
        failed = rng.binomial(number, role.promotion_failure)
        back = rng.binomial(failed, role.return_share)
        upper = upper_unit(scenario, role, feeders[position], units[role.name])
        roles[role.name][upper] += number - failed
        if role.feeder == "frontline":
            groups[position].promote(month + 1, number - back, rng)
        else:
            roles[role.feeder][position] += back - number


def unit_names(scenario, role):
    names = {"group": [group.name for group in scenario.groups], "site": [site.name for site in scenario.sites], "all": ["all"]}
    return names[role.scope]


def opening(role, unit):
    return sum(round(entry.heads) for entry in role.opening_heads if entry.unit == unit)


def upper_unit(scenario, role, below, names):
    """Position of the unit of a role that a unit below belongs to."""
    if role.scope == "all":
        return 0
    site = next((group.site for group in scenario.groups if group.name == below), below)
    return names.index(below if role.scope == "group" else site)


# Stories of the closed forms -----------------------------------------------------------------------------------------------------------------


def months_to_grow_with_mentors(mentees, share, training, leave, washout, start, end, rng, most=400):
    """Months from one size of qualified people to another; mentors, max(1, the share rounded down), take trainees whenever they are free."""
    qualified, classes = start, [0] * (training - 1)
    for month in range(most):
        if qualified >= end:
            return month
        mentors = max(1, math.floor(share * qualified)) if qualified else 0
        classes.append(max(mentors * mentees - sum(classes), 0))
        qualified = rng.binomial(qualified, 1 - leave) + rng.binomial(classes.pop(0), 1 - washout)
    return most


def largest_internal_share(growth, feeder_leave, upper_leave, feeders, ready, failure, months_in_grade, rng, people=20_000, horizon=60):
    """Promotions that last over vacancies, in the last year of a growing feeder grade whose ready people are all promoted. People go by the month they came."""
    stay_rate = (1 - feeder_leave) / (1 + growth)
    by_age = np.floor(people * (1 - stay_rate) * stay_rate ** np.arange(300)).astype(int)
    lasting, vacancies = [], []
    for _ in range(horizon):
        total = by_age.sum()
        stay = rng.binomial(by_age, 1 - feeder_leave)
        promoted = rng.binomial(stay[months_in_grade - 1], ready)
        failed = rng.binomial(promoted, failure)
        stay[months_in_grade - 1] -= promoted - failed
        oldest = stay[-1]
        by_age = np.concatenate([[round(total * (1 + growth)) - stay.sum()], stay[:-1]])
        by_age[-1] += oldest
        lasting.append(promoted - failed)
        vacancies.append((growth + upper_leave) * total / feeders)
    return sum(lasting[-12:]) / sum(vacancies[-12:])


def share_under(months, growth, leave, rng, people=20_000, horizon=80):
    """Share of people with less than so many months, after years of growth, each leaving at random; people go by the month they came."""
    by_age = np.zeros(horizon + 1, dtype=int)
    by_age[-1] = people
    for _ in range(horizon):
        total = by_age.sum()
        stay = rng.binomial(by_age, 1 - leave)
        by_age = np.concatenate([[round(total * (1 + growth)) - stay.sum()], stay[:-1]])
        by_age[-1] += stay[-1]
    return by_age[:months].sum() / by_age.sum()


def starts_from(applicants, conversions, rng):
    """People at each stage of a funnel, everyone taking their own chance at every stage."""
    counts = [applicants]
    for share in conversions:
        counts.append(int((rng.random(counts[-1]) < share).sum()))
    return counts
