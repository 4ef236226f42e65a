"""A plan as one workbook: a summary with native charts, every table on a sheet of its own, totals as formulas, every assumption, and what made it.

Every formula is written with its value, so that a reader who does not work it out sees the same. No text of a scenario ever runs as a formula.
"""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from numpy.typing import NDArray
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from planner import parameters
from planner.finance import ITEMS
from planner.organisation import FRONTLINE
from planner.parameters import Parameter
from planner.plan import Plan
from planner.report import words
from planner.report.charts import LIGHT
from planner.report.stamp import Stamp, stamp
from planner.report.tables import TABLES, Table, tables
from planner.scenario import Scenario

DATES = ("open_requisition_by", "class_start")
MONEY = ("amount", "cost", "spend", "hiring_outlay", "start_cost", "cost_per_start", "cost_per_hire", "cost_of_attrition", "budget", "plan", "variance")
SUMMED = {
    "requirement": ("contacts", "on_position_hours"),
    "headcount": ("start_heads", "promoted_in_heads", "returned_heads", "promoted_out_heads", "washout_heads", "leaver_heads"),
    "hiring_plan": ("heads", "cost"),
    "training": ("classes_started",),
    "management": ("promoted_heads", "external_heads"),
    "cost": ("amount",),
    "recruiting": ("starts", "offers_to_make", "applicants", "screens", "interviews", "offers", "recruiter_hours", "interview_hours"),
    "unit_costs": ("contacts", "spend", "start_heads", "hiring_outlay", "start_cost", "lost_heads", "cost_of_attrition"),
}
"""Columns that add up over rows; what stands at a moment, as heads and FTE do, does not."""
RATIOS = {
    "unit_costs": {
        "cost_per_contact": ("spend", "contacts"), "cost_per_hire": ("hiring_outlay", "start_heads"), "cost_per_start": ("start_cost", "start_heads"),
    },
}  # fmt: skip
"""Columns whose total is one sum over another."""
LONGEST_VALUE = 2_000
LONGEST_TEXT = 32_000
UNPAID = "shortage_price"
Array = NDArray[np.float64]


# Looks ---------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Formats:
    """The looks of cells in a workbook."""

    title: Any
    heading: Any
    header: Any
    header_right: Any
    wrapped: Any
    date: Any
    whole: Any
    number: Any
    cents: Any
    share: Any
    total: Any
    total_whole: Any
    total_cents: Any

    def of_column(self, name: str, column: "pd.Series[Any]") -> Any:
        """The format of a table's column; none for text."""
        if name in DATES:
            return self.date
        if not pd.api.types.is_numeric_dtype(column.dtype):
            return None
        if name.endswith("_share"):
            return self.share
        if name == "cost_per_contact":
            return self.cents
        whole = name in MONEY or name in ("contacts", "aht_s", "on_position_hours") or pd.api.types.is_integer_dtype(column.dtype)
        return self.whole if whole else self.number


def _formats(book: Any) -> Formats:
    bold, head = {"bold": True, "top": 1}, {"bold": True, "bottom": 1, "bg_color": "#EEF1F5", "text_wrap": True, "valign": "top"}
    return Formats(
        title=book.add_format({"bold": True, "font_size": 16}),
        heading=book.add_format({"bold": True, "font_size": 12}),
        header=book.add_format(head),
        header_right=book.add_format(head | {"align": "right"}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
        date=book.add_format({"num_format": "yyyy-mm-dd"}),
        whole=book.add_format({"num_format": "#,##0"}),
        number=book.add_format({"num_format": "#,##0.0"}),
        cents=book.add_format({"num_format": "#,##0.00"}),
        share=book.add_format({"num_format": "0.0##%"}),
        total=book.add_format(bold),
        total_whole=book.add_format(bold | {"num_format": "#,##0"}),
        total_cents=book.add_format(bold | {"num_format": "#,##0.00"}),
    )


# The whole -----------------------------------------------------------------------------------------------------------------------------------

Extra = tuple[Table, pd.DataFrame]


def workbook(plan: Plan, scenario: Scenario | None = None, made: Stamp | None = None, extra: Sequence[Extra] = ()) -> bytes:
    """A plan as one XLSX file.

    `scenario` is the scenario as it was entered, with its levers; without it the assumptions are the plan's, levers worked in. `made` says what made it;
    `extra` are further tables with their contents, as the variance against a budget.
    """
    entered = scenario or plan.scenario
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    formats, frames = _formats(book), tables(plan)
    _summary(book, plan, frames, made or stamp(entered), formats)
    _by_month(book, plan, frames, formats)
    for table, frame in [*((table, frames[table.name]) for table in TABLES), *extra]:
        _sheet(book.add_worksheet(table.title), table, frame, formats)
    _assumptions(book.add_worksheet("Assumptions"), entered, formats)
    _read_me(book.add_worksheet("Read me"), plan, [*TABLES, *(table for table, _ in extra)], formats)
    book.close()
    return data.getvalue()


def _printed(sheet: Any, landscape: bool = True) -> None:
    """How a sheet comes out of a printer: one page wide, its header on every page."""
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")


# Summary -------------------------------------------------------------------------------------------------------------------------------------


def _ranges(name: str, frame: pd.DataFrame, column: str) -> str:
    """The cells of one column of a table's sheet, for a formula."""
    letter = xl_col_to_name(list(frame.columns).index(column))
    title = next(table.title for table in TABLES if table.name == name)
    return f"'{title}'!${letter}$2:${letter}${max(len(frame), 1) + 1}"


def _sum_if(name: str, frame: pd.DataFrame, summed: str, conditions: dict[str, str]) -> str:
    """A sum over the rows of a table that meet conditions: column -> what it must hold, as it is written in a formula."""
    tests = ",".join(f"{_ranges(name, frame, column)},{wanted}" for column, wanted in conditions.items())
    return f"=SUMIFS({_ranges(name, frame, summed)},{tests})" if tests else f"=SUM({_ranges(name, frame, summed)})"


def _summary(book: Any, plan: Plan, frames: dict[str, pd.DataFrame], made: Stamp, formats: Formats) -> None:
    """What the plan is, its verdict, its totals over the horizon and by year, and what made the file."""
    sheet = book.add_worksheet("Summary")
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 12, 15)
    found = words.verdict(plan)
    sheet.write_string(0, 0, "Frontline plan", formats.title)
    facts = [("Scenario", made.scenario), ("Months", f"{plan.months[0]} to {plan.months[-1]}"), ("Currency", plan.scenario.finance.currency)]
    row = _facts(sheet, 2, facts, formats)
    sheet.write_string(row, 0, found.headline, formats.heading)
    for at, sentence in enumerate(found.sentences, start=row + 1):
        sheet.write_string(at, 0, sentence)
    row = _totals(sheet, row + len(found.sentences) + 2, plan, frames, formats)
    row = _by_year(sheet, row + 1, plan, frames["cost"], formats)
    sheet.write_string(row + 1, 0, "What made this file", formats.heading)
    _facts(sheet, row + 2, made.lines, formats)
    _printed(sheet)


def _facts(sheet: Any, row: int, facts: Sequence[tuple[str, str]], formats: Formats) -> int:
    """Names and texts in two columns; the next free row."""
    for name, text in facts:
        sheet.write_string(row, 0, name, formats.wrapped)
        sheet.write_string(row, 1, text[:LONGEST_TEXT])
        row += 1
    return row + 1


def _totals(sheet: Any, row: int, plan: Plan, frames: dict[str, pd.DataFrame], formats: Formats) -> int:
    """Figures over the whole horizon, each a formula over a table's sheet."""
    sheet.write_string(row, 0, "Over the whole plan", formats.heading)
    cost, people, hires = frames["cost"], frames["headcount"], frames["hiring_plan"]
    paid, frontline = f'"<>{UNPAID}"', f'"{FRONTLINE}"'
    lines = [
        ("Money paid", _sum_if("cost", cost, "amount", {"item": paid}), float(plan.spend.sum())),
        ("Price of shortage (value lost, not paid)", _sum_if("cost", cost, "amount", {"item": f'"{UNPAID}"'}), _item(cost, UNPAID)),
        ("Frontline hires", _sum_if("headcount", people, "start_heads", {"role": frontline}), float(plan.frontline.starts.sum())),
        ("Hires of all roles (hiring plan)", _sum_if("hiring_plan", hires, "heads", {}), float(hires["heads"].sum())),
        ("Cost of the hiring plan until people are productive", _sum_if("hiring_plan", hires, "cost", {}), float(hires["cost"].sum())),
        ("Frontline people who leave", _sum_if("headcount", people, "leaver_heads", {"role": frontline}), float(plan.frontline.leavers.sum())),
        ("Contacts", _sum_if("requirement", frames["requirement"], "contacts", {}), float(plan.requirement.contacts.sum())),
        ("Months of FTE that are short", _sum_if("headcount", people, "shortage_fte", {"role": frontline}), float(plan.shortage_fte.sum())),
    ]
    for at, (label, formula, value) in enumerate(lines, start=row + 1):
        sheet.write_string(at, 0, label)
        sheet.write_formula(at, 1, formula, formats.number if "FTE" in label else formats.whole, value)
    return row + len(lines) + 1


def _item(cost: pd.DataFrame, item: str) -> float:
    return float(cost.loc[cost["item"] == item, "amount"].sum())


def _by_year(sheet: Any, row: int, plan: Plan, cost: pd.DataFrame, formats: Formats) -> int:
    """Cost by item and calendar year with the money paid beneath."""
    years = list(dict.fromkeys(month[:4] for month in plan.months))
    items = [item for item in ITEMS if item in set(cost["item"]) and item != UNPAID]
    sheet.write_string(row, 0, "Money paid by year", formats.heading)
    for column, head in enumerate(["Item", *years, "All"]):
        sheet.write_string(row + 1, column, head, formats.header_right if column else formats.header)
    first = row + 2
    for at, item in enumerate(items, start=first):
        sheet.write_string(at, 0, words.title(item))
        for column, year in enumerate(years, start=1):
            amount = cost.loc[(cost["item"] == item) & cost["month"].str.startswith(year), "amount"].sum()
            sheet.write_formula(at, column, _sum_if("cost", cost, "amount", {"item": f'"{item}"', "month": f'"{year}-*"'}), formats.whole, float(amount))
        cells = f"{xl_rowcol_to_cell(at, 1)}:{xl_rowcol_to_cell(at, len(years))}"
        sheet.write_formula(at, len(years) + 1, f"=SUM({cells})", formats.whole, _item(cost, item))
    end = first + len(items)
    sheet.write_string(end, 0, "Paid", formats.total)
    for column, year in enumerate([*years, ""], start=1):
        paid = cost.loc[(cost["item"] != UNPAID) & cost["month"].str.startswith(year), "amount"].sum()
        cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(max(end - 1, first), column)}"
        sheet.write_formula(end, column, f"=SUM({cells})", formats.total_whole, float(paid))
    return end + 1


# By month, with charts -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One column of the sheet by month: its header, the formula of a row from the cell of its month, its values, and whether it adds up."""

    head: str
    formula: Callable[[str], str]
    values: Array
    adds_up: bool
    money: bool = False


def _columns(plan: Plan, frames: dict[str, pd.DataFrame]) -> list[Column]:
    def people(name: str, column: str, values: Array, adds_up: bool) -> Column:
        return Column(name, lambda cell: _sum_if("headcount", frames["headcount"], column, {"month": cell, "role": f'"{FRONTLINE}"'}), values, adds_up)

    def item(name: str) -> Column:
        cost = frames["cost"]
        amounts = cost[cost["item"] == name].groupby("month")["amount"].sum().reindex(list(plan.months), fill_value=0.0)
        return Column(
            "Price of shortage (not paid)" if name == UNPAID else words.title(name),
            lambda cell: _sum_if("cost", cost, "amount", {"month": cell, "item": f'"{name}"'}),
            amounts.to_numpy(dtype=float), True, True,
        )  # fmt: skip

    return [
        people("Required FTE", "required_fte", plan.required_fte.sum(axis=1), False),
        people("Productive FTE", "productive_fte", plan.frontline.productive_fte.sum(axis=1), False),
        people("Shortage FTE", "shortage_fte", plan.shortage_fte.sum(axis=1), False),
        people("People at the end", "closing_heads", plan.frontline.closing.sum(axis=1), False),
        people("Starts", "start_heads", plan.frontline.starts.sum(axis=1), True),
        people("Leavers", "leaver_heads", plan.frontline.leavers.sum(axis=1), True),
        *(item(name) for name in ITEMS if name in set(frames["cost"]["item"])),
    ]


def _by_month(book: Any, plan: Plan, frames: dict[str, pd.DataFrame], formats: Formats) -> None:
    """The plan month by month, as formulas over the tables' sheets, and charts of it."""
    sheet, columns, last = book.add_worksheet("By month"), _columns(plan, frames), len(plan.months)
    _header(sheet, ["month", *(column.head for column in columns)], formats, range(1, len(columns) + 1))
    sheet.set_row(0, 32)
    sheet.set_column(0, len(columns), 13)
    for row, month in enumerate(plan.months, start=1):
        sheet.write_string(row, 0, month)
        for at, column in enumerate(columns, start=1):
            formula = column.formula(xl_rowcol_to_cell(row, 0, col_abs=True))
            sheet.write_formula(row, at, formula, formats.whole if column.money else formats.number, float(column.values[row - 1]))
    _under(sheet, last + 1, len(columns) + 1, formats)
    for at, column in enumerate(columns, start=1):
        if column.adds_up:
            letter = xl_col_to_name(at)
            sheet.write_formula(last + 1, at, f"=SUM({letter}2:{letter}{last + 1})", formats.total_whole, float(column.values.sum()))
    _printed(sheet)
    _charts(book, columns, last)


def _charts(book: Any, columns: list[Column], months: int) -> None:
    """Required and productive FTE, starts and leavers, cost by item: native charts on a sheet of their own."""
    sheet = book.add_worksheet("Charts")
    sheet.hide_gridlines(2)
    heads = [column.head for column in columns]
    money = [at for at, column in enumerate(columns, start=1) if column.money]
    wanted = (
        ("line", "Required and productive FTE", [1, 2], "FTE", (LIGHT.required, LIGHT.available)),
        ("column", "Starts and leavers", [heads.index("Starts") + 1, heads.index("Leavers") + 1], "people", (LIGHT.required, LIGHT.short)),
        ("column stacked", "Cost by month", money, "", tuple(ink for ink in LIGHT.series if ink != LIGHT.short)),
    )
    for place, (kind, title, series, unit, inks) in enumerate(wanted):
        chart = book.add_chart({"type": kind.split()[0]} | ({"subtype": "stacked"} if "stacked" in kind else {}))
        for number, column in enumerate(series):
            ink = {"color": inks[number % len(inks)]}
            look = {"line": ink | {"width": 2.25}} if kind == "line" else {"fill": ink, "gap": 40}
            cells = {name: ["By month", 1, at, months, at] for name, at in (("categories", 0), ("values", column))}
            chart.add_series({"name": ["By month", 0, column], **cells, **look})
        chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
        chart.set_legend({"position": "bottom"})
        chart.set_y_axis({"name": unit, "num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": LIGHT.line}}, "line": {"none": True}})
        chart.set_x_axis({"interval_unit": max(1, months // 12), "num_font": {"rotation": -45}})
        chart.set_size({"width": 620, "height": 330})
        sheet.insert_chart(18 * (place // 2), 10 * (place % 2), chart, {"description": title})
    _printed(sheet)


# Tables --------------------------------------------------------------------------------------------------------------------------------------


def _sheet(sheet: Any, table: Table, frame: pd.DataFrame, formats: Formats) -> None:
    """One table: header frozen with a filter, a column format each, and totals that follow the filter where sums make sense."""
    figures = [place for place, name in enumerate(frame.columns) if pd.api.types.is_numeric_dtype(frame[name].dtype)]
    _header(sheet, list(frame.columns), formats, figures)
    for position, name in enumerate(frame.columns):
        column = frame[name]
        sheet.set_column(position, position, _width(name, column), formats.of_column(name, column))
        _fill(sheet, position, name, column, formats)
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
        _totals_row(sheet, table.name, frame, formats)
    sheet.repeat_rows(0)
    _printed(sheet)


def _header(sheet: Any, names: list[str], formats: Formats, right: Sequence[int] = ()) -> None:
    """The names of the columns, those of figures to the right."""
    sheet.freeze_panes(1, 1)
    for position, name in enumerate(names):
        sheet.write_string(0, position, name, formats.header_right if position in right else formats.header)


def _fill(sheet: Any, position: int, name: str, column: "pd.Series[Any]", formats: Formats) -> None:
    """The cells of one column; blank cells are not written, dates are real dates, texts stay texts."""
    if name in DATES:
        for row, text in enumerate(column.tolist(), start=1):
            if text:
                sheet.write_datetime(row, position, date.fromisoformat(text), formats.date)
        return
    write = sheet.write_number if pd.api.types.is_numeric_dtype(column.dtype) else sheet.write_string
    looks = formats.of_column(name, column)
    for row, cell in enumerate(column.tolist(), start=1):
        if cell is not pd.NA and cell != "":
            write(row, position, cell, looks)


def _width(name: str, column: "pd.Series[Any]") -> int:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return max(len(name) + 2, 12)
    return min(max([len(name) + 2, *(len(str(cell)) + 1 for cell in column.unique())]), 40)


def _totals_row(sheet: Any, table: str, frame: pd.DataFrame, formats: Formats) -> None:
    """Sums as formulas over the rows that the filter shows, below the table; ratios of two sums beneath ratios."""
    row, places = len(frame) + 1, {name: list(frame.columns).index(name) for name in frame.columns}
    summed = SUMMED.get(table, ("budget", "plan", "variance") if "variance" in places else ())
    if summed:
        _under(sheet, row, len(places), formats)
    for name in summed:
        letter = xl_col_to_name(places[name])
        sheet.write_formula(row, places[name], f"=SUBTOTAL(109,{letter}2:{letter}{row})", formats.total_whole, float(frame[name].sum()))
    for name, (over, under) in RATIOS.get(table, {}).items():
        top, bottom = float(frame[over].sum()), float(frame[under].sum())
        above, below = (xl_rowcol_to_cell(row, places[part]) for part in (over, under))
        looks = formats.total_cents if name == "cost_per_contact" else formats.total_whole
        sheet.write_formula(row, places[name], f'=IF({below}>0,{above}/{below},"")', looks, top / bottom if bottom > 0 else "")


def _under(sheet: Any, row: int, columns: int, formats: Formats) -> None:
    """The row beneath a table, before its sums are written into it."""
    sheet.write_string(row, 0, "Total", formats.total)
    for column in range(1, columns):
        sheet.write_blank(row, column, None, formats.total)


# Assumptions and words -----------------------------------------------------------------------------------------------------------------------


def _assumptions(sheet: Any, scenario: Scenario, formats: Formats) -> None:
    _header(sheet, ["parameter", "value", "unit", "basis", "help", "default"], formats)
    for position, width in enumerate((48, 16, 16, 12, 110, 16)):
        sheet.set_column(position, position, width)
    row = 0
    for row, parameter in enumerate(parameters.walk(scenario), start=1):
        sheet.write_string(row, 0, parameter.path)
        _value(sheet, (row, 1), parameter.value, parameter, formats)
        for position, text in enumerate((parameter.unit.symbol, basis(parameter), parameter.help), start=2):
            sheet.write_string(row, position, text)
        _value(sheet, (row, 5), parameter.default, parameter, formats)
    sheet.autofilter(0, 0, row, 5)
    sheet.repeat_rows(0)
    _printed(sheet)


def basis(parameter: Parameter) -> str:
    """Where a value comes from: source or assumption while it stands at its default, else yours."""
    return parameter.basis if parameter.value == parameter.default else "yours"


def _value(sheet: Any, cell: tuple[int, int], value: Any, parameter: Parameter, formats: Formats) -> None:
    """A value as a number where it is one (fractions shown as percent), as text where it is not; blank where it is empty."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(*cell, value, formats.share if parameter.unit.screen_factor == 100 else None)
    elif value is not None and value != "":
        sheet.write_string(*cell, shown(value))


def shown(value: Any) -> str:
    """A value as text: texts as they are, lists as JSON; a list too long for a cell is cut, and says so.

    >>> shown("boards"), shown((1, 2))
    ('boards', '[1, 2]')
    """
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} ... ({sum(1 for _ in _flat(value))} values)"


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple | list):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _read_me(sheet: Any, plan: Plan, shown_tables: Sequence[Table], formats: Formats) -> None:
    facts = [
        ("Notes", plan.scenario.notes),
        ("Summary", "The verdict, totals over the plan and by year, and what made this file. Every figure is a formula over the tables."),
        ("By month", "The plan month by month, as formulas over the tables, with charts."),
        *((table.title, table.about) for table in shown_tables),
        ("Assumptions", "Every figure the plan rests on, its unit, its default, and whether it is yours, sourced, or an assumption to check."),
        ("Blank cells", "A blank cell is undefined: a span without a leader, the FTE of someone who takes no contacts."),
        ("People and FTE", "People who leave are expected values, so heads may have decimals. FTE are paid, fully proficient, before shrinkage."),
        ("Totals", "Totals stand beneath their tables and follow the filter."),
    ]
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 110)
    sheet.write_string(0, 0, "How to read this workbook", formats.title)
    for row, (name, text) in enumerate(facts, start=2):
        sheet.write_string(row, 0, name, formats.wrapped)
        sheet.write_string(row, 1, text[:LONGEST_TEXT], formats.wrapped)
    _printed(sheet)
