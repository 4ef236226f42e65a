"""Volumes held against a scenario, and put into it."""

import difflib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.errors import Fault, InvalidScenario, InvalidVolumes
from planner.horizon import DAYS, Horizon, month_labels, month_start, open_days, open_slots, public_holidays, years
from planner.intake.findings import Findings, Question
from planner.intake.profile import weekday_of
from planner.intake.rows import Rows, day_of
from planner.intake.volumes import QueueVolumes, Volumes

if TYPE_CHECKING:
    from planner.scenario import Queue, Scenario


def use_volumes(scenario: "Scenario", volumes: Volumes) -> "Scenario":
    """The scenario with the series of the queues that the volumes name replaced, over the months of its horizon.

    Monthly volumes replace contacts and handle time by month; days also the profile of the week and the day-to-day spread, intervals the interval
    length and the profile of the day too, which are those of the whole file. Without handle times the queues keep their own. Raises
    InvalidVolumes where the volumes do not cover the horizon or lie outside opening hours.
    """
    faults = faults_of_use(volumes, scenario)
    if faults:
        raise InvalidVolumes(faults)
    found = {queue.name: queue for queue in volumes.queues}
    queues = tuple(_replaced(queue, found[queue.name], scenario.horizon) if queue.name in found else queue for queue in scenario.queues)
    return scenario.but(queues=queues)


def _replaced(queue: "Queue", volumes: QueueVolumes, horizon: Horizon) -> "Queue":
    """A queue with the series of the volumes. A month without contacts keeps the queue's own handle time, which nothing is multiplied with."""
    of_month = dict(zip(volumes.months, zip(volumes.contacts, volumes.aht_s, strict=True), strict=True))
    months = [of_month[label] for label in month_labels(horizon)]
    series: dict[str, Any] = {"contacts_monthly": tuple(contacts for contacts, _ in months)}
    if any(aht_s is not None for _, aht_s in months):
        series["aht_monthly_s"] = tuple(queue.aht_s if aht_s is None else aht_s for _, aht_s in months)
    shape = {name: getattr(volumes, name) for name in ("interval_minutes", "week_profile", "day_profile", "day_cv")}
    return queue.but(**series, **{name: value for name, value in shape.items() if value is not None})


def faults_of_use(volumes: Volumes, scenario: "Scenario") -> list[Fault]:
    """Everything that keeps the volumes from being used in the scenario."""
    return [fault for queue in volumes.queues for fault in _faults_of_queue(volumes, queue, scenario)]


def check_cover(volumes: Volumes, scenario: "Scenario") -> list[Fault]:
    """Queues that the scenario does not have, and months of its horizon that the volumes lack."""
    return [fault for queue in volumes.queues for fault in _cover_faults(volumes, queue, scenario)]


def _faults_of_queue(volumes: Volumes, found: QueueVolumes, scenario: "Scenario") -> list[Fault]:
    faults = _cover_faults(volumes, found, scenario)
    queue = next((queue for queue in scenario.queues if queue.name == found.name), None)
    if queue is None or found.week_profile is None:
        return faults
    if found.interval_minutes is None:
        return faults + _weekday_faults(volumes, found, queue) + _spread_faults(volumes, found)
    return faults + _opening_faults(volumes, found, queue) + _spread_faults(volumes, found)


def _cover_faults(volumes: Volumes, found: QueueVolumes, scenario: "Scenario") -> list[Fault]:
    if found.name not in {queue.name for queue in scenario.queues}:
        return [_unknown(f"{volumes.place}, queue {found.name}", found.name, scenario)]
    missing = [label for label in month_labels(scenario.horizon) if label not in set(found.months)]
    if not missing:
        return []
    place = f"{volumes.place}, queue {found.name}"
    remedy = "Add them, or plan only months that the file covers."
    return [Fault(place, f"{len(missing)} months of the horizon are missing: {', '.join(missing)}", remedy)]


def _unknown(place: str, name: str, scenario: "Scenario") -> Fault:
    return Fault(place, "the scenario has no queue of this name", _nearest(name, scenario), repr(name))


def _nearest(name: str, scenario: "Scenario") -> str:
    close = difflib.get_close_matches(name, [queue.name for queue in scenario.queues], n=1, cutoff=0.0)
    return f"Did you mean '{close[0]}'?" if close else "Add queues to the scenario first."


def unknown_queues(rows: Rows, scenario: "Scenario", findings: Findings) -> None:
    """Note each queue of the file that the scenario does not have, at its first row."""
    known = {queue.name for queue in scenario.queues}
    for name, mine in rows.by_queue():
        if name and name not in known:
            position = int(mine.argmax())
            fault = _unknown(rows.table.cell(position, "queue"), name, scenario)
            findings.fault(fault.place, fault.problem, fault.remedy, fault.value)


def _opening_faults(volumes: Volumes, found: QueueVolumes, queue: "Queue") -> list[Fault]:
    """Contacts in intervals in which the queue is closed, and open weekdays without a contact in the whole file."""
    place, length = f"queues.{queue.name}.opening.days", found.interval_minutes or 30
    try:
        slots = open_slots(queue.opening, length)
    except InvalidScenario as error:
        return [Fault(place, f"{fault.problem}, as the file has it", fault.remedy, fault.value) for fault in error.faults]
    idle = slots.any(axis=1) & (np.array(found.week_profile) == 0)
    return _closed_faults(volumes, queue.name, slots, length) + [_idle_fault(volumes, queue.name, DAYS[day]) for day in np.flatnonzero(idle)]


def _weekday_faults(volumes: Volumes, found: QueueVolumes, queue: "Queue") -> list[Fault]:
    """Of days: contacts on weekdays on which the queue is closed, and open weekdays without a contact in the whole file."""
    opens, week = open_days(queue.opening), np.array(found.week_profile)
    faults = [_idle_fault(volumes, queue.name, DAYS[day]) for day in np.flatnonzero(opens & (week == 0))]
    for day in np.flatnonzero(~opens & (week > 0)):
        problem = f"queue '{queue.name}' is closed on {DAYS[day]}, and the file has {week[day]:,.0f} contacts on an average one"
        faults.append(Fault(f"{volumes.place}, queue {queue.name}", problem, f"Open {DAYS[day]} in queues.{queue.name}.opening.days, or drop the rows."))
    return faults


def _idle_fault(volumes: Volumes, name: str, day: str) -> Fault:
    problem = f"queue '{name}' is open on {day}, and the file has no contact on any {day}"
    return Fault(f"{volumes.place}, queue {name}", problem, f"Add the rows, or close {day} in queues.{name}.opening.days.")


def _closed_faults(volumes: Volumes, name: str, slots: npt.NDArray[np.bool_], length: int) -> list[Fault]:
    rows = volumes.kept.take(volumes.kept.of(name) & (volumes.kept.contacts > 0))
    times = rows.time
    weekday = weekday_of(day_of(times))
    closed = ~slots[weekday, (times.astype(np.int64) % 86_400) // (60 * length)]
    if not closed.any():
        return []
    first = int(closed.argmax())
    start = times[first].item().strftime("%Y-%m-%d %H:%M")
    problem = f"queue '{name}' is closed in {int(closed.sum()):,} intervals that have contacts, {start} ({DAYS[weekday[first]]}) the first"
    return [Fault(f"{volumes.place}, row {rows.line[first]}", problem, f"Widen queues.{name}.opening.days, or drop the rows.")]


def _spread_faults(volumes: Volumes, found: QueueVolumes) -> list[Fault]:
    if (found.day_cv or 0.0) <= 1:
        return []
    problem = f"the days of a weekday vary by {found.day_cv:.0%} of their mean, more than can be planned with"
    return [Fault(f"{volumes.place}, queue {found.name}", problem, "Look for days of another kind or queue, or give monthly volumes.")]


def closed_days(volumes: Volumes, scenario: "Scenario", findings: Findings) -> None:
    """Ask about open days of the horizon, public holidays apart, that have no row: closed, or missing from the file?"""
    absent = {queue.name: days for queue in volumes.queues if queue.week_profile and (days := _absent_days(volumes, queue, scenario))}
    if not absent:
        return
    told = "; ".join(f"{name}: {len(days)} days, {days[0]} the first" for name, days in absent.items())
    findings.ask(Question("missing_days", f"days on which the queue is open have no row ({told}); were they closed?", ("closed",)))
    findings.note(f"Open days without a row count as closed ({told}).")


def _absent_days(volumes: Volumes, found: QueueVolumes, scenario: "Scenario") -> list[date]:
    opening = next(queue.opening for queue in scenario.queues if queue.name == found.name)
    begin, end = month_start(scenario.horizon, 0), month_start(scenario.horizon, scenario.horizon.months)
    times = volumes.kept.time[volumes.kept.of(found.name)]
    present = set(np.unique(times.astype("datetime64[D]")).tolist())
    free = public_holidays(opening.country, opening.subdivision, years(scenario.horizon))
    days = (begin + timedelta(days=day) for day in range((end - begin).days))
    return [day for day in days if open_days(opening)[day.weekday()] and day not in free and day not in present]


def hold_against(volumes: Volumes, scenario: "Scenario | None", findings: Findings) -> None:
    """Refuse volumes that do not fit the scenario, and ask about days that the file lacks."""
    if scenario is None:
        return
    faults = faults_of_use(volumes, scenario)
    if faults:
        raise InvalidVolumes(faults)
    closed_days(volumes, scenario, findings)
    findings.settle()
