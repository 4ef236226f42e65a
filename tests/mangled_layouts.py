"""Right files of every layout of another tool in dresses that keep their meaning, and ways to break them. Seeded as in `mangled`."""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pandas as pd
import xlsxwriter

QUEUES = ("sales", "007", "NA", "Küche", "Help desk", "null", "a-b", "Q 1")
Values = dict[tuple[str, datetime], tuple[float, float | None]]


@dataclass
class Foreign:
    """A right file of a layout: its cells, what must be read, the answers of a user who knows it, and which cells can be broken."""

    layout: str
    header: list[str] | None
    rows: list[list[str]]
    expected: Values
    answers: dict[str, str] = field(default_factory=dict)
    time: int = 0
    queue: int | None = None
    numbers: tuple[int, ...] = ()
    containers: tuple[str, ...] = ("csv",)
    delimiter: str = ","

    def grid(self) -> list[list[str]]:
        return [*([self.header] if self.header else []), *self.rows]

    def encoded(self, grid: list[list[str]], rng: random.Random) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator=rng.choice(["\n", "\r\n"])).writerows(grid)
        return text.getvalue().encode(rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"]))

    def dressed(self, rng: random.Random) -> bytes:
        grid = self.grid()
        if self.header and rng.random() < 0.3:
            order = rng.sample(range(len(self.header)), len(self.header))
            grid = [[row[place] for place in order] for row in grid]
        kind = rng.choice(self.containers)
        if kind == "csv":
            if rng.random() < 0.2:
                grid = [[f" {cell}" if rng.random() < 0.3 else cell for cell in row] for row in grid]
            if self.header and rng.random() < 0.2:
                grid = [["An export", ""], *grid]
            return self.encoded(grid, rng)
        return CONTAINERS[kind](grid)


def _workbook(grid: list[list[str]]) -> bytes:
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Export")
        for number, row in enumerate(grid):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
    return memory.getvalue()


def _frame(grid: list[list[str]]) -> pd.DataFrame:
    return pd.DataFrame(grid[1:], columns=grid[0], dtype=str)


CONTAINERS: dict[str, Callable[[list[list[str]]], bytes]] = {
    "xlsx": _workbook,
    "parquet": lambda grid: _frame(grid).to_parquet(index=False),
    "json": lambda grid: json.dumps(_frame(grid).to_dict("records"), ensure_ascii=False).encode(),
    "gzip": lambda grid: gzip.compress("\n".join(",".join(row) for row in grid).encode()),
}


def _times(rng: random.Random, minutes: int = 15) -> list[datetime]:
    begin = datetime(2027, rng.choice([1, 2, 5]), rng.randint(13, 20), rng.randint(6, 10))
    return [begin + timedelta(days=day, minutes=minutes * slot) for day in range(rng.randint(1, 2)) for slot in range(rng.randint(3, 8))]


def _number(rng: random.Random) -> str:
    return rng.choice([str(rng.randint(1, 999)), f"{rng.randint(1, 99)}.5", "0", str(rng.randint(1_000, 9_999))])


def _aht(rng: random.Random) -> float:
    return rng.choice([300.0, 287.25, float(rng.randint(60, 2_000))])


def wfm_labs_monthly(rng: random.Random) -> Foreign:
    named = rng.random() < 0.5
    months = [datetime(2027, month, 1) for month in range(1, rng.randint(2, 12))]
    file = Foreign("wfm_labs_monthly", ["Month", "Forecast_Volume", "AHT_Seconds", "Shrinkage_Pct", "SL_Target"], [], {}, time=0, numbers=(1, 2))
    for month in months:
        for queue in rng.sample(QUEUES, 2) if named else ["sales"]:
            contacts, aht = _number(rng), _aht(rng)
            file.rows.append([month.strftime(rng.choice(["%Y-%m", "%b %Y"])), contacts, f"{aht:g}", "30", "80/20", *([queue] if named else [])])
            file.expected[queue, month] = (float(contacts), aht if float(contacts) else None)
    if named:
        file.header, file.queue = [*(file.header or []), "Queue"], 5
    else:
        file.answers["queue"] = "sales"
    file.containers = ("csv", "csv", "xlsx", "parquet", "json", "gzip")
    return file


def genesys_history(rng: random.Random) -> Foreign:
    header = ["Interval Start UTC Date", "Queue", "Media Type", "Skill Set", "Language", "Offered", "Interactions Handled", "Total Handle Time"]
    file = Foreign("genesys_history", header, [], {}, {"zone": "as_written"}, time=0, queue=1, numbers=(5, 6, 7))
    media = rng.choice([("Voice",), ("Voice", "chat")])
    form = rng.choice(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z"])
    for time in _times(rng):
        for queue in ("sales", "007"):
            for kind in media:
                handled, aht, offered = rng.randint(1, 9), _aht(rng), rng.randint(1, 30)
                splits = [("a|||b", "en")] if rng.random() < 0.7 else [("a", "en"), ("b", "")]
                for skill, language in splits:
                    file.rows.append([time.strftime(form), queue, kind, skill, language, str(offered), str(handled), f"{handled * aht:g}"])
                file.expected[f"{queue} ({kind})" if len(media) > 1 else queue, time] = (float(offered * len(splits)), aht)
    return file


def verint_planner(rng: random.Random) -> Foreign:
    monthly = rng.random() < 0.5
    days = [datetime(2027, 1, 1) + timedelta(days=number) for number in range(rng.randint(3, 40))]
    times = [datetime(2027, month, 1) for month in range(1, rng.randint(4, 12))] if monthly else days
    file = Foreign("verint_planner", None, [], {}, {"date_order": "month", "rows_are": "months" if monthly else "days"}, time=1, queue=0, numbers=(2, 3))
    for queue in rng.sample(QUEUES, 2):
        for time in times:
            day = time.replace(day=rng.randint(1, 28)) if monthly else time
            contacts, aht = _number(rng), _aht(rng)
            file.rows.append([queue, f"{day.month}-{day.day}-{day.year}", contacts, f"{aht:g}"])
            file.expected[queue, time] = (float(contacts), aht if float(contacts) else None)
    return file


def calabrio_forecast(rng: random.Random) -> Foreign:
    file, agents, minutes = Foreign("calabrio_forecast", None, [], {}, time=1, queue=0, numbers=(3, 4, 5)), rng.random() < 0.5, rng.choice([15, 30, 60])
    for queue in rng.sample(QUEUES, 2):
        for time in _times(rng, minutes):
            contacts, talk, wrap = _number(rng), rng.randint(50, 500), rng.randint(1, 200) + 0.25
            end = time + timedelta(minutes=minutes)
            file.rows.append([queue, f"{time:%Y%m%d %H:%M}", f"{end:%Y%m%d %H:%M}", contacts, str(talk), str(wrap), *(["16.85"] if agents else [])])
            file.expected[queue, time] = (float(contacts), talk + wrap if float(contacts) else None)
    return file


def calabrio_queue(rng: random.Random) -> Foreign:
    minutes, file = rng.choice([15, 30, 60]), Foreign("calabrio_queue", None, [], {}, {"offered": "direct"}, time=1, queue=None, numbers=(5, 9, 12, 13))
    file.delimiter = rng.choice(";,")
    overflow = rng.choice(["0", "3"])
    for number, queue in enumerate(rng.sample(QUEUES, 2)):
        for time in _times(rng, minutes):
            offered, answered, aht = rng.randint(1, 99), rng.randint(1, 50), rng.randint(60, 900)
            row = [minutes, f"{time:%Y%m%d}", f"{time:%H:%M}", number, queue, offered, overflow, 1, 0, answered, 5, 5]
            row += [answered * (aht - 20), answered * 20, 1, 1, 3, 4, 5, 0, 0]
            file.rows.append(list(map(str, row)))
            file.expected[queue, time] = (float(offered), float(aht))
    return file


def eleveo(rng: random.Random) -> Foreign:
    file = Foreign("eleveo", ["Timestamp", "Queue", "Calls", "AHT"], [], {}, {"columns": "suggested", "zone": "as_written"}, time=0, queue=1, numbers=(2, 3))
    for number in range(96 * 15):
        time, contacts, aht = datetime(2027, 1, 4) + timedelta(minutes=15 * number), rng.randint(0, 9), 100 + rng.randint(0, 400)
        file.rows.append([f"{time:%Y-%m-%dT%H:%M:%SZ}", "a", str(contacts), str(aht)])
        file.expected["a", time] = (float(contacts), float(aht) if contacts else None)
    return file


def table(rng: random.Random) -> Foreign:
    total = rng.random() < 0.5
    header = ["Start time", "Skill", "Calls offered", "Calls answered", "Total handle time" if total else "Average handle time (s)"]
    file = Foreign("table", header, [], {}, {"columns": "suggested", "decimal": "point", "date_order": "day"}, time=0, queue=1, numbers=(2, 4))
    form, minutes = rng.choice(["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S"]), rng.choice([15, 30, 60])
    for queue in ("sales", "Küche"):
        for time in _times(rng, minutes):
            contacts, answered, aht = rng.randint(1, 200), rng.randint(1, 150), rng.randint(60, 900)
            file.rows.append([time.strftime(form), queue, str(contacts), str(answered), str(aht * answered if total else aht)])
            file.expected[queue, time] = (float(contacts), float(aht))
    file.containers = ("csv", "csv", "csv", "xlsx", "parquet", "json", "gzip")
    file.delimiter = rng.choice(",;\t|")
    return file


LAYOUTS: tuple[Callable[[random.Random], Foreign], ...] = (
    wfm_labs_monthly, genesys_history, verint_planner, calabrio_forecast, calabrio_queue, table,
)  # fmt: skip
"""Eleveo's files are long; one in a hundred examples is one."""


def foreign_file(rng: random.Random) -> Foreign:
    """A right file of a random layout."""
    return eleveo(rng) if rng.random() < 0.01 else rng.choice(LAYOUTS)(rng)


def genesys_document(rng: random.Random) -> tuple[dict[str, object], Values]:
    """A Genesys forecast of one week and what must be read from it, beginning on 2027-01-04 on the local clock."""
    begin, expected = datetime(2027, 1, 4), {}
    groups = []
    for name in rng.sample(QUEUES, rng.randint(1, 2)):
        offered = [rng.choice([0, rng.randint(1, 50), rng.randint(1, 99) / 4]) for _ in range(672)]
        handle = [rng.choice([300, 287.25, rng.randint(60, 900)]) for _ in range(672)]
        groups.append({"planningGroupId": name, "offeredPerInterval": offered, "averageHandleTimeSecondsPerInterval": handle})
        for number in range(672):
            expected[name, begin + timedelta(minutes=15 * number)] = (float(offered[number]), float(handle[number]) if offered[number] else None)
    return {"description": "x", "weekCount": 1, "planningGroups": groups}, expected


Grid = list[list[str]]


def _with(file: Foreign, column: int, text: str, rng: random.Random) -> Grid:
    rows = [list(row) for row in file.rows]
    rng.choice(rows)[column] = text
    return [*([file.header] if file.header else []), *rows]


def broken_time(file: Foreign, rng: random.Random) -> Grid:
    return _with(file, file.time, rng.choice(["", "soon", "2027-13-45 08:00", "99999999", "99-99-2027", "2027-01-04T25:00:00Z", "1027-01-04 08:00"]), rng)


def broken_number(file: Foreign, rng: random.Random) -> Grid:
    wrong = ["-1", "x", "12 calls", "30%", "nan", "inf", "1e99", "9" * 400, "1.2.3", "0x1f", "1_000", "--5"]
    return _with(file, rng.choice(file.numbers), rng.choice(wrong), rng)


def extra_field(file: Foreign, rng: random.Random) -> Grid:
    grid = file.grid()
    place = rng.randrange(1 if file.header else 0, len(grid))
    return [*grid[:place], [*grid[place], "1", "2"], *grid[place + 1 :]]


def missing_field(file: Foreign, rng: random.Random) -> Grid:
    grid = file.grid()
    place = rng.randrange(1 if file.header else 0, len(grid))
    return [*grid[:place], grid[place][:-2], *grid[place + 1 :]]


def duplicated_row(file: Foreign, rng: random.Random) -> Grid:
    return [*file.grid(), rng.choice(file.rows)]


def blank_queue(file: Foreign, rng: random.Random) -> Grid:
    return file.grid()[: 1 if file.header else 0] + [["" if place == file.queue else cell for place, cell in enumerate(row)] for row in file.rows]


BREAKING: tuple[Callable[[Foreign, random.Random], Grid], ...] = (broken_time, broken_number, extra_field, missing_field, duplicated_row, blank_queue)
"""After these the file must be refused, or at least not be read without a question."""
