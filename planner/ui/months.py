"""Every series by month of one kind side by side: edited in place, pasted from a spreadsheet, taken as one step."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from planner import demand, parameters
from planner.horizon import month_labels
from planner.parameters import Parameter
from planner.report import words
from planner.scenario import Scenario
from planner.ui import fields, form, session


@dataclass(frozen=True)
class Kind:
    """One kind of series: its name, the field that holds it, whose field that is, and what an empty column means."""

    name: str
    field: str
    family: str
    below: str
    empty: str


KINDS = (
    Kind("Contacts", "contacts_monthly", "queues", "", "worked out from base contacts, growth, season and events"),
    Kind("Handle time", "aht_monthly_s", "queues", "", "worked out from the handle time and its drift"),
    Kind("Signed starts", "signed_starts", "groups", "workforce.", "nobody has signed; months may end early"),
    Kind("Required people", "path", "groups", "stated_heads.", "a start and an addition a month"),
    Kind("Budget", "budget_monthly", "", "finance.", "no budget"),
)


def columns(scenario: Scenario, kind: Kind) -> dict[str, Parameter]:
    """The series of a kind by the name of whose they are."""
    owners: list[tuple[str, str]] = [("Budget", "")]
    if kind.family:
        members = getattr(scenario, kind.family)
        stated = kind.field == "path"
        owners = [(member.name, f"{kind.family}.{member.name}.") for member in members if not stated or member.stated_heads is not None]
    found = {}
    for name, prefix in owners:
        above = f"{prefix}{kind.below}".removesuffix(".")
        group: Any = parameters.get(scenario, above)
        found[name] = parameters.describe(f"{above}.{kind.field}", kind.field, getattr(group, kind.field), type(group).model_fields[kind.field])
    return found


def frame(scenario: Scenario, kind: Kind) -> pd.DataFrame:
    """The series of a kind as the editor shows them: months down, a column for each; empty where there is none."""
    labels = month_labels(scenario.horizon)
    cells = {}
    for name, parameter in columns(scenario, kind).items():
        values = [fields.screen(float(value), parameter) for value in parameter.value or ()][: len(labels)]
        cells[name] = [*values, *[np.nan] * (len(labels) - len(values))]
    return pd.DataFrame(cells, index=pd.Index([words.month_name(label) for label in labels], name="Month"), dtype=float)


def worked_out(scenario: Scenario, kind: Kind) -> dict[str, tuple[float, ...]]:
    """What the plan has, before events, in the months of the columns that are empty, by path: a start for editing that changes no plan but by cents."""
    if kind.field not in ("contacts_monthly", "aht_monthly_s"):
        return {}
    work = demand.base_path if kind.field == "contacts_monthly" else demand.aht_s
    found = {}
    for queue, parameter in zip(scenario.queues, columns(scenario, kind).values(), strict=True):
        if parameter.value is None:
            calm = queue.model_copy(update={"events": ()})  # events come on top of a series as well
            found[parameter.path] = tuple(round(float(value), 2) for value in work(calm, scenario.horizon))
    return found


def draw() -> None:
    """The picker of a kind, and its table."""
    scenario = session.scenario()
    kinds = {kind.name: kind for kind in KINDS if columns(scenario, kind)}
    chosen = st.segmented_control("Series", list(kinds), default=next(iter(kinds)), required=True, key=session.key("months.kind"), label_visibility="collapsed")
    kind = kinds[str(chosen)]
    with st.container(border=True):
        st.subheader(f"{kind.name} by month", anchor=False)
        st.caption(f"Type, or paste a block from a spreadsheet. All of it is taken as one step, which Undo takes back. An empty column: {kind.empty}.")
        _editor(scenario, kind)
        fill = worked_out(scenario, kind)
        if fill:
            st.button(
                "Fill the empty columns with what the plan works out", key=session.key(f"months.fill.{kind.field}"), on_click=_fill, args=(fill,),
                icon=":material/edit_calendar:",
            )  # fmt: skip


def _fill(values: dict[str, tuple[float, ...]]) -> None:
    session.change_many(dict(values))


def _editor(scenario: Scenario, kind: Kind) -> None:
    path, held = f"months.{kind.field}", columns(scenario, kind)
    version = st.session_state.get(f"{form.field_key(path)}.version", 0)
    unit = next(iter({fields.unit(parameter, scenario.finance.currency) for parameter in held.values()}))
    stored, steps = frame(scenario, kind), fields.steps(held)
    shown = fields.rounded(stored, held)
    columns_shown = {name: st.column_config.NumberColumn(f"{name} ({unit})", format="localized", step=steps.get(name)) for name in held}
    with st.form(f"{form.field_key(path)}.form{version}", border=False):
        edited = st.data_editor(
            shown, key=f"{form.field_key(path)}.v{version}", column_config=columns_shown, height=460, placeholder="",
            alt=f"{kind.name} by month, a column for each",
        )  # fmt: skip
        applied = st.form_submit_button("Apply months")
    if applied:
        form.finish(path, taken(held, fields.as_stored(edited, shown, stored)))
    form.told_beneath(path)


def taken(held: dict[str, Parameter], edited: pd.DataFrame) -> tuple[str, ...]:
    """Puts an edited table into the scenario as one step; why it was refused, with the month and whose it is, where it was."""
    values: dict[str, Any] = {}
    holes: list[str] = []
    for name, parameter in held.items():
        column = pd.DataFrame({parameter.name: edited[name]})
        values[parameter.path] = fields.series_value("months", parameter, column)
        holes += form.holes_in("months", parameter, values[parameter.path], name)
    changes = {parameter.path: values[parameter.path] for parameter in held.values() if values[parameter.path] != parameter.value}
    return tuple(holes) or form.changed_many(changes)
