"""Small scenarios that several tests share: builders of plain documents, and hypothesis strategies over them."""

from copy import deepcopy

from hypothesis import strategies as st

from planner import parameters
from planner.scenario import Scenario

MONTH_IN_WEEKS = 365.25 / 84
"""Weeks of a stage of exactly one month."""

NO_TRAINING = {"classroom_weeks": 0, "nesting_weeks": 0, "classroom_washout": 0, "nesting_washout": 0}
NOBODY_LEAVES = {"tenure_bands": [{"up_to_months": None, "exit_probability_monthly": 0}]}
FULLY_PROFICIENT = {"ramp": {"start": 1.0}, "nesting_proficiency": 1.0}
CLOSED = "closed"


def build(document):
    """A scenario from a plain document."""
    return parameters.build(Scenario, document)


def changed(document, *changes):
    """A copy of a document with (dotted path, value) changed; a number in a path is a position in a list."""
    copy = deepcopy(document)
    for path, value in changes:
        keys = [int(key) if key.isdigit() else key for key in path.split(".")]
        here = copy
        for key in keys[:-1]:
            here = here[key] if isinstance(key, int) else here.setdefault(key, {})
        here[keys[-1]] = value
    return copy


def role(name, span, units=(), **more):
    """A role with its people on day 1, by unit."""
    opening = [{"unit": unit, "heads": heads} for unit, heads in dict(units).items()]
    return {"name": name, "span": span, "opening_heads": opening, "monthly_pay": 5_000} | more


def tiny(months=12, heads=20, **workforce):
    """One site, one group of people that states its heads, one source, and the three roles that planning needs."""
    people = {"opening": [{"tenure_months": 600, "heads": heads}], "classroom_weeks": MONTH_IN_WEEKS, "nesting_weeks": MONTH_IN_WEEKS}
    return {
        "name": "Tiny",
        "horizon": {"first_month": "2027-01", "months": months},
        "sites": [{"name": "Porto", "training": {"class_size_min": 2, "class_size_max": 6, "rooms": 2, "mentor_share_max": 0.5}}],
        "groups": [{"name": "care", "site": "Porto", "stated_heads": {"start": heads}, "workforce": people | workforce}],
        "hiring": {"sources": [{"name": "boards"}]},
        "organisation": {
            "roles": [
                role("team_lead", 10, {"care": 2}, scope="group", feeder="frontline"),
                role("trainer", 20, {"Porto": 3}, kind="support"),
                role("recruiter", 50, {"all": 1}, kind="support", scope="all"),
            ]
        },
    }


def office(months=6):
    """One site and one group that serves calls and e-mail."""
    return changed(
        tiny(months, heads=12),
        ("groups.0.stated_heads", None),
        ("groups.0.serves", [{"name": "calls"}, {"name": "mail"}]),
        (
            "queues",
            [
                {"name": "calls", "channel": {"kind": "voice"}, "base_contacts": 6_000, "aht_s": 300},
                {"name": "mail", "channel": {"kind": "deferred", "deadline_hours": 12}, "base_contacts": 2_000, "aht_s": 360},
            ],
        ),
    )


def two_sites(months=18):
    """Two sites in two currencies, two groups of settled people, a full ladder with promotions, two sources; all stages one month long."""
    people = {
        "opening": [{"tenure_months": 600, "heads": 60}, {"tenure_months": 4, "heads": 7}, {"tenure_months": 11, "heads": 9}],
        "opening_classroom": 5,
        "opening_nesting": 4,
        "classroom_weeks": MONTH_IN_WEEKS,
        "nesting_weeks": MONTH_IN_WEEKS,
    }
    return {
        "name": "Two sites",
        "horizon": {"first_month": "2027-01", "months": months},
        "sites": [
            {"name": "Austin", "training": {"rooms": 4, "class_size_min": 1, "mentor_tenure_months": 3}},
            {"name": "Porto", "currency": "EUR", "pay_factor": 0.6, "training": {"rooms": 3, "class_size_min": 1, "mentor_loss": 0.4, "mentees_per_mentor": 3}},
        ],
        "groups": [
            {"name": "sales", "site": "Austin", "stated_heads": {"start": 85}, "workforce": people},
            {
                "name": "care",
                "site": "Porto",
                "stated_heads": {"start": 70, "add_monthly": 2},
                "monthly_pay": 2_900,
                "workforce": people | {"annual_attrition": 0.5, "classroom_washout": 0.2, "ramp": {"start": 0.5, "rate_monthly": 0.3, "final": 1.1}},
                "staffing": {"contracts": [{"name": "full", "heads_share": 0.7, "fte_fraction": 1}, {"name": "half", "heads_share": 0.3, "fte_fraction": 0.5}]},
            },
        ],
        "hiring": {"sources": [{"name": "boards", "cost_per_hire": 4_000}, {"name": "friends", "cost_per_hire": 900, "exit_multiplier": 0.5}]},
        "organisation": {
            "roles": [
                role(
                    "team_lead",
                    12,
                    {"sales": 7, "care": 6},
                    scope="group",
                    feeder="frontline",
                    time_in_grade_months=5,
                    return_share=0.75,
                    exit_probability_monthly=0.02,
                ),
                role(
                    "manager",
                    7,
                    {"Austin": 2, "Porto": 1},
                    leads="team_lead",
                    feeder="team_lead",
                    time_in_grade_months=3,
                    search_cost=7_000,
                    promotion_failure=0.4,
                    return_share=0.5,
                    monthly_pay=7_500,
                ),
                role(
                    "executive",
                    100,
                    {"all": 3},
                    scope="all",
                    feeder="manager",
                    time_in_grade_months=2,
                    search_cost=40_000,
                    monthly_pay=15_000,
                    external_premium=0.3,
                ),
                role("trainer", 60, {"Austin": 2, "Porto": 2}, kind="support", feeder="frontline", time_in_grade_months=0),
                role("recruiter", 120, {"all": 2}, kind="support", scope="all", exit_probability_monthly=0.03),
            ]
        },
        "finance": {
            "rates": [{"currency": "EUR", "from_month": "2026-01", "rate": 1.1}, {"currency": "EUR", "from_month": "2027-07", "rate": 1.2}],
            "pay_rise_annual": 0.04,
            "contractors_max_fte": 5,
        },
    }


# Every family of parameters --------------------------------------------------------------------------------------------------------------------

OPEN_DAYS = ["08:00-20:00"] * 5 + ["09:00-15:00", CLOSED]
DAY = [0.0] * 8 + [2, 3, 4, 5, 4, 4, 3, 3, 2, 2, 1, 1] + [0.0] * 4
SEASON = [1.1, 1.05, 1, 0.95, 0.9, 0.9, 0.95, 1, 1, 1.05, 1.1, 1.15]


def _hours(**more):
    return {"days": OPEN_DAYS} | more


def _queue(name, channel, **more):
    return {"name": name, "channel": channel, "interval_minutes": 60, "opening": _hours()} | more


def _queues(months):
    strict = {"service_level": 0.8, "awt_s": 20, "max_asa_s": 15, "max_abandonment": 0.03, "max_occupancy": 0.8}
    return [
        _queue(
            "impatient calls",
            {"kind": "voice", "patience_s": 120, "target": strict, "staff_for": "expected_service"},
            base_contacts=9_000,
            growth_monthly=0.01,
            season=SEASON,
            follows_open_days=True,
            day_cv=0.1,
            aht_s=280,
            aht_drift_annual=-0.03,
            week_profile=[6, 5, 5, 5, 5, 2, 0],
            day_profile=[DAY],
            opening=_hours(country="US", subdivision="TX", holiday_share=0.3, zone="US/Central"),
            events=[{"name": "campaign", "first_month": "2027-03", "months": 2, "contacts_change": 0.2, "aht_change": 0.1}],
            transfers=[{"name": "returns", "share": 0.1}],
        ),
        _queue(
            "patient calls",
            {"kind": "voice", "patience_s": None, "target": {"service_level": 0.7, "awt_s": 60, "max_asa_s": 10, "max_occupancy": 0.9}},
            contacts_monthly=[5_000 + 50 * month for month in range(months)],
            aht_monthly_s=[240 + month for month in range(months)],
            aht_scv=2.5,
            limit={"limit_s": 900, "share_ended": 0.6},
        ),
        _queue(
            "chats",
            {
                "kind": "chat",
                "length_factors": [1, 1.3, 1.7],
                "patience_s": 200,
                "target": {"service_level": 0.9, "awt_s": 25, "max_occupancy": 0.95, "max_asa_s": 30, "max_abandonment": 0.3},
            },
            base_contacts=4_000,
            day_profile=[DAY],
            growth_monthly=0.02,
            aht_s=500,
        ),
        _queue(
            "mail",
            {"kind": "deferred", "deadline_hours": 10, "opening_backlog": 4_000, "max_occupancy": 0.85},
            base_contacts=3_000,
            aht_s=400,
            day_profile=[DAY],
            events=[{"name": "outage", "first_month": "2027-06", "contacts_change": 0.5}],
        ),
        _queue("returns", {"kind": "voice", "patience_s": 90, "target": {"service_level": 0.8, "max_occupancy": None}}, base_contacts=3_500, aht_s=240,
               limit={"limit_s": 600, "share_ended": 0.9, "repeats": "carried", "give_up": 0.1}),
    ]  # fmt: skip


def _groups(months):
    seasonal = {"name": "leave", "where": "out", "fraction": 0.1, "season": [0.5, 0.8, 1, 1.1, 1, 1, 1.6, 1.6, 1, 0.9, 0.8, 1.2]}
    mixed = {
        "schedule_efficiency": 0.85,
        "weekly_hours": 38,
        "shrinkage": [seasonal, {"name": "sickness", "where": "out", "fraction": 0.05}, {"name": "breaks", "where": "in", "fraction": 0.12}],
        "contracts": [{"name": "full", "heads_share": 0.6, "fte_fraction": 1}, {"name": "part", "heads_share": 0.4, "fte_fraction": 0.5}],
    }
    bands = [
        {"up_to_months": 4, "exit_probability_monthly": 0.06},
        {"up_to_months": 9, "exit_probability_monthly": 0.04},
        {"up_to_months": None, "exit_probability_monthly": 0.025},
    ]
    return [
        {
            "name": "generalists",
            "site": "Austin",
            "pooled": True,
            "breadth_penalty": 0.07,
            "monthly_pay": 3_900,
            "staffing": mixed,
            "serves": [{"name": "impatient calls", "share": 0.6}, {"name": "returns"}, {"name": "mail", "share": 0.5}],
            "workforce": {
                "opening": [{"tenure_months": 8.5, "heads": 40}, {"tenure_months": 30, "heads": 85}],
                "opening_classroom": 5,
                "opening_nesting": 6,
                "earlier_starts": [{"months_ago": 1.5, "heads": 4, "exit_multiplier": 0.8}, {"months_ago": 4, "heads": 6}],
                "signed_starts": [4, 5],
                "tenure_bands": bands,
                "classroom_weeks": 5,
                "nesting_weeks": 3,
                "ramp": {"start": 0.6, "rate_monthly": 0.4, "final": 1.05},
                "programme": {"designed_exit_months": 5, "exit_multiplier": 0.7, "tuition_monthly": 250, "pay_premium": 0.05},
            },
        },
        {
            "name": "specialists",
            "site": "Austin",
            "serves": [{"name": "impatient calls", "share": 0.4}, {"name": "patient calls"}],
            "workforce": {
                "opening": [{"tenure_months": 20, "heads": 24}],
                "annual_attrition": 0.4,
                "programme": {"designed_exit_months": 27, "pay_premium": 0.1, "tuition_monthly": 300, "covers": "everyone"},
            },
        },
        {
            "name": "digital",
            "site": "Porto",
            "serves": [{"name": "chats"}, {"name": "mail", "share": 0.5}],
            "workforce": {"opening": [{"tenure_months": 15, "heads": 70}], "classroom_washout": 0.2, "nesting_washout": 0.1, "nesting_proficiency": 0.3},
            "all_hands": {"people": 90, "hours_quarterly": 12, "sessions_quarterly": 3, "peak_leverage": 1.5},
        },
        {
            "name": "back office",
            "site": "Porto",
            "stated_heads": {"start": 40, "add_monthly": 1.5},
            "workforce": {"opening": [{"tenure_months": 40, "heads": 30}]},
        },
        {
            "name": "fraud",
            "site": "Porto",
            "stated_heads": {"path": [20 + month // 3 for month in range(months)]},
            "workforce": {"opening": [{"tenure_months": 40, "heads": 19}]},
        },
    ]


def _roles():
    return [
        role(
            "team_lead",
            11,
            {"generalists": 12, "specialists": 2, "digital": 6, "back office": 3, "fraud": 2},
            scope="group",
            feeder="frontline",
            internal_share=0.7,
            return_share=0.8,
            lead_time_months=1,
            time_in_grade_months=6,
            external_premium=0.1,
            search_cost=2_000,
            monthly_pay=5_200,
            under_way={"in_grade": [{"unit": "generalists", "months": 3, "heads": 5}]},
        ),
        role(
            "manager",
            6,
            {"Austin": 4, "Porto": 1},
            leads="team_lead",
            feeder="team_lead",
            time_in_grade_months=7.5,
            ready_share=0.2,
            promotion_failure=0.25,
            internal_share=0.5,
            lead_time_months=2,
            search_cost=9_000,
            exit_probability_monthly=0.02,
            monthly_pay=7_500,
            under_way={"from_outside": [{"unit": "Austin", "heads": 2}], "signed": [{"unit": "Porto", "month": 1, "heads": 1}]},
        ),
        role(
            "executive",
            100,
            {"all": 3},
            scope="all",
            feeder="manager",
            seek="when_broken",
            lead_time_months=4,
            internal_share=0.4,
            search_cost=40_000,
            ready_share=0.5,
            external_premium=0.25,
            exit_probability_monthly=0.02,
            monthly_pay=15_000,
        ),
        role(
            "trainer",
            60,
            {"Austin": 5, "Porto": 3},
            kind="support",
            feeder="frontline",
            internal_share=0.4,
            time_in_grade_months=14,
            ready_share=0.1,
            promotion_failure=0.3,
            return_share=0.5,
            search_cost=1_500,
            exit_probability_monthly=0.03,
            under_way={"ready": [{"unit": "digital", "heads": 3}, {"unit": "generalists", "heads": 2}]},
        ),
        role(
            "recruiter", 120, {"all": 3}, kind="support", scope="all", exit_probability_monthly=0.03, search_cost=1_000, seek="when_broken", lead_time_months=2
        ),
    ]


def everything(months=26):
    """A scenario that uses every family of parameters, each so that it has an effect."""
    friends = {
        "name": "friends",
        "referrals_per_head_monthly": 0.06,
        "referral_saturation": 0.02,
        "cost_per_hire": 900,
        "exit_multiplier": 0.8,
        "time_to_fill_median_days": 20,
        "funnel": {"screened": 0.6, "interviewed": 0.6, "offered": 0.5, "accepted": 0.8, "started": 0.9},
    }
    return {
        "name": "Everything",
        "notes": "One of each.",
        "horizon": {"first_month": "2027-01", "months": months},
        "sites": [
            {
                "name": "Austin",
                "country": "US",
                "subdivision": "TX",
                "training": {
                    "rooms": 5,
                    "class_size_min": 4,
                    "class_size_max": 14,
                    "trainers_per_class": 1.2,
                    "mentor_tenure_months": 4,
                    "mentor_share_max": 0.3,
                },
            },
            {
                "name": "Porto",
                "country": "PT",
                "currency": "EUR",
                "pay_factor": 0.55,
                "training": {"rooms": 3, "class_size_min": 3, "class_size_max": 10, "mentees_per_mentor": 1.5, "mentor_loss": 0.4, "mentor_share_max": 0.3},
            },
        ],
        "queues": _queues(months),
        "groups": _groups(months),
        "hiring": {
            "sources": [friends, {"name": "agency", "starts_max_monthly": 9, "cost_per_hire": 8_000, "time_to_fill_sigma": 0.4}, {"name": "boards"}],
            "hours_per_applicant": 0.06,
            "starts_max_monthly": 30,
            "interview_share_max": 0.12,
        },
        "organisation": {"roles": _roles()},
        "finance": {
            "rates": [{"currency": "EUR", "from_month": "2026-06", "rate": 1.1}, {"currency": "EUR", "from_month": "2027-09", "rate": 1.18}],
            "pay_rise_annual": 0.04,
            "first_rise_months": 9,
            "contractors_max_fte": 4,
            "overtime_max": 0.05,
            "budget_monthly": [2_600_000 + 30_000 * month for month in range(months)],
        },
        "levers": {
            "growth_monthly": 0.002,
            "aht_change": 0.02,
            "service_level": 0.82,
            "attrition_change": 0.1,
            "shrinkage_change": 0.05,
            "starts_max_monthly": 28,
            "first_span": 12,
            "top_span": 90,
        },
    }


# Generated scenarios ---------------------------------------------------------------------------------------------------------------------------


def _rounded(low, high, digits=3):
    return st.floats(low, high).map(lambda value: round(value, digits))


def _generated_workforce(most_heads):
    row = st.fixed_dictionaries({"tenure_months": st.sampled_from([0, 1.5, 4, 13, 60]), "heads": _rounded(0, most_heads, 1)})
    return st.fixed_dictionaries(
        {
            "opening": st.lists(row, max_size=3),
            "opening_classroom": st.integers(0, 6),
            "opening_nesting": st.integers(0, 6),
            "signed_starts": st.lists(st.integers(0, 6), max_size=4),
            "annual_attrition": st.one_of(st.none(), _rounded(0, 2)),
            "classroom_weeks": st.sampled_from([0, 2, 4, MONTH_IN_WEEKS, 9.5]),
            "nesting_weeks": st.sampled_from([0, 3, MONTH_IN_WEEKS, 10]),
            "classroom_washout": st.sampled_from([0, 0.12, 0.5]),
            "nesting_washout": st.sampled_from([0, 0.06]),
        }
    )


def _generated_training():
    return st.fixed_dictionaries(
        {
            "class_size_min": st.integers(1, 4),
            "class_size_max": st.integers(4, 15),
            "rooms": st.integers(0, 4),
            "trainers_per_class": st.sampled_from([0.2, 1, 1.5]),
            "mentees_per_mentor": st.sampled_from([0.5, 1, 2, 4]),
            "mentor_share_max": st.sampled_from([0.1, 0.3, 1]),
            "mentor_tenure_months": st.sampled_from([0, 1, 3]),
        }
    )


def _generated_role(name, span, unit, **fixed):
    free = {
        "lead_time_months": st.integers(0, 4),
        "seek": st.sampled_from(["ahead", "when_broken"]),
        "internal_share": st.sampled_from([0, 0.3, 0.7, 1]),
        "ready_share": st.sampled_from([0.1, 0.5, 1]),
        "time_in_grade_months": st.sampled_from([0, 2, 7.5, 12]),
        "promotion_failure": st.sampled_from([0, 0.2, 0.5]),
        "return_share": st.sampled_from([0, 0.5, 1]),
        "exit_probability_monthly": st.sampled_from([0, 0.01, 0.1]),
        "search_cost": st.sampled_from([0, 20_000]),
    }
    always = {"name": name, "span": span, "monthly_pay": 5_000} | fixed
    opening = st.integers(0, 6).map(lambda heads: [{"unit": unit, "heads": heads}])
    return st.fixed_dictionaries(free | {"opening_heads": opening}).map(lambda drawn: drawn | always)


def _generated_source(name):
    return st.fixed_dictionaries(
        {
            "name": st.just(name),
            "starts_max_monthly": st.one_of(st.none(), st.integers(0, 20)),
            "referrals_per_head_monthly": st.one_of(st.none(), _rounded(0, 1)),
            "time_to_fill_median_days": st.sampled_from([5, 30, 60]),
            "exit_multiplier": st.sampled_from([0, 0.5, 1, 1.3]),
            "cost_per_hire": st.sampled_from([0, 4_000]),
        }
    )


@st.composite
def documents(draw, months=14):
    """Documents of small scenarios of one to three groups that state their heads; every one is valid."""
    groups = draw(st.integers(1, 3))
    heads = draw(st.sampled_from([4, 25, 80]))
    site_of = ["North" if group == 0 else "South" for group in range(groups)]
    names = [f"group {group}" for group in range(groups)]
    roles = [
        draw(_generated_role("team_lead", draw(st.sampled_from([4, 12])), names[0], scope="group", feeder="frontline")),
        draw(_generated_role("manager", 5, "North", leads="team_lead", feeder="team_lead")),
        draw(_generated_role("executive", 50, "all", scope="all", feeder="manager")),
        draw(_generated_role("trainer", 20, "North", kind="support", feeder=draw(st.sampled_from([None, "frontline"])))),
        draw(_generated_role("recruiter", 50, "all", kind="support", scope="all")),
    ]
    stated = st.fixed_dictionaries({"start": _rounded(0, 2 * heads, 0), "add_monthly": _rounded(0, heads / 8, 1)})
    budget = st.one_of(
        st.none(), st.lists(st.integers(0, 12_000 * heads * groups), min_size=months, max_size=months), st.just([6_000 * heads * groups] * months)
    )
    contracts = [{"name": "full", "heads_share": 0.5, "fte_fraction": 1}, {"name": "half", "heads_share": 0.5, "fte_fraction": 0.5}]
    return {
        "name": "Generated",
        "horizon": {"first_month": "2027-01", "months": months},
        "sites": [
            {"name": "North", "training": draw(_generated_training())},
            {"name": "South", "pay_factor": 1.3, "training": draw(_generated_training())},
        ],
        "groups": [
            {"name": name, "site": where, "stated_heads": draw(stated), "workforce": draw(_generated_workforce(heads))}
            | ({"staffing": {"contracts": contracts}} if draw(st.booleans()) else {})
            for name, where in zip(names, site_of, strict=True)
        ],
        "hiring": {
            "sources": [draw(_generated_source(name)) for name in ("boards", "friends")[: draw(st.integers(1, 2))]],
            "starts_max_monthly": draw(st.one_of(st.none(), st.integers(0, 12))),
            "interview_share_max": draw(st.sampled_from([0.02, 0.1, 1])),
        },
        "organisation": {"roles": roles},
        "finance": {
            "budget_monthly": draw(budget),
            "overtime_max": draw(st.sampled_from([0, 0.08])),
            "contractors_max_fte": draw(st.sampled_from([0, 3])),
        },
    }
