"""What each chart says, in one sentence, and the numbers behind it written for people."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.cohorts import echo_months, has_programme
from planner.plan import Plan, RoleMonths
from planner.report import charts, tables, words

Array = NDArray[np.float64]
Behind = dict[str, list[str]]


def _month(plan: Plan, month: int) -> str:
    return words.month_name(plan.months[int(month)])


def _months(plan: Plan) -> list[str]:
    return [words.month_name(month) for month in plan.months]


def _written(values: Array) -> list[str]:
    """Figures of one column: whole where all of them are."""
    whole = np.array_equal(values, np.round(values))
    return [words.count(float(value)) if whole else words.one_decimal(float(value)) for value in values]


# Frontline -----------------------------------------------------------------------------------------------------------------------------------


def required_and_available(plan: Plan, group: str | None = None) -> str:
    """When people are missing, how many, and whether spare people elsewhere hide it."""
    columns = [g for g, each in enumerate(plan.scenario.groups) if group in (None, each.name)]
    short = plan.shortage_fte[:, columns].sum(axis=1)
    missing = np.flatnonzero(short >= words.SHORT_FTE)
    if not len(missing):
        spare = (plan.available_fte - plan.required_fte)[:, columns].sum(axis=1)
        closest = f"The closest is {_month(plan, spare.argmin())}, with {words.fte(max(float(spare.min()), 0.0))} to spare."
        return f"No month is short. {closest}{_echo(plan, columns)}"
    months = f"{len(missing)} of {len(plan.months)} months are short" if len(missing) > 1 else "One month is short"
    several = " Shortage is counted group by group: spare people of one do not help another." if len(columns) > 1 else ""
    return f"{months}, {_month(plan, short.argmax())} the most, by {words.fte(float(short.max()))}.{several}{_echo(plan, columns)}"


def _echo(plan: Plan, columns: list[int]) -> str:
    """The month in which most people leave by design, where it stands out: known as far ahead as their programme is long."""
    if not has_programme(plan.scenario)[columns].any():
        return ""
    leaving = plan.designed_exits[:, columns].sum(axis=1)
    if not echo_months(leaving).any():
        return ""
    most = int(leaving.argmax())
    times = words.one_decimal(float(leaving[most] / leaving.mean()))
    return f" An echo: {words.people(round(float(leaving[most])))} leave by design in {_month(plan, most)}, {times} times the mean month; hire ahead of it."


def required_and_available_behind(plan: Plan, group: str | None = None) -> Behind:
    """Required, available and missing FTE by month."""
    columns = [g for g, each in enumerate(plan.scenario.groups) if group in (None, each.name)]
    parts = {
        "Required FTE": plan.required_fte, "Productive FTE": plan.frontline.productive_fte, "Overtime FTE": plan.decisions.overtime_fte,
        "Contractor FTE": plan.decisions.contractor_fte, "Short FTE": plan.shortage_fte,
    }  # fmt: skip
    if plan.all_hands_fte.any():
        parts["FTE of people of other work"] = plan.all_hands_fte
    return {"Month": _months(plan)} | {name: _written(values[:, columns].sum(axis=1)) for name, values in parts.items()}


# Leaders -------------------------------------------------------------------------------------------------------------------------------------


def ratio_strip(plan: Plan) -> str:
    """Which roles break their ratio and for how long."""
    broken = [(role.role.name, int((charts.standing(role) == charts.OVER).sum())) for role in plan.roles]
    broken = [(name, months) for name, months in broken if months]
    if not plan.roles:
        return "The scenario has no leader or support roles."
    if not broken:
        return "Every role keeps its ratio in every month."
    listed = ", ".join(f"{words.title(name)} {_count(months, 'month')}" for name, months in broken)
    return f"Posts stand open: {listed}. Figures are the widest span of the month."


def ratio_strip_behind(plan: Plan) -> Behind:
    """The widest span of every role by month."""
    spans = {f"{words.title(role.role.name)} (limit {words.ratio(role.role.span)})": charts.span_by_month(role) for role in plan.roles}
    return {"Month": _months(plan)} | {name: [_span(float(value)) for value in values] for name, values in spans.items()}


def _span(value: float) -> str:
    return "nobody to lead" if np.isnan(value) else "nobody in post" if np.isinf(value) else words.ratio(value)


def role(months: RoleMonths, plan: Plan) -> str:
    """How one role fares: drift of its span, posts open, how they are filled."""
    spans = charts.span_by_month(months)
    known = np.where(np.isfinite(spans), spans, -np.inf)
    worst, open_posts = int(known.argmax()), months.vacancies.sum(axis=1)
    nobody = np.flatnonzero(np.isinf(spans))
    drift = (
        f"Nobody is in post in {_month(plan, nobody[0])}."
        if len(nobody)
        else f"The span drifts to {words.ratio(float(known[worst]))} in {_month(plan, worst)}, limit {words.ratio(months.role.span)}."
    )
    posts = (
        f" At most {_count(int(open_posts.max()), 'post')} open, in {_month(plan, open_posts.argmax())}."
        if open_posts.any()
        else " No post stands open."
    )
    filled = f" {words.count(months.promoted.sum())} promoted, {words.count(months.appointed.sum())} appointed from outside."
    return (drift if np.isfinite(known[worst]) or len(nobody) else "There is nobody to lead.") + posts + filled


def role_behind(months: RoleMonths, plan: Plan) -> Behind:
    """One role by month."""
    columns = {
        "Needed": months.required, "By requirement alone": months.required_path, "In post": months.path.heads, "People led": months.led,
        "Posts open": months.vacancies,
        "Promoted": months.promoted, "From outside": months.appointed,
    }  # fmt: skip
    rows: Behind = {"Month": _months(plan)} | {name: _written(values.sum(axis=1)) for name, values in columns.items()}
    rows |= {"Widest span": [_span(float(value)) for value in charts.span_by_month(months)]}
    return rows if months.ready is None else rows | {"Ready to be promoted": _written(months.ready.sum(axis=1))}


def ready_bench(plan: Plan) -> str:
    """Which bench runs empty, and when."""
    empty = words.empty_benches(plan)
    if empty:
        return " ".join(
            f"The bench for {words.plural(name)} runs empty in {_month(plan, month)}: nobody is ready while a post is to be filled."
            for name, month in empty
        )
    lowest = [(months.role.name, months.ready.sum(axis=1)) for months in plan.roles if months.ready is not None]
    if not lowest:
        return "Nobody is promoted into any role of this scenario."
    name, ready = min(lowest, key=lambda each: each[1].min())
    thinnest = f"{words.one_decimal(float(ready.min()))} ready in {_month(plan, ready.argmin())}"
    return f"No bench runs empty while a post is to be filled. The thinnest is that for {words.plural(name)}: {thinnest}."


def ready_bench_behind(plan: Plan) -> Behind:
    """People ready to be promoted by role and month."""
    return {"Month": _months(plan)} | {
        f"Ready for {words.title(months.role.name).lower()}": _written(months.ready.sum(axis=1)) for months in plan.roles if months.ready is not None
    }


def roles_table(plan: Plan) -> Behind:
    """Every role in a row: limit, people at both ends, widest span, posts open, how it was filled, its bench."""
    return {
        "Role": [words.title(months.role.name) for months in plan.roles],
        "Leads or serves": [_served(months) for months in plan.roles],
        "Limit": [words.ratio(months.role.span) for months in plan.roles],
        "People at first": [words.one_decimal(months.path.heads[0].sum()) for months in plan.roles],
        "People at last": [words.one_decimal(months.path.heads[-1].sum()) for months in plan.roles],
        "Needed at last": [words.count(months.required[-1].sum()) for months in plan.roles],
        "Widest span": [_worst_span(months) for months in plan.roles],
        "Months open": [words.count((months.vacancies > 0).any(axis=1).sum()) for months in plan.roles],
        "Promoted": [words.count(months.promoted.sum()) for months in plan.roles],
        "From outside": [words.count(months.appointed.sum()) for months in plan.roles],
    }


def _served(months: RoleMonths) -> str:
    return "Frontline people" if months.role.leads == "frontline" else _capital(words.plural(months.role.leads))


def _worst_span(months: RoleMonths) -> str:
    spans = charts.span_by_month(months)
    return _span(float(np.nanmax(spans)) if not np.isnan(spans).all() else float("nan"))


# Training and money --------------------------------------------------------------------------------------------------------------------------


def training_load(plan: Plan) -> str:
    """Which part of the training and hiring capacity is used most."""
    used = [(panel.title, panel.values) for panel in charts.load_panels(plan)]
    name, share = max(used, key=lambda each: float(each[1].max()))
    peak = int(share.argmax())
    if share[peak] <= 0:
        return "Nobody is hired, so nothing is used."
    how_much = "needed where there is nothing" if np.isinf(share[peak]) else f"{words.percent(float(share[peak]) / 100)} of what there is"
    return f"Used most: {name[0].lower()}{name[1:]}, {how_much} in {_month(plan, peak)}. Each bar is the busiest site or group."


def training_load_behind(plan: Plan) -> Behind:
    """Needed and available, by month, where it is tightest."""
    return {"Month": _months(plan)} | {panel.title: [text.split(": ", 1)[1] for text in panel.hover] for panel in charts.load_panels(plan)}


def cost_stack(plan: Plan) -> str:
    """What it costs over the horizon, what most of it is, and the budget."""
    currency, spend = plan.scenario.finance.currency, float(plan.spend.sum())
    paid = {item: float(amount.sum()) for item, amount in charts.cost_by_item(plan).items() if item != "shortage_price"}
    most = max(paid, key=lambda item: paid[item], default="pay")
    share = f", {words.percent(paid[most] / spend)} of it {words.title(most).lower()}" if spend > 0 else ""
    return f"{words.money(spend, currency)} are paid over {_count(len(plan.months), 'month')}{share}.{_budget(plan)}{_shortage_price(plan)}"


def _shortage_price(plan: Plan) -> str:
    price = tables.item_total(plan, "shortage_price")
    return f" Shortage would cost another {words.money(price, plan.scenario.finance.currency)} of value." if price > 0 else ""


def _budget(plan: Plan) -> str:
    if plan.scenario.finance.budget_monthly is None:
        return ""
    over = plan.spend - np.array(plan.scenario.finance.budget_monthly)
    months = int((over > 0.5).sum())
    currency = plan.scenario.finance.currency
    return (
        f" Beyond budget in {_count(months, 'month')}, by {words.money(float(over.max()), currency)} in {_month(plan, over.argmax())}."
        if months
        else " Every month stays within the budget."
    )


def cost_stack_behind(plan: Plan) -> Behind:
    """Cost by item and month."""
    currency = plan.scenario.finance.currency
    parts = charts.cost_by_item(plan) | {"cost": plan.cost}
    return {"Month": _months(plan)} | {_item(item): [words.money(float(value), currency) for value in amount] for item, amount in parts.items()}


def _item(item: str) -> str:
    return {"cost": "All, price of shortage included", "shortage_price": "Price of shortage (not paid)"}.get(item, words.title(item))


def yearly_by_item(plan: Plan) -> Behind:
    """Cost by item and calendar year."""
    return _yearly(plan, {_item(item): amount for item, amount in charts.cost_by_item(plan).items()}, "Item", "Paid")


def yearly_by_role(plan: Plan) -> Behind:
    """Money paid by role and calendar year."""
    names = list(dict.fromkeys(line.role for line in plan.costs))
    paid = {
        name: np.asarray(sum((line.amount for line in plan.costs if line.role == name and line.item != "shortage_price"), np.zeros(len(plan.months))))
        for name in names
    }
    return _yearly(plan, {words.title(name): amount for name, amount in paid.items()}, "Role", "Paid")


def _yearly(plan: Plan, parts: dict[str, Array], kind: str, total: str) -> Behind:
    """Sums by calendar year and over all, the money paid in the last row."""
    currency = plan.scenario.finance.currency
    years = np.array([month[:4] for month in plan.months])
    rows = parts | {total: plan.spend}
    columns = {str(year): [words.money(float(amount[years == year].sum()), currency) for amount in rows.values()] for year in dict.fromkeys(years)}
    return {kind: list(rows)} | columns | {"All": [words.money(float(amount.sum()), currency) for amount in rows.values()]}


def unit_costs(plan: Plan) -> dict[str, tuple[str, str]]:
    """Cost per contact, per hire, of a replacement and of attrition: the figure and what it means."""
    currency, found = plan.scenario.finance.currency, tables.totals(plan)
    each = tables.cost_per_replacement(plan)
    per_contact = "none counted" if found.cost_per_contact is None else words.unit_price(found.cost_per_contact, currency)
    lost = f"{words.people(found.leavers + found.washouts)} leave or wash out"
    hire = tables.cost_per_hire(plan)
    return {
        "Cost per contact": (
            per_contact,
            f"{words.count(found.contacts)} contacts over the plan" if found.contacts else "Heads are stated; no contacts",
        ),
        "Cost per hire": ("nobody starts" if hire is None else words.money(hire, currency), "to find one who starts"),
        "Cost of one replacement": ("nobody starts" if each is None else words.money(each, currency), "until nesting ends"),
        "Cost of attrition": ("nobody starts" if found.cost_of_attrition is None else words.money(found.cost_of_attrition, currency), lost),
    }


def unit_costs_by_month(plan: Plan) -> str:
    """How the cost per contact and the cost of a start move from the first year to the last."""
    currency, found = plan.scenario.finance.currency, tables.unit_costs_table(plan)
    parts = []
    for label, top, bottom, write in (
        ("A contact", "spend", "contacts", words.unit_price),
        ("a start, until nesting ends,", "start_cost", "start_heads", words.money),
    ):
        first, last = (_ratio(found[top], found[bottom], rows) for rows in (slice(0, 12), slice(-12, None)))
        if first is not None and last is not None:
            moved = f"goes from {write(first, currency)} to {write(last, currency)}" if len(plan.months) > 12 else f"costs {write(first, currency)}"
            parts.append(f"{label} {moved}")
    told = " and ".join(parts)
    ends = " from the first twelve months to the last" if len(plan.months) > 12 else ""
    return f"{_capital(told)}{ends}." if told else "No contacts are counted and nobody starts: there is no unit cost."


def _ratio(top: Any, bottom: Any, rows: slice) -> float | None:
    """One sum over another over some months; None where there is nothing to divide by."""
    over, under = (float(column.iloc[rows].sum()) for column in (top, bottom))
    return over / under if under > 0 else None


def unit_costs_behind(plan: Plan) -> Behind:
    """Unit costs by month; blank where there is nothing to divide by."""
    currency, found = plan.scenario.finance.currency, tables.unit_costs_table(plan)
    columns = {
        "Cost per contact": ("cost_per_contact", words.unit_price), "Cost per hire": ("cost_per_hire", words.money),
        "Cost of a start until nesting ends": ("cost_per_start", words.money), "Cost of attrition": ("cost_of_attrition", words.money),
    }  # fmt: skip
    told = {head: ["" if np.isnan(value) else write(value, currency) for value in _plain(found[name])] for head, (name, write) in columns.items()}
    return {"Month": _months(plan)} | told


def _plain(column: Any) -> list[float]:
    return [float(value) for value in column.to_numpy(dtype=float, na_value=np.nan)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
