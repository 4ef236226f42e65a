"""The class calendar as a Gantt chart: every class a bar in its room, its nesting beneath, rooms and trainers in use against what there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from plotly.graph_objects import Bar, Scatter

from planner import training
from planner.cohorts import classroom_months, sitting
from planner.horizon import first_workday, month_start, months_of_weeks
from planner.plan import Plan
from planner.report import words
from planner.report.charts import Figure, figure, look, month_axis, y_axis
from planner.report.takeaways import Behind

DAYS_A_MONTH = 365.25 / 12
WINDOW = 12
"""Months that are shown at once."""


@dataclass(frozen=True)
class Class:
    """One class: its group, site and people, the month in which it starts, the room it sits in (counted from 0), and when classroom and nesting end in months.

    `begun`: its people begin training on day 1 of the plan and were not decided by it.
    """

    group: str
    site: str
    people: float
    month: int
    room: int
    classroom_ends: float
    nesting_ends: float
    begun: bool = False


def classes(plan: Plan, site: str) -> tuple[Class, ...]:
    """Every class of a site in order of start, each in the first room that is free; rooms beyond those there are count on."""
    found = [each for g, group in enumerate(plan.scenario.groups) if group.site == site for each in _of_group(plan, g)]
    free: list[float] = []
    seated = []
    for each in sorted(found, key=lambda each: (each.month, not each.begun)):
        room = next((room for room, until in enumerate(free) if until <= each.month + 1e-9), len(free))
        free[room:] = [each.classroom_ends, *free[room + 1 :]]
        seated.append(Class(**{**each.__dict__, "room": room}))
    return tuple(seated)


def _of_group(plan: Plan, g: int) -> list[Class]:
    """Classes of one group, not yet in a room: the people of a month spread as evenly as whole people can be."""
    group, counted, starts = plan.scenario.groups[g], plan.decisions.classes[:, g], plan.frontline.starts[:, g]
    site = next(each for each in plan.scenario.sites if each.name == group.site)
    room, whole = classroom_months(group.workforce), classroom_months(group.workforce) + months_of_weeks(group.workforce.nesting_weeks)
    begun = [(left, size) for left, people in sitting(group.workforce) for size in _spread(people, int(training.classes_for(people, site.training)))]
    sizes = [(int(month), size) for month in np.flatnonzero(counted) for size in _spread(float(starts[month]), int(counted[month]))]
    return [Class(group.name, group.site, size, 0, 0, left, left + whole - room, True) for left, size in begun] + [
        Class(group.name, group.site, size, month, 0, month + room, month + whole, False) for month, size in sizes
    ]


def _spread(people: float, classes: int) -> list[float]:
    """People over classes as evenly as whole people can be.

    >>> _spread(38.0, 3)
    [13.0, 13.0, 12.0]
    """
    if not classes:
        return []
    each, over = divmod(people, classes)
    return [each + min(max(over - place, 0.0), 1.0) for place in range(classes)]


# The chart -----------------------------------------------------------------------------------------------------------------------------------


def gantt(plan: Plan, site: str, first: int = 0, dark: bool = False, months: int = WINDOW) -> Figure:
    """Classes of a site from a month on: rooms down, months across; classroom a full bar with its people, nesting a thin one; then rooms and trainers."""
    shown = [each for each in classes(plan, site) if each.nesting_ends > first and each.month < first + months]
    labels, chosen = plan.months[first : first + months], look(dark)
    there = int(plan.training.rooms_available[first, _place(plan, site)])
    rooms = max([there, *(each.room + 1 for each in shown), 1])
    groups = list(dict.fromkeys(group.name for group in plan.scenario.groups if group.site == site))
    bars = [
        trace
        for at, group in enumerate(groups)
        for trace in _bars(plan, [each for each in shown if each.group == group], group, _ink(at, chosen), there, chosen)
    ]
    height, domains = _domains(rooms)
    traces = [*bars, *_resource_traces(plan, site, first, months, dark)]
    axis = month_axis(labels, dark, anchor="y3", range=_edges(plan, first, len(labels)))
    names = {"tickvals": list(range(rooms)), "ticktext": [f"Room {room + 1}" if room < there else "No room" for room in range(rooms)]}
    upright = {**y_axis(dark, ""), **names, "range": [rooms - 0.45, -0.55], "showgrid": False, "domain": domains[0], "tickformat": ""}
    low = {
        name: _resource_axis(plan, site, first, months, dark, domain, at)
        for at, (name, domain) in enumerate(zip(("yaxis2", "yaxis3"), domains[1:], strict=True))
    }
    return figure(
        traces, dark, height, barmode="overlay", bargap=0.1, hovermode="closest", showlegend=True, xaxis=axis, yaxis=upright,
        annotations=_titles(plan, site, first, months, domains, dark), margin={"l": 8, "r": 8, "t": 44, "b": 8}, **low,
    )  # fmt: skip


def _ink(at: int, chosen: Any) -> str:
    colours = [colour for colour in chosen.series if colour != chosen.short]
    return str(colours[at % len(colours)])


def _domains(rooms: int) -> tuple[int, list[list[float]]]:
    """The chart's height, and where rooms, rooms in use and trainers stand in it, from the top down."""
    strip, gap, top = 62, 34, 30 * rooms + 16
    height = top + 2 * (strip + gap)
    return height + 76, [[1 - top / height, 1.0], [(strip + gap) / height, (2 * strip + gap) / height], [0.0, strip / height]]


def _bars(plan: Plan, shown: Sequence[Class], group: str, ink: str, there: int, chosen: Any) -> list[Bar]:
    """Classroom and nesting of one group's classes; those without a room in the colour of shortage."""
    if not shown:
        return []
    told = [_told(plan, each) for each in shown]
    room = {"y": [each.room for each in shown], "orientation": "h", "hovertemplate": "%{customdata}<extra></extra>", "customdata": told, "legendgroup": group}
    colours = [ink if each.room < there else chosen.short for each in shown]
    full = Bar(
        name=group, base=[_day(plan, each.month) for each in shown], x=[_length(each.classroom_ends - each.month) for each in shown], width=0.62, offset=-0.42,
        marker={"color": colours}, text=[words.count(each.people) for each in shown], textposition="inside", insidetextanchor="middle", textangle=0,
        textfont={"color": chosen.page, "size": 12}, constraintext="none", **room,
    )  # fmt: skip
    nesting = Bar(
        base=[_day(plan, each.classroom_ends) for each in shown], x=[_length(each.nesting_ends - each.classroom_ends) for each in shown],
        width=0.16, offset=0.24, marker={"color": colours}, opacity=0.55, showlegend=False, **room,
    )  # fmt: skip
    return [full, nesting]


def _length(months: float) -> float:
    """Months as the milliseconds that a date axis counts."""
    return months * DAYS_A_MONTH * 86_400_000


def _date(plan: Plan, month: float) -> date:
    """The day of a point in time told in months: the first of the month, and the days of the fraction after it."""
    whole = int(np.floor(month + 1e-9))
    return month_start(plan.scenario.horizon, whole) + timedelta(days=round((month - whole) * DAYS_A_MONTH))


def _day(plan: Plan, month: float) -> str:
    return _date(plan, month).isoformat()


def _edges(plan: Plan, first: int, months: int) -> list[str]:
    return [_day(plan, first), _day(plan, first + months)]


def _told(plan: Plan, each: Class) -> str:
    opening = "Begun on day 1" if each.begun else f"Starts {_people_date(_first_day(plan, each))}"
    nesting = f", nesting until {_people_date(_date(plan, each.nesting_ends))}" if each.nesting_ends > each.classroom_ends else ""
    return f"{each.group}: class of {words.count(each.people)}<br>{opening}, classroom until {_people_date(_date(plan, each.classroom_ends))}{nesting}"


def _first_day(plan: Plan, each: Class) -> date:
    site = next(site for site in plan.scenario.sites if site.name == each.site)
    return first_workday(plan.scenario.horizon, each.month, site.country, site.subdivision)


def _people_date(day: date) -> str:
    return f"{day.day} {words.MONTHS[day.month - 1]} {day.year}"


# Rooms and trainers --------------------------------------------------------------------------------------------------------------------------


def _place(plan: Plan, site: str) -> int:
    return [each.name for each in plan.scenario.sites].index(site)


def _resources(plan: Plan, site: str, first: int, months: int) -> list[tuple[str, Any, Any]]:
    """Rooms and trainers: title, in use and available by month of the window."""
    load, at, window = plan.training, _place(plan, site), slice(first, first + months)
    return [
        ("Rooms in use", load.classes_running[window, at], load.rooms_available[window, at]),
        ("Trainers needed", load.trainers_needed[window, at], load.trainers_available[window, at]),
    ]


def _resource_traces(plan: Plan, site: str, first: int, months: int, dark: bool) -> list[Any]:
    chosen, traces = look(dark), []
    days = [_day(plan, month + 0.5) for month in range(first, min(first + months, len(plan.months)))]
    for at, (title, used, available) in enumerate(_resources(plan, site, first, months)):
        colours = [chosen.short if want > have + 1e-9 else chosen.soft for want, have in zip(used, available, strict=True)]
        told = [f"{title}: {words.count(want)} of {words.count(have)}" for want, have in zip(used, available, strict=True)]
        shared = {"x": days, "yaxis": f"y{at + 2}", "showlegend": False, "customdata": told, "hovertemplate": "%{customdata}<extra></extra>"}
        text = [words.count(value) if value else "" for value in used]
        label = {"text": text, "textposition": "outside", "textangle": 0, "textfont": {"color": chosen.ink, "size": 11}, "cliponaxis": False}
        traces.append(Bar(y=used, marker={"color": colours}, width=_length(0.86), **label, **shared))
        steps = {"x": [_day(plan, first), *days, _day(plan, first + len(days))], "y": [available[0], *available, available[-1]]}
        line = {"color": chosen.ink, "width": 1.4, "dash": "dash", "shape": "hvh"}
        traces.append(Scatter(**{**shared, **steps, "customdata": None}, mode="lines", line=line, hoverinfo="skip"))
    return traces


def _resource_axis(plan: Plan, site: str, first: int, months: int, dark: bool, domain: list[float], at: int) -> dict[str, Any]:
    _, used, available = _resources(plan, site, first, months)[at]
    top = float(max(used.max(), available.max(), 1.0))
    return y_axis(dark, "", domain=domain, range=[0, top * 1.35], tickvals=[0, float(available[0])], showgrid=False, anchor="x")


def _titles(plan: Plan, site: str, first: int, months: int, domains: list[list[float]], dark: bool) -> list[dict[str, Any]]:
    place = {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": look(dark).ink, "size": 13},
    }
    titles = [title for title, _, _ in _resources(plan, site, first, months)]
    return [
        {**place, "y": domain[1], "yshift": 4, "text": f"{title} <span style='color:{look(dark).soft}'>dashed: there are</span>"}
        for title, domain in zip(titles, domains[1:], strict=True)
    ]


# In words ------------------------------------------------------------------------------------------------------------------------------------


def says(plan: Plan, site: str, first: int = 0, months: int = WINDOW) -> str:
    """How many classes start in the window, and when rooms and trainers are fullest."""
    shown = [each for each in classes(plan, site) if first <= each.month < first + months and not each.begun]
    if not shown:
        return f"No class starts at {site} in these months."
    people = sum(each.people for each in shown)
    many = f"{len(shown)} {'class' if len(shown) == 1 else 'classes'} for {words.people(people)} at {site}"
    return f"{many}. {' '.join(_fullest(plan, first, *each) for each in _resources(plan, site, first, months))}"


def _fullest(plan: Plan, first: int, title: str, used: Any, available: Any) -> str:
    month = int((used - available).argmax())
    label = words.month_name(plan.months[first + month])
    missing = used[month] - available[month]
    name = "Rooms" if title.startswith("Rooms") else "Trainers"
    if missing > 1e-9:
        return f"{name} are short in {label}: {words.count(used[month])} needed, {words.count(available[month])} there."
    full = int((used >= available - 1e-9).sum())
    often = f", all taken in {full} of {len(used)} months" if full else ""
    return f"{name}: at most {words.count(used[month])} of {words.count(available[month])} in use{often}."


def table(plan: Plan, site: str, first: int = 0, months: int = WINDOW) -> Behind:
    """Every class of the window: group, people, first day, end of classroom and nesting, room."""
    shown = [each for each in classes(plan, site) if each.nesting_ends > first and each.month < first + months]
    return {
        "Starts": ["Begun on day 1" if each.begun else _people_date(_first_day(plan, each)) for each in shown],
        "Group": [each.group for each in shown],
        "People": [words.count(each.people) for each in shown],
        "Classroom until": [_people_date(_date(plan, each.classroom_ends)) for each in shown],
        "Nesting until": [_people_date(_date(plan, each.nesting_ends)) for each in shown],
        "Room": [str(each.room + 1) for each in shown],
    }
