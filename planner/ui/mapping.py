"""What the columns of an unknown table stand for: suggested, shown with the first rows, confirmed or changed, and remembered by the shape of the header."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from planner.errors import InvalidVolumes
from planner.intake import ColumnMap, forget_map, load_maps, maps_folder, remember_map
from planner.ui import form, section, session
from planner.ui.glance import Glance

ROW_IS = {"month": "a month", "day": "a day", "interval": "an interval of a day"}
HANDLE_IS = {"average": "the mean of one contact", "total": "the total of the row"}
UNITS = {"s": "seconds", "min": "minutes", "h": "hours"}
CLOCKS = {"local": "local time", "utc": "UTC"}
HELP = {
    "time": "Month, date, or date and time at which a row begins.",
    "grain": "How long the time is that one row counts.",
    "contacts": "Contacts offered: those answered and those given up.",
    "queue": "The column that names the queue. Leave it empty where the whole file is about one.",
    "queue_name": "Only where no column names it.",
    "handle": "Talk, hold and wrap-up; several columns are added up. Empty: the file has none.",
    "handle_is": "Whether the figure is the mean of one contact or the sum over all contacts of the row.",
    "handled": "Contacts that a total is divided by. Empty: the contacts offered.",
    "clock": "The time of day, where it stands apart from the date.",
    "also": "Contacts that count on top, such as calls that overflowed in.",
    "media": "A queue on several media is read as several queues.",
    "splits": "Skill or language: the rows of a queue are added up over them.",
}


def maps() -> dict[str, ColumnMap]:
    """The maps confirmed in this session or before, by the shape of their header."""
    if "column_maps" not in st.session_state:
        try:
            st.session_state.column_maps = load_maps(maps_folder())
        except InvalidVolumes as error:
            st.session_state.column_maps = {}
            section.faults(error.faults, "Columns that were confirmed before are not known any more")
    kept: dict[str, ColumnMap] = st.session_state.column_maps
    return kept


def remember(shape: str, columns: ColumnMap) -> None:
    """Keeps a map for headers of this shape: in the session, and in the planner's folder where that can be written."""
    if maps().get(shape) == columns:
        return
    st.session_state.column_maps = maps() | {shape: columns}
    try:
        remember_map(maps_folder(), shape, columns)
    except (OSError, InvalidVolumes):
        st.caption("These columns are remembered for this session only: the folder for settings cannot be written.")


def forget(shape: str) -> None:
    """Drops the map of headers of this shape, wherever it is kept."""
    st.session_state.column_maps = {other: columns for other, columns in maps().items() if other != shape}
    try:
        forget_map(maps_folder(), shape)
    except (OSError, InvalidVolumes):
        st.toast("The map could not be removed from the folder for settings.", icon=":material/warning:")


# The form ------------------------------------------------------------------------------------------------------------------------------------


def ask(glance: Glance, queues: tuple[str, ...], before: ColumnMap | None) -> dict[str, str] | None:
    """The answers that the planner gives about the columns; None until he confirms. `before` is the map that he is changing."""
    start = before if before is not None and set(before.roles().values()) <= set(glance.names) else glance.suggestion
    _first_rows(glance)
    with st.form(session.key("volumes.columns"), border=False):
        with st.grid(3, min_column_width=230, gap="small"):
            chosen = _main(glance, start) | {"queue_name": _queue_name(queues, start)}
        with st.expander("Handle time", expanded=bool(start and start.handle)), st.grid(2, min_column_width=230, gap="small"):
            chosen |= _handle_time(glance, start)
        with st.expander("More columns"), st.grid(3, min_column_width=230, gap="small"):
            chosen |= _more(glance, start)
        kept = st.checkbox("Remember this for files with the same header", value=True, key=session.key("map.remember"))
        confirmed = st.form_submit_button("Read the file with these columns", icon=":material/check:")
    if not confirmed:
        return None
    if not chosen["time"] or not chosen["contacts"]:
        st.error("Choose the column of the time and the column of the contacts.", icon=":material/block:")
        return None
    st.session_state["map.keep"] = kept
    return _answers(ColumnMap(**{name: value for name, value in chosen.items() if value}), glance.suggestion)


def _answers(columns: ColumnMap, suggestion: ColumnMap | None) -> dict[str, str]:
    """What was confirmed, as answers to the reader: a suggestion left as it was stays one, so that what it leaves open is still asked."""
    same = suggestion is not None and replace(columns, queue_name="") == suggestion
    queue = {"queue": columns.queue_name} if columns.queue_name and not columns.queue else {}
    return {"columns": "suggested" if same else replace(columns, queue_name="").to_json()} | queue


def _first_rows(glance: Glance) -> None:
    frame = pd.DataFrame(glance.rows, columns=[cell.strip() or f"column {number}" for number, cell in enumerate(glance.header, 1)])
    st.dataframe(frame, hide_index=True, alt="The first rows of the file")


def _column(role: str, label: str, glance: Glance, start: ColumnMap | None, optional: bool = True) -> Any:
    value = getattr(start, role) if start else ""
    options: list[Any] = list(glance.names)
    return st.selectbox(
        label,
        options,
        index=options.index(value) if value in options else None,
        format_func=lambda name: glance.names[name],
        placeholder="none" if optional else "choose a column",
        help=HELP[role],
        key=session.key(f"map.{role}"),
    )


def _columns(role: str, label: str, glance: Glance, start: ColumnMap | None) -> tuple[str, ...]:
    chosen = [name for name in (getattr(start, role) if start else ()) if name in glance.names]
    shown, key = lambda name: glance.names[name], session.key(f"map.{role}")  # noqa: E731
    found = st.multiselect(label, list(glance.names), default=chosen, format_func=shown, placeholder="none", help=HELP[role], key=key)
    return tuple(found)


def _kind(role: str, label: str, words: dict[str, str], start: ColumnMap | None) -> Any:
    options = list(words)
    at = options.index(getattr(start, role)) if start else 0
    return st.selectbox(label, options, index=at, format_func=lambda kind: words[kind], help=HELP.get(role), key=session.key(f"map.{role}"))


def _main(glance: Glance, start: ColumnMap | None) -> dict[str, Any]:
    return {
        "time": _column("time", "Time", glance, start, optional=False),
        "grain": _kind("grain", "A row is", ROW_IS, start),
        "contacts": _column("contacts", "Contacts offered", glance, start, optional=False),
        "queue": _column("queue", "Queue", glance, start),
    }


def _queue_name(queues: tuple[str, ...], start: ColumnMap | None) -> str:
    options = list(queues)
    given = start.queue_name if start else ""
    chosen = st.selectbox(
        "The one queue of the file",
        options if not given or given in options else [*options, given],
        index=options.index(given) if given in options else 0 if len(options) == 1 else None,
        accept_new_options=True,
        placeholder="where no column names it",
        help=HELP["queue_name"],
        key=session.key("map.queue_name"),
    )
    return chosen or ""


def _handle_time(glance: Glance, start: ColumnMap | None) -> dict[str, Any]:
    return {
        "handle": _columns("handle", "Handle time", glance, start),
        "handle_is": _kind("handle_is", "The figure is", HANDLE_IS, start),
        "handle_unit": _kind("handle_unit", "In", UNITS, start),
        "handled": _column("handled", "A total is divided by", glance, start),
    }


def _more(glance: Glance, start: ColumnMap | None) -> dict[str, Any]:
    return {
        "clock": _column("clock", "Time of day", glance, start),
        "also": _column("also", "Contacts on top", glance, start),
        "media": _column("media", "Media", glance, start),
        "splits": _columns("splits", "Added up over", glance, start),
        "clock_is": _kind("clock_is", "The clock shows", CLOCKS, start),
    }


# In words ------------------------------------------------------------------------------------------------------------------------------------


def in_words(columns: ColumnMap) -> str:
    """What the columns stand for, as a sentence.

    >>> in_words(ColumnMap(time="date", grain="day", contacts="offered", queue_name="calls"))
    'Time: date. A row is a day. Contacts: offered. Queue: calls, the only one.'
    """
    parts = [f"Time: {columns.time}{f' and {columns.clock}' if columns.clock else ''}", f"A row is {ROW_IS[columns.grain]}"]
    parts.append(f"Contacts: {columns.contacts}{f' and {columns.also}' if columns.also else ''}")
    parts.append(f"Queue: {columns.queue}" if columns.queue else f"Queue: {columns.queue_name}, the only one")
    if columns.handle:
        over = f" over {columns.handled}" if columns.handled and columns.handle_is == "total" else ""
        parts.append(f"Handle time: {' + '.join(columns.handle)}{over}, {HANDLE_IS[columns.handle_is]}, in {UNITS[columns.handle_unit]}")
    if columns.grain == "interval":
        parts.append(f"The clock shows {CLOCKS[columns.clock_is]}")
    return ". ".join(parts) + "."


def told(columns: ColumnMap, shape: str) -> None:
    """What the columns were read as, and the way to change it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(form.escaped(in_words(columns)))
        st.button("Change the columns", icon=":material/edit:", key=session.key("map.change"), on_click=_reopen, args=(columns, shape))


def _reopen(columns: ColumnMap, shape: str) -> None:
    forget(shape)
    st.session_state["map.before"] = columns
    answers: dict[str, str] = st.session_state.get(session.key("volumes.answers"), {})
    st.session_state[session.key("volumes.answers")] = {key: value for key, value in answers.items() if key not in ("columns", "queue")}
