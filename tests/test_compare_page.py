"""The page that compares: scenarios side by side, the bridge, questions; and the cards that unfold numbers on other pages."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from planner.scenario import Levers, to_json
from planner.store import LOCAL_RIGHTS, Person, discretion, open_library
from planner.store.start import opened as opened_library
from planner.ui import compare, levers
from tests.scenarios import build, tiny
from tests.test_pages import at_page, charts_of, in_order, opened, scenario_of, told


def compared(address=None) -> AppTest:
    app = at_page(opened(address or {"scenario": "startup_4"}), "compare")
    in_order(app)
    return app


def box(app, key):
    return next(each for each in (*app.selectbox, *app.multiselect) if each.key == key)


def button(app, key):
    return next((each for each in app.button if each.key == key), None)


def test_the_page_opens_on_the_scenario_and_a_preset_of_it():
    app = compared()
    assert box(app, "compare.chosen").value == ["now", "preset:High growth"]
    assert [text for text in told(app) if "Yes, this growth holds" in text]
    assert len(charts_of(app)) == 5
    assert [text for text in told(app) if text.startswith("Paid over the plan: from ")]


def test_with_levers_moved_it_opens_on_rest_and_now():
    app = compared({"scenario": "startup_4", "growth": "0.02"})
    assert box(app, "compare.chosen").value == ["rest", "now"]


def test_four_scenarios_stand_side_by_side():
    app = compared()
    box(app, "compare.chosen").set_value(["now", "preset:Downturn", "preset:Hiring freeze", "shipped:growth_2000"]).run()
    in_order(app)
    assert [text.value[:5] for text in app.markdown if text.value[:2] == "**" and text.value[5:7] == " ·"] == ["**A**", "**B**", "**C**", "**D**"]


def test_scenarios_of_another_structure_are_told_apart_in_words():
    app = compared()
    box(app, "compare.chosen").set_value(["now", "shipped:growth_2000"]).run()
    in_order(app)
    assert [message.value for message in app.info if message.value.startswith("There is no bridge between these two")]


def test_a_bridge_can_be_turned_and_told_of_another_figure():
    app = compared()
    box(app, "compare.from").set_value("B").run()
    box(app, "compare.figure").set_value("starts").run()
    in_order(app)
    assert [text for text in told(app) if text.startswith("People hired: from ") and "−" in text]


def test_a_choice_that_is_no_longer_offered_is_forgotten():
    app = compared()
    box(app, "compare.chosen").set_value(["now", "rest", "preset:Downturn"]).run()
    box(app, "compare.from").set_value("C").run()
    box(app, "compare.chosen").set_value(["now", "preset:Downturn"]).run()
    in_order(app)
    assert box(app, "compare.from").value == "A"


def test_the_same_twice_has_nothing_in_between():
    app = compared()
    box(app, "compare.chosen").set_value(["now", "rest"]).run()
    in_order(app)
    assert [message for message in app.info if "same figures in everything" in message.value]


def test_one_scenario_is_too_few_to_compare_but_can_be_asked():
    app = compared()
    box(app, "compare.chosen").set_value(["now"]).run()
    in_order(app)
    assert [message for message in app.info if "at least two" in message.value]
    assert button(app, "compare.find") is not None


def test_a_file_opened_here_is_compared_and_kept():
    app = compared()
    uploader = next(each for each in app.file_uploader if str(each.key).startswith("compare.file"))
    uploader.upload("tiny.json", to_json(build(tiny(12))).encode(), "application/json").run()
    in_order(app)
    assert "file:Tiny" in box(app, "compare.chosen").value


def test_a_scenario_saved_in_the_library_is_compared():
    library = open_library()
    version = library.create(Person("Ann", LOCAL_RIGHTS, sees_pay=True), build(tiny(12)).but(name="Kept by Ann"), "for the board")
    app = compared()
    assert "Kept by Ann (library, version 1)" in box(app, "compare.chosen").options
    box(app, "compare.chosen").set_value([f"saved:{version.key}", "now"]).run()
    in_order(app)
    assert [text for text in told(app) if text.startswith("**A** · Kept by Ann (library, version 1)")]


def kept_in_versions(*names):
    """A scenario of the library with a version of each name."""
    library, ann = open_library(), Person("Ann", LOCAL_RIGHTS, sees_pay=True)
    first = library.create(ann, build(tiny(12)).but(name=names[0]), "the first idea")
    for no, name in enumerate(names[1:], start=1):
        library.save(ann, first.key, no, build(tiny(12)).but(name=name))
    return library, ann, first.key


def test_an_earlier_version_stands_beside_the_newest_and_beside_what_is_on_screen():
    library, ann, key = kept_in_versions("Plan of spring", "Plan of autumn")
    library.move(ann, key, 2, "approved")
    app = compared()
    assert "Plan of autumn (library, version 2, approved)" in box(app, "compare.chosen").options
    box(app, "compare.chosen").set_value(["now", f"saved:{key}"]).run()
    box(app, "compare.version.of").set_value(key).run()
    versions = next(each for each in app.selectbox if each.key == f"compare.version.{key}.2")
    assert versions.options == ["2 by Ann, approved", "1 by Ann: the first idea"]
    versions.select_index(1).run()
    button(app, "compare.version.add").click().run()
    in_order(app)
    assert box(app, "compare.chosen").value == ["now", f"saved:{key}", f"version:{key}:1"]
    heads = [text for text in told(app) if text.startswith("**")]
    assert [text for text in heads if text.startswith("**B** · Plan of autumn (library, version 2, approved)")]
    assert [text for text in heads if text.startswith("**C** · Plan of autumn (library, version 1)")]


def test_a_version_is_put_in_place_of_the_last_where_there_are_four():
    _, _, key = kept_in_versions("One", "Two")
    app = compared()
    box(app, "compare.chosen").set_value(["now", "rest", "preset:Downturn", "shipped:startup_4"]).run()
    box(app, "compare.version.of").set_value(key).run()
    button(app, "compare.version.add").click().run()
    in_order(app)
    assert box(app, "compare.chosen").value == ["now", "rest", "preset:Downturn", f"version:{key}:2"]


VIC = Person("Vic", frozenset({"viewer"}))


@pytest.fixture
def away_from_pages(monkeypatch):
    """The parts of the page without a page: what it keeps, kept here."""
    own = compare.Kept()
    monkeypatch.setattr(compare, "kept", lambda: own)


def test_whoever_may_not_see_pay_compares_versions_without_it(monkeypatch, away_from_pages):
    library, _, key = kept_in_versions("Paid well")
    whole = library.whole(VIC, key).scenario
    monkeypatch.setattr(compare.who, "at_work", lambda library: VIC)
    offered = compare.options_of_library()[f"saved:{key}"].open()
    assert offered == discretion.without_pay(whole)
    assert offered.finance.frontline_monthly_pay == 0 < whole.finance.frontline_monthly_pay


def test_who_may_not_read_the_library_is_offered_nothing_of_it(monkeypatch, away_from_pages):
    kept_in_versions("Not for all")
    monkeypatch.setattr(compare.who, "at_work", lambda library: Person("Nobody"))
    assert compare.options_of_library() == {}


def test_without_a_library_the_page_compares_everything_else(monkeypatch):
    monkeypatch.setenv("PLANNER_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/none")
    opened_library.cache_clear()
    app = compared()
    assert not [name for name in box(app, "compare.chosen").options if "(library" in name]
    assert "compare.version.of" not in [each.key for each in app.selectbox]
    assert [text for text in told(app) if text.startswith("Paid over the plan: from ")]
    opened_library.cache_clear()


def test_a_version_that_the_library_no_longer_gives_is_left_out_and_told():
    library, _, key = kept_in_versions("Soon gone")
    app = compared()
    compare_kept = compare.Kept(versions={f"version:{key}:7": ("Soon gone (library, version 7)", key, 7)})
    app.session_state["comparing"] = compare_kept
    app.session_state["compare.chosen"] = ["now", "rest", f"version:{key}:7"]
    app.run()
    in_order(app)
    assert [message for message in app.warning if message.value.startswith("Soon gone (library, version 7) is left out: ")]
    assert [text for text in told(app) if text.startswith("**B** ·")]


def wait_for(app, done, seconds=60):
    until = time.monotonic() + seconds
    while not done(app) and time.monotonic() < until:
        time.sleep(0.2)
        app.run()
    in_order(app)
    assert done(app)


def test_a_question_is_answered_and_its_answer_set():
    app = compared()
    assert [text for text in told(app) if text.startswith("**What is the fastest growth that keeps the promised service")]
    button(app, "compare.find").click().run()
    wait_for(app, lambda app: button(app, "compare.set") is not None)
    headline = next(each.value for each in app.subheader if "The fastest growth" in each.value)
    assert "points a month" in headline
    button(app, "compare.set").click().run()
    assert scenario_of(app).levers.growth_monthly != 0
    in_order(app)


def test_nothing_ticked_asks_nothing():
    app = compared()
    for key in ("compare.goal.service", "compare.goal.ratios"):
        next(each for each in app.checkbox if each.key == key).uncheck().run()
    in_order(app)
    assert [message for message in app.info if "Tick at least one" in message.value]
    assert button(app, "compare.find") is None


def test_a_large_bridge_is_begun_by_a_button_and_told_as_it_goes():
    app = compared({"scenario": "startup_4", "growth": "0.01", "aht": "0.1", "attrition": "0.2", "shrinkage": "0.1"})
    assert [text for text in told(app) if "4 kinds of parameters differ: 16 plans lie in between." in text]
    button(app, "compare.bridge").click().run()
    wait_for(app, lambda app: any(text.startswith("Each part is a cause's mean effect") for text in told(app)))


def test_every_option_of_the_comparison_can_be_planned():
    app = compared()
    names = box(app, "compare.chosen").options
    names = [name for name in names if "(library" not in name]
    assert len(names) == 2 + len([name for name, moved in levers.PRESETS.items() if moved != Levers()]) + 4
    assert not [name for name in names if ":" in name]
    assert compare.MOST == 4


# Unfolding on other pages --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000"])
def test_a_required_head_is_unfolded_on_the_staffing_page(name):
    app = at_page(opened({"scenario": name}), "staffing")
    in_order(app)
    line = next(text.value for text in app.markdown if " = " in text.value and "×" in text.value)
    assert line.startswith("(") == (name != "growth_2000")
    assert line.rsplit(" ", 1)[1] == ("FTE" if name == "growth_2000" else "people")


def test_the_cost_of_a_month_is_unfolded_and_can_be_looked_at_by_item():
    app = at_page(opened(), "cost")
    item = next(each for each in app.selectbox if each.label == "Item")
    whole = [frame.value for frame in app.dataframe if "How many, and at what" in frame.value.columns]
    item.set_value("hiring").run()
    in_order(app)
    one = next(frame.value for frame in app.dataframe if "How many, and at what" in frame.value.columns)
    assert 0 < len(one) < len(whole[0])
    assert set(one["Item"]) == {"Hiring"}


def test_the_people_of_a_month_and_the_classes_stand_on_the_workforce_page():
    app = at_page(opened({"scenario": "centre_600"}), "workforce")
    in_order(app)
    assert [text for text in told(app) if text.startswith("Jan 2027: ") and "remain" in text]
    assert [text for text in told(app) if "classes for" in text and "at Columbus" in text]
    months = next(each for each in app.selectbox if each.label == "Months")
    months.set_value(24).run()
    in_order(app)
