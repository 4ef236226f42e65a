"""Numbers and findings in the planner's words: formats for people, and the verdict on a plan."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from planner import limits
from planner.baseline import look_ahead
from planner.hiring import lead_months
from planner.horizon import month_start
from planner.plan import Plan, RoleMonths

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
SHORT_FTE, SHORT_SHARE = 0.5, 0.005

Tone = Literal["good", "watch", "bad"]


# Numbers -------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Style:
    """How numbers are written: what stands between thousands, and what before decimals."""

    thousands: str
    decimal: str

    @property
    def name(self) -> str:
        """An example of it, as people choose it."""
        return f"1{self.thousands}234{self.decimal}5"


STYLES = (Style(",", "."), Style("\u202f", ","), Style(".", ","), Style("\u2019", "."))
"""Ways of writing numbers: English, French and the standards, German and Spanish, Swiss."""
_style: ContextVar[Style] = ContextVar("style", default=STYLES[0])
"""The reader's way of writing numbers, for the thread that draws his page. Files but the printed report never follow it."""


LANGUAGES = {
    "fr": 1, "nb": 1, "nn": 1, "no": 1, "sv": 1, "fi": 1, "pl": 1, "cs": 1, "sk": 1, "hu": 1, "bg": 1, "uk": 1, "ru": 1, "pt-PT": 1, "de": 2, "es": 2,
    "it": 2, "nl": 2, "da": 2, "pt": 2, "tr": 2, "el": 2, "id": 2, "ro": 2, "hr": 2, "sl": 2, "de-CH": 3, "de-LI": 3, "it-CH": 3,
}  # fmt: skip
"""Which of the ways a language writes in; those that are not named write as English does. Source: Unicode CLDR, number symbols."""


def style_of(locale: str) -> Style:
    """How a language writes numbers.

    >>> style_of("de-DE").name, style_of("de-CH").name, style_of("en-US").name, style_of("").name
    ('1.234,5', '1’234.5', '1,234.5', '1,234.5')
    """
    known = LANGUAGES.get(locale, LANGUAGES.get(locale.split("-")[0].lower(), 0))
    return STYLES[known if not locale.startswith(("es-MX", "es-US")) else 0]


def style() -> Style:
    """The way in which numbers are written here and now."""
    return _style.get()


def write_in(chosen: Style) -> None:
    """Numbers are written so from here on, in this thread."""
    _style.set(chosen)


@contextmanager
def writing(chosen: Style) -> Iterator[None]:
    """Numbers are written so within."""
    before = _style.set(chosen)
    try:
        yield
    finally:
        _style.reset(before)


def number(value: float, decimals: int = 0) -> str:
    """A number in the reader's way of writing, never minus zero. Everything that people read is written through here.

    >>> number(1234.56, 1), number(-0.4)
    ('1,234.6', '0')
    >>> with writing(STYLES[2]):
    ...     number(1234.56, 1)
    '1.234,6'
    """
    text = f"{value:,.{decimals}f}"
    if text[0] == "-" and not any(letter in "123456789" for letter in text):
        text = text[1:]
    return restyled(text)


def restyled(text: str) -> str:
    """A number as Python writes it, 1,234.5, in the reader's way of writing.

    >>> with writing(STYLES[1]):
    ...     restyled("1,234.5") == "1\u202f234,5"
    True
    """
    chosen = _style.get()
    return text if chosen is STYLES[0] else text.translate({ord(","): chosen.thousands, ord("."): chosen.decimal})


def count(value: float) -> str:
    """A whole number with thousands separators.

    >>> count(1234.4)
    '1,234'
    """
    return number(value)


def people(value: float) -> str:
    """People, whole.

    >>> people(312.2), people(1)
    ('312 people', '1 person')
    """
    return f"{count(value)} {'person' if count(value) == '1' else 'people'}"


def fte(value: float) -> str:
    """FTE: whole from 10 up, with one decimal below.

    >>> fte(14.2), fte(0.62)
    ('14 FTE', '0.6 FTE')
    """
    return f"{one_decimal(value)} FTE"


def one_decimal(value: float) -> str:
    """Whole from 10 up, with one decimal below.

    >>> one_decimal(9.96), one_decimal(2.0), one_decimal(1234.5)
    ('10', '2.0', '1,234')
    """
    return count(value) if abs(value) >= 9.95 else number(value, 1)


def percent(fraction: float) -> str:
    """A fraction as a percentage, with one decimal below 10 % where it is not whole.

    >>> percent(0.8), percent(0.025), percent(-0.05)
    ('80 %', '2.5 %', '-5 %')
    """
    value = fraction * 100
    return f"{number(value)} %" if abs(value) >= 9.95 or abs(value - round(value)) < 0.05 else f"{number(value, 1)} %"


def money(amount: float, currency: str) -> str:
    """Money for people: three leading digits, with K, M or B.

    >>> money(1_240_000, "USD"), money(950, "EUR"), money(12_345, "CHF")
    ('$1.24 M', '€950', 'CHF 12.3 K')
    """
    sign = CURRENCY_SIGNS.get(currency, f"{currency} ")
    for size, letter in ((1e9, " B"), (1e6, " M"), (1e3, " K")):
        if abs(amount) >= size * 0.9995:
            return f"{'-' if amount < 0 else ''}{sign}{_three_digits(abs(amount) / size)}{letter}"
    return f"{'-' if amount <= -0.5 else ''}{sign}{number(abs(amount))}"


def unit_price(amount: float, currency: str) -> str:
    """A price of one thing, with cents.

    >>> unit_price(4.5, "USD")
    '$4.50'
    """
    return f"{CURRENCY_SIGNS.get(currency, currency + ' ')}{number(amount, 2)}"


def _three_digits(value: float) -> str:
    return number(value, 0 if value >= 99.95 else 1 if value >= 9.995 else 2)


def ratio(value: float) -> str:
    """A ratio of led to leader.

    >>> ratio(103.6), ratio(12.4), ratio(7)
    ('104:1', '12.4:1', '7:1')
    """
    return f"{count(value) if value >= 20 or abs(value - round(value)) < 0.05 else number(value, 1)}:1"


@lru_cache(maxsize=4096)
def month_name(label: str) -> str:
    """A month as people write it.

    >>> month_name("2027-03")
    'Mar 2027'
    """
    year, month = label.split("-")
    return f"{MONTHS[int(month) - 1]} {year}"


def title(name: str) -> str:
    """A name of a role, a parameter or a table in words.

    >>> title("team_lead"), title("aht_s"), title("wfm_analyst")
    ('Team lead', 'Average handle time', 'WFM analyst')
    """
    return _TITLES.get(name) or name.replace("_", " ").capitalize()


_TITLES = {
    "add_monthly": "People added a month",
    "aht_change": "Change of handle time",
    "aht_drift_annual": "Drift of handle time",
    "aht_monthly_s": "Average handle time by month",
    "aht_s": "Average handle time",
    "aht_scv": "Spread of handle time",
    "asa": "Average speed of answer",
    "at_work_acceptance": "People with jobs who accept",
    "at_work_cost_per_hire": "People with jobs, outlay for a start",
    "at_work_starts_max_monthly": "People with jobs, most starts a month",
    "at_work_time_to_fill_days": "People with jobs, time to fill",
    "attrition_change": "Change of attrition",
    "awt_s": "Acceptable wait",
    "budget_monthly": "Budget by month",
    "channel": "Channel",
    "class_fill_certainty": "Certainty of a full class",
    "class_size_max": "Largest class",
    "class_size_min": "Smallest class",
    "classroom_weeks": "Classroom",
    "contacts_change": "Change of contacts",
    "contacts_monthly": "Contacts by month",
    "contractor_monthly_cost": "Cost of a contractor a month",
    "contractors_max_fte": "Most contractors",
    "day_cv": "Day-to-day forecast error",
    "deadline_hours": "Deadline",
    "decay_monthly": "Culture fades",
    "exit_multiplier": "Leaving against the group's own",
    "exit_probability_monthly": "Leave within a month",
    "external_premium": "Extra pay from outside",
    "feeder": "Promoted from",
    "final": "Settled proficiency",
    "first_month": "First month",
    "first_saved": "First talk saved if pooled",
    "first_share": "Team leads from within",
    "first_span": "Span of the first leader",
    "follows_open_days": "Follows the open days",
    "fraction": "Share of time",
    "from_heads": "Grow from",
    "from_month": "From",
    "frontline_monthly_pay": "Frontline pay a month",
    "fte_fraction": "FTE of the contract",
    "growth_monthly": "Growth a month",
    "handover_s": "Handing over takes",
    "heads": "People",
    "heads_share": "Share of people",
    "higher_share": "Higher leaders from within",
    "hiring_plan": "Hiring plan",
    "holiday_share": "Contacts on public holidays",
    "hours_per_applicant": "Hours for an application",
    "hours_per_offer": "Hours for an offer",
    "hours_per_screen": "Hours for a screen",
    "hr": "HR",
    "internal_share": "Filled by promotion",
    "interval_minutes": "Interval",
    "interview_hours": "Interview",
    "interview_panel": "Interviewers",
    "interview_preparation_hours": "Preparation of an interview",
    "interview_share_max": "Most time for interviews",
    "interviewer_hours_monthly": "Interviewer hours a month",
    "kind": "Kind",
    "lead_time_months": "Search outside takes",
    "leads": "Counts",
    "length_factors": "Length by chats held",
    "limit_s": "Ended after",
    "loss": "What mentoring costs a mentor",
    "max_abandonment": "Most abandonment",
    "max_asa_s": "Longest average speed of answer",
    "max_occupancy": "Most occupancy",
    "mentor_loss": "What mentoring costs a mentor",
    "mentor_share_max": "Most people mentoring",
    "mentor_tenure_months": "Tenure to mentor",
    "monthly_pay": "Pay a month",
    "months": "Months",
    "more_recruiters": "More recruiters",
    "nesting_proficiency": "Proficiency in nesting",
    "nesting_weeks": "Nesting",
    "newcomer_level": "Culture of newcomers",
    "on_cost": "On-cost",
    "opening": "Opening",
    "opening_heads": "People on day 1",
    "overtime_max": "Most overtime",
    "overtime_multiple": "Overtime pay",
    "path": "Required people by month",
    "patience_s": "Patience",
    "pay_factor": "Pay against the organisation's",
    "pay_rise_annual": "Pay rise",
    "pooled": "Everyone takes all queues",
    "promotion_failure": "Promotions that fail",
    "qa": "QA",
    "rate_monthly": "Learning rate",
    "ready_share": "Ready after that time",
    "recruiter_hours_monthly": "Recruiter hours a month",
    "recruiting": "Recruiting",
    "referral_bonus": "Bonus for a referral",
    "referral_saturation": "Saturation of referrals",
    "referrals_per_head_monthly": "Referrals",
    "restart_s": "To begin again takes",
    "restart_within": "Beginning again counts",
    "return_share": "Return after failing",
    "schedule_efficiency": "Schedule efficiency",
    "search_cost": "Cost of a search",
    "seek": "Searches start",
    "serves": "Queues served",
    "service_level": "Service level",
    "short_tenure_share_max": "Most people under 6 months",
    "shortage_multiple": "Price of shortage",
    "shrinkage_change": "Change of shrinkage",
    "socialisation_monthly": "Culture is taken on",
    "staff_for": "Staff for",
    "start": "At the start",
    "starts_max": "Most starts",
    "starts_max_monthly": "Most starts a month",
    "tenure_months": "Tenure",
    "time_in_grade_months": "Time before promotion",
    "time_to_fill_median_days": "Time to fill, median",
    "time_to_fill_sigma": "Spread of time to fill",
    "to_heads": "Grow to",
    "tolerance": "Tolerance of the ratios",
    "top_lead_time_months": "Search for the top leader takes",
    "top_span": "Span of the top leader",
    "under_6_months_max": "Most new people",
    "up_to_months": "Up to",
    "weekly_hours": "Hours a week",
    "wfm_analyst": "WFM analyst",
    "wfm_analysts": "WFM analysts",
    "where": "Out of office or in",
    "zone": "Time zone",
}


def plural(name: str) -> str:
    """A role's name in words, for several people.

    >>> plural("team_lead"), plural("qa")
    ('team leads', 'QA people')
    """
    words = title(name)
    return f"{words} people" if words.isupper() else (words if words[:3].isupper() else words[0].lower() + words[1:]) + "s"


# Findings ------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shortage:
    """FTE missing in one group and month, and why."""

    group: str
    month: int
    fte: float
    limit: str
    since: int
    latest_start: int


@dataclass(frozen=True)
class RatioBreak:
    """A role whose ratio is broken: where, from when to when, and how far it drifts at worst."""

    role: str
    unit: str
    first: int
    last: int
    worst: float
    span: float
    months_open: int


@dataclass(frozen=True)
class Verdict:
    """What the plan comes to: a headline, two or three sentences, and how it stands."""

    headline: str
    sentences: tuple[str, ...]
    tone: Tone


def shortages(plan: Plan) -> tuple[Shortage, ...]:
    """Every group and month that is short by more than half an FTE and half a per cent, the earliest first."""
    missing = plan.shortage_fte
    noticed = missing > np.maximum(SHORT_FTE, SHORT_SHARE * plan.required_fte)
    stops = limits.what_stops_one_more_class(plan) if noticed.any() else ()
    ahead = {group: look_ahead(plan.scenario, group) for group in np.flatnonzero(noticed.any(axis=0)).tolist()}
    found = zip(*(places.tolist() for places in np.nonzero(noticed)), missing[noticed].tolist(), strict=True)
    return tuple(_shortage(plan, month, group, short, month - ahead[group], stops) for month, group, short in found)


def _shortage(plan: Plan, month: int, group: int, short: float, latest: int, stops: tuple[tuple[str, ...], ...]) -> Shortage:
    window = range(max(latest - 1, 0), max(min(latest + 2, month), 1))
    reasons = [(start, stops[start][group]) for start in window if stops[start][group]]
    first_start = min(lead_months(source) for source in plan.scenario.hiring.sources)
    limit = "time_to_fill" if latest < first_start else reasons[0][1] if reasons else ""
    since = reasons[0][0] if reasons else latest
    while since > 0 and stops[since - 1][group] == limit:
        since -= 1
    return Shortage(plan.scenario.groups[group].name, month, short, limit, since, latest)


def ratio_breaks(plan: Plan) -> tuple[RatioBreak, ...]:
    """Every role and unit with a vacancy against its ratio, the earliest first."""
    found = [found for role in plan.roles for unit in range(len(role.units)) if (found := _ratio_break(role, unit))]
    return tuple(sorted(found, key=lambda each: each.first))


def _ratio_break(months: RoleMonths, unit: int) -> RatioBreak | None:
    open_posts = np.flatnonzero(months.vacancies[:, unit] > 0)
    if not len(open_posts):
        return None
    heads, led = months.path.heads[open_posts, unit], months.led[open_posts, unit]
    worst = float(np.where(heads > 0, led / np.where(heads > 0, heads, 1), np.inf).max())
    return RatioBreak(months.role.name, months.units[unit], int(open_posts[0]), int(open_posts[-1]), worst, months.role.span, len(open_posts))


def empty_benches(plan: Plan) -> tuple[tuple[str, int], ...]:
    """Roles whose ready bench runs empty (nobody ready anywhere while a post is open or a promotion was made), with the first month."""
    found = []
    for months in plan.roles:
        if months.ready is not None:
            wanted = (months.vacancies.sum(axis=1) > 0) | (months.appointed.sum(axis=1) > 0)
            empty = np.flatnonzero((np.floor(months.ready + 1e-9).sum(axis=1) < 1) & wanted)
            found += [(months.role.name, int(empty[0]))] if len(empty) else []
    return tuple(found)


def limit_words(limit: str, plan: Plan, group: str) -> str:
    """Why no further class could start, in words."""
    chosen = next(each for each in plan.scenario.groups if each.name == group)
    site = next(each for each in plan.scenario.sites if each.name == chosen.site)
    rooms = site.training.rooms
    both = "the only room is" if rooms == 1 else "both rooms are" if rooms == 2 else f"all {rooms} rooms are" if rooms else "there is no room, all are"
    sentences = {
        "time_to_fill": "nobody can be found, hired and trained sooner",
        "rooms": f"{both} taken at {site.name}",
        "trainers": f"no trainer is free at {site.name}",
        "mentors": f"no mentor is free at {site.name}",
        "recruiters": "recruiters have no hours left",
        "interviews": f"{plural(plan.scenario.hiring.interviewer_role)} have no hours left for interviews",
        "sources": "the sources yield no more people",
        "starts": "no more starts are allowed",
        "budget": "the budget is spent",
        "short_tenure": f"too many people in {group} are new",
        "": "nothing forbade an earlier class",
    }
    return sentences[limit]


def remedy_words(limit: str, plan: Plan, shortage: Shortage) -> str:
    """What would lift a limit, in words."""
    site = next(each.site for each in plan.scenario.groups if each.name == shortage.group)
    since = month_name(plan.months[max(shortage.since, 0)])
    lifts = {
        "time_to_fill": f"Bridge it with {fte(plan.shortage_fte[shortage.month].sum())} of contractors or more overtime, or lower the target.",
        "rooms": f"One more room at {site} from {since} would let more people start.",
        "trainers": f"One more trainer at {site} from {since} would let more people start.",
        "mentors": f"Let more people at {site} mentor, or spread the classes.",
        "recruiters": f"One more recruiter before {since} would let more people start.",
        "interviews": "Give interviews a larger share of their time, or let others interview.",
        "sources": "Open another source, or raise the cap of one.",
        "starts": "Allow more starts a month.",
        "budget": "Raise the budget of those months, or lower the target.",
        "short_tenure": "Grow more slowly, keep more of the people there, or allow a larger share of new people.",
        "": "Start a class earlier.",
    }
    return lifts[limit]


def shortage_sentence(plan: Plan, shortage: Shortage) -> str:
    """One shortage, its month and its cause, as in: Short 14 FTE in Mar 2027 in sales: both rooms are taken at Austin from Dec 2026."""
    opening = f"Short {fte(shortage.fte)} in {month_name(plan.months[shortage.month])} in {shortage.group}"
    return f"{opening}: {cause(plan, shortage)}."


def cause(plan: Plan, shortage: Shortage) -> str:
    """Why a shortage could not be closed by hiring."""
    if shortage.limit == "time_to_fill":
        needed = month_start(plan.scenario.horizon, shortage.latest_start).strftime("%Y-%m")
        first = month_start(plan.scenario.horizon, _first_start(plan)).strftime("%Y-%m")
        return f"the class that could help had to start in {month_name(needed)}, and nobody hired today starts before {month_name(first)}"
    since = f" from {month_name(plan.months[max(shortage.since, 0)])}" if shortage.limit else ""
    return f"{limit_words(shortage.limit, plan, shortage.group)}{since}"


def _first_start(plan: Plan) -> int:
    return min(lead_months(source) for source in plan.scenario.hiring.sources)


def ratio_sentence(plan: Plan, found: RatioBreak) -> str:
    """One broken ratio: who, how far, when."""
    where = "" if found.unit == "all" else f" in {found.unit}"
    until = month_name(plan.months[found.last])
    when = f"in {until}" if found.first == found.last else f"between {month_name(plan.months[found.first])} and {until}"
    return f"{title(found.role)} posts stand open{where} {when}: {_drift(found)}."


def _drift(found: RatioBreak) -> str:
    """How far a ratio drifts; a post may also stand open because more people are required than are led."""
    if not np.isfinite(found.worst):
        return "nobody is in post"
    if found.worst <= found.span or ratio(found.worst) == ratio(found.span):
        return f"the people required ask for more at {ratio(found.span)}"
    return f"the ratio drifts to {ratio(found.worst)} against {ratio(found.span)}"


def verdict(plan: Plan) -> Verdict:
    """Can we grow like this? A headline and two sentences: people first, then leaders; the remedy where something breaks."""
    short, breaks = shortages(plan), ratio_breaks(plan)
    tone: Tone = "good" if not short and not breaks else "watch" if not _serious(plan, breaks) else "bad"
    return Verdict(_headline(plan, short, breaks, tone), (_people_sentence(plan, short), _leader_sentence(plan, breaks)), tone)


def _serious(plan: Plan, breaks: tuple[RatioBreak, ...]) -> bool:
    """More than 2 % short in some month, or a ratio that stays broken for a third of the plan or drifts by a half."""
    share = plan.shortage_fte.sum(axis=1) / np.maximum(plan.required_fte.sum(axis=1), 1e-9)
    drifts = any(found.months_open * 3 > len(plan.months) or found.worst > 1.5 * found.span for found in breaks)
    return bool((share > 0.02).any()) or drifts


def _headline(plan: Plan, short: tuple[Shortage, ...], breaks: tuple[RatioBreak, ...], tone: Tone) -> str:
    if tone == "good":
        return f"Yes, this growth holds for all {len(plan.months)} months"
    missing = sorted({found.month for found in short})
    opening = "Almost" if tone == "watch" else "No, not like this"
    if missing:
        return f"{opening}: short of people in {_months(len(missing))}, first in {month_name(plan.months[missing[0]])}"
    first = min(breaks, key=lambda found: found.first)
    return f"{opening}: {plural(_leading(plan, breaks).role)} fall behind their ratio, first in {month_name(plan.months[first.first])}"


def _leading(plan: Plan, breaks: tuple[RatioBreak, ...]) -> RatioBreak:
    """The broken ratio to speak of: the highest leader's, where it stands open longest."""
    order = [months.role.name for months in plan.roles if months.role.kind == "leader"]
    return max(breaks, key=lambda found: (order.index(found.role) if found.role in order else -1, found.months_open, found.worst))


def _months(number: int) -> str:
    return "1 month" if number == 1 else f"{number} months"


def _people_sentence(plan: Plan, short: tuple[Shortage, ...]) -> str:
    if short:
        return _shortage_story(plan, short)
    spare = (plan.available_fte - plan.required_fte).sum(axis=1)
    closest = int(spare.argmin())
    return f"{_hires(plan)} every group staffed; the closest month is {month_name(plan.months[closest])} with {_spare(spare[closest])} to spare."


def _hires(plan: Plan) -> str:
    hires = people(plan.frontline.starts.sum())
    return {"0 people": "People in post keep", "1 person": "1 person hired keeps"}.get(hires, f"{hires} hired keep")


def _shortage_story(plan: Plan, short: tuple[Shortage, ...]) -> str:
    """The worst month, the group that misses most in it, why, and what would help; that the first shortage came earlier, where it did."""
    by_month = plan.shortage_fte.sum(axis=1)
    worst_month = int(by_month.argmax())
    in_it = [found for found in short if found.month == worst_month] or list(short)
    worst = max(in_it, key=lambda found: found.fte)
    everywhere = f", {fte(worst.fte)} of it in {worst.group}" if by_month[worst.month] - worst.fte > SHORT_FTE else f" in {worst.group}"
    opening = f"Short {fte(by_month[worst.month])} in {month_name(plan.months[worst.month])}{everywhere}"
    return f"{opening}: {cause(plan, worst)}. {remedy_words(worst.limit, plan, worst)}"


def _leader_sentence(plan: Plan, breaks: tuple[RatioBreak, ...]) -> str:
    empty = empty_benches(plan)
    bench = f" The bench for {plural(empty[0][0])} is empty in {month_name(plan.months[empty[0][1]])}." if empty else ""
    if breaks:
        return ratio_sentence(plan, _leading(plan, breaks)) + bench
    leaders = [months for months in plan.roles if months.role.kind == "leader"]
    if not leaders:
        return "No leaders are planned: the scenario has no leader roles."
    most = [f"{number} {title(role.role.name).lower() if number == '1' else plural(role.role.name)}" for role in leaders[-2:] if (number := _most(role))]
    return f"Every ratio holds, with up to {' and '.join(most)}.{bench}"


def _most(months: RoleMonths) -> str:
    return count(months.path.heads.sum(axis=1).max())


def _spare(spare: float) -> str:
    return fte(spare) if spare >= 0.05 else "nothing"
