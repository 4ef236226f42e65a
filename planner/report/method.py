"""The method in words: formulas, what each assumes, its sources and limits; every parameter from its declaration; the glossary."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

import pandas as pd

from planner.parameters import Parameter, Parameters, describe
from planner.scenario import Scenario


@dataclass(frozen=True)
class Method:
    """One topic: what is worked out, by which formulas (LaTeX), under which assumptions, from which sources, within which limits."""

    title: str
    says: str
    formulas: tuple[str, ...]
    assumes: str
    sources: str
    limits: str = ""


METHODS = (
    Method(
        "From contacts to agents: Erlang C",
        "Offered load is contacts a second times handle time. The fewest agents are taken that meet every target. Callers wait for ever.",
        (
            r"a = \lambda m, \qquad B(0) = 1, \quad B(k) = \frac{a\,B(k-1)}{k + a\,B(k-1)}",
            r"C = \frac{B}{1 - \rho\,(1 - B)}, \qquad \rho = \frac{a}{n}, \qquad \mathrm{ASA} = \frac{C\,m}{n - a}, \qquad \mathrm{SL}(T) "
            r"= 1 - C\,e^{-(n-a)\,T/m}",
        ),
        "Contacts at random (Poisson), exponential handle times, endless patience, a steady rate within the interval, agents who are all alike.",
        "Erlang 1917; Gans, Koole and Mandelbaum 2003.",
        "Robbins, Medeiros and Harrison 2010 find large errors, heavily biased to the pessimistic side where callers hang up.",
    ),
    Method(
        "From contacts to agents: Erlang A",
        "The same with patience: a waiting caller hangs up after an exponential time. This is the default for calls.",
        (
            r"c = \frac{n\mu}{\theta}, \qquad P(\text{served within } T) = \sum_{k<n} \pi_k + \sum_{j \ge 0} \pi_{n+j}\, \frac{c}{c+j+1}\, "
            r"I_{1-e^{-\theta T}}(j+1,\, c+1)",
            r"P(\text{abandon}) = \frac{\theta\, E[Q]}{\lambda}, \qquad \text{occupancy} = \frac{a\,(1 - P(\text{abandon}))}{n}",
        ),
        "As Erlang C, with exponential patience. Service level is what is served in time over everything offered.",
        "Palm 1957; Garnett, Mandelbaum and Reiman 2002; the service level formula is derived here and was checked by simulation.",
        "Errs on the optimistic side (Robbins), so both are shown as a bracket. Exponential patience is wrong for the first seconds of a wait; fit patience as "
        "seconds waited over calls abandoned. Service level alone lets a large centre plan to lose callers: abandonment and occupancy "
        "are limited too.",
    ),
    Method(
        "Days that vary",
        "Where a queue is staffed for expected service, its load varies by day around the forecast, and the service level is the mean "
        "over days, each day weighted by its calls.",
        (
            r"\Lambda \sim \mathrm{Gamma}(\text{mean } a,\ \mathrm{CV}\ c), \qquad n^* = \min\{ n : E[\Lambda\,\mathrm{SL}(n, \Lambda)] / "
            r"a \ge \text{target} \}",
        ),
        "Agents are fixed before the day is known.",
        "Whitt 2006; Jongbloed and Koole 2001; Bassamboo, Randhawa and Zeevi 2010.",
        "For a large centre the forecast error governs safety staff, not the square root of the load.",
    ),
    Method(
        "Chat",
        "Each agent holds several chats, each the longer the more are held. Effective concurrency is a result, not an input.",
        (
            r"\text{rate with } M = qn + r \text{ chats} = r\,\frac{q+1}{m_{q+1}} + (n - r)\,\frac{q}{m_q}, \qquad "
            r"K_{\text{effective}} = K\,\frac{m_1}{m_K}",
        ),
        "Balanced routing, exponential lengths, exponential patience.",
        "Tezcan and Zhang 2014; Luo and Zhang 2013; Long, Tezcan and Zhang 2024.",
        "Service and patience distributions matter more for chat than for calls.",
    ),
    Method(
        "E-mail and back office",
        "Work may wait until its deadline. The smallest steady team is the largest demand over any window between arrival and deadline.",
        (
            r"\text{rate} = \max_{s \le t} \frac{A[s..t] + B_0\,[s = 0]}{t - s + D}, \qquad \text{agents} = \frac{\text{rate} \times "
            r"\text{handle time}}{\text{occupancy}}",
        ),
        "Work in order of arrival, a steady team in opening hours, a typical week of each month.",
        "Demand bound of earliest-deadline-first scheduling; equal to the optimum of a linear program in every check.",
    ),
    Method(
        "From interval to month, FTE and people",
        "Agents times interval over every day of the month are hours on position. Paid hours lose public holidays, shrinkage out of "
        "office, shrinkage in office and what shifts lose.",
        (
            r"R = \sum_{\text{days}} \sum_t n_t\,\Delta, \qquad \text{FTE} = \frac{R}{H\,(1 - s_{\text{out}})(1 - s_{\text{in}})\,\eta}, "
            r"\qquad \text{people} = \frac{\text{FTE}}{\text{mean contract fraction}}",
        ),
        "Stages multiply and are divided by, never added and never marked up. The occupancy limit belongs to the agents, not here.",
        "Arithmetic of the stages; schedule efficiency after Dantzig 1954 and a set-covering experiment on a real 14-hour day.",
        "Schedule efficiency is 72 % with 8-hour shifts only and up to 98 % with short shifts: a first-order figure to measure.",
    ),
    Method(
        "People: leaving, training, ramp",
        "Everyone is followed by tenure: classroom, nesting, then qualified. What one start brings month by month is worked out once; "
        "a plan adds up its starts.",
        (
            r"q = 1 - e^{-A/12}, \qquad p(\tau) = r_\infty - (r_\infty - r_0)\,e^{-\kappa\tau}",
            r"\text{FTE}_t = \sum_{s \le t} \text{starts}_s\; y_{t-s} + \text{opening}_t - \text{mentoring}_t",
        ),
        "Chances of leaving by band of tenure, or one annual attrition; washout at the end of each stage; part of a month in a stage "
        "brings that part of its proficiency.",
        "Whitt 2006; Batt, Doellgast and Kwon 2005 for training weeks; practice sources for the rest.",
        "No public data with leaving by tenure or with class washout was found: these figures are assumptions shaped by practice.",
    ),
    Method(
        "Classes, rooms, trainers, mentors",
        "Classes start on the first day of a month with a size between its bounds; they hold a room and trainers until the classroom "
        "ends, and mentors while nesting.",
        (
            r"\text{classes running} \le \text{rooms}, \qquad \text{nesters} \le \text{mentees per mentor} \times \text{mentor share} "
            r"\times \text{eligible people}",
            r"\frac{(g + q)\left((1 + g)^D - 1\right)}{g} = \kappa\,(1 - w) \quad \text{gives the largest growth } g \text{ that mentors carry}",
        ),
        "Mentoring lasts as long as nesting and costs part of the mentor's own capacity.",
        "Derived, no published formula was found; the ratios are assumptions.",
    ),
    Method(
        "Leaders, promotion, hiring",
        "Each role has a span. Vacancies are filled by promotion from a ready bench and from outside, with lead time; promotions may fail.",
        (
            r"\text{required leaders} = \left\lceil \frac{\text{people led}}{\text{span}} - 10^{-9} \right\rceil, \qquad \text{starts} = "
            r"\text{applicants} \times \prod \text{conversions}",
            r"\text{open requisition by} = \text{start} - \text{median} \times e^{1.2816\,\sigma}",
        ),
        "People led are those in the plan or those required, whichever is more. Time to fill is lognormal; requisitions leave its 90th percentile.",
        "ICMI for 8 to 12 people a team lead; Bidwell 2011 for the premium of outside hires; Benson, Li and Shue 2019 for failed "
        "promotions; SHRM for time to fill.",
        "Shares promoted, ready and failing are assumptions in their values.",
    ),
    Method(
        "From one scenario to another, by cause",
        "Parameters that differ are sorted by cause. Every scenario between the two, with some causes changed and the rest not, is planned; the part of a "
        "cause is its mean effect over all orders in which the causes could change. With more than six causes the smallest are weighed together and split.",
        (
            r"\varphi_i = \sum_{S \not\ni i} \frac{|S|!\,(n - |S| - 1)!}{n!}\,\bigl(v(S \cup \{i\}) - v(S)\bigr), \qquad "
            r"\sum_i \varphi_i = v(\text{after}) - v(\text{before})",
        ),
        "Each scenario is planned with the decisions that the baseline takes for it. The split among the smallest goes by their mean effect as the first and "
        "as the last to change (derived).",
        "Shapley 1953, A value for n-person games.",
        "A cause is a kind of parameter, not a reason. Scenarios with other months, sites, queues, groups or currency have nothing in between.",
    ),
    Method(
        "How far a lever can go",
        "The whole grid of the lever is planned, then the edge between the last value that holds and the next is found by bisection.",
        (r"x^* = \max \{ x : c_k(x, t) \le \ell_k \text{ for every condition } k \text{ and month } t \}",),
        "Each value is planned with the decisions that the baseline takes for it. A ratio holds while no post stands open.",
        "Definition of the house.",
        "Between two values of the grid that both fail nothing is looked for. The steps are told with the answer.",
    ),
)
"""Topics in the way of a volume: contacts, agents, FTE, people, leaders."""

SYMBOLS = (
    ("λ, a", "Contacts a second; offered load in erlangs, λ times handle time"),
    ("m, μ", "Handle time in seconds, and one over it"),
    ("n, ρ", "Agents on contacts; load over agents"),
    ("T, θ", "Acceptable wait in seconds; one over the mean patience"),
    ("B, C", "Chance that all agents are busy without, and with, a queue"),
    ("πₖ, Q, I", "Chance of k contacts in the system; contacts waiting; regularised incomplete beta function"),
    ("mₖ, K", "Length of a chat when k are held; most held at once"),
    ("A[s..t], B₀, D", "Work that arrives from s to t; opening backlog; deadline, or months of mentoring"),
    ("R, Δ, H", "Hours on position in a month; length of an interval; paid hours of one FTE in a month"),
    ("s out, s in, η", "Shrinkage of paid hours; of hours present; required hours over scheduled hours"),
    ("A, q", "Annual attrition; chance of leaving within a month"),
    (
        "τ, κ, r₀, r∞",
        "Tenure in months; rate of learning (in the growth formula: trainees that one qualified head can carry); proficiency at first and at last",
    ),
    ("yₖ", "Productive FTE that one start brings k months later"),
    ("g, w, σ", "Growth a month; washout; spread of the time to fill"),
)
"""What the letters of the formulas stand for."""

NOT_ESTABLISHED = (
    "No public data with leaving by tenure or with class washout was found: those chances are assumptions shaped by practice sources.",
    "Patience and handle-time defaults come from one bank's call log of 1999. Fit your own.",
    "Multi-skill routing between specialists and generalists is approximated by pooling; only a symmetric case of two types was checked by simulation.",
    "What all-hands work and culture cost rests on derivation and practice, not on controlled evidence.",
    "How much optimisation saves against a well-tuned rule is about 1 % in our own experiments; published percentages could not be verified.",
)

GLOSSARY = (
    ("Contacts", "What customers bring, offered, whether served or not; per interval or per month."),
    ("Average handle time", "Talk, hold and wrap-up of one contact, in seconds."),
    ("Acceptable wait", "The 20 of 80/20: the wait within which a contact counts as served in time, in seconds."),
    ("Average speed of answer", "Mean wait of all contacts, served or not, in seconds."),
    ("Service level", "Contacts served within the acceptable wait, over all contacts offered."),
    ("Offered load", "Contacts a second times handle time, in erlangs: the agents that would be busy if nobody ever waited."),
    ("Agents", "People on contacts at one moment, before shrinkage and schedules."),
    ("Patience", "Mean time after which a waiting customer gives up, in seconds."),
    ("Occupancy", "Share of their time on position that agents are busy."),
    ("Shrinkage", "Why paid time is not on position: out of office as a share of paid hours, in office as a share of hours present."),
    ("FTE", "Full-time equivalent: one full-time contract, fully proficient, paid, before shrinkage."),
    ("Heads", "People. Trainees count, contractors do not."),
    ("Annual attrition", "People who leave in a year over average heads."),
    ("Probability of leaving", "Chance that one person leaves within a month: 1 − e^(−attrition / 12)."),
    ("Tenure and ramp", "Months since nesting, and how proficiency grows with them."),
    ("Class", "People who start training together on the first day of a month."),
    ("Nesting", "Real contacts with a mentor at hand, after the classroom."),
    ("Washout", "People who do not finish classroom or nesting."),
    ("Funnel", "Requisitions, applicants, screens, interviews, offers, acceptances, starts."),
    ("Span", "People led per head of a role. The executive's 1 to 100 counts frontline people."),
    ("Ladder", "Team lead, manager, executive; support roles: trainer, recruiter, QA, WFM analyst, HR."),
    ("Ready bench", "People who may be promoted today: long enough in grade, and ready."),
    ("Shortage and surplus", "FTE missing or spare against the requirement. A shortage has a price: value lost, not money paid."),
    ("Baseline", "The decisions a careful spreadsheet would take: the benchmark that stays visible."),
    ("Binding target", "The promise that decides most hours on position: service level, speed of answer, abandonment, occupancy, deadline, or stated."),
)
"""Names of the house, in words."""


def declarations(kind: type[Parameters] = Scenario, above: str = "") -> Iterator[tuple[str, Parameter]]:
    """Every parameter that a scenario can have, whether a given one does or not: the part it stands in and its declaration."""
    for name, info in kind.model_fields.items():
        found = list(dict.fromkeys(_kinds(info.annotation)))
        if not found or get_args(info.annotation):
            default = None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
            yield above, describe(name, name, default, info)
        for part in found:
            yield from declarations(part, name if len(found) == 1 else part.__name__.lower())


def _kinds(annotation: Any) -> Iterator[type[Parameters]]:
    if isinstance(annotation, type) and issubclass(annotation, Parameters):
        yield annotation
    for inner in get_args(annotation):
        yield from _kinds(inner)


def symbols() -> pd.DataFrame:
    """The letters of the formulas as a table."""
    return pd.DataFrame(SYMBOLS, columns=["Symbol", "Meaning"])


def glossary() -> pd.DataFrame:
    """The glossary as a table."""
    return pd.DataFrame(GLOSSARY, columns=["Term", "Meaning"])
