"""Volume files of other tools: what each layout says comes back value for value, and what two readings fit is asked or told."""

import csv
import gzip
import io
import json
import math
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from planner.errors import Fault, InvalidVolumes
from planner.intake import (
    FORMATS,
    ColumnMap,
    OpenQuestions,
    Report,
    Volumes,
    faults_csv,
    forget_map,
    load_maps,
    own_csv,
    read_volumes,
    remember_map,
    spread_of,
)
from tests.conftest import real_series

Values = dict[tuple[str, datetime], tuple[float, float | None]]


def read(data: str | bytes, **assume: str) -> tuple[Volumes, Report]:
    return read_volumes(data.encode() if isinstance(data, str) else data, "f.csv", assume=assume)


def asked(data: str | bytes, **assume: str) -> dict[str, tuple[str, ...]]:
    with pytest.raises(OpenQuestions) as found:
        read(data, **assume)
    return {question.key: question.choices for question in found.value.questions}


def faults(data: str | bytes, **assume: str) -> list[str]:
    with pytest.raises(InvalidVolumes) as refusal:
        read(data, **assume)
    assert not isinstance(refusal.value, OpenQuestions), refusal.value
    return [str(fault) for fault in refusal.value.faults]


def values(volumes: Volumes) -> Values:
    rows = volumes.rows.itertuples(index=False)
    return {(row.queue, row.time.to_pydatetime()): (row.contacts, None if math.isnan(row.aht_s) else row.aht_s) for row in rows}


def table(header: list[str] | None, rows: list[list[object]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([*([header] if header else []), *rows])
    return text.getvalue()


def quarters(count: int = 192, begin: datetime = datetime(2027, 1, 18)) -> list[datetime]:
    return [begin + timedelta(minutes=15 * number) for number in range(count)]


def told(report: Report, words: str) -> bool:
    return any(words in notice for notice in report.notices)


# WFM Labs

WFM = ["Month", "Forecast_Volume", "AHT_Seconds", "Workload_Hours", "Shrinkage_Pct", "SL_Target", "Required_FTE"]


def wfm(workload: float = 1.0) -> str:
    rows = [[f"2027-{month:02d}", 10_000 + month, 300 + month, (10_000 + month) * (300 + month) / 3600 * workload, 30, "80/20", 12] for month in range(1, 13)]
    return table(WFM, rows)


def test_the_wfm_labs_template_comes_back_value_for_value_and_asks_for_its_queue() -> None:
    assert asked(wfm()) == {"queue": ("<name of the queue>",)}
    volumes, report = read(wfm(), queue="sales")
    assert values(volumes) == {("sales", datetime(2027, month, 1)): (10_000 + month, 300 + month) for month in range(1, 13)}
    assert report.layout == "wfm_labs_monthly"
    assert told(report, "Workload_Hours confirms that AHT_Seconds are seconds (12 rows)")
    assert told(report, "passed over: Workload_Hours, Shrinkage_Pct, SL_Target, Required_FTE")


def test_a_wfm_labs_template_whose_workload_does_not_agree_says_so() -> None:
    assert told(read(wfm(60.0), queue="sales")[1], "is not Forecast_Volume x AHT_Seconds / 3600 in 12 of 12 rows")


def test_a_wfm_labs_template_may_have_a_queue_column() -> None:
    rows = [["Jan 2027", "a", 5, 300], ["Jan 2027", "b", 6, 310]]
    assert values(read(table(["Month", "Queue", "Forecast_Volume", "AHT_Seconds"], rows))[0]) == {
        ("a", datetime(2027, 1, 1)): (5.0, 300.0), ("b", datetime(2027, 1, 1)): (6.0, 310.0),
    }  # fmt: skip


# Genesys

HISTORY = ["Interval Start UTC Date", "Queue", "Media Type", "Skill Set", "Language", "Offered", "Interactions Handled", "Total Handle Time"]


def history(media: tuple[str, ...] = ("Voice",), form: str = "%Y-%m-%dT%H:%M:%SZ", aht: float = 300.0) -> str:
    rows = [[time.strftime(form), "Help", kind, "a|||b", "", 4 + number, 2, 2 * aht] for kind in media for number, time in enumerate(quarters())]
    return table(HISTORY, rows)


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z"])
def test_genesys_history_comes_back_value_for_value(form: str) -> None:
    volumes, report = read(history(form=form), zone="as_written")
    assert values(volumes) == {("Help", time): (4.0 + number, 300.0) for number, time in enumerate(quarters())}
    assert (report.layout, report.interval_minutes) == ("genesys_history", (15,))
    assert told(report, "handle times are totals")


def test_genesys_history_is_in_utc_and_needs_the_zone_of_the_queue() -> None:
    assert asked(history()) == {"zone": ("as_written", "<zone, as Europe/Berlin>")}
    assert read(history(), zone="Europe/Berlin")[1].first == "2027-01-18 01:00"


def test_a_queue_on_two_media_is_two_queues_and_that_is_told() -> None:
    volumes, report = read(history(("Voice", "chat")), zone="as_written")
    assert [queue.name for queue in volumes.queues] == ["Help (Voice)", "Help (chat)"]
    assert told(report, "more than one media type are read as one queue for each")
    assert told(read(history(), zone="as_written")[1], "No queue stands there on more than one media type")


def test_skills_and_languages_of_a_queue_are_added_up_and_repeated_rows_are_refused() -> None:
    row = ["2027-01-18T08:00:00Z", "Help", "voice"]
    text = table(HISTORY, [[*row, "a", "", 10, 5, 1_000], [*row, "b", "", 20, 15, 6_000]])
    volumes, report = read(text, zone="as_written")
    assert values(volumes) == {("Help", datetime(2027, 1, 18, 8)): (30.0, 350.0)}
    assert told(report, "2 rows are added up to 1")
    assert "stand in row 2 already" in faults(table(HISTORY, [[*row, "a", "", 10, 5, 1_000], [*row, "a", "", 20, 15, 6_000]]), zone="as_written")[0]


def test_a_total_that_would_make_contacts_of_seconds_is_asked_about() -> None:
    text = history(aht=2.0)
    assert asked(text, zone="as_written") == {"handle_is": ("total", "average")}
    assert values(read(text, zone="as_written", handle_is="total")[0])["Help", quarters()[0]] == (4.0, 2.0)
    assert values(read(text, zone="as_written", handle_is="average")[0])["Help", quarters()[0]] == (4.0, 4.0)


def test_intervals_in_which_nothing_was_handled_take_a_mean_only_as_agreed() -> None:
    text = history() + "2027-01-20T00:00:00Z,Help,Voice,a|||b,,7,0,0\n"
    assert asked(text, zone="as_written") == {"no_handle_time": ("month_mean",)}
    volumes, report = read(text, zone="as_written", no_handle_time="month_mean")
    assert values(volumes)["Help", datetime(2027, 1, 20)] == (7.0, 300.0)
    assert told(report, "as agreed")


def test_a_media_type_that_is_none_and_a_start_off_the_quarter_hour_are_refused() -> None:
    assert "this is not a media type (found 'fax')" in faults(history(("fax",)), zone="as_written")[0]
    assert "not on the grid of 15 minutes" in faults(history() + "2027-01-20T00:07:00Z,Help,Voice,,,7,1,300\n", zone="as_written")[0]


def forecast(weeks: int = 1, days: bool = False) -> dict[str, object]:
    count = 672 * weeks
    group = {"planningGroupId": "g1", "offeredPerInterval": list(range(count)), "averageHandleTimeSecondsPerInterval": [200.5] * count}
    document: dict[str, object] = {"description": "x", "weekCount": weeks, "canUseForScheduling": True, "planningGroups": [group]}
    if days:
        document["longTermPlanningGroups"] = [{"planningGroupId": "g1", "offeredPerDay": list(range(1, 36)), "averageHandleTimeSecondsPerDay": [300] * 35}]
    return document


@pytest.mark.parametrize("packed", [False, True], ids=["json", "gzip"])
def test_a_genesys_forecast_comes_back_value_for_value(packed: bool) -> None:
    data = json.dumps(forecast()).encode()
    data = gzip.compress(data) if packed else data
    assert asked(data) == {"week_start": ("<date, as 2027-01-04>",)}
    assert asked(data, week_start="2027-01-04") == {"clock": ("utc", "local")}
    volumes, report = read(data, week_start="2027-01-04", clock="local")
    expected = {("g1", time): (float(number), 200.5 if number else None) for number, time in enumerate(quarters(672, datetime(2027, 1, 4)))}
    assert values(volumes) == expected
    assert (report.layout, report.interval_minutes, told(report, "gzip")) == ("genesys_forecast", (15,), packed)
    assert read(data, week_start="2027-01-04", clock="utc", zone="Europe/Berlin")[1].first == "2027-01-04 01:00"


def test_a_genesys_forecast_by_days_is_told_from_one_by_intervals() -> None:
    data = json.dumps(forecast(days=True))
    assert asked(data) == {"part": ("intervals", "days")}
    volumes, report = read(data, part="days", week_start="2027-01-04")
    assert values(volumes) == {("g1", datetime(2027, 1, 4) + timedelta(days=day)): (day + 1.0, 300.0) for day in range(35)}
    assert (report.grain, volumes.queues[0].week_profile is not None) == ("day", True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weekCount": 2}, "not the 1,344 quarter hours of 2 weeks"),
        ({"weekCount": "1"}, "weekCount is no number of weeks"),
        ({"planningGroups": [{"planningGroupId": "", "offeredPerInterval": [1], "averageHandleTimeSecondsPerInterval": [1]}]}, "has no planningGroupId"),
        ({"planningGroups": [{"planningGroupId": "a", "offeredPerInterval": [1], "averageHandleTimeSecondsPerInterval": 5}]}, "is no list of numbers"),
        ({"planningGroups": [{"planningGroupId": "a", "offeredPerInterval": [1], "averageHandleTimeSecondsPerInterval": [1, 2]}]}, "not of one length"),
    ],
)
def test_a_genesys_forecast_of_the_wrong_shape_is_refused(change: dict[str, object], words: str) -> None:
    assert words in faults(json.dumps(forecast() | change), week_start="2027-01-04", clock="local")[0]


def test_a_value_of_a_forecast_that_is_no_number_is_refused_with_its_place() -> None:
    document = forecast()
    document["planningGroups"][0]["offeredPerInterval"][12] = "x"  # type: ignore[index]
    assert faults(json.dumps(document), week_start="2027-01-04", clock="local") == [
        "f.csv, planning group g1, row 13, column offeredPerInterval: this is not a number (found 'x'). "
        "Write it with digits and a decimal point, without signs or units."
    ]


# Verint


def test_verint_months_come_back_value_for_value_whatever_day_they_carry() -> None:
    text = "q1,09-13-2017,30000,180\nq1,10-02-2017,40000,181\nq2,9-1-2017,7,60\nq2,10-31-2017,8,61\n"
    volumes, report = read(text)
    assert values(volumes) == {
        ("q1", datetime(2017, 9, 1)): (30_000.0, 180.0), ("q1", datetime(2017, 10, 1)): (40_000.0, 181.0),
        ("q2", datetime(2017, 9, 1)): (7.0, 60.0), ("q2", datetime(2017, 10, 1)): (8.0, 61.0),
    }  # fmt: skip
    assert (report.layout, report.grain) == ("verint_planner", "month")
    assert told(report, "Dates are read with the month first")
    assert told(report, "Rows are months: each month has one of them")


def test_verint_days_come_back_value_for_value() -> None:
    days = [datetime(2018, 1, 2) + timedelta(days=number) for number in range(20)]
    volumes, report = read("".join(f"BillingQueue, {day.month}-{day.day}-{day.year}, {500 + day.day}, 242\n" for day in days))
    assert values(volumes) == {("BillingQueue", day): (500.0 + day.day, 242.0) for day in days}
    assert (report.grain, report.first, report.last) == ("day", "2018-01-02", "2018-01-21")


def test_the_order_of_day_and_month_and_what_a_single_row_is_are_asked() -> None:
    text = "q1,09-02-2017,30000,180\nq1,10-02-2017,40000,180\n"
    assert asked(text)["date_order"] == ("day", "month")
    assert [queue.months for queue in read(text, date_order="month")[0].queues] == [("2017-09", "2017-10")]
    assert [queue.months for queue in read(text, date_order="day")[0].queues] == [("2017-02",)]
    assert asked("BillingQueue, 1-22-2018, 521, 242\n") == {"rows_are": ("months", "days")}


def test_months_and_days_in_one_verint_file_are_refused() -> None:
    days = "".join(f"q,2-{day}-2018,10,100\n" for day in range(1, 29))
    assert "months and days are mixed" in faults("q,1-15-2018,300,100\n" + days + "q,3-15-2018,300,100\nq,4-15-2018,300,100\n")[0]


def test_a_header_above_a_file_that_has_none_is_told() -> None:
    text = "Queue,Day,Calls,Seconds\nq1,09-13-2017,30000,180\nq1,10-14-2017,40000,181\n"
    assert told(read(text)[1], "below a row of names")


# Calabrio


def test_a_calabrio_forecast_comes_back_value_for_value() -> None:
    spans = [(f"{time:%Y%m%d %H:%M}", f"{time + timedelta(minutes=15):%Y%m%d %H:%M}") for time in quarters()]
    rows = [["Insurance", *span, 16 + n, 135.46, 490.74, 16.85] for n, span in enumerate(spans)]
    volumes, report = read(table(None, rows))
    assert values(volumes) == {("Insurance", time): (16.0 + n, 135.46 + 490.74) for n, time in enumerate(quarters())}
    assert (report.layout, report.interval_minutes) == ("calabrio_forecast", (15,))
    assert told(report, "Times are local")
    assert values(read(table(None, [row[:6] for row in rows]))[0]) == values(volumes)
    rows[3][2] = rows[4][2]
    assert "does not last 15 minutes" in faults(table(None, rows))[0]


def calabrio_queue(overflow: int = 0, header: bool = False) -> str:
    rows = [
        [15, f"{time:%Y%m%d}", f"{time:%H:%M}", 7, "Help", 10 + n, overflow, 1, 0, 5, 40, 9, 5 * 200, 5 * 40, 3, 3, 4, 5, 9, 0, 0]
        for n, time in enumerate(quarters())
    ]
    return table([f"field{chr(97 + number)}" for number in range(21)] if header else None, rows, ";")


@pytest.mark.parametrize("header", [False, True])
def test_a_calabrio_queue_file_comes_back_value_for_value_with_and_without_a_header(header: bool) -> None:
    volumes, report = read(calabrio_queue(header=header))
    assert values(volumes) == {("Help", time): (10.0 + n, 240.0) for n, time in enumerate(quarters())}
    assert report.layout == "calabrio_queue"
    assert told(report, "below a row of names" if header else "and no header")
    assert told(report, "talking and wrap-up time over calls answered")


def test_whether_overflow_counts_as_contacts_is_asked() -> None:
    assert asked(calabrio_queue(3)) == {"offered": ("direct", "with_overflow")}
    assert values(read(calabrio_queue(3), offered="direct")[0])["Help", quarters()[0]] == (10.0, 240.0)
    assert values(read(calabrio_queue(3), offered="with_overflow")[0])["Help", quarters()[0]] == (13.0, 240.0)


def test_zero_intervals_are_read_as_zeros_and_a_missing_one_is_a_gap() -> None:
    zeros = calabrio_queue().replace("7;Help;10;", "7;Help;0;").replace("7;Help;11;", "7;Help;0;")
    volumes, report = read(zeros)
    assert [values(volumes)["Help", time] for time in quarters()[:3]] == [(0.0, None), (0.0, None), (12.0, 240.0)]
    assert report.gaps == ()
    lines = zeros.splitlines()
    assert sum(gap.missing for gap in read("\n".join([*lines[:5], *lines[6:]]))[1].gaps) == 1


def test_an_interval_of_45_minutes_cannot_be_planned() -> None:
    assert "the column interval says 45" in faults(calabrio_queue().replace("15;2027", "45;2027"))[0]


# Eleveo and other tables


def eleveo(days: int = 16) -> str:
    rows = [[f"{time:%Y-%m-%dT%H:%M:%SZ}", "a", n % 9, 200 + n % 7] for n, time in enumerate(quarters(96 * days))]
    return table(["Timestamp", "Queue", "Calls", "AHT"], rows)


def test_an_eleveo_file_is_known_by_its_quarter_hours_and_its_columns_are_confirmed() -> None:
    assert asked(eleveo()) == {"columns": ("suggested", "<columns by role as JSON>")}
    volumes, report = read(eleveo(), columns="suggested", zone="as_written")
    expected = {("a", time): (float(n % 9), 200.0 + n % 7 if n % 9 else None) for n, time in enumerate(quarters(96 * 16))}
    assert values(volumes) == expected
    assert (report.layout, report.grain) == ("eleveo", "interval")
    assert read(eleveo(), columns="suggested", zone="Europe/Berlin")[1].first == "2027-01-18 01:00"


def test_another_table_is_mapped_shown_confirmed_and_remembered_by_its_header(tmp_path: Path) -> None:
    starts = [datetime(2027, 1, day, hour, minute) for day in range(18, 22) for hour in (8, 9) for minute in (0, 30)]
    rows = [[f"{start:%d.%m.%Y}", f"{start:%H:%M}", "Süd", "voice", 5 + start.hour, 300 + start.day] for start in starts]
    text = table(["Datum", "Uhrzeit", "Skill", "Channel", "Calls offered", "Avg handle time (s)"], rows, ";")
    with pytest.raises(OpenQuestions, match='"time": "datum", "grain": "interval", "contacts": "calls offered", "clock": "uhrzeit"'):
        read(text)
    volumes, report = read(text, columns="suggested")
    assert values(volumes) == {("Süd", start): (5.0 + start.hour, 300.0 + start.day) for start in starts}
    assert volumes.columns is not None
    assert (volumes.layout, volumes.columns.media) == ("table", "channel")
    remember_map(tmp_path / "mine", volumes.shape, volumes.columns)
    again, report = read_volumes(text.encode(), "f.csv", maps=load_maps(tmp_path / "mine"))
    assert values(again) == values(volumes)
    assert told(report, "what you confirmed before")
    assert load_maps(tmp_path / "other") == {}
    forget_map(tmp_path / "mine", volumes.shape)
    assert load_maps(tmp_path / "mine") == {}


def test_what_was_confirmed_once_is_not_asked_again_for_a_header_of_the_same_shape(tmp_path: Path) -> None:
    first = table(["day", "team", "offered", "handle time"], [[f"2027-01-{day:02d}", "sales", 100 + day, 250] for day in range(4, 15)])
    again = table(["day", "team", "offered", "handle time"], [["2027-02-01", "sales", 90, 250]])
    with pytest.raises(OpenQuestions, match="handle_is=average"):
        read(first, columns="suggested")
    volumes, _ = read(first, columns="suggested", handle_is="average")
    remember_map(tmp_path, volumes.shape, volumes.columns)
    read_again, report = read_volumes(again.encode(), "f.csv", maps=load_maps(tmp_path))
    assert values(read_again) == {("sales", datetime(2027, 2, 1)): (90.0, 250.0)}
    assert told(report, "what you confirmed before")


def test_a_map_of_columns_can_be_given_and_a_wrong_one_is_refused() -> None:
    text = table(["when", "what", "n", "m"], [[f"2027-01-{day:02d}", "a", day, 2 * day] for day in range(1, 29)])
    given = ColumnMap(time="when", grain="day", contacts="m", queue="what", handle=("n",), handle_is="total")
    assert values(read(text, columns=given.to_json())[0])["a", datetime(2027, 1, 4)] == (8.0, 0.5)
    assert "there is no column 'nn'" in faults(text, columns='{"time": "when", "grain": "day", "contacts": "nn"}')[0]
    assert "there is no role 'tim'; the role 'time' is missing" in faults(text, columns='{"tim": "when", "grain": "day", "contacts": "n"}')[0]
    assert "'grain' takes month or day or interval" in faults(text, columns='{"time": "when", "grain": "week", "contacts": "n"}')[0]
    assert "it is not JSON" in faults(text, columns="when")[0]
    assert "stands for two things" in faults(text, columns='{"time": "when", "grain": "day", "contacts": "n", "queue": "when"}')[0]


def test_whether_an_unnamed_handle_time_is_average_or_total_is_asked() -> None:
    text = table(["Month", "Queue", "Contacts", "Handling"], [[f"2027-0{month}", "a", 100, 30_000] for month in range(1, 7)])
    given = {"columns": ColumnMap(time="month", grain="month", contacts="contacts", queue="queue", handle=("handling",)).to_json()}
    assert values(read(text, **given)[0])["a", datetime(2027, 1, 1)] == (100.0, 30_000.0)
    text = text.replace("Handling", "Handle time")
    assert asked(text, columns="suggested") == {"handle_is": ("average", "total")}
    assert values(read(text, columns="suggested", handle_is="total")[0])["a", datetime(2027, 1, 1)] == (100.0, 300.0)


def test_a_column_that_says_utc_is_read_as_utc_and_that_is_shown() -> None:
    text = table(["Start (UTC)", "Queue", "Offered", "AHT"], [[f"{time:%Y-%m-%d %H:%M}", "a", 5, 300] for time in quarters()])
    with pytest.raises(OpenQuestions, match='"clock_is": "utc"'):
        read(text)
    assert read(text, columns="suggested", zone="Europe/Berlin")[1].first == "2027-01-18 01:00"
    assert asked(text, columns="suggested") == {"zone": ("as_written", "<zone, as Europe/Berlin>")}


def test_dated_rows_that_may_be_months_or_days_are_asked_about() -> None:
    text = table(["Date", "Queue", "Offered", "AHT"], [["2027-01-15", "a", 5, 300], ["2027-04-15", "a", 6, 300]])
    assert asked(text, columns="suggested") == {"rows_are": ("months", "days")}
    assert read(text, columns="suggested", rows_are="months")[1].grain == "month"


def test_queues_can_be_given_other_names() -> None:
    text = "month,queue,contacts,aht_s\n2027-01,a,1,300\n2027-01,b,2,300\n"
    assert read(text, queues='{"a": "sales"}')[1].queues == ("sales", "b")
    assert "would be named 'b'" in faults(text, queues='{"a": "b"}')[0]
    assert "there is no queue 'c'" in faults(text, queues='{"c": "d"}')[0]
    assert "cannot be used" in faults(text, queues="sales")[0]


# Other containers


def records() -> pd.DataFrame:
    return pd.DataFrame({"start": pd.DatetimeIndex(quarters()), "queue": "a", "contacts": [1.5 + n for n in range(192)], "aht_s": 300})


def as_workbook(frame: pd.DataFrame) -> bytes:
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet("Volumes")
        sheet.write_row(0, 0, list(frame.columns))
        for row, cells in enumerate(frame.itertuples(index=False), 1):
            sheet.write_row(row, 0, [cell.to_pydatetime() if isinstance(cell, pd.Timestamp) else cell for cell in cells])
    return memory.getvalue()


@pytest.mark.parametrize("container", ["csv", "txt", "xlsx", "parquet", "json", "gzip"])
def test_the_same_table_comes_out_of_every_container(container: str) -> None:
    frame, text = records(), records().to_csv(index=False)
    data = {
        "csv": text.encode(), "txt": text.replace(",", "\t").encode("utf-16"), "xlsx": as_workbook(frame), "parquet": frame.to_parquet(index=False),
        "json": frame.assign(start=frame["start"].astype(str)).to_json(orient="records").encode(), "gzip": gzip.compress(text.encode()),
    }[container]  # fmt: skip
    assert values(read(data)[0]) == {("a", time): (1.5 + n, 300.0) for n, time in enumerate(quarters())}


def test_parquet_keeps_its_zone_and_its_missing_values_are_blank() -> None:
    frame = records()
    frame["start"] = frame["start"].dt.tz_localize("Europe/Berlin")
    assert read(frame.to_parquet(index=False), zone="Europe/Berlin")[1].first == "2027-01-18 00:00"
    frame.loc[3, "contacts"] = None
    assert faults(frame.to_parquet(index=False), zone="Europe/Berlin")[0].startswith("f.csv, row 4, column contacts: the cell is blank")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a": 1}', "holds no volumes of a known layout"),
        (b'[{"month": "2027-01", "queue": {"a": 1}}]', "holds no volumes of a known layout"),
        (b'{"a": 1, "a": 2}', "'a' stands there twice"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": [1, 2', "the JSON is damaged"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "cannot be used"),
        (b"PAR1" + b"x" * 60, "the Parquet file cannot be opened"),
        (b"\x1f\x8b" + b"x" * 60, "the packed file is damaged"),
        (gzip.compress(b"month,queue", mtime=0)[:-6], "cut off"),
        (gzip.compress(gzip.compress(b"month,queue", mtime=0), mtime=0), "packed twice"),
    ],
)
def test_damaged_containers_are_refused(data: bytes, words: str) -> None:
    assert words in faults(data)[0]


# Report


def daily(count: int = 200, **changes: float) -> str:
    days = [datetime(2027, 1, 4) + timedelta(days=number) for number in range(count)]
    base = [1_000 + 100 * day.weekday() + (number * 37) % 90 for number, day in enumerate(days)]
    rows = [[f"{day:%Y-%m-%d}", "a", changes.get(f"d{number}", contacts), 300] for number, (day, contacts) in enumerate(zip(days, base, strict=True))]
    return table(["Date", "Queue", "Offered", "AHT"], [row for row in rows if row[2] >= 0])


def test_days_out_of_the_ordinary_and_stretches_without_contacts_are_told_and_not_removed() -> None:
    volumes, report = read(daily(d50=9_000.0, d90=0.0, d91=0.0, d120=-1.0), columns="suggested")
    assert [(outlier.when, outlier.contacts) for outlier in report.outliers if outlier.contacts] == [("2027-02-23", 9_000.0)]
    assert [(stretch.first, stretch.last) for stretch in report.stretches] == [("2027-04-04", "2027-04-05")]
    assert report.missing_days == (("a", 1),)
    assert values(volumes)["a", datetime(2027, 2, 23)] == (9_000.0, 300.0)
    assert volumes.queues[0].week_profile is not None
    assert 1_100 < volumes.queues[0].week_profile[1] < 1_180
    assert not read(daily(), columns="suggested")[1].outliers


def test_part_months_and_clock_changes_are_told() -> None:
    rows = "".join(f"{datetime(2027, 10, 30) + timedelta(minutes=30 * n)},a,10,300\n" for n in range(96))
    _, report = read_volumes(("start,queue,contacts,aht_s\n" + rows).encode(), "f.csv", zone="Europe/Berlin")
    assert [(str(change.day), change.hours) for change in report.clock_changes] == [("2027-10-31", 25.0)]
    assert told(report, "2027-10 begins on 2027-10-30")
    assert told(read("start,queue,contacts,aht_s\n" + rows)[1], "time zone is not known")


def test_faults_make_a_table_that_a_spreadsheet_opens() -> None:
    faulty = [Fault("a.csv, row 3, column x", "it is wrong", "Mend it.", "=1+1"), Fault("a.csv", "all wrong")]
    lines = list(csv.DictReader(io.StringIO(faults_csv(faulty).decode())))
    assert lines[0] == {"file": "a.csv", "row": "3", "column": "x", "found": "'=1+1", "problem": "it is wrong", "remedy": "Mend it."}
    assert (lines[1]["row"], lines[1]["problem"]) == ("", "all wrong")


# The real series


def test_the_bank_is_mapped_added_up_to_half_hours_and_has_its_known_shape() -> None:
    data = real_series("bank_calls_5min_2003.csv").read_bytes()
    data = b"\n".join(line for line in data.splitlines() if b" 21:00" not in line)
    assert set(asked(data)) == {"columns"}
    assert set(asked(data, columns="suggested")) == {"queue", "aht_s"}
    assert set(asked(data, columns="suggested", queue="bank")) == {"interval", "aht_s"}
    volumes, report = read(data, columns="suggested", queue="bank", interval="30", aht_s="none")
    assert (report.interval_minutes, len(volumes.rows)) == ((30,), 164 * 28)
    queue, spread = volumes.queues[0], spread_of(volumes.grid("bank"))
    assert queue.week_profile is not None
    assert [round(day) for day in queue.week_profile[:5]] == pytest.approx([36_339, 32_596, 30_728, 30_702, 31_919], rel=5e-4)
    assert round(queue.week_profile[0]) == 36_339
    assert spread.peak == pytest.approx(1.47, abs=0.005)
    assert spread.rate_cv == pytest.approx(0.076, abs=0.0005)
    assert spread.day_factor == pytest.approx(0.063, abs=0.0005)
    assert spread.rest == pytest.approx(0.043, abs=0.0005)


def test_the_city_is_mapped_as_days_and_keeps_every_one() -> None:
    data = real_series("city_311_daily_2009_2019.csv").read_bytes()
    with pytest.raises(OpenQuestions, match='"time": "date", "grain": "day", "contacts": "offered"'):
        read(data)
    volumes, report = read(data, columns="suggested", queue="city", aht_s="none")
    assert (report.rows, report.grain, report.first, report.last) == (3_850, "day", "2009-06-15", "2019-12-31")
    assert report.missing_days == (("city", 2),)
    assert told(report, "2009-06 begins on 2009-06-15")
    with pytest.raises(InvalidVolumes, match="has no handle time"):
        own_csv(volumes)
    assert own_csv(read(data, columns="suggested", queue="city", aht_s="240")[0]).decode().startswith("month,queue,contacts,aht_s\n2009-06,city,")


def test_every_layout_has_its_test_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [layout.name for layout in FORMATS if not layout.name.startswith("own") and f'"{layout.name}"' not in text] == []
