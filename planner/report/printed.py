"""A plan as a report for print: one HTML file without script or anything from elsewhere, that a browser prints or saves as PDF.

Its figures are those of the screen, the tables and the workbook: the same functions write them.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from planner import budget as budgets
from planner.budget import Budget
from planner.organisation import FRONTLINE
from planner.plan import Plan
from planner.report import assumed, figures, method, print_charts, tables, takeaways, variance, words
from planner.report.stamp import Stamp, stamp
from planner.scenario import Scenario

MOST_GROUPS = 4
STYLE = """
:root { --ink: #16202E; --soft: #566373; --line: #D8DEE6; --accent: #0B5CAD; --shade: #F5F7FA; --good: #00694D; --watch: #8A5A00; --bad: #B03A00; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 48px; max-width: 1000px; color: var(--ink); background: #fff; line-height: 1.45;
  font: 15px/1.45 "Source Sans 3", "Source Sans Pro", "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
h1 { font-size: 26px; line-height: 1.2; margin: 4px 0 8px; } h2 { font-size: 18px; margin: 28px 0 6px; } h3 { font-size: 15px; margin: 16px 0 4px; }
p { margin: 4px 0 8px; } .soft, figcaption { color: var(--soft); } .over { color: var(--soft); margin: 0; }
.good { color: var(--good); } .watch { color: var(--watch); } .bad { color: var(--bad); }
.cards { display: grid; grid-template-columns: repeat(3, 1fr); gap: 10px; margin: 16px 0 8px; }
.card { border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; } .card b { display: block; font-size: 23px; font-weight: 600; }
.card span { display: block; color: var(--soft); font-size: 13px; }
figure { margin: 0 0 8px; break-inside: avoid; } svg { display: block; width: 100%; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-weight: 600; border-bottom: 1.5px solid var(--line); padding: 4px 8px 4px 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: 3px 8px 3px 0; vertical-align: top; } .r { text-align: right; white-space: nowrap; }
th.r { text-align: right; }
tr.sum td { font-weight: 600; border-top: 1.5px solid var(--ink); border-bottom: 0; } .small td, .small th { font-size: 12px; }
@media (max-width: 640px) { .cards { grid-template-columns: 1fr 1fr; } }
@page { margin: 14mm 13mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif; color: #566373; } }
@media print { body { padding: 0; max-width: none; font-size: 10pt; } h2 { break-after: avoid; } h3 { break-after: avoid; } tr { break-inside: avoid; }
  thead { display: table-header-group; } .card { break-inside: avoid; } .page { break-before: page; } table { font-size: 8.5pt; }
  .small td, .small th { font-size: 7.5pt; } .card b { font-size: 16pt; } .wide { overflow: visible; } * { print-color-adjust: exact; } }
"""


def report(plan: Plan, scenario: Scenario | None = None, made: Stamp | None = None, budget: Budget | None = None) -> str:
    """The whole report. `scenario` is the scenario as it was entered, with its levers; `made` says what made the file."""
    entered = scenario or plan.scenario
    origin = made or stamp(entered)
    parts = [
        *_head(plan, entered, origin),
        *_charts(plan),
        *_hiring_plan(plan),
        *_roles(plan),
        *_money(plan, budget),
        *_rests_on(entered),
        *_method(),
        *_made(origin),
    ]
    title = escape(f"{entered.name}: frontline plan")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n<main>\n{chr(10).join(parts)}\n</main>\n</body></html>\n'


# Pieces --------------------------------------------------------------------------------------------------------------------------------------


def table(data: Mapping[str, Sequence[str]] | pd.DataFrame, right: Sequence[str] = (), summed: bool = False, small: bool = False) -> str:
    """A table whose cells are already written for people; `right` names the columns of figures, `summed` marks the last row as a sum.

    >>> table({"Item": ["<pay>"]}).partition("<tbody>")[2]
    '<tr><td>&lt;pay&gt;</td></tr></tbody></table></div>'
    """
    frame = pd.DataFrame(data)
    sides = [' class="r"' if name in right else "" for name in frame.columns]
    head = "".join(f"<th{side}>{escape(str(name))}</th>" for name, side in zip(frame.columns, sides, strict=True))
    rows = [_row(list(cells), sides, summed and at == len(frame) - 1) for at, cells in enumerate(frame.itertuples(index=False))]
    look = ' class="small"' if small else ""
    return f'<div class="wide"><table{look}><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _row(cells: list[Any], sides: list[str], is_sum: bool) -> str:
    inner = "".join(f"<td{side}>{escape(str(cell))}</td>" for cell, side in zip(cells, sides, strict=True))
    return f'<tr class="sum">{inner}</tr>' if is_sum else f"<tr>{inner}</tr>"


def _figure(title: str, says: str, svg: str) -> str:
    """A chart with its heading and what it says; the sentence is also what a screen reader tells of it."""
    picture = f'<div role="img" aria-label="{escape(f"{title}. {says}")}">{svg}</div>' if svg else ""
    return f"<figure><h2>{escape(title)}</h2><figcaption>{escape(says)}</figcaption>{picture}</figure>"


def _paragraph(text: str, look: str = "") -> str:
    return f'<p class="{look}">{escape(text)}</p>' if look else f"<p>{escape(text)}</p>"


# Parts ---------------------------------------------------------------------------------------------------------------------------------------


def _head(plan: Plan, scenario: Scenario, made: Stamp) -> Iterator[str]:
    found = words.verdict(plan)
    horizon = f"{words.month_name(plan.months[0])} to {words.month_name(plan.months[-1])}"
    yield _paragraph(f"{scenario.name} · {horizon} · {plan.scenario.finance.currency}", "over")
    yield f'<h1 class="{found.tone}">{escape(found.headline)}</h1>'
    yield from (_paragraph(sentence) for sentence in found.sentences)
    cards = [f"<div class='card'>{escape(each.label)}<b>{escape(each.value)}</b><span>{escape(each.says)}</span></div>" for each in figures.six(plan, plan)]
    yield f'<div class="cards">{"".join(cards)}</div>'
    yield _paragraph(made.told, "soft")


def _charts(plan: Plan) -> Iterator[str]:
    yield _figure("Required and available people", takeaways.required_and_available(plan), print_charts.required_and_available(plan))
    yield _figure("Ratios month by month", takeaways.ratio_strip(plan), print_charts.ratios(plan))
    yield _figure("People who come and go", moves(plan), print_charts.people_moves(plan))
    yield _figure("Training and hiring load", takeaways.training_load(plan), print_charts.training_load(plan))


def moves(plan: Plan) -> str:
    """Starts, leavers and washouts over the plan."""
    people = plan.frontline
    starts, leavers, washouts = (words.count(values.sum()) for values in (people.starts, people.leavers, people.washout))
    return f"{starts} start, {leavers} leave, {washouts} do not finish training; {words.people(people.closing[-1].sum())} are there at the end."


def _hiring_plan(plan: Plan) -> Iterator[str]:
    frame = tables.hiring_plan_table(plan)
    yield '<h2 class="page">Hiring plan</h2>'
    if frame.empty:
        yield _paragraph("Nobody is hired in this plan.")
        return
    says = "Hires by first month, by when to open their requisitions, and what they cost until productive. Each hire is a row of hiring_plan.csv."
    yield _paragraph(says, "soft")
    yield table(hires_by_month(plan, frame), ["Frontline", "Leaders and support", "Cost"], summed=True)


def hires_by_month(plan: Plan, frame: pd.DataFrame) -> dict[str, list[str]]:
    """The hiring plan by first month, with its sums in the last row."""
    currency = plan.scenario.finance.currency
    months = [(words.month_name(str(month)), rows) for month, rows in frame.groupby("start_month", sort=True)]
    rows = [*((name, _groups(rows), *_sums(rows, currency), str(rows["open_requisition_by"].min())) for name, rows in months)]
    rows.append(("All", "", *_sums(frame, currency), ""))
    heads = ("First month", "Into", "Frontline", "Leaders and support", "Cost", "Open the first requisition by")
    return {head: [row[at] for row in rows] for at, head in enumerate(heads)}


def _sums(rows: pd.DataFrame, currency: str) -> tuple[str, str, str]:
    frontline = rows["role"] == FRONTLINE
    heads = (words.count(float(rows.loc[which, "heads"].sum())) for which in (frontline, ~frontline))
    return (*heads, words.money(float(rows["cost"].sum()), currency))  # type: ignore[return-value]


def _groups(rows: pd.DataFrame) -> str:
    """Where people start; only how many groups where they are many."""
    by_group = rows[rows["role"] == FRONTLINE].groupby("group", sort=False)["heads"].sum()
    if len(by_group) > MOST_GROUPS:
        return f"{len(by_group)} groups"
    return ", ".join(f"{group} {words.count(float(heads))}" for group, heads in by_group.items())


def _roles(plan: Plan) -> Iterator[str]:
    yield "<h2>Leaders and support</h2>"
    if not plan.roles:
        yield _paragraph("The scenario has no leader or support roles.")
        return
    data = takeaways.roles_table(plan)
    yield table(data, list(data)[2:])


def _money(plan: Plan, budget: Budget | None) -> Iterator[str]:
    currency = plan.scenario.finance.currency
    yield f'<div class="page">{_figure("Cost by month", takeaways.cost_stack(plan), print_charts.cost_by_month(plan))}</div>'
    data = takeaways.yearly_by_item(plan)
    yield "<h3>By year and item</h3>" + table(data, list(data)[1:], summed=True)
    unit = takeaways.unit_costs(plan)
    yield "<h3>What one costs</h3>" + table(
        {"": list(unit), "Figure": [value for value, _ in unit.values()], "Means": [means for _, means in unit.values()]}, ["Figure"]
    )
    if budget is not None:
        found = budgets.variance(plan, budget)
        chart = print_charts.budget_and_plan(found.months, found.budget.sum(axis=1), found.plan.sum(axis=1), currency)
        yield _figure("Plan against budget", variance.in_words(found, currency), chart)
        sides = variance.by_item(found, currency)
        yield table(sides, list(sides)[1:], summed=True)


def _rests_on(scenario: Scenario) -> Iterator[str]:
    own, open_ones = assumed.own_figures(scenario), assumed.open_assumptions(scenario)
    yield '<h2 class="page">What the plan rests on</h2>'
    if scenario.notes:
        yield _paragraph(scenario.notes)
    yield f"<h3>Your figures: {len(own)} that differ from their defaults</h3>"
    yield table({"Parameter": [each.place for each in own], "Value": [each.value for each in own], "Default": [each.default for each in own]}, small=True)
    yield f"<h3>Assumptions to check: {len(open_ones)} that stand at a default which is only assumed</h3>"
    yield table(
        {"Parameter": [each.place for each in open_ones], "Value": [each.value for each in open_ones], "What it is": [each.help for each in open_ones]},
        small=True,
    )


def _method() -> Iterator[str]:
    yield '<h2 class="page">How the figures come about</h2>'
    for topic in method.METHODS:
        yield f"<h3>{escape(topic.title)}</h3>" + _paragraph(topic.says)
        limits = f" Limits: {topic.limits}" if topic.limits else ""
        yield _paragraph(f"Assumes: {topic.assumes} Sources: {topic.sources}{limits}", "soft")
    yield "<h3>What is not established</h3><ul>" + "".join(f"<li>{escape(line)}</li>" for line in method.NOT_ESTABLISHED) + "</ul>"


def _made(made: Stamp) -> Iterator[str]:
    yield "<h2>What made this report</h2>"
    yield table({"": [name for name, _ in made.lines], " ": [text for _, text in made.lines]})
