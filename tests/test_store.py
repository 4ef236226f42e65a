"""The library on SQLite and on PostgreSQL: saving, versions, standing, search, plans, rights, the audit trail. Every test runs on both."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from planner import scenario as scenarios
from planner.baseline import baseline
from planner.errors import InvalidScenario
from planner.program import PROGRAM
from planner.store import LOCAL_RIGHTS, Missing, Person, Refused, Stale, open_library, tables
from planner.store import engine as engines
from planner.store.keeping import check
from planner.store.library import APPROVED, DRAFT, LOCKED, PROPOSED
from tests.conftest import ROOT, shipped

ANN = Person("Ann", LOCAL_RIGHTS, sees_pay=True)
BEN = Person("Ben", LOCAL_RIGHTS, sees_pay=True)
VIEWER = Person("Vic", frozenset({"viewer"}), sees_pay=True)
EDITOR = Person("Edi", frozenset({"editor"}), sees_pay=True)
APPROVER = Person("App", frozenset({"approver"}), sees_pay=True)
BLIND = Person("Bea", frozenset({"editor", "viewer"}), sees_pay=False)
NOBODY = Person("Nell", frozenset(), sees_pay=True)


@pytest.fixture
def library(database):
    found = open_library(database)
    yield found
    assert check(found) == ()
    found.engine.dispose()


@pytest.fixture
def startup():
    return shipped("startup_4")


def test_a_library_is_made_at_first_start_and_is_empty(library):
    assert library.list(ANN) == ()
    assert library.audit(ANN) == ()


def test_what_is_saved_opens_as_it_was_with_author_time_note_and_hash(library, startup):
    before = datetime.now(UTC)
    made = library.create(ANN, startup, "first figures", ["board", "2027"])
    opened = library.open(BEN, made.key)
    assert opened.scenario == startup
    assert opened.version == made
    assert (made.no, made.author, made.note, made.standing, made.program) == (1, "Ann", "first figures", DRAFT, PROGRAM)
    assert before - timedelta(seconds=1) <= made.at <= datetime.now(UTC)
    assert len(made.sha256) == 64


@pytest.mark.parametrize("name", ["startup_4", "centre_600", "growth_2000", "giant_50000"])
def test_every_shipped_scenario_comes_back_the_same(library, name):
    assert library.open(ANN, library.create(ANN, shipped(name)).key).scenario == shipped(name)


def test_every_save_adds_a_version_and_every_version_opens(library, startup):
    key = library.create(ANN, startup).key
    for no in range(1, 5):
        library.save(ANN, key, no, startup.but(notes=f"note {no}"), f"change {no}")
    assert [version.no for version in library.history(ANN, key)] == [5, 4, 3, 2, 1]
    assert library.entry(ANN, key).head == 5
    assert [library.open(ANN, key, no).scenario.notes for no in range(2, 6)] == ["note 1", "note 2", "note 3", "note 4"]
    assert library.open(ANN, key, 1).scenario == startup


def test_a_stale_save_is_refused_and_writes_nothing(library, startup):
    key = library.create(ANN, startup).key
    library.save(BEN, key, 1, startup.but(notes="Ben's"))
    with pytest.raises(Stale, match="Ben has saved version 2") as refusal:
        library.save(ANN, key, 1, startup.but(notes="Ann's"))
    assert (refusal.value.key, refusal.value.expected, refusal.value.newest, refusal.value.by) == (key, 1, 2, "Ben")
    assert [version.author for version in library.history(ANN, key)] == ["Ben", "Ann"]
    assert len(library.audit(ANN)) == 2


def test_a_save_upon_a_version_that_never_was_is_refused(library, startup):
    key = library.create(ANN, startup).key
    with pytest.raises(Stale):
        library.save(ANN, key, 7, startup)
    with pytest.raises(Missing):
        library.save(ANN, "nothinghere", 1, startup)


def test_changes_of_two_people_come_together_where_they_do_not_clash(library, startup):
    key = library.create(ANN, startup).key
    library.save(BEN, key, 1, scenarios.changed(startup, {"finance.on_cost": 0.3}))
    mine = scenarios.changed(startup, {"queues.calls.aht_s": 400.0})
    merge, upon = library.merged(ANN, key, 1, mine)
    assert merge.clashes == ()
    both = scenarios.from_json(json.dumps(merge.document))
    saved = library.save(ANN, key, upon.no, both, "merged")
    assert saved.no == 3
    assert (both.finance.on_cost, both.queues[0].aht_s) == (0.3, 400.0)


def test_a_clash_is_told_with_both_sides_and_settled_by_choice(library, startup):
    key = library.create(ANN, startup).key
    library.save(BEN, key, 1, scenarios.changed(startup, {"queues.calls.aht_s": 350.0, "finance.on_cost": 0.3}))
    mine = scenarios.changed(startup, {"queues.calls.aht_s": 400.0})
    merge, upon = library.merged(ANN, key, 1, mine)
    [clash] = merge.clashes
    assert (clash.path, clash.base, clash.mine, clash.theirs) == ("queues.calls.aht_s", startup.queues[0].aht_s, 400.0, 350.0)
    settled, _ = library.merged(ANN, key, 1, mine, {clash.path: "mine"})
    assert settled.clashes == ()
    library.save(ANN, key, upon.no, scenarios.from_json(json.dumps(settled.document)))
    now = library.open(ANN, key).scenario
    assert (now.queues[0].aht_s, now.finance.on_cost) == (400.0, 0.3)


def test_history_tells_what_changed_field_by_field(library, startup):
    key = library.create(ANN, startup).key
    library.save(ANN, key, 1, scenarios.changed(startup, {"queues.calls.aht_s": 400.0, "levers.growth_monthly": 0.02}))
    assert {(change.path, change.before, change.after) for change in library.changes(ANN, key, 1, 2)} == {
        ("queues.calls.aht_s", startup.queues[0].aht_s, 400.0),
        ("levers.growth_monthly", 0.0, 0.02),
    }
    assert library.changes(ANN, key, 2, 2) == ()


def test_an_earlier_version_is_restored_as_the_newest(library, startup):
    key = library.create(ANN, startup).key
    library.save(ANN, key, 1, startup.but(notes="worse"))
    restored = library.restore(BEN, key, 1, 2)
    assert (restored.no, restored.author, restored.note) == (3, "Ben", "Version 1 restored")
    assert library.open(ANN, key).scenario == startup
    assert restored.sha256 == library.history(ANN, key)[-1].sha256
    with pytest.raises(Stale):
        library.restore(ANN, key, 1, 2)


def test_contents_and_series_are_kept_once(library, startup):
    queue = startup.queues[0]
    months = startup.horizon.months
    filled = scenarios.changed(startup, {"queues.calls.contacts_monthly": tuple(1000.0 + month for month in range(months))})
    key = library.create(ANN, filled).key
    library.save(ANN, key, 1, filled.but(notes="other"))
    library.save(ANN, key, 2, filled)
    library.duplicate(ANN, key)
    with engines.reading(library.engine) as connection:
        rows = connection.execute(select(tables.content.c.kind, func.count()).group_by(tables.content.c.kind)).all()
        texts = connection.execute(select(tables.content.c.text).where(tables.content.c.kind == "scenario")).scalars().all()
    assert dict(map(tuple, rows))["series"] == 1 + (queue.day_profile is not None)
    assert dict(map(tuple, rows))["scenario"] == 3
    assert not [text for text in texts if "1001.0" in text]
    assert library.open(ANN, key).scenario == filled


def test_names_labels_and_search(library, startup):
    key = library.create(ANN, startup.but(name="Über Größe 2027"), labels=["Board", " board  pack ", "", "Board"]).key
    library.create(ANN, startup.but(name="Quiet year"))
    assert library.entry(ANN, key).labels == ("Board", "board pack")
    assert [entry.name for entry in library.list(ANN, "über GRÖSSE")] == ["Über Größe 2027"]
    assert [entry.name for entry in library.list(ANN, "board 2027")] == ["Über Größe 2027"]
    assert library.list(ANN, "board quiet") == ()
    assert [library.list(ANN, text) for text in ("%", "_", "100%")] == [(), (), ()]
    assert [entry.name for entry in library.list(ANN)] == ["Quiet year", "Über Größe 2027"]
    library.label(ANN, key, ["other"])
    assert library.list(ANN, "board") == ()
    assert library.rename(ANN, key, 1, "Small 2027").note == "Renamed from Über Größe 2027"
    assert [entry.name for entry in library.list(ANN, "small other")] == ["Small 2027"]
    assert library.open(ANN, key).scenario.name == "Small 2027"
    with pytest.raises(InvalidScenario):
        library.rename(ANN, key, 2, " ")


def test_a_duplicate_has_a_life_of_its_own(library, startup):
    key = library.create(ANN, startup, labels=["x"]).key
    copy = library.duplicate(BEN, key, 1, "Ben's copy")
    library.save(BEN, copy.key, 1, startup.but(name="Ben's copy", notes="changed"))
    assert library.open(ANN, key).scenario == startup
    assert library.entry(ANN, copy.key).labels == ("x",)
    assert library.history(ANN, copy.key)[-1].note == "Copied from Startup 4, version 1"
    assert library.duplicate(ANN, key).key not in (key, copy.key)


def test_what_is_archived_leaves_the_list_still_opens_and_comes_back(library, startup):
    key = library.create(ANN, startup).key
    away = library.archive(BEN, key)
    assert (away.archived_by, library.list(ANN)) == ("Ben", ())
    assert [entry.key for entry in library.list(ANN, archived=True)] == [key]
    assert library.open(ANN, key).scenario == startup
    assert library.bring_back(ANN, key).archived_by is None
    assert [entry.key for entry in library.list(ANN)] == [key]


def test_a_version_is_proposed_approved_and_locked_by_whom_and_when(library, startup):
    key = library.create(EDITOR, startup).key
    assert library.move(EDITOR, key, 1, PROPOSED).standing == PROPOSED
    approved = library.move(APPROVER, key, 1, APPROVED, "for the board")
    assert (approved.standing, approved.standing_by) == (APPROVED, "App")
    library.move(APPROVER, key, 1, LOCKED)
    with pytest.raises(Refused, match="locked by App since"):
        library.save(EDITOR, key, 1, startup.but(notes="no"))
    library.move(APPROVER, key, 1, APPROVED)
    library.save(EDITOR, key, 1, startup.but(notes="yes"))
    assert [version.standing for version in library.history(ANN, key)] == [DRAFT, APPROVED]
    assert library.entry(ANN, key).standing == DRAFT


def test_only_the_steps_there_are_can_be_taken_and_only_on_the_newest_version(library, startup):
    key = library.create(ANN, startup).key
    for to in (DRAFT, LOCKED):
        with pytest.raises(Refused, match="cannot become"):
            library.move(ANN, key, 1, to)
    library.save(BEN, key, 1, startup.but(notes="meanwhile"))
    with pytest.raises(Stale):
        library.move(ANN, key, 1, APPROVED)


def test_a_hiring_plan_is_kept_with_its_version_and_program(library, startup):
    made = baseline(startup)
    key = library.create(ANN, startup).key
    library.save(ANN, key, 1, startup.but(notes="later"))
    kept = library.keep(BEN, key, 1, "Board plan", made)
    assert (kept.no, kept.name, kept.person, kept.program) == (1, "Board plan", "Ben", PROGRAM)
    found, text = library.plan(ANN, kept.id)
    assert found == kept
    from planner import decisions

    again = decisions.from_json(text, library.open(ANN, key, 1).scenario)
    assert (again.starts == made.starts).all()
    assert library.plans(ANN, key) == (kept,)
    with pytest.raises(Missing):
        library.plan(ANN, kept.id + 1)


def test_an_export_holds_everything_and_comes_in_again(library):
    scenario = shipped("centre_600")
    key = library.create(ANN, scenario).key
    text = library.export(ANN, key)
    assert scenarios.from_json(text) == scenario
    assert json.loads(text)["finance"]["on_cost"] == scenario.finance.on_cost
    assert library.open(ANN, library.create(BEN, scenarios.from_json(text), "from a file").key).scenario == scenario


def test_the_audit_trail_has_every_change_and_no_amount(library, startup):
    key = library.create(ANN, startup).key
    library.save(ANN, key, 1, scenarios.changed(startup, {"finance.frontline_monthly_pay": 98_765.0}), "pay is 98765")
    library.label(BEN, key, ["x"])
    library.archive(BEN, key)
    library.bring_back(BEN, key)
    library.move(BEN, key, 2, PROPOSED)
    library.move(BEN, key, 2, APPROVED)
    library.move(BEN, key, 2, LOCKED)
    lines = library.audit(ANN)
    assert [line.action for line in lines] == ["saved as new", "saved", "labelled", "archived", "brought back", "proposed", "approved", "locked"]
    assert [line.person for line in lines] == ["Ann"] * 2 + ["Ben"] * 6
    assert "98" not in " ".join(line.detail for line in lines)
    assert [line.at for line in lines] == sorted(line.at for line in lines)


def test_what_does_not_exist_is_told_so(library, startup):
    key = library.create(ANN, startup).key
    for work in (lambda: library.open(ANN, "nothinghere"), lambda: library.history(ANN, "nothinghere"), lambda: library.archive(ANN, "nothinghere")):
        with pytest.raises(Missing, match="not in the library, or may not be seen"):
            work()
    with pytest.raises(Missing, match="there is no version 9; the newest is 1"):
        library.open(ANN, key, 9)


def test_the_local_name_is_asked_once_for_each_machine(library):
    assert library.local_name("ann@desk") == ""
    library.remember_name("ann@desk", "Ann")
    library.remember_name("ann@desk", "Ann B.")
    assert (library.local_name("ann@desk"), library.local_name("ben@desk")) == ("Ann B.", "")


# Rights --------------------------------------------------------------------------------------------------------------------------------------

CHANGES = {
    "create": lambda library, who, key: library.create(who, shipped("startup_4")),
    "save": lambda library, who, key: library.save(who, key, 1, shipped("startup_4")),
    "restore": lambda library, who, key: library.restore(who, key, 1, 1),
    "duplicate": lambda library, who, key: library.duplicate(who, key),
    "rename": lambda library, who, key: library.rename(who, key, 1, "mine"),
    "label": lambda library, who, key: library.label(who, key, ["mine"]),
    "archive": lambda library, who, key: library.archive(who, key),
    "bring_back": lambda library, who, key: library.bring_back(who, key),
    "keep": lambda library, who, key: library.keep(who, key, 1, "mine", baseline(shipped("startup_4"))),
    "propose": lambda library, who, key: library.move(who, key, 1, PROPOSED),
    "approve": lambda library, who, key: library.move(who, key, 1, APPROVED),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("who", [VIEWER, NOBODY], ids=["viewer", "nobody"])
def test_a_viewer_can_change_nothing_by_a_direct_call(library, startup, change, who):
    key = library.create(ANN, startup).key
    with pytest.raises(Refused):
        CHANGES[change](library, who, key)
    assert [line.person for line in library.audit(ANN)] == ["Ann"]


@pytest.mark.parametrize("change", [name for name in CHANGES if name != "approve"])
def test_an_editor_can_change_everything_but_approve(library, startup, change):
    CHANGES[change](library, EDITOR, library.create(ANN, startup).key)
    assert library.audit(ANN)[-1].person == "Edi"


def test_an_editor_cannot_approve_and_an_approver_cannot_save(library, startup):
    key = library.create(ANN, startup).key
    with pytest.raises(Refused, match="the role approver"):
        library.move(EDITOR, key, 1, APPROVED)
    with pytest.raises(Refused, match="the role editor"):
        library.save(APPROVER, key, 1, startup)


READS = {
    "list": lambda library, who, key: library.list(who),
    "open": lambda library, who, key: library.open(who, key),
    "whole": lambda library, who, key: library.whole(who, key),
    "history": lambda library, who, key: library.history(who, key),
    "changes": lambda library, who, key: library.changes(who, key, 1, 1),
    "audit": lambda library, who, key: library.audit(who),
    "plans": lambda library, who, key: library.plans(who, key),
    "export": lambda library, who, key: library.export(who, key),
}


@pytest.mark.parametrize("read", READS)
def test_who_has_no_role_sees_nothing(library, startup, read):
    with pytest.raises(Refused):
        READS[read](library, NOBODY, library.create(ANN, startup).key)


def test_who_may_not_see_pay_gets_none_by_a_direct_call(library, startup):
    key = library.create(ANN, startup).key
    library.save(ANN, key, 1, scenarios.changed(startup, {"finance.frontline_monthly_pay": 98_765.0, "queues.calls.aht_s": 400.0}))
    opened = library.open(BLIND, key).scenario
    assert opened.finance.frontline_monthly_pay == 0
    assert {role.monthly_pay for role in opened.organisation.roles} <= {0}
    assert opened.queues[0].aht_s == 400.0
    told = {change.path: (change.before, change.after) for change in library.changes(BLIND, key, 1, 2)}
    assert told["finance.frontline_monthly_pay"] == ("hidden", "hidden")
    assert told["queues.calls.aht_s"][1] == 400.0
    with pytest.raises(Refused, match="may not see amounts of money"):
        library.export(BLIND, key)


# Places --------------------------------------------------------------------------------------------------------------------------------------


def test_a_library_needs_nothing_set_up(tmp_path):
    library = open_library(environment={"XDG_DATA_HOME": str(tmp_path)})
    assert (tmp_path / "frontline-planner" / "library.sqlite").exists()
    assert library.list(ANN) == ()
    library.engine.dispose()


@pytest.mark.parametrize(
    ("platform", "environment", "place"),
    [
        ("linux", {}, "/home/ann/.local/share/frontline-planner"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/frontline-planner"),
        ("darwin", {}, "/home/ann/Library/Application Support/Frontline Planner"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/Frontline Planner"),
    ],
)
def test_each_system_has_its_own_folder_for_data(platform, environment, place):
    from pathlib import Path

    assert str(engines.folder(environment, platform, Path("/home/ann"))) == place


def test_sqlite_writes_ahead_and_onto_the_disk(tmp_path):
    library = open_library(f"sqlite:///{tmp_path}/library.sqlite")
    with engines.reading(library.engine) as connection:
        asked = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:", "oracle://x"])
def test_an_address_that_is_none_is_refused_in_words(url):
    from planner.store import LibraryError

    with pytest.raises(LibraryError, match="PLANNER_DATABASE_URL"):
        open_library(url)


def test_the_password_of_an_address_is_never_told():
    assert "secret" not in engines.place_of(engines.parsed("postgresql://ann:secret@db.example/plans"))


def test_the_program_says_its_version_once():
    assert f'version = "{PROGRAM}"' in (ROOT / "pyproject.toml").read_text()
