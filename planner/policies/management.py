"""Scale the management team: every span kept while the organisation grows, because the searches begin ahead of it."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from planner import organisation
from planner.horizon import month_start
from planner.organisation import FRONTLINE, Role
from planner.parameters import Field, Ratio, Unit
from planner.policies.policy import A_MONTH, PEOPLE, PLAIN, RATIO, SHARE, Figure, Policy, PolicyParameters, required_heads
from planner.scenario import Scenario, moved

Array = NDArray[np.float64]
Lead = Annotated[int, Field(ge=0, le=36), Unit("months")]
SOURCE = "Derived"


class Management(PolicyParameters):
    """Ratios to keep, and when the search for a leader begins."""

    top_span: Ratio | None = 100.0
    """Frontline people for each senior executive, the last leader role. Empty: the scenario's own. Assumption: 1 to 100."""

    first_span: Ratio | None = None
    """Frontline people for each team lead, the first leader role. Empty: the scenario's own. Source: 8 to 12 in many centres (ICMI)."""

    seek: Literal["ahead", "when_broken"] | None = "ahead"
    """Begin searches for leaders ahead of the ratio by their lead time, or only once a post is open. Empty: as each role does now. Assumption: ahead."""

    top_lead_time_months: Lead | None = None
    """Months from starting a search for a senior executive to the first day. Empty: the scenario's own. Assumption: six months are common."""

    tolerance: Annotated[float, Field(ge=-0.5, le=0.5), Unit("%", 100)] = 0.0
    """How far the leaders' ratios may be exceeded before a post counts as open; below zero keeps spare leaders. Assumption: not at all."""

    @classmethod
    def neutral(cls) -> "Management":
        """Every ratio, search and lead time as in the scenario."""
        return cls(top_span=None, first_span=None, seek=None, top_lead_time_months=None, tolerance=0.0)


def apply(scenario: Scenario, chosen: Management) -> Scenario:
    """The scenario with the leaders' spans, lead time and way of seeking set."""
    leaders = organisation.ladder(scenario.organisation)
    if not leaders or chosen == Management.neutral():
        return scenario
    first, top = leaders[0].name, leaders[-1].name
    roles = tuple(_led(role, chosen, role.name == first, role.name == top) if role.kind == "leader" else role for role in scenario.organisation.roles)
    return scenario.but(organisation=scenario.organisation.but(roles=roles))


def _led(role: Role, chosen: Management, first: bool, top: bool) -> Role:
    """One leader role as the policy wants it; where one role is first and top, the top's span counts."""
    span = chosen.top_span if top and chosen.top_span is not None else chosen.first_span if first and chosen.first_span is not None else role.span
    lead = chosen.top_lead_time_months if top and chosen.top_lead_time_months is not None else role.lead_time_months
    return role.but(span=span * (1 + chosen.tolerance), seek=chosen.seek or role.seek, lead_time_months=lead)


def figures(scenario: Scenario, chosen: Management) -> tuple[Figure, ...]:
    """Executives needed and sought by month, the drift where searches wait, layers and overhead of any size."""
    applied = moved(apply(scenario, chosen))
    top = organisation.top_leader(applied.organisation)
    path = np.array(required_heads(scenario))
    return (*(_of_top_leader(applied, top, path) if top else ()), *_of_layers(applied, path))


def _of_top_leader(scenario: Scenario, top: Role, frontline: Array) -> tuple[Figure, ...]:
    name = top.name.replace("_", " ")
    led, opening = _led_heads(scenario, top, frontline), float(sum(entry.heads for entry in top.opening_heads))
    needed = organisation.required_leaders(led, top.span)
    ahead = organisation.external_starts_ahead(needed, opening, top.exit_probability_monthly, top.lead_time_months, whole=False)
    last = len(needed) - 1
    return (
        Figure(f"Needed at first: {name}", float(needed[0]), PEOPLE, f"People required in the first month, one for every {top.span:g}.", SOURCE),
        Figure(f"Needed at last: {name}", float(needed[last]), PEOPLE, "People required in the last month.", SOURCE, "top_leaders_last"),
        Figure("Appointments a month", _mean(ahead, top), A_MONTH, "What the growth and the exits ask for on average, all from outside.", SOURCE),
        Figure("First search begins", _first_search(scenario, top, needed, opening), PLAIN, "For the first post the growth opens, less the lead time.", SOURCE),
        *_drifts(top, led, needed, opening),
    )


def _led_heads(scenario: Scenario, role: Role, frontline: Array) -> Array:
    """People counted for a role's ratio by month, over the whole organisation, as the required frontline people ask for them."""
    if role.leads == FRONTLINE:
        return frontline
    below = next(each for each in scenario.organisation.roles if each.name == role.leads)
    return organisation.required_leaders(_led_heads(scenario, below, frontline), below.span).astype(float)


def _mean(starts: Array, role: Role) -> float | None:
    within = starts[role.lead_time_months + 1 :]
    return float(within.mean()) if len(within) else None


def _first_search(scenario: Scenario, role: Role, needed: NDArray[np.int64], opening: float) -> str | None:
    """The month in which the search for the first open post must begin, which may lie before the plan; None: no post ever opens."""
    staying = opening * (1 - role.exit_probability_monthly) ** np.arange(len(needed))
    opened = np.flatnonzero(organisation.vacancies(needed, staying))
    if not len(opened):
        return None
    return month_start(scenario.horizon, int(opened[0]) - role.lead_time_months).strftime("%Y-%m")


def _drifts(role: Role, led: Array, needed: NDArray[np.int64], opening: float) -> tuple[Figure, ...]:
    """How wide the ratio becomes where a search begins only once a post is open, by outside appointments alone."""
    starts = organisation.external_starts_when_broken(needed, opening, role.exit_probability_monthly, role.lead_time_months)
    spans = organisation.span_of(led, organisation.heads_path(starts, opening, role.exit_probability_monthly))
    if spans.mask.any():
        return ()
    meaning = "How wide the ratio becomes, by outside appointments alone, if a search begins only once a post is open."
    return (
        Figure("Ratio where searches wait, at worst", float(spans.max()), RATIO, meaning, SOURCE, "widest_top_span"),
        Figure("Ratio where searches wait, at last", float(spans[-1]), RATIO, "The same in the last month.", SOURCE),
    )


def _of_layers(scenario: Scenario, frontline: Array) -> tuple[Figure, ...]:
    """Layers and overhead at 4 and 50,000 people and at the plan's ends, under the spans of the ladder, each layer led by the next."""
    spans = [role.span for role in organisation.ladder(scenario.organisation) if role.leads != FRONTLINE or role.name == _first_name(scenario)]
    if not spans or spans[-1] <= 1:
        return ()
    sizes = dict.fromkeys((4, round(frontline[0]), round(frontline[-1]), 50_000))
    return tuple(
        Figure(
            f"Leaders over frontline people, at {size:,}",
            organisation.overhead_share(size, spans),
            SHARE,
            f"Layers of {' + '.join(f'{positions:,}' for positions in organisation.layers(size, spans))}, the last span repeated up to one person.",
            "Williamson 1967, Qian 1994 (layers of control)",
        )
        for size in sizes
        if size > 0
    )


def _first_name(scenario: Scenario) -> str:
    first = organisation.first_leader(scenario.organisation)
    return first.name if first else ""


POLICY = Policy(
    name="management",
    title="Scale the management team",
    conviction="Growth does not break what has a leader: keep every ratio, and begin each search before the post is open.",
    parameters=Management,
    apply=apply,
    figures=figures,
    assumes=(
        "Trainees count as people who are led.",
        "A search takes its lead time and always ends with somebody; who leaves is replaced.",
        "Ratios are kept for the people in the plan or required, whichever is more.",
    ),
    evidence="Spans of 8 to 12 are common (ICMI), 5 to 20 defensible. That a wider ratio costs service is not modelled: no figure for it was found.",
)
