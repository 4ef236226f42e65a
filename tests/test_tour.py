"""The first visit and the reader's own view: shown once, skipped at will; numbers in his way of writing, files in theirs."""

import pytest

from planner.report import charts, export, tables, words
from planner.report.workbook import workbook
from planner.ui import tour
from tests.conftest import planned, shipped
from tests.test_pages import at_page, charts_of, in_order, opened


def shown(app) -> bool:
    return any(step.title in text.value for text in app.markdown for step in tour.STEPS)


def test_five_steps_go_by_and_do_not_come_back():
    app = opened()
    for step in tour.STEPS:
        assert any(step.title in text.value for text in app.markdown)
        app.button(key="tour.next" if step != tour.STEPS[-1] else "tour.end").click().run()
        in_order(app)
    assert not shown(app)
    assert not shown(at_page(at_page(app, "cost"), "overview"))


def test_the_steps_can_be_skipped_at_once():
    app = opened()
    app.button(key="tour.skip").click().run()
    in_order(app)
    assert not shown(app)


def test_the_cookie_is_written_once_by_a_constant_line():
    app = opened()
    assert not [html for html in app.get("html") if tour.SEEN in str(html.proto.body)]
    app.button(key="tour.skip").click().run()
    assert len([html for html in app.get("html") if tour.SEEN in str(html.proto.body)]) == 1
    app.run()
    assert not [html for html in app.get("html") if tour.SEEN in str(html.proto.body)]


# Numbers -------------------------------------------------------------------------------------------------------------------------------------


LOCALES = [("de-DE", "1.234,5"), ("fr-FR", "1\u202f234,5"), ("en-GB", "1,234.5"), ("de-CH", "1\u2019234.5"), ("", "1,234.5")]


@pytest.mark.parametrize(("locale", "text"), LOCALES)
def test_a_language_has_its_way_of_writing(locale, text):
    with words.writing(words.style_of(locale)):
        assert words.number(1234.5, 1) == text


@pytest.mark.parametrize("style", words.STYLES, ids=lambda style: style.name)
def test_every_format_follows_the_style_and_only_within(style):
    with words.writing(style):
        told = (words.count(1234567), words.one_decimal(2.5), words.percent(0.025), words.money(1_240_000, "USD"), words.unit_price(4.5, "EUR"))
        told += (words.ratio(12.4),)
    d, t = style.decimal, style.thousands
    assert told == (f"1{t}234{t}567", f"2{d}5", f"2{d}5 %", f"$1{d}24 M", f"€4{d}50", f"12{d}4:1")
    assert words.count(1234567) == "1,234,567"


def test_files_do_not_follow_the_readers_style():
    plan = planned(shipped("startup_4"))
    frame = tables.cost_table(plan)
    plain = export.to_csv(frame)
    with words.writing(words.STYLES[2]):
        assert export.to_csv(frame) == plain
        assert len(workbook(plan)) > 10_000


def test_charts_take_the_separators():
    plan = planned(shipped("startup_4"))
    with words.writing(words.STYLES[2]):
        assert charts.cost_stack(plan).layout.separators == ",."
        assert charts.short_money(2_500_000, "USD") == "$2,5 M"
    assert charts.cost_stack(plan).layout.separators == ".,"


def test_the_reader_chooses_how_numbers_are_written_and_every_page_follows():
    app = opened()
    app.selectbox(key="view.numbers").set_value(words.STYLES[2]).run()
    in_order(app)
    assert any("1.112" in metric.value for metric in app.metric)
    at_page(app, "cost")
    in_order(app)
    assert any("24.767.308" in str(metric.delta) for metric in app.metric)
    app.selectbox(key="view.numbers").set_value(words.STYLES[0]).run()
    assert any("24,767,308" in str(metric.delta) for metric in app.metric)


def test_a_browsers_language_decides_until_the_reader_does():
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file("../app.py", default_timeout=120)
    app.context = {"locale": "de-DE"}
    app.run()
    assert any("1.112" in metric.value for metric in app.metric)


def test_charts_carry_a_picture_button_only_on_demand():
    app = opened()
    assert {chart["config"]["displayModeBar"] for chart in charts_of(app)} == {False}
    app.toggle(key="pictures").set_value(True).run()
    configs = [chart["config"] for chart in charts_of(app)]
    assert all(config["modeBarButtons"] == [["toImage"]] for config in configs)
    assert len({config["toImageButtonOptions"]["filename"] for config in configs}) == len(configs)
