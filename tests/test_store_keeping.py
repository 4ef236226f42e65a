"""Backup, restore and check of a whole library, from either database into either."""

import sqlite3
import threading

import pytest
from sqlalchemy import text

from planner.decisions import nothing_decided
from planner.store import LOCAL_RIGHTS, LibraryError, Person, Refused, open_library
from planner.store.keeping import backup, check, contents, restore
from tests import databases
from tests.conftest import shipped

ANN = Person("Ann", LOCAL_RIGHTS, sees_pay=True)
VIEWER = Person("Vic", frozenset({"viewer"}))


def filled(database):
    library = open_library(database)
    key = library.create(ANN, shipped("startup_4"), "first", ["Board"]).key
    library.save(ANN, key, 1, shipped("startup_4").but(notes="second"))
    library.move(ANN, key, 2, "approved")
    library.keep(ANN, key, 2, "plan", nothing_decided(shipped("startup_4")))
    library.create(ANN, shipped("centre_600"))
    return library, key


def seen(library):
    entries = library.list(ANN)
    histories = {entry.key: library.history(ANN, entry.key) for entry in entries}
    scenarios = {(key, version.no): library.open(ANN, key, version.no).scenario for key, versions in histories.items() for version in versions}
    return entries, histories, scenarios, {key: library.plans(ANN, key) for key in histories}


def test_a_backup_is_one_file_that_brings_everything_back_into_either_database(database, tmp_path, request):
    library, key = filled(database)
    before, file = seen(library), tmp_path / "backup.sqlite"
    told = backup(library, file)
    assert str(told) == "2 scenarios, 3 versions, 1 hiring plan, 5 changes"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(("backup", ".planner"))] == ["backup.sqlite"]
    kinds = [f"sqlite:///{tmp_path}/again.sqlite"]
    if databases.installed():
        kinds.append(request.getfixturevalue("postgresql").database(f"again_{key}_{database[:6]}"))
    for kind in kinds:
        again = open_library(kind)
        restore(again, file, ANN)
        assert seen(again) == before
        assert check(again) == ()
        assert again.audit(ANN)[-1].action == "restored from a backup"
        again.save(ANN, key, 2, shipped("startup_4"), "goes on")
        again.keep(ANN, key, 3, "another", nothing_decided(shipped("startup_4")))
        assert check(again) == ()
        again.engine.dispose()
    library.engine.dispose()


def test_what_a_library_holds_is_not_replaced_unless_it_is_said(database, tmp_path):
    library, key = filled(database)
    backup(library, tmp_path / "backup.sqlite")
    library.save(ANN, key, 2, shipped("startup_4"), "after the backup")
    with pytest.raises(Refused, match="--replace"):
        restore(library, tmp_path / "backup.sqlite", ANN)
    assert library.entry(ANN, key).head == 3
    restore(library, tmp_path / "backup.sqlite", ANN, replace=True)
    assert library.entry(ANN, key).head == 2
    with pytest.raises(Refused):
        restore(library, tmp_path / "backup.sqlite", VIEWER, replace=True)
    library.engine.dispose()


def test_a_backup_replaces_an_older_one_wholly_or_not_at_all(database, tmp_path):
    library, key = filled(database)
    file = tmp_path / "backup.sqlite"
    backup(library, file)
    first = file.read_bytes()
    with library.engine.begin() as connection:
        connection.execute(text("UPDATE content SET text = '{}' WHERE kind = 'scenario'"))
    with pytest.raises(LibraryError, match="not what was saved"):
        backup(library, file)
    assert file.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".planner")] == []
    with pytest.raises(LibraryError, match="cannot be written"):
        backup(library, tmp_path / "nowhere" / "backup.sqlite")
    library.engine.dispose()


@pytest.mark.parametrize("content", [b"", b"no library " * 500, None])
def test_a_file_that_is_no_backup_is_refused_and_nothing_is_touched(tmp_path, content):
    library, key = filled(f"sqlite:///{tmp_path}/library.sqlite")
    before = seen(library)
    if content is not None:
        (tmp_path / "backup.sqlite").write_bytes(content)
    with pytest.raises(LibraryError):
        restore(library, tmp_path / "backup.sqlite", ANN, replace=True)
    assert seen(library) == before
    library.engine.dispose()


def test_a_damaged_backup_is_refused(tmp_path):
    library, _ = filled(f"sqlite:///{tmp_path}/library.sqlite")
    file = tmp_path / "backup.sqlite"
    backup(library, file)
    whole = bytearray(file.read_bytes())
    for place in range(4096 * 3, len(whole), 4096):
        whole[place : place + 200] = b"\xff" * 200
    file.write_bytes(whole)
    with pytest.raises(LibraryError):
        restore(library, file, ANN, replace=True)
    library.engine.dispose()


FAULTS = {
    "DELETE FROM standing WHERE no = 2": "it is not known how it stands",
    "UPDATE scenario SET head = 5": "it says that it has 5 versions",
    "UPDATE content SET text = '[]' WHERE kind = 'series'": "its text is not what was saved",
    "UPDATE content SET kind = 'lost' WHERE kind = 'series'": "a volume series of it is missing",
    "UPDATE content SET text = '{}' WHERE kind = 'decisions'": "its text is not what was saved",
}


@pytest.mark.parametrize("damage", FAULTS)
def test_a_check_finds_what_is_wrong(database, damage):
    library, _ = filled(database)
    assert check(library) == ()
    with library.engine.begin() as connection:
        connection.execute(text(damage))
    assert FAULTS[damage] in " ".join(map(str, check(library)))
    library.engine.dispose()


def test_a_check_finds_a_scenario_that_does_not_open(database):
    from planner.store.documents import sha256

    library, key = filled(database)
    broken = '{"name":"x"}'
    with library.engine.begin() as connection:
        connection.execute(text("INSERT INTO content VALUES (:sha, 'scenario', :text)"), {"sha": sha256(broken), "text": broken})
        connection.execute(text("UPDATE version SET sha256 = :sha WHERE key = :key AND no = 2"), {"sha": sha256(broken), "key": key})
    assert "its newest version does not open" in " ".join(map(str, check(library)))
    library.engine.dispose()


def test_a_backup_of_the_first_schema_is_restored(tmp_path):
    from tests.test_store_migrations import FIRST, KEY

    old = sqlite3.connect(tmp_path / "old.sqlite")
    old.executescript(FIRST.read_text(encoding="utf-8"))
    old.close()
    before = (tmp_path / "old.sqlite").read_bytes()
    library = open_library(f"sqlite:///{tmp_path}/library.sqlite")
    restore(library, tmp_path / "old.sqlite", ANN)
    assert library.entry(ANN, KEY).name == "Größe 2027"
    assert check(library) == ()
    assert (tmp_path / "old.sqlite").read_bytes() == before
    library.engine.dispose()


def test_a_backup_is_taken_of_one_moment_while_others_save(database, tmp_path):
    library, key = filled(database)
    stop = threading.Event()

    def keep_saving():
        while not stop.is_set():
            now = library.open(ANN, key).version.no
            library.save(ANN, key, now, shipped("startup_4").but(notes=str(now)))

    if library.entry(ANN, key).standing != "draft":
        library.save(ANN, key, 2, shipped("startup_4"))
    saver = threading.Thread(target=keep_saving)
    saver.start()
    try:
        for number in range(5):
            backup(library, tmp_path / f"backup{number}.sqlite")
    finally:
        stop.set()
        saver.join()
    for number in range(5):
        again = open_library(f"sqlite:///{tmp_path}/backup{number}.sqlite")
        assert check(again) == ()
        again.engine.dispose()
    assert contents(library).versions > 4
    library.engine.dispose()
