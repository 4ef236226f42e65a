"""Files that say more than volumes, read as proposed changes of a scenario: Genesys capacity plans, and the plan columns of the WFM Labs template.

What a proposal rests on is told with it. Heads are FTE over the contract mix of the group; people in post are taken as a year past nesting, as no
such file tells tenure; one attrition figure holds for the whole plan, the mean of the file's.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import parameters
from planner.intake.cells import numbers
from planner.intake.findings import Findings, Question
from planner.intake.genesys_plan import changes_of, is_capacity_plan
from planner.intake.raw import RawTable, normal, read_table
from planner.intake.reading import WORDS
from planner.intake.table import header_row, mapped_below

if TYPE_CHECKING:
    from planner.scenario import Group, Scenario

METRICS = {
    "StartingWeeklyFullTimeEquivalentCount": "starting", "NewHiresFullTimeEquivalentCount": "newHire", "AttritionPercentage": "attrition",
    "ShrinkagePercentage": "shrinkage", "TransfersFullTimeEquivalentCount": "transfers", "ExtraTimeUnderTimeFullTimeEquivalentCount": "extraTimeUnderTime",
}  # fmt: skip
USED = ("starting", "newHire", "attrition", "shrinkage")
PERIODS_A_YEAR = {"week": 365.25 / 7, "month": 12.0, "year": 1.0}
TENURE_MONTHS = 12
INPUT_QUESTIONS = ("encoding", "sheet", "decimal", "group", "staffing_group", "percent", "attrition_period")


@dataclass(frozen=True)
class Proposal:
    """One change of a scenario that a file suggests: a dotted path, its value in plain data, and what it rests on."""

    path: str
    value: Any
    why: str
    before: Any = None
    """What the scenario has now, in plain data."""

    def __str__(self) -> str:
        return f"{self.path}={json.dumps(self.value)}"


@dataclass(frozen=True)
class ScenarioInputs:
    """What a file says about a scenario apart from volumes. Nothing is changed yet."""

    file_name: str
    layout: str
    proposals: tuple[Proposal, ...]
    notices: tuple[str, ...]


Series = dict[str, dict[int, float]]
"""Values by metric and by week or month, 0 the first."""


def scenario_inputs(data: bytes, file_name: str, scenario: "Scenario", assume: Mapping[str, str] | None = None) -> ScenarioInputs:
    """Changes that a file proposes. Raises InvalidVolumes with every fault, or OpenQuestions with every decision that two readings fit."""
    findings = Findings(file_name, assume or {})
    for key in assume or {}:
        if key not in INPUT_QUESTIONS:
            findings.fault(file_name, f"'{key}' is no question that a plan file can raise", f"They are {', '.join(INPUT_QUESTIONS)}.")
    findings.settle()
    raw = read_table(data, findings, WORDS | {"shrinkage_pct", "current_headcount"})
    group = _group(scenario, findings)
    if raw.document is not None and is_capacity_plan(raw.document):
        proposals = tuple(_of_plan(raw, group, findings))
        layout = "genesys_capacity_plan"
    else:
        proposals = tuple(_of_template(raw, group, findings))
        layout = "wfm_labs_monthly"
    findings.settle()
    with_before = tuple(replace(proposal, before=plain(parameters.get(scenario, proposal.path))) for proposal in proposals)
    return ScenarioInputs(file_name, layout, with_before, tuple(findings.notices))


def plain(value: Any) -> Any:
    """A value of a scenario as plain data.

    >>> plain((1, ("a", None)))
    [1, ['a', None]]
    """
    if isinstance(value, parameters.Parameters):
        return value.model_dump(mode="json", exclude_defaults=True)
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def _group(scenario: "Scenario", findings: Findings) -> "Group | None":
    names = tuple(group.name for group in scenario.groups)
    if len(names) == 1 and findings.answer("group") is None:
        return scenario.groups[0]
    answer = findings.ask(Question("group", "which group of the scenario is the file about?", names))
    return next((group for group in scenario.groups if group.name == answer), None)


# Genesys


def _of_plan(raw: RawTable, group: "Group | None", findings: Findings) -> Iterator[Proposal]:
    document = raw.document if isinstance(raw.document, dict) else {}
    start, end = (_date(document, name, raw.place, findings) for name in ("startBusinessUnitDate", "endBusinessUnitDate"))
    weekly, monthly = _of_changes(raw, findings), _of_results(document, raw.place, findings)
    if findings.has_faults:
        return
    if start and end:
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        yield Proposal("horizon.first_month", f"{start:%Y-%m}", f"the plan begins on {start}")
        yield Proposal("horizon.months", months, f"the plan ends on {end}")
    place = f"groups.{group.name if group else '?'}"
    hours = document.get("fullTimeEquivalentWeeklyHours")
    if hours is not None:
        yield Proposal(f"{place}.staffing.weekly_hours", hours, "the hours of a full-time week that the plan counts in")
    yield from _of_series(monthly or weekly, (place, group, start if not monthly else None, "month" if monthly else "week"), findings)


def _date(document: dict[str, Any], name: str, place: str, findings: Findings) -> date | None:
    if name not in document:
        return None
    try:
        return date.fromisoformat(str(document[name]))
    except ValueError:
        findings.fault(f"{place}, {name}", "this is not a date", "Write it as 2027-01-04.", repr(document[name]))
        return None


def _of_changes(raw: RawTable, findings: Findings) -> Series:
    """Values by metric and week, of the one staffing group that is read. A later change of a week replaces an earlier one."""
    records = list(changes_of(raw.document))
    wanted = _staffing_group(records, findings)
    found: Series = {}
    for number, record in enumerate(records, 1):
        ids = record.get("staffingGroupIds") or []
        if wanted and wanted not in ids:
            continue
        metric = METRICS.get(str(record["metric"]))
        week, count, value = (record.get(name, "") for name in ("weekStartNumber", "numberOfWeeks", "value"))
        place = f"{raw.place}, change {number}"
        if metric is None:
            findings.fault(place, "this is not a metric", f"Use one of {', '.join(METRICS)}.", repr(record["metric"]))
        elif not (_whole(week) and _whole(count) and week >= 1 and 1 <= count <= 1_000 and _number(value)):
            findings.fault(place, "weekStartNumber, numberOfWeeks and value are not two whole numbers from 1 and a number", "Correct the change.")
        else:
            found.setdefault(metric, {}).update(dict.fromkeys(range(week - 1, week - 1 + count), float(value)))
    return found


def _staffing_group(records: list[dict[str, Any]], findings: Findings) -> str:
    ids = tuple(dict.fromkeys(str(each) for record in records for each in record.get("staffingGroupIds") or []))
    if len(ids) < 2 and findings.answer("staffing_group") is None:
        return ""
    return findings.ask(Question("staffing_group", "the plan has several staffing groups; which one is read?", ids)) or ""


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e9


def _of_results(document: dict[str, Any], place: str, findings: Findings) -> Series:
    """The monthly result arrays, where the document has them."""
    found = next((value for name, value in document.items() if name.casefold() in ("monthly", "monthlyresults") and isinstance(value, dict)), {})
    series: Series = {}
    for metric in USED:
        values = found.get(metric)
        if isinstance(values, list) and values and all(map(_number, values)):
            series[metric] = {month: float(value) for month, value in enumerate(values)}
        elif values is not None:
            findings.fault(f"{place}, {metric}", "this is not a list of numbers", "Export the plan again.")
    return series


def _of_series(series: Series, about: "tuple[str, Group | None, date | None, str]", findings: Findings) -> Iterator[Proposal]:
    place, group, start, period = about
    mix = sum(contract.heads_share * contract.fte_fraction for contract in group.staffing.contracts) if group else 1.0
    if "starting" in series:
        yield _opening(place, series["starting"], mix, period)
    if "newHire" in series:
        yield from _starts(place, _by_month(series["newHire"], start, period), mix, findings)
    if "attrition" in series:
        yield from _attrition(place, series["attrition"], findings)
    if "shrinkage" in series:
        yield from _shrinkage(place, list(series["shrinkage"].values()), "ShrinkagePercentage", findings)
    other = sorted(set(series) - set(USED))
    if other:
        findings.note(f"Not proposed, as a scenario has no counterpart: {', '.join(other)}.")


def _opening(place: str, starting: dict[int, float], mix: float, period: str) -> Proposal:
    first = min(starting)
    heads = round(starting[first] / mix, 6)
    why = f"{starting[first]:g} FTE at the start of {period} {first + 1}; tenure is not told, a year past nesting is assumed"
    return Proposal(f"{place}.workforce.opening", [{"tenure_months": TENURE_MONTHS, "heads": heads}], why)


def _by_month(values: dict[int, float], start: date | None, period: str) -> dict[int, float]:
    """Values of weeks added up to the months, counted from the plan's first, in which the weeks begin."""
    if period == "month":
        return values
    first = start or date(2001, 1, 1)
    found: dict[int, float] = {}
    for week, value in values.items():
        day = first + timedelta(weeks=week)
        month = (day.year - first.year) * 12 + day.month - first.month
        found[month] = found.get(month, 0.0) + value
    return found if start else {}


def _starts(place: str, months: dict[int, float], mix: float, findings: Findings) -> Iterator[Proposal]:
    heads = [months.get(month, 0.0) / mix for month in range(max(months, default=-1) + 1)]
    if not heads:
        findings.note("New hires are not proposed: without startBusinessUnitDate their weeks have no month.")
    elif any(abs(count - round(count)) > 1e-6 or count < 0 for count in heads):
        findings.note(f"New hires are not proposed: by month they are no whole people ({', '.join(f'{count:g}' for count in heads[:6])}).")
    else:
        why = f"{sum(heads):g} new hires, a value holding for each week or month of its record, in the month in which it begins"
        yield Proposal(f"{place}.workforce.signed_starts", [round(count) for count in heads], why)


def _attrition(place: str, values: dict[int, float], findings: Findings) -> Iterator[Proposal]:
    text = "the plan does not say whether its attrition is the share leaving in a week, a month or a year; which is it?"
    period = findings.ask(Question("attrition_period", text, tuple(PERIODS_A_YEAR)))
    shares = _fractions(list(values.values()), "AttritionPercentage", findings)
    if period is None or shares is None:
        return
    hazard = -np.log1p(-np.array(shares)) if period != "year" else np.array(shares)
    yearly = float(np.mean(hazard)) * PERIODS_A_YEAR[period]
    why = f"{_span(shares)} a {period}, as separations over average heads in a year"
    yield Proposal(f"{place}.workforce.annual_attrition", round(yearly, 6), why)


def _shrinkage(place: str, values: list[float], name: str, findings: Findings) -> Iterator[Proposal]:
    shares = _fractions(values, name, findings)
    if shares is None:
        return
    why = f"{_span(shares)}; it replaces the group's factors and counts as out of office, as the file does not divide it"
    yield Proposal(f"{place}.staffing.shrinkage", [{"name": "shrinkage", "where": "out", "fraction": round(float(np.mean(shares)), 6)}], why)


def _span(shares: list[float]) -> str:
    """Shares in words.

    >>> _span([0.03, 0.03]), _span([0.02, 0.035])
    ('3 %', 'the mean of 2 % to 3.5 %')
    """
    low, high = (f"{100 * share:.3g} %" for share in (min(shares), max(shares)))
    return low if low == high else f"the mean of {low} to {high}"


def _fractions(values: list[float], name: str, findings: Findings) -> list[float] | None:
    """Percentages as fractions. Where all lie between 0 and 1 both readings fit: that is asked."""
    unit = "percent"
    if findings.answer("percent") is not None or (any(values) and all(0 <= value <= 1 for value in values)):
        text = f"{name} runs from {min(values):g} to {max(values):g}; are these percent, or fractions of 1?"
        answer = findings.ask(Question("percent", text, ("percent", "fraction")))
        if answer is None:
            return None
        unit = answer
    shares = [value / 100 if unit == "percent" else value for value in values]
    if not all(0 <= share < 1 for share in shares):
        findings.fault(f"{findings.file_name}, {name}", "a share is not between 0 and 100 %", "Correct it.", f"{min(values):g} to {max(values):g}")
        return None
    findings.note(f"{name} is read as {'percent' if unit == 'percent' else 'a fraction of 1'}.")
    return shares


# WFM Labs


def _of_template(raw: RawTable, group: "Group | None", findings: Findings) -> Iterator[Proposal]:
    match = header_row(raw, ("month", "shrinkage_pct")) or header_row(raw, ("month", "current_headcount"))
    if match is None:
        problem = "this is neither a Genesys capacity plan nor a WFM Labs template with Shrinkage_Pct or Current_Headcount"
        findings.stop(raw.place, problem, "Choose another file.")
    present = {"shrinkage": "shrinkage_pct", "heads": "current_headcount"}
    names = [normal(cell) for cell in raw.rows[match.header]]
    table = mapped_below(raw, match.header, {role: name for role, name in present.items() if name in names}, findings)
    found = numbers(table, tuple(table.columns), findings)
    place = f"groups.{group.name if group else '?'}"
    if findings.has_faults:
        return
    if "heads" in found and not np.isnan(found["heads"][0]):
        why = "Current_Headcount of the first row; tenure is not told, a year past nesting is assumed"
        yield Proposal(f"{place}.workforce.opening", [{"tenure_months": TENURE_MONTHS, "heads": float(found["heads"][0])}], why)
    if "shrinkage" in found:
        yield from _shrinkage(place, found["shrinkage"][~np.isnan(found["shrinkage"])].tolist(), "Shrinkage_Pct", findings)
