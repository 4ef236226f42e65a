"""One interval for people: its measures in words, and the curve of agents if contacts or handle time came otherwise."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planner.channels.single import SingleInterval, people_rostered
from planner.report import words
from planner.report.charts import Figure, figure, look, scatter, y_axis

Array = NDArray[np.float64]
Rows = dict[str, list[str]]
BINDING = {
    "service_level": "one fewer would miss the service level",
    "asa": "one fewer would make the average wait too long",
    "abandonment": "one fewer would lose too many",
    "occupancy": "one fewer would be busy for too much of the time",
}


def binding_in_words(binding: str) -> str:
    """What decides the number of agents, as half a sentence.

    >>> binding_in_words("occupancy"), binding_in_words("")
    ('one fewer would be busy for too much of the time', 'there is nothing to do')
    """
    return BINDING.get(binding, "there is nothing to do")


def seconds(value: float) -> str:
    """A wait in words.

    >>> seconds(12.34), seconds(float("inf")), seconds(125)
    ('12.3 s', 'without end', '2 min 5 s')
    """
    if np.isinf(value):
        return "without end"
    whole = round(value)
    return f"{words.number(value, 1)} s" if value < 99.95 else f"{words.count(whole // 60)} min {whole % 60} s"


def measures(answer: SingleInterval, at: int, forever: bool) -> dict[str, str]:
    """Every measure of a number of agents, in words; `forever`: nobody hangs up."""
    return {
        "Served in time": words.percent(float(answer.service_level[at])),
        "Average wait": seconds(float(answer.asa_s[at])),
        "Answered at once": words.percent(1.0 - float(answer.wait_probability[at])),
        "Abandoned": "nobody" if forever else words.percent(float(answer.abandonment[at])),
        "Occupancy": words.percent(float(answer.occupancy[at])),
    }


def measure_rows(answers: Sequence[tuple[str, SingleInterval]]) -> Rows:
    """The service of the agents asked about: a row for each measure, a column for each way of counting."""
    rows: Rows = {"Measure": []}
    for name, answer in answers:
        told = {"Agents": words.count(answer.agents)} | measures(answer, answer.at, name == "Erlang C")
        if any(each.binding for _, each in answers):
            told["Decided by"] = words.title(answer.binding).lower() if answer.binding else "nothing to do"
        rows["Measure"], rows[name] = list(told), list(told.values())
    return rows


def around_rows(answer: SingleInterval, shrinkage: float, forever: bool, mark: str) -> Rows:
    """Every measure of a few agents fewer and more, the agents asked about marked."""
    told = [measures(answer, at, forever) for at in range(len(answer.around))]
    agents = [words.count(float(number)) for number in answer.around]
    roster = [words.count(people_rostered(float(number), shrinkage)) for number in answer.around]
    marks = [mark if at == answer.at else "" for at in range(len(agents))]
    return {"": marks, "Agents": agents, "People rostered": roster} | {name: [each[name] for each in told] for name in told[0]}


def change_in_words(change: float) -> str:
    """A change as a column shows it.

    >>> change_in_words(0.1), change_in_words(0.0), change_in_words(-0.2)
    ('+10 %', 'as typed', '-20 %')
    """
    return "as typed" if not change else f"{'+' if change > 0 else ''}{words.percent(change)}"


def sensitivity_rows(changes: Array, of_contacts: Array, of_handle_time: Array, same: bool) -> Rows:
    """Agents needed by change of contacts and of handle time; one row where both ask for the same."""
    write = words.count if np.array_equal(of_contacts, np.round(of_contacts)) else words.one_decimal
    rows = {"Change": [change_in_words(float(change)) for change in changes], "Agents if contacts change": [write(float(value)) for value in of_contacts]}
    return rows if same else rows | {"Agents if handle time changes": [write(float(value)) for value in of_handle_time]}


def sensitivity_in_words(changes: Array, of_contacts: Array, of_handle_time: Array) -> str:
    """What a tenth more of each takes."""
    at, rest = int(np.argmin(np.abs(changes - 0.1))), int(np.argmin(np.abs(changes)))
    more, longer = (float(values[at] - values[rest]) for values in (of_contacts, of_handle_time))
    if more == longer:
        return f"A tenth more contacts, or a tenth longer contacts, takes {_agents(more)} more."
    return f"A tenth more contacts takes {_agents(more)} more, a tenth longer contacts {_agents(longer)} more."


def _agents(number: float) -> str:
    text = words.count(number) if float(number).is_integer() else words.one_decimal(number)
    return f"{text} agent{'' if text == '1' else 's'}"


def sensitivity_curve(changes: Array, of_contacts: Array, of_handle_time: Array, dark: bool = False) -> Figure:
    """Agents needed by change of contacts (solid) and of handle time (dashed), in steps, since agents are whole."""
    chosen, percent = look(dark), 100 * np.asarray(changes)
    whole = np.array_equal(of_contacts, np.round(of_contacts))
    shape = "hv" if whole else "linear"
    styles = (("If contacts change", of_contacts, chosen.required, "solid"), ("If handle time changes", of_handle_time, chosen.short, "dash"))
    shown = styles[:1] if np.array_equal(of_contacts, of_handle_time) else styles
    traces = [
        scatter(
            x=percent, y=values, name=name, mode="lines+markers", line={"color": ink, "width": 2.5, "dash": dash, "shape": shape},
            marker={"size": 5, "color": ink}, hovertemplate="%{y:,.1f} agents" if not whole else "%{y:,.0f} agents",
        )
        for name, values, ink, dash in shown
    ]  # fmt: skip
    lines = {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True, "ticks": "outside", "ticklen": 4, "ticksuffix": " %"}
    inks = {"tickcolor": chosen.line, "linecolor": chosen.line, "tickfont": {"color": chosen.soft}}
    title = "change of contacts or handle time" if len(shown) == 1 else "change"
    across = lines | inks | {"title": {"text": title, "standoff": 8, "font": {"color": chosen.soft, "size": 13}}, "dtick": 10}
    return figure(traces, dark, 300, xaxis=across, yaxis=y_axis(dark, "agents needed"), showlegend=len(shown) > 1, margin={"l": 8, "r": 8, "t": 40, "b": 8})
