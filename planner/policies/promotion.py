"""Promote from within, and not only: the share of leaders' posts that promotion fills, who is ready, who fails, and what it takes from the frontline."""

from typing import Annotated

from planner import organisation
from planner.organisation import FRONTLINE, Role
from planner.parameters import Field, Fraction, Growth, Months, Unit
from planner.policies.policy import A_MONTH, MONTHLY, PLAIN, SHARE, Figure, People, Policy, PolicyParameters, growth_of, people_of
from planner.scenario import Scenario, moved

SOURCE = "Derived"


class Promotion(PolicyParameters):
    """How leaders' posts are filled. What is set holds for every leader role into which people are promoted."""

    first_share: Fraction | None = 0.6
    """Share of vacancies of the first leader role (team leads) filled by promotion. Empty: the scenario's own.
    Source: from within, and not only (Bidwell 2011; Benson, Li and Shue 2019); the value is an assumption."""

    higher_share: Fraction | None = 0.5
    """Share of vacancies of every higher leader role filled by promotion. Empty: the scenario's own. Assumption: half."""

    time_in_grade_months: Months | None = None
    """Months in the role below before promotion. Empty: the scenario's own. Assumption: 12, from 6 to 24."""

    ready_share: Fraction | None = None
    """Share of those who reach that time who are ready. Empty: the scenario's own. Assumption: 30 %, from 10 to 50 %."""

    promotion_failure: Annotated[float, Field(ge=0, lt=1), Unit("%", 100)] | None = None
    """Share of promotions that fail. Empty: the scenario's own. Source: above zero (Benson, Li and Shue 2019); the value is an assumption."""

    return_share: Fraction | None = None
    """Share of those who fail who return to the role below; the rest leave. Empty: the scenario's own. Assumption: all return."""

    growth_monthly: Growth | None = None
    """Growth that the figures are told for. Empty: what the scenario asks for on average. Yours: the growth to be tested."""

    @classmethod
    def neutral(cls) -> "Promotion":
        """Every role filled as in the scenario."""
        return cls(first_share=None, higher_share=None)


def apply(scenario: Scenario, chosen: Promotion) -> Scenario:
    """The scenario with the leader roles that people are promoted into filled as the policy says."""
    first = organisation.first_leader(scenario.organisation)
    if first is None or chosen.but(growth_monthly=None) == Promotion.neutral():
        return scenario
    roles = tuple(_filled(role, chosen, role == first) if _promoted_into(role) else role for role in scenario.organisation.roles)
    return scenario.but(organisation=scenario.organisation.but(roles=roles))


def _promoted_into(role: Role) -> bool:
    return role.kind == "leader" and role.feeder is not None


def _filled(role: Role, chosen: Promotion, first: bool) -> Role:
    wanted = {
        "internal_share": chosen.first_share if first else chosen.higher_share,
        "time_in_grade_months": chosen.time_in_grade_months,
        "ready_share": chosen.ready_share,
        "promotion_failure": chosen.promotion_failure,
        "return_share": chosen.return_share,
    }
    return role.but(**{name: value for name, value in wanted.items() if value is not None})


def figures(scenario: Scenario, chosen: Promotion) -> tuple[Figure, ...]:
    """For every leader role with a feeder: the share its bench can carry, the growth the share bears, its flows; then the chain and the frontline's part."""
    applied, growth, people = moved(apply(scenario, chosen)), growth_of(scenario, chosen.growth_monthly), people_of(scenario)
    roles = [role for role in organisation.ladder(applied.organisation) if role.feeder]
    found = [figure for role in roles for figure in _of_role(applied, role, growth, people)]
    return (*found, *_of_chain(applied, growth, people)) if roles else ()


def heads_of(scenario: Scenario, name: str, frontline: float) -> float:
    """People of a role that so many frontline people ask for, with fractions, over the whole organisation."""
    if name == FRONTLINE:
        return frontline
    role = next(each for each in scenario.organisation.roles if each.name == name)
    return heads_of(scenario, role.leads, frontline) / role.span


def _exit_of(scenario: Scenario, name: str, people: People) -> float:
    if name == FRONTLINE:
        return people.exit_probability_monthly
    return next(each for each in scenario.organisation.roles if each.name == name).exit_probability_monthly


def flows(scenario: Scenario, growth: float, people: People) -> dict[str, organisation.PromotionFlow]:
    """How the vacancies of every role are filled in steady growth, people a month, from the top down: each promotion opens a post below."""
    drawn: dict[str, float] = {}
    found: dict[str, organisation.PromotionFlow] = {}
    for role in reversed(scenario.organisation.roles):
        filled = role if role.feeder else role.but(internal_share=0.0)
        flow = organisation.promotion_flow(filled, growth, heads_of(scenario, role.name, people.heads), drawn.get(role.name, 0.0))
        found[role.name] = flow
        if role.feeder:
            drawn[role.feeder] = drawn.get(role.feeder, 0.0) + flow.drawn
    return found


def _of_role(scenario: Scenario, role: Role, growth: float, people: People) -> tuple[Figure, ...]:
    heads, flow, name = heads_of(scenario, role.name, people.heads), flows(scenario, growth, people)[role.name], role.name.replace("_", " ")
    if heads <= 0:
        return ()
    out = flow.vacancies / heads - growth - role.exit_probability_monthly
    leaving, feeders = _exit_of(scenario, str(role.feeder), people), heads_of(scenario, str(role.feeder), people.heads) / heads
    asked = (
        f"Of the vacancies; beyond it the bench empties. {role.internal_share:.0%} are asked for at {growth:.1%} growth a month. "
        "In whole months people move up to two months after their time in grade, which lowers it by about a tenth."
    )
    most = float(organisation.largest_internal_share(role, growth, leaving, feeders, out)) if growth + role.exit_probability_monthly + out > 0 else None
    bears = organisation.largest_growth_for_internal_share(role, role.internal_share, leaving, feeders, out) if role.internal_share else None
    return (
        Figure(f"Largest share from within: {name}", most, SHARE, asked, SOURCE, f"internal_share:{role.name}"),
        Figure(f"Growth that share bears: {name}", bears, MONTHLY, "The largest growth at which the bench still fills the share asked for.", SOURCE),
        Figure(f"Vacancies: {name}", flow.vacancies, A_MONTH, f"From growth, exits and promotions out, {flow.internal:.2f} filled from within.", SOURCE),
        Figure(f"Promotions: {name}", flow.attempts, A_MONTH, "Those that fail included.", SOURCE, f"promotions_monthly:{role.name}"),
    )


def _of_chain(scenario: Scenario, growth: float, people: People) -> tuple[Figure, ...]:
    top = organisation.top_leader(scenario.organisation)
    chain, feeder = [], top
    while feeder is not None and feeder.feeder:
        chain.append(feeder.internal_share)
        feeder = next((role for role in scenario.organisation.roles if role.name == str(feeder.feeder)), None)
    shares = [*chain, 0.0]
    taken = sum(flow.drawn for name, flow in flows(scenario, growth, people).items() if _feeds(scenario, name))
    replaced = "Each is replaced by a start, who is trained for months."
    found = [Figure("Frontline people promoted away", taken, A_MONTH, replaced, SOURCE, "promoted_from_frontline")]
    if chain and top:
        moves, means = organisation.vacancy_chain_multiplier(shares), "Moves that one vacancy at the top causes, itself included."
        found.append(Figure("Moves for one top vacancy", moves, PLAIN, means, "White 1970, Chains of Opportunity"))
        entries = float(organisation.external_entries(shares)[-1])
        found.append(Figure("Of them, hires at the bottom", entries, PLAIN, "People from outside that it brings in at the bottom.", "White 1970"))
    return tuple(found)


def _feeds(scenario: Scenario, name: str) -> bool:
    return any(role.name == name and role.feeder == FRONTLINE for role in scenario.organisation.roles)


POLICY = Policy(
    name="promotion",
    title="Promote from within, and not only",
    conviction="People who know the work lead it best, but a fast-growing organisation that promotes only its own empties its bench.",
    parameters=Promotion,
    apply=apply,
    figures=figures,
    assumes=(
        "A fixed share of those who reach the time in grade is ready; who failed and came back is not ready again within the plan.",
        "Figures hold for steady growth of everything; the plan goes month by month.",
        "A person from outside costs a premium and leaves no gap below.",
    ),
    evidence=(
        "External hires are paid 18 to 20 % more, are rated lower for two years and leave more (Bidwell 2011); promoting the best performer makes worse "
        "leaders (Benson, Li and Shue 2019). The largest share is our own derivation, checked by simulation; readiness and failure are assumptions."
    ),
)
