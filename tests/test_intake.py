"""Volume files in the project's own layouts: what is read, what is asked, what is refused, and where the volumes go."""

import csv
import io
import time
import zipfile
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from planner.channels import Voice
from planner.errors import InvalidVolumes
from planner.horizon import Horizon, OpeningHours
from planner.intake import FORMATS, OWN, OpenQuestions, Report, Volumes, check_cover, own_csv, raw, read_volumes, template, use_volumes
from planner.organisation import Organisation, Role
from planner.scenario import Group, Queue, Scenario, Share, Site

MONTHLY = "month,queue,contacts,aht_s\n"
INTERVAL = "start,queue,contacts,aht_s\n"
BANK = Path(__file__).parents[2] / "shared" / "data" / "bank_calls_5min_2003.csv"
ROLES = tuple(Role(name=name, kind=kind, span=12, monthly_pay=1) for name, kind in (("team_lead", "leader"), ("trainer", "support"), ("recruiter", "support")))


def scenario(*queues: str, first: str = "2027-01", months: int = 2, opening: OpeningHours | None = None) -> Scenario:
    hours = opening or OpeningHours(days=("00:00-24:00",) * 7)
    return Scenario(
        name="test",
        horizon=Horizon(first_month=first, months=months),
        sites=(Site(name="here"),),
        queues=tuple(Queue(name=name, channel=Voice(kind="voice"), base_contacts=1.0, opening=hours) for name in queues),
        organisation=Organisation(roles=ROLES),
        groups=(Group(name="everyone", site="here", serves=tuple(Share(name=name) for name in queues)),),
    )


def read(text: str, **options: object) -> tuple[Volumes, Report]:
    return read_volumes(text.encode(), "f.csv", **options)  # type: ignore[arg-type]


def faults(text: str | bytes, **options: object) -> list[str]:
    with pytest.raises(InvalidVolumes) as refusal:
        read_volumes(text.encode() if isinstance(text, str) else text, "f.csv", **options)  # type: ignore[arg-type]
    assert not isinstance(refusal.value, OpenQuestions)
    return [str(fault) for fault in refusal.value.faults]


def questions(text: str | bytes, **options: object) -> dict[str, tuple[str, ...]]:
    with pytest.raises(OpenQuestions) as asked:
        read_volumes(text.encode() if isinstance(text, str) else text, "f.csv", **options)  # type: ignore[arg-type]
    return {question.key: question.choices for question in asked.value.questions}


def workbook(rows: list[list[object]], *more: tuple[str, list[list[object]]]) -> bytes:
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for name, cells in (("Volumes", rows), *more):
            sheet = book.add_worksheet(name)
            for row, line in enumerate(cells):
                sheet.write_row(row, 0, line)
    return memory.getvalue()


Record = tuple[datetime, str, float, float]


def week(contacts: float = 10.0, queue: str = "sales", length: int = 30, begin: datetime = datetime(2027, 1, 4), days: int = 7) -> list[Record]:
    slots = 24 * 60 // length
    return [(begin + timedelta(days=day, minutes=slot * length), queue, contacts + slot, 300.0) for day in range(days) for slot in range(slots)]


def intervals(rows: list[Record], form: str = "%Y-%m-%d %H:%M") -> str:
    return INTERVAL + "".join(f"{start.strftime(form)},{queue},{contacts},{aht_s}\n" for start, queue, contacts, aht_s in rows)


# Monthly files


def test_a_monthly_file_is_read_as_it_stands() -> None:
    volumes, report = read(MONTHLY + "2027-01,sales,1000.5,300\n2027-02,sales,1200,310\n2027-01,007,5,60\n")
    sales, other = volumes.queues
    assert (sales.name, sales.months, sales.contacts, sales.aht_s) == ("sales", ("2027-01", "2027-02"), (1000.5, 1200.0), (300.0, 310.0))
    assert (other.name, other.contacts, other.interval_minutes) == ("007", (5.0,), None)
    assert (report.rows, report.first, report.last, report.queues, report.layout) == (3, "2027-01", "2027-02", ("sales", "007"), "own_monthly")
    assert report.totals[1] == ("sales", "2027-02", 1200.0, 310.0)


@pytest.mark.parametrize(
    "month",
    ["2027-03", "2027-3", "2027/03", "03/2027", "3/2027", "03.2027", "Mar 2027", "March 2027", "MARCH 2027", "mar-2027", "2027-03-01", "2027-03-17"]
    + ["17.03.2027", "31/03/2027", "2027-03-01 00:00:00"],
)
def test_a_month_may_be_written_in_many_ways(month: str) -> None:
    assert read(MONTHLY + f"{month},sales,1,300\n")[0].queues[0].months == ("2027-03",)


def test_a_day_within_a_month_is_told() -> None:
    notices = read(MONTHLY + "2027-03-17,sales,1,300\n2027-04-01,sales,1,300\n")[1].notices
    assert any("1 rows carry a day within the month" in notice for notice in notices)


@pytest.mark.parametrize("name", ["NA", "null", "None", "nan", "007", "1,5", "Küche", "2027-01", "TRUE", "#N/A"])
def test_a_queue_keeps_its_name(name: str) -> None:
    assert read(MONTHLY + f'2027-01,"{name}",1,300\n')[0].queues[0].name == name


def test_a_month_without_contacts_needs_no_handle_time() -> None:
    assert read(MONTHLY + "2027-01,sales,0,\n2027-02,sales,0,0\n2027-03,sales,2,300\n")[0].queues[0].aht_s == (None, None, 300.0)


def test_every_fault_is_told_at_once_with_row_column_and_value() -> None:
    rows = ["2027-01,sales,-5,300", "2027-13,,x,300", "2027-03,sales,,", "2027-04,sales,7,0", "2027-05,sales,2e9,90000", "2027-06,sales,1"]
    told = faults(MONTHLY + "\n".join([*rows, "2027-07,sales,1,300", "2027-07,sales,2,300"]))
    assert [fault.split(".", 2)[0] + "." + fault.split(".", 2)[1].split(":")[0] for fault in told] == [
        "f.csv, row 7", "f.csv, row 3, column month", "f.csv, row 3, column contacts", "f.csv, row 2, column contacts", "f.csv, row 6, column contacts",
        "f.csv, row 4, column contacts", "f.csv, row 5, column aht_s", "f.csv, row 6, column aht_s", "f.csv, row 3, column queue", "f.csv, row 9",
    ]
    assert "f.csv, row 2, column contacts: the number is negative (found '-5'). Write 0 or more." in told
    assert any("the queue and month stand in row 8 already" in fault for fault in told)


def test_more_than_a_thousand_faults_are_counted() -> None:
    told = faults(MONTHLY + "2027-01,sales,x,300\n" * 3_000)
    assert len(told) == 1002
    assert "2,000 more rows: this is not a number" in told[1000]
    assert "2,999 more rows: the queue and month stand in the file already" in told[1001]


# Text files: delimiter, encoding, shape


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_delimiter_and_encoding_are_found(delimiter: str, encoding: str) -> None:
    text = (MONTHLY + "2027-01,Süd,1000,300\n").replace(",", delimiter)
    if encoding == "utf-16-le":
        text = "\ufeff" + text
    volumes, report = read_volumes(text.encode(encoding), "f.txt")
    assert volumes.queues[0].name == "Süd"
    assert any("cp1252" in notice for notice in report.notices) == (encoding == "cp1252")


def test_another_encoding_can_be_assumed() -> None:
    data = (MONTHLY + "2027-01,Łódź,1000,300\n").encode("cp1250")
    assert read_volumes(data, "f.csv", assume={"encoding": "cp1250"})[0].queues[0].name == "Łódź"


def test_text_that_is_half_utf8_is_refused_with_its_row() -> None:
    told = faults((MONTHLY + "2027-01,Süd,1,300\n").encode() + "2027-01,Öst,1,300\n".encode("cp1252"))
    assert told[0].startswith("f.csv, row 3: the text is damaged")


def test_a_decomposed_letter_is_the_same_letter() -> None:
    assert read(MONTHLY + "2027-01,Su\u0308d,1,300\n")[0].queues[0].name == "Süd"


def test_title_lines_and_blank_rows_are_passed_over_and_rows_keep_their_numbers() -> None:
    told = faults("Volumes 2027\n\nmade by,planning\n" + MONTHLY + "\n2027-01,sales,x,300\n,,,\n2027-02,sales,y,300\n")
    assert [fault.split(",")[1] for fault in told] == [" row 6", " row 8"]


def test_a_line_break_inside_quotation_marks_does_not_shift_row_numbers() -> None:
    told = faults('"a title\nof two lines"\n' + MONTHLY + "2027-01,sales,x,300\n")
    assert told[0].startswith("f.csv, row 4, column contacts")


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("", "f.csv", "the file is empty"),
        ("\n\n", "f.csv", "the table is empty"),
        (MONTHLY, "f.csv, row 1", "there are no rows below the header"),
        ("hello\n", "f.csv, row 1", "there is no header of a known layout"),
        ("month,queue,aht_s\n2027-01,a,x\n", "f.csv, row 1", "contacts or start, contacts missing"),
        ("2027-01,sales,5,300\n", "f.csv, row 1", "there is no header of a known layout"),
        ("month,queue,contacts,aht_s,contacts\n2027-01,a,1,300,1\n", "f.csv, row 1, column contacts", "stands there twice"),
        ("month,queue,contacts,aht_s,notes\n2027-01,a,1,300,x\n", "f.csv, row 1, column notes", "the layout has no such column"),
        ("month,queue,contacts,aht_s,\n2027-01,a,1,300,x\n", "f.csv, row 2, column 5", "a column without a name"),
        (MONTHLY + "2027-01,a,1,300,9\n", "f.csv, row 2", "does not have 4 cells"),
        (MONTHLY + "2027-01,a\0,1,300\n", "f.csv, row 2", "NUL"),
        (MONTHLY + '2027-01,"a,1,300\n', "f.csv, row 2", "cannot be split"),
        (MONTHLY + '2027-01,"a"b,1,300\n', "f.csv, row 2", "cannot be split"),
        (MONTHLY + f"2027-01,{'a' * 200_000},1,300\n", "f.csv, row 2", "cannot be split"),
        (MONTHLY + f"2027-01,{'a' * 81},1,300\n", "f.csv, row 2, column queue", "cannot be the name"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(text: str, place: str, problem: str) -> None:
    told = faults(text)
    assert told[0].startswith(place + ":")
    assert problem in told[0]


def test_too_many_bytes_cells_and_queues_are_refused_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = time.perf_counter()
    assert "cells" in faults(MONTHLY + "," * (raw.MOST_CELLS + 10))[0]
    assert "names 1,001 queues" in faults(MONTHLY + "".join(f"2027-01,q{number},1,300\n" for number in range(1_001)))[0]
    monkeypatch.setattr(raw, "MOST_BYTES", 2**20)
    assert "MB" in faults(b"x" * (2**20 + 1))[0]
    assert time.perf_counter() - begin < 5


# Numbers


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (("1234.5",), 1234.5), (("1,234.5",), 1234.5), (("1.234,5",), 1234.5), (("1234,5",), 1234.5), (("1 234,5",), 1234.5), (("1'234.5",), 1234.5),
        (("1\u00a0234",), 1234.0), (("1\u202f234,5",), 1234.5), (("1\u2019234",), 1234.0), (("1,234,567",), 1234567.0), ((".5",), 0.5),
        (("1.2E+05",), 120000.0), (("0.125",), 0.125),
        (("1.234", "12.5"), 1.234), (("1.234", "1,5"), 1234.0), (("1,234", "12.5"), 1234.0), (("1,234", "12,5"), 1.234), (("007",), 7.0),
    ],
)
def test_the_decimal_mark_is_told_by_the_whole_column(cells: tuple[str, ...], value: float) -> None:
    text = (MONTHLY + "".join(f"20{27 + row}-01|a|{cell}|300\n" for row, cell in enumerate(cells))).replace(",queue,contacts,", "|queue|contacts|")
    assert read(text)[0].queues[0].contacts[0] == value


@pytest.mark.parametrize(("answer", "value"), [("point", 1.234), ("comma", 1234.0)])
def test_a_number_with_two_readings_is_asked(answer: str, value: float) -> None:
    text = MONTHLY + "2027-01,a,1.234,300\n"
    assert questions(text) == {"decimal": ("point", "comma")}
    assert read(text, assume={"decimal": answer})[0].queues[0].contacts == (value,)


def test_one_column_does_not_decide_for_another_that_is_unclear() -> None:
    assert "decimal" in questions(MONTHLY.replace(",", ";") + "2027-01;a;1,234;300.5\n")


def test_two_decimal_marks_in_a_file_are_refused() -> None:
    assert faults(MONTHLY.replace(",", ";") + "2027-01;a;12.5;300\n2027-02;a;12,5;300\n2027-03;a;13.5;300\n") == [
        "f.csv, row 3, column contacts: this is not a number (found '12,5'). Write it with digits and a decimal point, without signs or units."
    ]


def test_an_open_question_says_how_to_answer_it() -> None:
    with pytest.raises(OpenQuestions, match="--assume date_order=day or --assume date_order=month"):
        read(MONTHLY + "01/02/2027,a,1,300\n")


def test_an_answer_to_no_question_and_an_answer_that_is_none_are_refused() -> None:
    assert "Did you mean 'decimal'?" in faults(MONTHLY, assume={"decmal": "point"})[0]
    assert "'dot' does not answer the question 'decimal'" in faults(MONTHLY + "2027-01,a,1.234,300\n", assume={"decimal": "dot"})[0]
    assert "does not answer" in faults(MONTHLY + "2027-01,a,1,300\n", assume={"layout": "genesys"})[0]


def test_an_assumption_that_does_not_fit_is_a_fault_of_the_cells() -> None:
    assert "column contacts: this is not a number (found '12.5')" in faults(MONTHLY + "2027-01,a,12.5,300\n", assume={"decimal": "comma"})[0]
    assert "column month: this is not a month (found '13/01/2027')" in faults(MONTHLY + "13/01/2027,a,1,300\n", assume={"date_order": "month"})[0]


# Dates


@pytest.mark.parametrize(("answer", "month"), [("day", "2027-02"), ("month", "2027-01")])
def test_a_date_with_two_readings_is_asked(answer: str, month: str) -> None:
    text = MONTHLY + "01/02/2027,a,1,300\n"
    assert questions(text) == {"date_order": ("day", "month")}
    assert read(text, assume={"date_order": answer})[0].queues[0].months == (month,)


def test_one_date_decides_the_order_for_the_column() -> None:
    assert read(MONTHLY + "03/04/2027,a,1,300\n13/05/2027,a,1,300\n")[0].queues[0].months == ("2027-04", "2027-05")
    assert read(MONTHLY + "03/04/2027,a,1,300\n05/13/2027,a,1,300\n")[0].queues[0].months == ("2027-03", "2027-05")


def test_iso_dates_are_never_read_day_first() -> None:
    assert read(MONTHLY + "2027-04-03,a,1,300\n")[0].queues[0].months == ("2027-04",)


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.000", "%Y%m%d %H:%M", "%Y/%m/%d %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M"]
    + ["%m/%d/%Y %I:%M %p"],
)
def test_a_start_may_be_written_in_many_ways(form: str) -> None:
    volumes, report = read(intervals(week(begin=datetime(2027, 1, 18)), form))
    assert (report.first, report.last, report.interval_minutes) == ("2027-01-18 00:00", "2027-01-24 23:30", (30,))
    assert volumes.queues[0].contacts == (sum(row[2] for row in week()),)


@pytest.mark.parametrize(
    "start", ["", "2027-01-04", "2027-01-04 25:00", "2027-02-29 08:00", "04-01-27 08:00", "08:00", "2027-01-04 08:00:30", "2027-01-04 08:00:00.5", "46391.333"]
)
def test_a_start_that_is_none_is_refused(start: str) -> None:
    assert faults(intervals(week()) + f"{start},sales,5,300\n")[0].startswith("f.csv, row 338")


# Intervals


@pytest.mark.parametrize("length", [15, 30, 60])
def test_intervals_make_months_profiles_and_spans(length: int) -> None:
    volumes, report = read(intervals(week(length=length, days=14)))
    queue, slots = volumes.queues[0], 24 * 60 // length
    assert queue.interval_minutes == length
    assert np.shape(queue.day_profile) == (7, slots)
    np.testing.assert_array_equal(queue.day_profile, np.tile(10.0 + np.arange(slots), (7, 1)))
    assert queue.week_profile == (float(sum(10 + np.arange(slots))),) * 7
    assert (queue.first, queue.last, queue.intervals) == (datetime(2027, 1, 4), datetime(2027, 1, 17, 23, 60 - length), 14 * slots)
    assert (report.gaps, report.doubled, queue.day_cv) == ((), 0, 0.0)


def test_handle_time_of_a_month_is_weighted_by_contacts() -> None:
    volumes, _ = read(INTERVAL + "2027-01-04 08:00,a,30,200\n2027-01-04 08:30,a,10,400\n2027-01-04 09:00,a,0,\n")
    assert volumes.queues[0].aht_s == (250.0,)
    assert volumes.queues[0].contacts == (40.0,)


def test_day_cv_is_what_is_left_after_chance() -> None:
    rng = np.random.default_rng(7)
    assert read(two_years(rng.poisson(1_000 * rng.gamma(1 / 0.1**2, 0.1**2, 730))))[0].queues[0].day_cv == pytest.approx(0.1, abs=0.01)
    assert (read(two_years(rng.poisson(1_000, 730)))[0].queues[0].day_cv or 0.0) < 0.02


def two_years(totals: np.ndarray) -> str:
    """Days of two half-hours each."""
    days = [datetime(2025, 1, 1, 8) + timedelta(days=day) for day in range(len(totals))]
    halves = [(total // 2, total - total // 2) for total in totals.tolist()]
    return intervals([(day + timedelta(minutes=30 * slot), "a", half[slot], 300.0) for day, half in zip(days, halves, strict=True) for slot in (0, 1)])


def test_missing_intervals_inside_a_day_are_reported() -> None:
    rows = [row for row in week() if not (row[0].day == 6 and row[0].hour == 10)]
    _, report = read(intervals(rows))
    assert [(gap.queue, gap.day, gap.missing) for gap in report.gaps] == [("sales", date(2027, 1, 6), 2)]
    assert any("2 intervals are missing inside 1 days" in notice for notice in report.notices)


def test_starts_off_the_grid_and_intervals_that_cannot_be_planned_are_refused() -> None:
    assert "row 338, column start: the start is not on the grid of 30 minutes" in faults(intervals(week()) + "2027-01-04 08:07,sales,5,300\n")[0]
    assert "are 20 minutes apart" in faults(intervals(week(length=20)))[0]
    assert "has no two intervals on one day" in faults(INTERVAL + "2027-01-04 08:00,a,1,300\n")[0]
    assert "not on the grid" in faults(intervals([(start + timedelta(minutes=5), *rest) for start, *rest in week()]))[0]  # type: ignore[misc]


def test_a_repeated_start_is_refused_with_the_remedy_for_autumn() -> None:
    told = faults(intervals([*week(), week()[3]]))
    assert told[0].startswith("f.csv, row 338: the queue and start stand in row 5 already")
    assert "offset from UTC" in told[0]


# Time zones


def berlin_day(month: int, day: int) -> str:
    """A day of Berlin in half-hours, as starts with offsets; 25 hours on the last Sunday of October, 23 on that of March."""
    begin = datetime.fromisoformat(f"2027-{month:02d}-{day:02d}T00:00+0{2 if month == 10 else 1}:00")
    hours = 25 if month == 10 else 23
    starts = [begin + timedelta(minutes=30 * number) for number in range(2 * hours)]
    return INTERVAL + "".join(f"{start.isoformat()},a,10,300\n" for start in starts)


def test_starts_with_an_offset_are_put_on_the_clock_of_the_zone() -> None:
    text = INTERVAL + "2027-01-04T07:00:00Z,a,10,300\n2027-01-04T08:30:00+01:00,a,20,300\n"
    assert read(text, zone="Europe/Berlin")[1].first == "2027-01-04 08:00"
    assert read(text, zone="America/New_York")[1].last == "2027-01-04 02:30"


def test_the_zone_of_the_queue_wins_and_without_any_it_is_asked() -> None:
    text = INTERVAL + "2027-01-31T23:00Z,a,10,300\n2027-01-31T23:30Z,a,20,300\n"
    opening = OpeningHours(days=("00:00-24:00",) * 7, zone="Europe/Berlin")
    assert questions(text) == {"zone": ("as_written", "<zone, as Europe/Berlin>")}
    assert read(text, assume={"zone": "as_written"})[0].queues[0].months == ("2027-01",)
    assert read(text, assume={"zone": "Europe/Berlin"})[0].queues[0].months == ("2027-02",)
    with pytest.raises(InvalidVolumes, match="open on Tuesday"):
        read(text, zone="UTC", scenario=scenario("a", first="2027-02", months=1, opening=opening))


def test_an_unknown_zone_is_refused() -> None:
    opening = OpeningHours(zone="Mars/Olympus")
    told = faults(INTERVAL + "2027-01-04 08:00,a,1,300\n2027-01-04 08:30,a,1,300\n", scenario=scenario("a", opening=opening))
    assert told == ["queues.a.opening.zone: there is no time zone 'Mars/Olympus'. Name one as Europe/Berlin."]
    text = INTERVAL + "2027-01-31T23:00Z,a,10,300\n2027-01-31T23:30Z,a,20,300\n"
    assert "there is no time zone 'Europe/Bertlin'" in faults(text, zone="Europe/Bertlin")[0]
    assert "there is no time zone '../etc'" in faults(text, assume={"zone": "../etc"})[0]


def test_starts_with_and_without_an_offset_do_not_mix() -> None:
    assert "no offset from UTC although others have" in faults(INTERVAL + "2027-01-04T08:00Z,a,1,300\n2027-01-04 08:30,a,1,300\n", zone="UTC")[0]


def test_the_hour_that_autumn_doubles_is_added() -> None:
    volumes, report = read(berlin_day(10, 31), zone="Europe/Berlin")
    queue = volumes.queues[0]
    assert (queue.contacts, report.doubled, report.rows, report.gaps) == ((500.0,), 2, 50, ())
    assert queue.day_profile is not None
    assert queue.day_profile[6][3:7] == (10.0, 20.0, 20.0, 10.0)


def test_the_doubled_hour_in_local_time_is_added_only_where_the_zone_is_known() -> None:
    rows = [(datetime(2027, 10, 31) + timedelta(minutes=30 * slot), "a", 10.0, 300.0) for slot in range(48)]
    doubled = intervals([*rows[:6], *rows[4:]])
    assert read(doubled, zone="Europe/Berlin")[1].doubled == 2
    assert len(faults(doubled)) == 2
    assert len(faults(intervals([*rows, rows[4], rows[4]]), zone="Europe/Berlin")) == 1


def test_the_hour_that_spring_skips_is_refused_in_local_time_and_no_gap_otherwise() -> None:
    rows = [(datetime(2027, 3, 28) + timedelta(minutes=30 * slot), "a", 10.0, 300.0) for slot in range(48)]
    told = faults(intervals(rows), zone="Europe/Berlin")
    assert [fault.split(",")[1] for fault in told] == [" row 6", " row 7"]
    assert read(intervals([*rows[:4], *rows[6:]]), zone="Europe/Berlin")[1].gaps == ()
    assert sum(gap.missing for gap in read(intervals([*rows[:4], *rows[6:]]))[1].gaps) == 2
    assert read(berlin_day(3, 28), zone="Europe/Berlin")[1].gaps == ()


# Workbooks


def test_a_workbook_with_real_dates_and_numbers_has_one_reading() -> None:
    data = workbook([["Month", "Queue", "Contacts", "AHT_s"], [date(2027, 2, 1), "007", 1.234, 300], [datetime(2027, 3, 4), "007", 5, 300]])
    volumes, _ = read_volumes(data, "f.xlsx")
    assert (volumes.queues[0].name, volumes.queues[0].months, volumes.queues[0].contacts) == ("007", ("2027-02", "2027-03"), (1.234, 5.0))


def test_a_workbook_of_intervals_has_midnight_and_rounded_times() -> None:
    begin = datetime(2027, 1, 4)
    rows = [[begin + timedelta(minutes=30 * slot), "a", 5, 300] for slot in range(96)]
    _, report = read_volumes(workbook([["start", "queue", "contacts", "aht_s"], *rows]), "f.xlsx")
    assert (report.first, report.last, report.rows, report.gaps) == ("2027-01-04 00:00", "2027-01-05 23:30", 96, ())


def test_text_numbers_in_a_workbook_are_asked_about_like_those_of_a_text_file() -> None:
    data = workbook([["month", "queue", "contacts", "aht_s"], ["2027-01", "a", "1.234", 300]])
    assert questions(data) == {"decimal": ("point", "comma")}


def test_faults_of_a_workbook_name_sheet_and_row() -> None:
    data = workbook([["a title"], [], ["month", "queue", "contacts", "aht_s"], ["2027-01", "a", "x", 300]])
    assert faults(data)[0].startswith("f.csv, sheet Volumes, row 4, column contacts")


def test_the_sheet_with_the_header_is_read_and_two_of_them_are_asked() -> None:
    rows = [["month", "queue", "contacts", "aht_s"], ["2027-01", "a", 1, 300]]
    assert read_volumes(workbook([["notes"]], ("Data", rows)), "f.xlsx")[0].place == "f.xlsx, sheet Data"
    data = workbook(rows, ("Data", rows))
    assert questions(data) == {"sheet": ("Volumes", "Data")}
    assert read_volumes(data, "f.xlsx", assume={"sheet": "Data"})[0].place == "f.xlsx, sheet Data"


def test_hostile_workbooks_are_refused_before_they_are_unpacked() -> None:
    right = workbook([["month", "queue", "contacts", "aht_s"], ["2027-01", "a", 1, 300]])
    assert "the sheets reach over" in faults(workbook_with(right, b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'))[0]
    assert "unpacks to" in faults(packed({"xl/workbook.xml": b"", "xl/media/a": b"0" * (raw.MOST_UNPACKED + 1)}))[0]
    assert "parts" in faults(packed({f"{number}": b"" for number in range(raw.MOST_MEMBERS + 1)}))[0]
    assert "no Excel workbook" in faults(packed({"a.csv": b"x"}))[0]
    assert "cannot be opened" in faults(packed({"xl/workbook.xml": b"<x"}))[0]
    assert "damaged" in faults(right[:-30])[0]
    assert "old Excel workbook" in faults(b"\xd0\xcf\x11\xe0" + b"0" * 100)[0]
    locked = bytearray(right)
    locked[right.rindex(b"PK\x01\x02") + 8] |= 1
    assert "locked with a password" in faults(bytes(locked))[0]


def packed(members: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return memory.getvalue()


def workbook_with(data: bytes, sheet_data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = sheet[: sheet.index(b"<sheetData>")] + sheet_data + sheet[sheet.index(b"</sheetData>") + 12 :]
    return packed(members)


# Against a scenario


def test_monthly_volumes_replace_the_series_over_the_horizon_and_nothing_else() -> None:
    before = scenario("sales", "help")
    text = MONTHLY + "2026-12,sales,9,9\n2027-01,sales,1000,300\n2027-02,sales,0,\n2027-03,sales,9,9\n"
    after = use_volumes(before, read(text, scenario=before)[0])
    sales = after.queues[0]
    assert (sales.contacts_monthly, sales.aht_monthly_s) == ((1000.0, 0.0), (300.0, before.queues[0].aht_s))
    assert sales.but(contacts_monthly=None, aht_monthly_s=None) == before.queues[0]
    assert after.queues[1] == before.queues[1]


def test_intervals_replace_profiles_and_interval_length_too() -> None:
    before = scenario("sales", months=1)
    volumes, _ = read(intervals(week(length=15, begin=datetime(2027, 1, 1), days=31)), scenario=before)
    sales, found = use_volumes(before, volumes).queues[0], volumes.queues[0]
    assert (sales.interval_minutes, sales.week_profile, sales.day_profile, sales.day_cv) == (15, found.week_profile, found.day_profile, found.day_cv)
    assert sales.contacts_monthly == found.contacts


def test_missing_months_and_unknown_queues_are_told_together() -> None:
    text = MONTHLY + "2027-01,sales,1,300\n2027-01,hlep,1,300\n2027-03,help,1,300\n"
    told = faults(text, scenario=scenario("sales", "help", months=3))
    assert told == ["f.csv, row 3, column queue: the scenario has no queue of this name (found 'hlep'). Did you mean 'help'?"]
    volumes, _ = read(text)
    assert [str(fault) for fault in check_cover(volumes, scenario("sales", "help", months=3))] == [
        "f.csv, queue sales: 2 months of the horizon are missing: 2027-02, 2027-03. Add them, or plan only months that the file covers.",
        "f.csv, queue hlep: the scenario has no queue of this name (found 'hlep'). Did you mean 'help'?",
        "f.csv, queue help: 2 months of the horizon are missing: 2027-01, 2027-02. Add them, or plan only months that the file covers.",
    ]
    with pytest.raises(InvalidVolumes, match="2027-02, 2027-03"):
        use_volumes(scenario("sales", "help", months=3), volumes)


def test_contacts_outside_opening_hours_are_refused_and_zeros_are_not() -> None:
    opening = OpeningHours(days=("08:00-20:00",) * 7)
    rows = week(begin=datetime(2027, 1, 1), days=31)
    told = faults(intervals(rows), scenario=scenario("sales", months=1, opening=opening))
    assert told == [
        "f.csv, row 2: queue 'sales' is closed in 744 intervals that have contacts, 2027-01-01 00:00 (Friday) the first. "
        "Widen queues.sales.opening.days, or drop the rows."
    ]
    zeros = [(start, queue, contacts if 8 <= start.hour < 20 else 0.0, aht_s) for start, queue, contacts, aht_s in rows]
    before = scenario("sales", months=1, opening=opening)
    assert use_volumes(before, read(intervals(zeros), scenario=before)[0]).queues[0].interval_minutes == 30


def test_opening_hours_that_cut_the_interval_of_the_file_are_refused() -> None:
    opening = OpeningHours(days=("08:30-20:00",) * 7)
    told = faults(intervals(week(length=60, begin=datetime(2027, 1, 1), days=31)), scenario=scenario("sales", months=1, opening=opening))
    assert "queues.sales.opening.days: Monday cuts an interval of 60 minutes, as the file has it" in told[0]


def test_an_open_weekday_that_the_file_never_has_is_refused() -> None:
    rows = [row for row in week(begin=datetime(2027, 1, 1), days=31) if row[0].weekday() != 5]
    assert "is open on Saturday, and the file has no contact on any Saturday" in faults(intervals(rows), scenario=scenario("sales", months=1))[0]


def test_open_days_without_rows_are_asked_about_public_holidays_apart() -> None:
    opening = OpeningHours(days=("00:00-24:00",) * 7, country="DE")
    rows = [row for row in week(begin=datetime(2027, 1, 1), days=31) if row[0].day not in (1, 20)]
    assert questions(intervals(rows), scenario=scenario("sales", months=1, opening=opening)) == {"missing_days": ("closed",)}
    _, report = read(intervals(rows), scenario=scenario("sales", months=1, opening=opening), assume={"missing_days": "closed"})
    assert any("1 days, 2027-01-20 the first" in notice for notice in report.notices)
    assert questions(intervals(rows[:-300]), scenario=scenario("sales", months=1)) == {"missing_days": ("closed",)}


def test_days_that_vary_beyond_any_plan_are_refused() -> None:
    rows = [(start, queue, 100_000.0 if start.day < 8 else 1.0, aht_s) for start, queue, _, aht_s in week(begin=datetime(2027, 1, 1), days=31)]
    assert "the days of a weekday vary by" in faults(intervals(rows), scenario=scenario("sales", months=1))[0]


def test_a_month_beyond_what_can_be_planned_is_refused() -> None:
    assert "add up to more than 1,000,000,000" in faults(intervals(week(contacts=9e8)))[0]


# Layouts


@pytest.mark.parametrize("layout", OWN, ids=lambda layout: layout.name)
def test_a_template_is_refused_blank_and_read_filled_in(layout: object) -> None:
    before = scenario("sales", "@help", "+49")
    blank = template(layout.name, before).decode()  # type: ignore[attr-defined]
    assert all("the cell is blank" in fault for fault in faults(blank))
    filled = "".join(line + ("" if number == 0 else "5,300") + "\n" for number, line in enumerate(line.removesuffix(",") for line in blank.splitlines()))
    volumes, report = read(filled.replace(",5,300", ",5,300"))
    assert report.layout == layout.name  # type: ignore[attr-defined]
    assert {queue.name for queue in volumes.queues} == {"sales", "@help", "+49"}
    assert "'@help" in blank


def test_the_interval_template_is_one_week_of_opening_hours() -> None:
    lines = template("own_interval", scenario("sales", opening=OpeningHours())).decode().splitlines()
    assert (lines[0], lines[1], lines[-1], len(lines)) == (INTERVAL.strip(), "2027-01-04 08:00,sales,,", "2027-01-08 19:30,sales,,", 1 + 5 * 24)


def test_an_unknown_layout_has_no_template() -> None:
    with pytest.raises(ValueError, match="'genesys' is no layout of the planner's own; they are own_monthly, own_interval"):
        template("genesys", scenario("sales"))


def test_each_layout_is_complete_and_recognises_its_own_file_only() -> None:
    assert len({layout.name for layout in FORMATS}) == len(FORMATS)
    for layout in FORMATS:
        raw_table = raw.RawTable("f.csv", (layout.columns, ("",) * len(layout.columns)), (1, 2))
        assert [other.name for other in FORMATS if other.recognise(raw_table) is not None] == [layout.name] * bool(layout.columns)


def test_a_table_with_the_columns_of_two_layouts_is_asked_about() -> None:
    text = "start,month,queue,contacts,aht_s\n2027-01-04 08:00,2027-01,a,1,300\n"
    assert questions(text) == {"layout": ("own_monthly", "own_interval")}
    assert "column start: the layout has no such column" in faults(text, assume={"layout": "own_monthly"})[0]
    assert "start missing" in faults(MONTHLY + "2027-01,a,1,300\n", assume={"layout": "own_interval"})[0]


def test_volumes_are_written_in_the_own_layout_and_read_back() -> None:
    volumes, _ = read(intervals(week()))
    assert own_csv(volumes).decode().startswith(INTERVAL + "2027-01-04 00:00,sales,10,300\n")
    assert read_volumes(own_csv(volumes), "f.csv")[0].queues == volumes.queues
    monthly, _ = read(MONTHLY + "2027-01,a,1.5,300\n2027-02,a,0,\n")
    assert own_csv(monthly).decode() == MONTHLY + "2027-01,a,1.5,300\n2027-02,a,0,\n"


def test_the_order_of_rows_does_not_matter() -> None:
    rows = week(days=9)
    shuffled = [rows[place] for place in np.random.default_rng(1).permutation(len(rows))]
    assert read(intervals(rows))[0].queues == read(intervals(shuffled))[0].queues


def test_a_hundred_thousand_rows_take_about_a_second() -> None:
    begin = datetime(2027, 1, 1)
    text = INTERVAL + "".join(f"{begin + timedelta(minutes=15 * row)},a,{row % 97},{200 + row % 9973 / 100:.2f}\n" for row in range(100_000))
    started = time.process_time()
    read(text)
    assert time.process_time() - started < 4


# A year of the bank


def bank_year(year: int) -> dict[datetime, float]:
    """Half-hours of a calendar year: each weekday the bank's mean of that weekday and half-hour, without the lone 21:00 slot."""
    sums: dict[tuple[int, int, int], float] = defaultdict(float)
    days: dict[int, set[date]] = defaultdict(set)
    with BANK.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            start = datetime.fromisoformat(row["interval_start"])
            if start.hour < 21:
                sums[start.weekday(), start.hour, start.minute // 30 * 30] += float(row["calls"])
                days[start.weekday()].add(start.date())
    all_days = [datetime(year, 1, 1) + timedelta(days=day) for day in range(365)]
    return {
        day + timedelta(hours=hour, minutes=minute): float(round(sums[day.weekday(), hour, minute] / len(days[day.weekday()])))
        for day in all_days if day.weekday() < 5 for hour in range(7, 21) for minute in (0, 30)
    }


@pytest.mark.skipif(not BANK.exists(), reason="the bank's series is not beside the project")
def test_a_year_of_the_bank_reads_back_value_for_value() -> None:
    series = bank_year(2027)
    opening = OpeningHours(days=("07:00-21:00",) * 5 + ("closed",) * 2)
    before = scenario("bank", months=12, opening=opening)
    volumes, report = read(intervals([(start, "bank", contacts, 300.0) for start, contacts in series.items()]), scenario=before)
    totals: dict[str, float] = defaultdict(float)
    for start, contacts in series.items():
        totals[f"{start:%Y-%m}"] += contacts
    queue = volumes.queues[0]
    assert dict(zip(queue.months, queue.contacts, strict=True)) == totals
    assert [row.contacts for row in volumes.rows.itertuples()] == list(series.values())
    assert (report.rows, report.gaps, queue.interval_minutes) == (261 * 28, (), 30)

    week_profile, day_profile = np.array(queue.week_profile), np.array(queue.day_profile)
    np.testing.assert_allclose(week_profile[:5], [36_339, 32_596, 30_728, 30_702, 31_919], rtol=5e-4)
    assert week_profile[5:].tolist() == [0.0, 0.0]
    mean_day = day_profile[:5].mean(axis=0)
    assert mean_day.max() / mean_day[14:42].mean() == pytest.approx(1.47, abs=0.005)
    assert int(mean_day.argmax()) == 20
    used = use_volumes(before, volumes).queues[0]
    assert used.contacts_monthly == queue.contacts
    assert used.day_profile == queue.day_profile
