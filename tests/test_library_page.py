"""The library page, driven in this process: saving, two sides, the list, history, standing, plans, files."""

import io
import re
import zipfile

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from planner import scenario as scenarios
from planner.scenario import Levers
from planner.store import LOCAL_RIGHTS, Person, open_library
from planner.store.start import opened as opened_library
from planner.ui import library as page
from tests.conftest import shipped
from tests.test_pages import at_page, in_order, opened, scenario_of, slider

ANN, BEN = (Person(name, LOCAL_RIGHTS, sees_pay=True) for name in ("Ann", "Ben"))


@pytest.fixture(autouse=True)
def own_library(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_DATABASE_URL", f"sqlite:///{tmp_path}/library.sqlite")
    yield
    opened_library.cache_clear()


@pytest.fixture
def library():
    found = open_library()
    from planner.store import local_place

    found.remember_name(local_place(), "Ann")
    return found


def press(app, label):
    found = [each for each in app.button if each.label == label]
    assert found, [each.label for each in app.button]
    return found[0].click().run()


def field(app, label):
    return next(each for each in app.text_input if each.label == label)


def chosen(app, label):
    return next(each for each in app.selectbox if each.label == label)


def said(app):
    return " ".join([*(each.value for each in (*app.caption, *app.markdown, *app.subheader, *app.info))])


def texts(app):
    """Every cell of every table on the page."""
    return " | ".join(str(cell) for frame in app.dataframe for cell in [*frame.value.columns, *frame.value.to_numpy().ravel()])


def saved_page(library, scenario=None, **more):
    """The page with a saved scenario on screen and looked at."""
    key = library.create(ANN, scenario or shipped("startup_4"), "first", **more).key
    app = at_page(opened({"scenario": key}), "library")
    app.button(key=f"library.row.{key}").click().run()
    in_order(app)
    return app, key


def test_the_name_is_asked_once_and_versions_carry_it():
    app = at_page(opened(), "library")
    in_order(app)
    assert "Nothing is saved yet" in said(app)
    field(app, "Your name").set_value("Ann")
    press(app, "That is me")
    assert "Your name" not in [each.label for each in app.text_input]
    press(app, "Save in the library")
    in_order(app)
    assert "Version 1, saved by Ann" in said(app)
    assert "Your name" not in [each.label for each in at_page(opened(), "library").text_input]
    assert [entry.saved_by for entry in open_library().list(ANN)] == ["Ann"]


def test_changes_are_saved_as_the_next_version_with_a_note(library):
    app, key = saved_page(library)
    assert next(each for each in app.button if each.label == "Save version 2").disabled
    slider(app, "levers.growth_monthly").set_value(2.0).run()
    assert "1 change since" in said(app)
    field(app, "What changed, and why").set_value("growth for the board")
    press(app, "Save version 2")
    in_order(app)
    assert "Version 2, saved by Ann" in said(app)
    assert "No changes since" in said(app)
    assert [version.note for version in library.history(ANN, key)] == ["growth for the board", "first"]
    assert library.open(ANN, key).scenario.levers == Levers(growth_monthly=0.02)


def test_a_copy_is_saved_under_its_own_name(library):
    app, key = saved_page(library)
    name = next(each for each in app.text_input if each.label == "Name" and each.value.endswith("(copy)"))
    name.set_value("Board case")
    press(app, "Save in the library")
    assert scenario_of(app).name == "Board case"
    assert sorted(entry.name for entry in library.list(ANN)) == ["Board case", "Startup 4"]
    assert app.session_state.saved.key != key


def handed_out(monkeypatch, app):
    """Every file that the downloads page hands out: name -> content."""
    import streamlit as st

    given, button = {}, st.download_button

    def noted(label, data, name, *more, **others):
        given[name] = data
        return button(label, data, name, *more, **others)

    with monkeypatch.context() as patch:
        patch.setattr(st, "download_button", noted)
        in_order(at_page(app, "downloads"))
    return {name: data() if callable(data) else data for name, data in given.items()}


def told_in(name, data):
    """The lines of a file that name a version of Plan North."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            text = archive.read("origin.txt").decode()
    elif name.endswith(".xlsx"):
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Summary").to_python()
        text = "\n".join(str(cell) for row in sheet for cell in row)
    else:
        text = re.sub(r"<.*?>", "\n", bytes(data).decode())
    return re.findall(r"Plan North, [a-z ]*version \d+(?: \(\w+\))?", text)


def test_every_file_says_which_version_made_it_and_whether_it_was_changed_since(library, monkeypatch):
    app, key = saved_page(library, shipped("startup_4").but(name="Plan North"))
    library.move(ANN, key, 1, "approved")
    files = handed_out(monkeypatch, app)
    assert set(files) == {
        "plan_north_version_1.xlsx", "plan_north_report_version_1.html", "plan_north_tables_version_1.zip", "plan_north_scenario_version_1.json",
        "plan_north_decisions_version_1.json", "hiring_plan_plan_north_version_1.csv", "plan_north_version_1.json",
    }  # fmt: skip
    for name in ("plan_north_version_1.xlsx", "plan_north_report_version_1.html", "plan_north_tables_version_1.zip"):
        assert set(told_in(name, files[name])) == {"Plan North, version 1 (approved)"}, name
    assert files["hiring_plan_plan_north_version_1.csv"].startswith(b"start_month,site,group,")

    slider(app, "levers.growth_monthly").set_value(2.0).run()
    files = handed_out(monkeypatch, app)
    assert all("_changed_since_version_1." in name for name in files)
    for name in ("plan_north_changed_since_version_1.xlsx", "plan_north_report_changed_since_version_1.html", "plan_north_tables_changed_since_version_1.zip"):
        assert set(told_in(name, files[name])) == {"Plan North, changed since version 1"}, name


def test_files_of_what_was_never_in_the_library_speak_of_no_version(library, monkeypatch):
    files = handed_out(monkeypatch, opened({"scenario": "startup_4"}))
    assert {"hiring_plan.csv", "startup_4.xlsx", "startup_4_report.html", "startup_4_tables.zip"} <= set(files)
    with zipfile.ZipFile(io.BytesIO(files["startup_4_tables.zip"])) as archive:
        assert "In the library" not in archive.read("origin.txt").decode()
    assert b"In the library" not in files["startup_4_report.html"]


def stale(library, mine, theirs):
    """The page after a save that somebody else's save came before."""
    app, key = saved_page(library)
    library.save(BEN, key, 1, scenarios.changed(shipped("startup_4"), theirs))
    for path, value in mine.items():
        slider(app, path).set_value(value).run()
    press(app, "Save version 2")
    assert not app.exception
    assert "Ben saved version 2 while you were changing version 1" in said(app)
    assert library.entry(ANN, key).head == 2
    return app, key


def test_what_does_not_clash_is_merged(library):
    app, key = stale(library, {"levers.growth_monthly": 2.0}, {"finance.on_cost": 0.3, "queues.calls.aht_s": 400.0})
    assert "400 s" in texts(app)
    assert not app.radio
    press(app, "Save both together")
    in_order(app)
    now = library.open(ANN, key)
    assert (now.version.no, now.version.author, now.version.note) == (3, "Ann", "Merged with version 2")
    assert (now.scenario.levers.growth_monthly, now.scenario.finance.on_cost, now.scenario.queues[0].aht_s) == (0.02, 0.3, 400.0)
    assert scenario_of(app) == now.scenario
    assert "while you were changing" not in said(app)


@pytest.mark.parametrize(("side", "growth"), [("mine", 0.02), ("theirs", 0.05)])
def test_what_clashes_is_chosen_with_both_sides_in_view(library, side, growth):
    app, key = stale(library, {"levers.growth_monthly": 2.0}, {"levers.growth_monthly": 0.05, "finance.on_cost": 0.3})
    [choice] = app.radio
    assert "Growth a month" in choice.label
    press(app, "Save both together")
    assert library.entry(ANN, key).head == 2, "nothing is saved before it is chosen"
    app.radio[0].set_value(side)
    press(app, "Save both together")
    now = library.open(ANN, key).scenario
    assert (now.levers.growth_monthly, now.finance.on_cost) == (growth, 0.3)


def test_a_third_ones_save_is_seen_before_the_merge_is_saved(library):
    app, key = stale(library, {"levers.growth_monthly": 2.0}, {"finance.on_cost": 0.3})
    library.save(BEN, key, 2, scenarios.changed(library.open(BEN, key).scenario, {"finance.on_cost": 0.35}))
    press(app, "Save both together")
    press(app, "Save both together")
    now = library.open(ANN, key)
    assert (now.version.no, now.scenario.finance.on_cost, now.scenario.levers.growth_monthly) == (4, 0.35, 0.02)


def test_mine_can_go_into_a_copy_and_theirs_can_be_taken(library):
    app, key = stale(library, {"levers.growth_monthly": 2.0}, {"finance.on_cost": 0.3})
    press(app, "Save mine as a copy")
    assert sorted(entry.name for entry in library.list(ANN)) == ["Startup 4", "Startup 4 (copy)"]
    app, key = stale(library, {"levers.growth_monthly": 2.0}, {"finance.on_cost": 0.3})
    press(app, "Take version 2, leave mine")
    assert scenario_of(app) == library.open(ANN, key).scenario
    press(app, "Undo")
    assert scenario_of(app).levers.growth_monthly == 0.02


def test_the_list_is_searched_and_paged(library):
    for number in range(30):
        library.create(ANN, shipped("startup_4").but(name=f"Case {number:02d}"), labels=["even" if number % 2 == 0 else "odd"])
    app = at_page(opened(), "library")
    rows = [each.label for each in app.button if each.key and each.key.startswith("library.row.")]
    assert rows == [f"Case {number:02d}" for number in range(29, 17, -1)]
    field(app, "Search").set_value("even 2").run()
    assert [each.label for each in app.button if each.key and each.key.startswith("library.row.")] == [
        f"Case {number}" for number in (28, 26, 24, 22, 20, 12)
    ] + ["Case 02"]


def test_a_scenario_is_proposed_approved_locked_and_unlocked(library):
    app, key = saved_page(library)
    for label, standing in (("Propose", "proposed"), ("Approve", "approved"), ("Lock", "locked")):
        press(app, label)
        in_order(app)
        assert library.entry(ANN, key).standing == standing
        assert f"{standing} by Ann on" in said(app)
    assert "Save version 2" not in [each.label for each in app.button]
    press(app, "Unlock")
    assert library.entry(ANN, key).standing == "approved"


def test_an_earlier_version_is_opened_and_restored(library):
    app, key = saved_page(library)
    library.save(ANN, key, 1, scenarios.changed(shipped("startup_4"), {"queues.calls.aht_s": 444.0}))
    app.run()
    chosen(app, "Version").set_value(1).run()
    press(app, "Restore as the newest")
    assert library.open(ANN, key).version.no == 3
    assert library.open(ANN, key).scenario == shipped("startup_4")
    chosen(app, "Version").set_value(2).run()
    press(app, "Open this version")
    assert scenario_of(app).queues[0].aht_s == 444.0
    assert "Version 3 is newer" in said(app)


def test_what_changed_is_told_in_the_planners_words(library):
    app, key = saved_page(library)
    library.save(ANN, key, 1, scenarios.changed(shipped("startup_4"), {"queues.calls.aht_s": 444.0, "finance.on_cost": 0.31}))
    app.run()
    assert "Queues › calls › Average handle time" in texts(app)
    assert "444 s" in texts(app)
    assert "31 %" in texts(app)


def test_names_and_labels_change_and_archived_scenarios_come_back(library):
    app, key = saved_page(library, labels=["old"])
    names = [each for each in app.text_input if each.label == "Name"]
    next(each for each in names if each.value == "Startup 4").set_value("Small case")
    field(app, "Labels, with commas between them").set_value("Board, 2027")
    press(app, "Change")
    in_order(app)
    assert (library.entry(ANN, key).name, library.entry(ANN, key).labels) == ("Small case", ("2027", "Board"))
    press(app, "Archive")
    assert library.list(ANN) == ()
    app.toggle(key="library.archived").set_value(True).run()
    press(app, "Bring back")
    assert [entry.key for entry in library.list(ANN)] == [key]


def test_a_hiring_plan_is_kept_with_its_version_and_opened_again(library):
    app, key = saved_page(library)
    press(app, "Keep")
    [kept] = library.plans(ANN, key)
    assert (kept.no, kept.name) == (1, "Plan of the baseline")
    slider(app, "levers.growth_monthly").set_value(2.0).run()
    assert "Save what is on screen first" in said(app)
    press(app, "Open with its version")
    assert scenario_of(app) == shipped("startup_4")
    assert app.session_state.decided_by == "Plan of the baseline"


def test_a_file_comes_in_and_a_wrong_one_is_told(library):
    app = at_page(opened(), "library")
    mine = shipped("startup_4").but(name="From home")

    def bring(content):
        box = next(each for each in app.file_uploader if each.key and each.key.startswith("library.file"))
        return box.upload("home.json", content, "application/json").run()

    bring(scenarios.to_json(mine).encode())
    in_order(app)
    [entry] = library.list(ANN)
    assert library.open(ANN, entry.key).scenario == mine
    bring(b"{}")
    assert not app.exception
    assert app.error
    assert len(library.list(ANN)) == 1


def test_the_audit_trail_is_a_file(library):
    app, key = saved_page(library)
    press(app, "Propose")
    press(app, "Prepare the list of every change")
    assert "Every change (CSV)" in [each.proto.label for each in app.get("download_button")]
    trail = pd.read_csv(io.BytesIO(page.trail(library, ANN)))
    assert trail.action.tolist() == ["saved as new", "proposed"]
    assert set(trail.key) == {key}


def test_a_library_that_is_gone_is_told_in_words(library, tmp_path):
    app, _ = saved_page(library)
    for file in tmp_path.glob("library.sqlite*"):
        file.unlink()
    app.run()
    assert not app.exception
    assert [message for message in app.error if "its file cannot be opened" in message.value]
    assert scenario_of(app) == shipped("startup_4"), "what is on screen stays"


def test_names_that_look_like_markup_stay_text(library):
    app, _ = saved_page(library, shipped("startup_4").but(name="$5 [x](y) :red[*z*] <b>"), labels=["$a $b", ":x:"])
    in_order(app)
    assert "\\[x\\]" in [each.label for each in app.button if each.key and each.key.startswith("library.row.")][0]
