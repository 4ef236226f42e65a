"""The form of any parameter group, drawn from its declaration: unit, bounds, help, default, and a flag where the default is an assumption."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from planner.errors import Fault, InvalidScenario, PlannerError
from planner.horizon import month_labels
from planner.intake.findings import Question
from planner.parameters import Parameter
from planner.report import words
from planner.scenario import Scenario
from planner.store import discretion
from planner.ui import fields, members, section, session, who
from planner.ui.fields import Axis, Section, Table

FLAG = ":orange-badge[assumption]"
MOST_FOUND = 30
TALLEST = 320


@dataclass(frozen=True)
class Filter:
    """What of a form is shown: all, or only assumptions, or only what has every word of a search in its name or help."""

    assumptions: bool = False
    text: str = ""

    def takes(self, parameter: Parameter) -> bool:
        """Whether a parameter is shown."""
        if self.assumptions and not fields.is_assumption(parameter) or discretion.is_pay(parameter) and not who.sees_pay():
            return False
        told = f"{words.title(parameter.name)} {parameter.path} {parameter.help}".lower().replace("_", " ")
        return all(word in told for word in self.text.lower().replace("_", " ").split())

    def takes_table(self, table: Table) -> bool:
        """Whether a table is shown: itself, or one of its columns."""
        return self.takes(table.parameter) or any(self.takes(column) for column in table.columns)


EVERYTHING = Filter()


@lru_cache(maxsize=64)
def assumptions_in(part: Any) -> tuple[int, int]:
    """Assumptions and parameters in a part of a scenario; a table counts once."""
    shown = [item for section in fields.section(part).everything() for item in _parameters(section)]
    return sum(map(fields.is_assumption, shown)), len(shown)


def _parameters(section: Section) -> list[Parameter]:
    return [*section.singles, *(parameter for _, parameter in section.series), *(table.parameter for table in section.tables)]


def draw(section: Section, only: Filter = EVERYTHING, title: str = "") -> int:
    """Draws a section and its parts, each in a card; members of lists are left to the page. Returns how many fields it showed."""
    singles = [parameter for parameter in section.singles if only.takes(parameter)]
    series = [item for item in section.series if only.takes(item[1])]
    tables = [table for table in section.tables if only.takes_table(table)]
    if singles or series or tables:
        with st.container(border=True):
            _head(title, [*singles, *(parameter for _, parameter in series), *(table.parameter for table in tables)])
            _singles(singles)
            for table in tables:
                _table(table)
            for axis, some in _together(series):
                _series(axis, some)
    shown = len(singles) + len(series) + len(tables)
    return shown + sum(draw(part, only, part_title(part, title)) for part in section.parts)


def part_title(part: Section, above: str) -> str:
    """The heading of a part: its own name, after that of what it belongs to."""
    own = words.title(part.path.rsplit(".", 1)[-1])
    return f"{above} · {own.lower()}" if above else own


def _head(title: str, shown: list[Parameter]) -> None:
    flagged = sum(map(fields.is_assumption, shown))
    if title:
        st.subheader(title, anchor=False)
    if flagged:
        st.caption(f"{flagged} of {len(shown)} rest on an assumption: replace them with your own figures.")


def _together(series: list[tuple[Axis, Parameter]]) -> list[tuple[Axis, tuple[Parameter, ...]]]:
    """Series by month stand side by side in one table; each other series has its own."""
    monthly = tuple(parameter for axis, parameter in series if axis == "months")
    others: list[tuple[Axis, tuple[Parameter, ...]]] = [(axis, (parameter,)) for axis, parameter in series if axis != "months"]
    return [*others, ("months", monthly)] if monthly else others


# Single fields -------------------------------------------------------------------------------------------------------------------------------


def label(parameter: Parameter) -> str:
    """Name in words with its unit. The flag of an assumption stands apart, so that a screen reader reads a name and no markup."""
    return escaped(fields.named(parameter, session.scenario().finance.currency))


def asked_or_told(questions: Sequence[Question], error: PlannerError, place: str) -> None:
    """The questions that two readings of a file fit, whose answers the session keeps as `place`.answers; else the file's faults."""
    if not questions:
        section.faults(error.faults, error.heading)
        return
    with st.form(f"{place}.questions"):
        given = {question.key: st.radio(escaped(question.text.capitalize()), question.choices, horizontal=True) for question in questions}
        if st.form_submit_button("Read the file with these answers"):
            answers = f"{place}.answers"
            st.session_state[answers] = {**st.session_state.get(answers, {}), **{key: str(value) for key, value in given.items()}}
            st.rerun()


def escaped(text: str) -> str:
    """A text in which Streamlit finds no markup.

    >>> escaped("$5 [x]")
    '\\\\$5 \\\\[x\\\\]'
    """
    for mark in "\\$[]*_`:":
        text = text.replace(mark, f"\\{mark}")
    return text


def _singles(parameters: list[Parameter]) -> None:
    if not parameters:
        return
    with st.grid(3, min_column_width=250, gap="small"):
        for parameter in sorted(parameters, key=lambda parameter: parameter.name != "name"):
            with st.container(gap="xsmall"):
                single(parameter)


def single(parameter: Parameter) -> None:
    """One field with its label, unit, help and flag; a refused value stays in it, and the reason is told beneath."""
    draw_field = _widget_of(parameter)
    draw_field(parameter)
    if fields.is_assumption(parameter):
        st.markdown(FLAG)
    told_beneath(parameter.path)
    _asked_beneath(parameter)


def _widget_of(parameter: Parameter) -> Callable[[Parameter], None]:
    if parameter.name == "version" or parameter.name == "stated_heads":
        return _read_only
    if fields.choices(parameter, session.scenario()):
        return _choice
    if parameter.annotation is bool:
        return _flag
    if fields.is_number(parameter):
        return _number
    return _long_text if parameter.name == "notes" else _text


def field_key(path: str) -> str:
    """The widget key of a field. Levers stand in the sidebar as well and have other keys here."""
    return session.key(f"form.{path}" if path.startswith(session.LEVER) else path)


def _shown(path: str, value: Any) -> str:
    """The key of a field, set to what the scenario says unless a refused value waits in it."""
    name = field_key(path)
    waits = st.session_state.get(f"{name}.refused") or st.session_state.get(f"{name}.asked")
    if not waits and (name not in st.session_state or st.session_state[name] != value):
        st.session_state[name] = value
    return name


def _common(parameter: Parameter, value: Any) -> dict[str, Any]:
    return {
        "label": label(parameter),
        "key": _shown(parameter.path, value),
        "help": fields.help_text(parameter, session.scenario().finance.currency),
        "on_change": _taken,
        "args": (parameter,),
    }


def _number(parameter: Parameter) -> None:
    whole = parameter.annotation is int
    value = None if parameter.value is None else fields.screen(parameter.value, parameter)
    shown = value if value is None else int(value) if whole else float(value)
    st.number_input(
        **_common(parameter, shown),
        value=None,
        step=1 if whole else step(value),
        format="%d" if whole else decimals(value),
        placeholder=_placeholder(parameter),
    )


def step(value: float | None) -> float:
    """How far one click moves a number.

    >>> step(0.3), step(35.0)
    (0.01, 1.0)
    """
    size = abs(value or 0.0)
    return 1.0 if size >= 10 else 0.1 if size >= 1 else 0.01


def decimals(value: float | None) -> str:
    """As many decimals as the number has, at most six.

    >>> decimals(0.8), decimals(330000.0), decimals(1 / 3)
    ('%.1f', '%.0f', '%.4f')
    """
    text = f"{value or 0.0:.4f}" if abs(value or 0.0) >= 0.01 else f"{value or 0.0:.6f}"
    return f"%.{len(text.rstrip('0').split('.')[1])}f"


def _placeholder(parameter: Parameter) -> str:
    return fields.empty_means(parameter) or "needs a value"


def _choice(parameter: Parameter) -> None:
    options = list(fields.choices(parameter, session.scenario()))
    if parameter.value not in options:
        options.append(parameter.value)
    st.selectbox(**_common(parameter, parameter.value), options=options, format_func=lambda value: _option(parameter, value))


def _option(parameter: Parameter, value: Any) -> str:
    if value is None:
        return (fields.empty_means(parameter) or "none").capitalize()
    if parameter.name == "interval_minutes":
        return f"{value} minutes"
    return words.title(value) if parameter.name not in ("site", "unit") else str(value)


def _flag(parameter: Parameter) -> None:
    st.toggle(**_common(parameter, parameter.value))


def _text(parameter: Parameter) -> None:
    st.text_input(**_common(parameter, parameter.value or ""), placeholder=_placeholder(parameter))


def _long_text(parameter: Parameter) -> None:
    st.text_area(**_common(parameter, parameter.value or ""), placeholder="nothing noted")


def _read_only(parameter: Parameter) -> None:
    value = str(parameter.value) if parameter.value is not None else fields.empty_means(parameter)
    st.text_input(label(parameter), value=value, disabled=True, help=fields.help_text(parameter, ""), key=f"{field_key(parameter.path)}.{value}")


# Taking over what was typed ------------------------------------------------------------------------------------------------------------------


def _taken(parameter: Parameter) -> None:
    """Puts what a field holds into the scenario; where it is refused, the field keeps it and the reason is noted."""
    name = field_key(parameter.path)
    value = _typed(parameter, st.session_state[name])
    refused = _out_of_bounds(parameter, value)
    asked = () if refused or parameter.path not in HORIZON else members.horizon_effects(session.scenario(), **{parameter.name: value})
    st.session_state[f"{name}.asked"] = asked
    st.session_state[f"{name}.refused"] = refused if refused or asked else _refused_by(parameter, value)


def _typed(parameter: Parameter, raw: Any) -> Any:
    if raw == "":
        return "" if parameter.name == "notes" else None
    return fields.inside(raw, parameter) if fields.is_number(parameter) and raw is not None else raw


def _out_of_bounds(parameter: Parameter, value: Any) -> tuple[str, ...]:
    if value is None and not parameter.optional:
        return (f"A value is needed here; the plan still uses {_present(parameter)}.",)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ()
    low, high = parameter.lower, parameter.upper
    if (low is None or value >= low) and (high is None or value <= high):
        return ()
    allowed = fields.bounds(parameter, session.scenario().finance.currency)
    return (f"{fields.short(fields.screen(value, parameter))} is outside {allowed}; the plan still uses {_present(parameter)}.",)


def _present(parameter: Parameter) -> str:
    if fields.is_number(parameter) and parameter.value is not None:
        return f"{fields.short(fields.screen(parameter.value, parameter))} {fields.unit(parameter, session.scenario().finance.currency)}".strip()
    return f"“{parameter.value}”" if parameter.value not in (None, "") else "none"


def _refused_by(parameter: Parameter, value: Any) -> tuple[str, ...]:
    if parameter.path.endswith(".channel.kind"):
        return changed(parameter.path.removesuffix(".kind"), {"kind": value})
    if members.is_member_name(parameter.path):
        return restructured(lambda scenario: members.renamed(scenario, parameter.path.removesuffix(".name"), value))
    if parameter.path in HORIZON:
        return restructured(lambda scenario: members.with_horizon(scenario, **{parameter.name: value}))
    return changed(parameter.path, value)


HORIZON = ("horizon.months", "horizon.first_month")
"""Parameters whose change cuts series by month, lets them go on, or moves them: told before it is taken."""


def _asked_beneath(parameter: Parameter) -> None:
    """What a change of the horizon would do to the series by month, and the choice to take it or to leave it."""
    asked = st.session_state.get(f"{field_key(parameter.path)}.asked", ())
    if asked:
        told = "\n".join(f"- {escaped(line)}" for line in asked)
        st.warning(told, title="Not taken yet: this changes figures by month", icon=":material/help:")
        with st.container(horizontal=True):
            st.button("Change it", type="primary", key=f"{field_key(parameter.path)}.yes", on_click=_answer, args=(parameter, True))
            st.button("Leave it", key=f"{field_key(parameter.path)}.no", on_click=_answer, args=(parameter, False))


def _answer(parameter: Parameter, taken: bool) -> None:
    name = field_key(parameter.path)
    st.session_state[f"{name}.asked"] = ()
    if taken:
        st.session_state[f"{name}.refused"] = _refused_by(parameter, _typed(parameter, st.session_state[name]))


def changed(path: str, value: Any) -> tuple[str, ...]:
    """Sets a value; the reasons, in words, where it is refused."""
    return changed_many({path: value})


def changed_many(values: dict[str, Any]) -> tuple[str, ...]:
    """Sets several values as one step; the reasons, in words, where they are refused."""
    if session.change_many(values):
        return ()
    reasons = tuple(told(replace(fault, place=_with_month(fault.place))) for fault in session.faults())
    session.refuse(())
    return reasons


def _with_month(place: str) -> str:
    """The place of one figure of a series by month, its month by name."""
    series, _, position = place.rpartition(".")
    labels = month_labels(session.scenario().horizon)
    if series.rsplit(".", 1)[-1] in members.SERIES and position.isdecimal() and int(position) < len(labels):
        return f"{series}.{words.month_name(labels[int(position)])}"
    return place


def restructured(change: Callable[[Scenario], Scenario], note: str = "") -> tuple[str, ...]:
    """Takes over a scenario with members added, removed or renamed; the reasons where that is refused."""
    try:
        session.use(change(session.scenario()), note)
    except InvalidScenario as error:
        return tuple(map(told, error.faults))
    return ()


def told(fault: Fault) -> str:
    """A fault in the planner's words.

    >>> told(Fault("groups.sales.site", "there is no site 'x'", "Use one of: A."))
    "Groups › sales › Site: there is no site 'x'. Use one of: A."
    """
    found = f" (found {fault.value})" if fault.value else ""
    return f"{fields.place_in_words(fault.place)}: {fields.in_words(fault.problem)}{found}. {fields.in_words(fault.remedy)}".strip()


def told_beneath(path: str) -> None:
    """Why what a field or table holds was refused."""
    for reason in st.session_state.get(f"{field_key(path)}.refused", ()):
        st.error(escaped(reason), icon=":material/block:")


# Tables and series ---------------------------------------------------------------------------------------------------------------------------


def _editor_key(path: str) -> str:
    """The key of an editor; it moves on with every change that was taken."""
    return f"{field_key(path)}.v{st.session_state.get(f'{field_key(path)}.version', 0)}"


def finish(path: str, refused: tuple[str, ...]) -> None:
    """After an editor was applied: a refused table stays as it was typed, a taken one starts anew."""
    name = field_key(path)
    st.session_state[f"{name}.refused"] = refused
    if not refused:
        st.session_state[f"{name}.version"] = st.session_state.get(f"{name}.version", 0) + 1
        st.rerun()


def _table(table: Table) -> None:
    path = table.parameter.path
    _table_head(table.parameter)
    if table.parameter.name == "serves":
        st.caption("The shares of a queue sum to 100 % over all groups: change several at once under Routing.")
    with st.form(f"{_editor_key(path)}.form", border=False):
        edited = st.data_editor(
            fields.frame_of(table),
            key=_editor_key(path),
            placeholder="",
            num_rows="dynamic",
            hide_index=True,
            column_config=column_config(table),
            alt=words.title(table.parameter.name),
        )
        applied = st.form_submit_button(f"Apply {words.title(table.parameter.name).lower()}")
    if applied:
        finish(path, changed(path, fields.rows_of(table, edited)))
    told_beneath(path)


def _table_head(parameter: Parameter) -> None:
    flag = f" {FLAG}" if fields.is_assumption(parameter) else ""
    st.markdown(f"**{label(parameter)}**{flag}", help=fields.help_text(parameter, ""))


def column_config(table: Table) -> dict[str, Any]:
    """How the columns of a table are shown and edited."""
    found: dict[str, Any] = {
        month: st.column_config.NumberColumn(month, help="Factor of this calendar month", format="%.2f", width="small") for month in fields.CALENDAR
    }
    scenario = session.scenario()
    for column in table.columns:
        if discretion.is_pay(column) and not who.sees_pay():
            found[column.name] = None
            continue
        named, help_text = _column_name(column), fields.help_text(column, scenario.finance.currency)
        if fields.is_number(column):
            found[column.name] = st.column_config.NumberColumn(named, help=help_text, format="localized")
        elif options := _column_options(table, column, scenario):
            found[column.name] = st.column_config.SelectboxColumn(named, help=help_text, options=options, format_func=_in_table(column))
        else:
            found[column.name] = st.column_config.TextColumn(named, help=help_text)
    return found


def _in_table(column: Parameter) -> Callable[[Any], str]:
    """How a choice is written in a table: names as they are, choices of a kind in words."""
    return words.title if "Literal" in str(column.annotation) else str


def _column_options(table: Table, column: Parameter, scenario: Scenario) -> list[Any]:
    if table.parameter.name == "serves" and column.name == "name":
        return [queue.name for queue in scenario.queues]
    return [value for value in fields.choices(column, scenario) if value is not None]


def _column_name(column: Parameter) -> str:
    return f"{fields.named(column, session.scenario().finance.currency)}{' *' if fields.is_assumption(column) else ''}"


def _series(axis: Axis, parameters: tuple[Parameter, ...]) -> None:
    """An editor for one series, or for all series by month of a group; folded away while they are empty."""
    filled = any(parameter.value for parameter in parameters)
    names = ", ".join(words.title(parameter.name).lower() for parameter in parameters)
    if filled and axis != "day":
        _series_editor(axis, parameters)
        return
    with st.expander(f"{names.capitalize()}: {'edit' if filled else fields.empty_means(parameters[0]) or 'none'}"):
        _series_editor(axis, parameters)


def _series_editor(axis: Axis, parameters: tuple[Parameter, ...]) -> None:
    for parameter in parameters:
        _table_head(parameter)
    path = parameters[0].path
    stored, by_name = fields.series_frame(axis, parameters, session.scenario()), {parameter.name: parameter for parameter in parameters}
    frame = fields.rounded(stored, by_name) if axis == "months" else stored
    with st.form(f"{_editor_key(path)}.form", border=False):
        edited = st.data_editor(
            frame,
            key=_editor_key(path),
            placeholder="",
            hide_index=axis not in ("months", "day"),
            num_rows="dynamic" if axis == "count" else "fixed",
            height=TALLEST if len(frame) > 8 else "auto",
            column_config=_series_columns(frame, parameters, fields.steps(by_name) if axis == "months" else {}),
            alt=", ".join(words.title(parameter.name) for parameter in parameters),
        )
        applied = st.form_submit_button(f"Apply {words.title(parameters[0].name).lower()}" if len(parameters) == 1 else "Apply months")
    if applied:
        finish(path, _apply_series(axis, parameters, fields.as_stored(edited, frame, stored) if axis == "months" else edited))
    told_beneath(path)


def _series_columns(frame: pd.DataFrame, parameters: tuple[Parameter, ...], steps: dict[str, float]) -> dict[str, Any]:
    named = {parameter.name: _column_name(parameter) for parameter in parameters}
    return {
        name: st.column_config.NumberColumn(named.get(name, name), format="localized", step=steps.get(name))
        if pd.api.types.is_numeric_dtype(frame[name])
        else st.column_config.TextColumn(name)
        for name in frame.columns
    }


def _apply_series(axis: Axis, parameters: tuple[Parameter, ...], edited: pd.DataFrame) -> tuple[str, ...]:
    values = {parameter.path: fields.series_value(axis, parameter, edited) for parameter in parameters}
    holes = tuple(reason for parameter in parameters for reason in holes_in(axis, parameter, values[parameter.path]))
    return holes or changed_many(values)


def holes_in(axis: Axis, parameter: Parameter, value: Any, of: str = "") -> tuple[str, ...]:
    """Which cell of a series is empty between others, by its month where it has one; empty where none is."""
    if not isinstance(value, tuple):
        return ()
    empty = [place for place, item in enumerate(value) if item is None or (isinstance(item, tuple) and None in item)]
    if not empty:
        return ()
    labels = month_labels(session.scenario().horizon)
    where = words.month_name(labels[empty[0]]) if axis == "months" and empty[0] < len(labels) else "a cell"
    more = f" and {len(empty) - 1} more are" if axis == "months" and len(empty) > 1 else " is"
    name = f"{words.title(parameter.name)}{f' of {of}' if of else ''}"
    return (f"{name}: {where}{more} empty. Fill every cell, or empty them all.",)


# Search --------------------------------------------------------------------------------------------------------------------------------------


def draw_found(scenario: Scenario, only: Filter) -> None:
    """Every field of the scenario that a search finds, under the place where it stands; the first ones only where there are many."""
    left = MOST_FOUND
    for found in fields.section(scenario).everything():
        if left > 0:
            here = Section(found.path, found.singles, found.series, found.tables, (), ())
            left -= draw(here, only, fields.place_in_words(found.path) or "Scenario")
    if left == MOST_FOUND:
        st.info("Nothing has these words in its name or help.")
    elif left <= 0:
        st.caption("There are more. Add a word to narrow the search.")
