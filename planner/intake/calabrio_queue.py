"""The queue file by which history comes into Calabrio (Teleopti), also from other makers: 21 fields, no header."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace

from planner.intake.columns import ColumnMap, rows_of
from planner.intake.findings import Findings, Question
from planner.intake.raw import RawTable
from planner.intake.rows import INTERVALS_MINUTES, Rows
from planner.intake.table import Match, Table, headless, headless_match

FIELDS = (
    "interval", "date_from", "time", "queue", "queue_name", "offd_direct_call_cnt", "overflow_in_call_cnt", "aband_call_cnt", "overflow_out_call_cnt",
    "answ_call_cnt", "queued_and_answ_call_dur", "queued_and_aband_call_dur", "talking_call_dur", "wrap_up_dur", "queued_answ_longest_que_dur",
    "queued_aband_longest_que_dur", "avg_avail_member_cnt", "ans_servicelevel_cnt", "wait_dur", "aband_short_call_cnt", "aband_within_sl_cnt",
)  # fmt: skip


@dataclass(frozen=True)
class CalabrioQueue:
    """One row per interval and queue; handle time is talking and wrap-up time over calls answered."""

    name: str = "calabrio_queue"
    title: str = "Calabrio queue file"
    columns: tuple[str, ...] = ()

    def recognise(self, raw: RawTable) -> Match | None:
        """The first row of a table of this layout, else None."""
        return headless_match(raw, (len(FIELDS),), {1: re.compile(r"[0-9]{8}"), 2: re.compile(r"[0-9]{1,2}:[0-9]{2}")})

    def read(self, raw: RawTable, header: int, findings: Findings) -> Rows:
        """Rows of a file in this layout; what cannot be read is noted as faults."""
        table = _with_names(headless(raw, header, FIELDS, findings), findings)
        columns = ColumnMap(
            time="date_from", clock="time", grain="interval", contacts="offd_direct_call_cnt", also=_overflow(table, findings), queue="queue_name",
            handle=("talking_call_dur", "wrap_up_dur"), handle_is="total", handled="answ_call_cnt",
        )  # fmt: skip
        findings.note("Times are local, and handle time is talking and wrap-up time over calls answered, as the layout has it.")
        return replace(rows_of(table.named(columns.roles()), columns, findings), minutes=_minutes(table, findings))


def _with_names(table: Table, findings: Findings) -> Table:
    """The queue's name, or its number where it has no name; both where several queues have one name."""
    ids, names = table.columns["queue"], table.columns["queue_name"]
    queues = defaultdict(set)
    for number, name in zip(ids, names, strict=True):
        queues[name].add(number)
    shared = sorted(name for name, numbers_of in queues.items() if name and len(numbers_of) > 1)
    if shared:
        findings.note(f"Several queues are named {', '.join(shared)}: their numbers stand behind the names.")
    called = tuple(f"{name} ({number})" if name in shared else name or number for number, name in zip(ids, names, strict=True))
    return replace(table, columns={**table.columns, "queue_name": called})


def _minutes(table: Table, findings: Findings) -> int | None:
    lengths = sorted(set(table.columns["interval"]))
    if len(lengths) == 1 and lengths[0] in map(str, INTERVALS_MINUTES):
        return int(lengths[0])
    findings.fault(table.place, f"the column interval says {', '.join(lengths[:5]) or 'nothing'}", "Export one length of 15, 30 or 60 minutes.")
    return None


def _overflow(table: Table, findings: Findings) -> str:
    """The column of calls that overflowed in from other queues, where they count as contacts: asked where there are any."""
    count = sum(cell.strip("0.,") != "" for cell in table.columns["overflow_in_call_cnt"])
    if not count and findings.answer("offered") is None:
        return "overflow_in_call_cnt"
    text = f"calls overflowed in from other queues in {count:,} rows; are contacts those offered directly, or with the overflow?"
    return "" if findings.ask(Question("offered", text, ("direct", "with_overflow"))) == "direct" else "overflow_in_call_cnt"
