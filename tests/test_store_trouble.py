"""The library in trouble: many at once, killed while saving, no room, no rights, no server, no file. Nothing saved is lost, nothing is half-written."""

import contextlib
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import event, text

from planner.store import LOCAL_RIGHTS, LibraryError, Person, Stale, open_library
from planner.store import engine as engines
from planner.store.keeping import check
from tests import databases
from tests.conftest import shipped

ANN = Person("Ann", LOCAL_RIGHTS, sees_pay=True)
STARTUP = shipped("startup_4")
PROCESSES, SAVES, CUTS = 4, 25, 200
SEED = 20_270_104
FORK = multiprocessing.get_context("fork")


def made(database):
    """The key of a scenario in a new library, which is closed again."""
    library = open_library(database)
    key = library.create(ANN, STARTUP, "first").key
    library.engine.dispose()
    return key


def fresh(database):
    """The library on connections of this process."""
    from planner.store.start import opened

    opened.cache_clear()
    return open_library(database)


def in_child(work, *arguments, timeout=120):
    """What a function answers in a process of its own; the name and the words of the error where it fails."""
    answers = FORK.Queue()

    def run():
        try:
            answers.put(work(*arguments))
        except BaseException as error:  # noqa: BLE001 - handed to the test
            answers.put((type(error).__name__, str(error)))

    child = FORK.Process(target=run)
    child.start()
    answer = answers.get(timeout=timeout)
    child.join(timeout=timeout)
    return answer


# Many at once --------------------------------------------------------------------------------------------------------------------------------


def conflicting_saves(database, key, number, at_once):
    library, retries = fresh(database), 0
    at_once.wait()
    for save in range(SAVES):
        note = f"process {number} save {save}"
        while True:
            now = library.open(ANN, key)
            try:
                library.save(ANN, key, now.version.no, now.scenario.but(notes=f"{now.scenario.notes}\n{note}"), note)
                break
            except Stale:
                retries += 1
    library.engine.dispose()
    return retries


def test_four_processes_with_25_conflicting_saves_each_make_100_versions_without_gap_or_loss(database):
    key = made(database)
    at_once, answers = FORK.Barrier(PROCESSES), FORK.Queue()
    children = [FORK.Process(target=lambda number=number: answers.put(conflicting_saves(database, key, number, at_once))) for number in range(PROCESSES)]
    for child in children:
        child.start()
    retries = [answers.get(timeout=300) for _ in children]
    for child in children:
        child.join()
    library = fresh(database)
    history = library.history(ANN, key)[::-1]
    saved = [version.note for version in history[1:]]
    assert [version.no for version in history] == list(range(1, PROCESSES * SAVES + 2))
    assert sorted(saved) == sorted(f"process {number} save {save}" for number in range(PROCESSES) for save in range(SAVES))
    assert library.open(ANN, key).scenario.notes.split("\n")[-PROCESSES * SAVES :] == saved, "every save stands upon the one before it"
    assert sum(retries) > 0, "they did conflict"
    assert len(library.audit(ANN)) == PROCESSES * SAVES + 1
    assert check(library) == ()
    library.engine.dispose()


# Killed --------------------------------------------------------------------------------------------------------------------------------------


def save_until_killed(database, key, told):
    library = fresh(database)
    no = library.entry(ANN, key).head
    os.write(told, b"r")
    while True:
        no = library.save(ANN, key, no, STARTUP.but(notes=f"saved as {no + 1}"), f"{no + 1}").no
        os.write(told, b"s")


def confirmed(pipe):
    """How many saves the child told as done before it was killed."""
    found = b""
    while some := os.read(pipe, 65_536):
        found += some
    return found.count(b"s")


@pytest.mark.slow
def test_200_saves_cut_by_kill_9_are_each_whole_or_absent_and_the_head_always_opens(database):
    key, chance = made(database), random.Random(SEED)
    head = 1
    for _ in range(CUTS):
        here, there = os.pipe()
        child = FORK.Process(target=save_until_killed, args=(database, key, there))
        child.start()
        os.close(there)
        assert os.read(here, 1) == b"r"
        time.sleep(chance.uniform(0, 0.04))
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        done = head + confirmed(here)
        os.close(here)
        library = fresh(database)
        opened = library.open(ANN, key)
        head = opened.version.no
        assert done <= head <= done + 1, "what was told as saved is there, and at most the one save that was cut"
        assert opened.scenario == (STARTUP if head == 1 else STARTUP.but(notes=f"saved as {head}"))
        library.engine.dispose()
    library = fresh(database)
    assert [version.no for version in library.history(ANN, key)] == list(range(head, 0, -1))
    assert check(library) == ()
    library.engine.dispose()


# No room -------------------------------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(size):
    """A file system of its own of a given size; the test is left out where this user may not mount one."""
    folder = Path(tempfile.mkdtemp(prefix="planner-disk-"))
    if os.getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "none", str(folder)], capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("a small file system cannot be mounted by this user")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def saved_until_full(library, key):
    """Saves ever larger scenarios until the disk is full: how many were taken, and what was said of the one that was not."""
    no = library.entry(ANN, key).head
    for step in range(400):
        try:
            no = library.save(ANN, key, no, STARTUP.but(notes=str(step) * 20_000), f"save {no + 1}").no
        except LibraryError as error:
            return no, str(error)
    raise AssertionError("the disk never was full")


def stands_whole(library, key, no):
    assert library.open(ANN, key).version.no == no
    assert [version.no for version in library.history(ANN, key)] == list(range(no, 0, -1))
    assert check(library) == ()


def test_a_full_disk_is_told_nothing_is_lost_and_saving_goes_on_when_there_is_room():
    with small_disk("2m") as folder:
        ballast = folder / "ballast"
        ballast.write_bytes(b"x" * 600_000)
        library = open_library(f"sqlite:///{folder}/library.sqlite")
        key = library.create(ANN, STARTUP).key
        no, said = saved_until_full(library, key)
        assert "there is no room left on the disk" in said
        assert "everything saved before is untouched" in said
        ballast.unlink()
        stands_whole(library, key, no)
        assert library.save(ANN, key, no, STARTUP, "room again").no == no + 1
        stands_whole(library, key, no + 1)
        library.engine.dispose()


def save_within_quota(database, key, quota):
    resource.setrlimit(resource.RLIMIT_FSIZE, (quota, quota))
    library = fresh(database)
    return saved_until_full(library, key)


def test_a_quota_is_told_and_nothing_is_lost(tmp_path):
    database = f"sqlite:///{tmp_path}/library.sqlite"
    key = made(database)
    no, said = in_child(save_within_quota, database, key, (tmp_path / "library.sqlite").stat().st_size + 400_000)
    assert "The library cannot be used" in said
    assert "the disk does not take or give the data" in said or "no room left" in said
    library = fresh(database)
    stands_whole(library, key, no)
    library.engine.dispose()


def test_a_full_disk_of_a_server_is_told_and_nothing_is_lost(postgresql):
    with small_disk("160m") as folder:
        server = databases.Server(folder / "pg")
        try:
            library = open_library(server.database("full"))
            key = library.create(ANN, STARTUP).key
            with (folder / "ballast").open("wb") as ballast, contextlib.suppress(OSError):
                while True:
                    ballast.write(b"x" * 65_536)
                    ballast.flush()
            no, said = saved_until_full(library, key)
            assert "there is no room left on the disk" in said
            (folder / "ballast").unlink()
            stands_whole(library, key, no)
            assert library.save(ANN, key, no, STARTUP, "room again").no == no + 1
            library.engine.dispose()
        finally:
            server.close()


# No rights -----------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shared_folder():
    """A folder that another user reaches."""
    folder = Path(tempfile.mkdtemp(prefix="planner-shared-"))
    yield folder
    shutil.rmtree(folder)


def as_another_user(work, *arguments):
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65_534)
        os.setuid(65_534)
    return work(*arguments)


def read_and_save(database, key):
    library = fresh(database)
    name = library.list(ANN)[0].name
    try:
        library.save(ANN, key, 1, STARTUP)
    except LibraryError as error:
        return name, str(error)
    return name, "saved"


def test_a_read_only_file_is_read_and_a_save_is_told(shared_folder):
    database = f"sqlite:///{shared_folder}/library.sqlite"
    key = made(database)
    (shared_folder / "library.sqlite").chmod(0o444)
    shared_folder.chmod(0o777)
    name, said = in_child(as_another_user, read_and_save, database, key)
    assert name == "Startup 4"
    assert "read-only" in said
    assert "everything saved before is untouched" in said
    library = fresh(database)
    stands_whole(library, key, 1)
    library.engine.dispose()


def test_a_folder_that_may_not_be_written_is_told_with_the_way_out(shared_folder):
    database = f"sqlite:///{shared_folder}/library.sqlite"
    key = made(database)
    shared_folder.chmod(0o555)
    name, said = in_child(as_another_user, read_and_save, database, key)
    shared_folder.chmod(0o755)
    assert name == "LibraryError"
    assert "PLANNER_DATABASE_URL" in said


def test_a_place_where_no_library_can_be_made_is_told(shared_folder):
    name, said = in_child(as_another_user, open_library, f"sqlite:///{shared_folder}/deep/library.sqlite")
    assert name == "LibraryError"
    assert "cannot be made: Permission denied" in said


# No file -------------------------------------------------------------------------------------------------------------------------------------


def test_a_file_that_was_taken_away_is_missed_and_not_begun_anew(tmp_path):
    database = f"sqlite:///{tmp_path}/library.sqlite"
    library = open_library(database)
    key = library.create(ANN, STARTUP).key
    for file in tmp_path.glob("library.sqlite*"):
        file.rename(tmp_path / f"away-{file.name}")
    for work in (lambda: library.list(ANN), lambda: library.save(ANN, key, 1, STARTUP)):
        with pytest.raises(LibraryError, match="its file cannot be opened"):
            work()
    assert not (tmp_path / "library.sqlite").exists()
    for file in tmp_path.glob("away-*"):
        file.rename(tmp_path / file.name.removeprefix("away-"))
    assert library.open(ANN, key).scenario == STARTUP
    library.engine.dispose()


def test_a_file_that_is_no_library_is_told_and_left_alone(tmp_path):
    file = tmp_path / "library.sqlite"
    file.write_bytes(b"a letter to my aunt " * 400)
    with pytest.raises(LibraryError, match="its file is no library"):
        open_library(f"sqlite:///{file}")
    assert file.read_bytes() == b"a letter to my aunt " * 400


def test_who_waits_too_long_for_another_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_MS", 200)
    database = f"sqlite:///{tmp_path}/library.sqlite"
    library = open_library(database)
    key = library.create(ANN, STARTUP).key
    other = sqlite3.connect(tmp_path / "library.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryError, match="somebody else has been writing"):
        library.save(ANN, key, 1, STARTUP)
    assert library.list(ANN)[0].head == 1, "reading goes on beside a writer"
    other.execute("ROLLBACK")
    assert library.save(ANN, key, 1, STARTUP).no == 2
    library.engine.dispose()


# No server -----------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def server(postgresql):
    """A server of one test, to be stopped."""
    found = databases.Server()
    yield found
    found.close()


def test_a_server_that_stops_is_told_and_the_library_goes_on_when_it_is_back(server):
    library = open_library(server.database("library"))
    key = library.create(ANN, STARTUP).key
    server.stop()
    for work in (lambda: library.list(ANN), lambda: library.save(ANN, key, 1, STARTUP)):
        with pytest.raises(LibraryError, match="its server does not answer"):
            work()
    server.start()
    assert library.save(ANN, key, 1, STARTUP, "back").no == 2
    stands_whole(library, key, 2)
    library.engine.dispose()


def test_a_server_that_never_was_is_told():
    with pytest.raises(LibraryError, match="its server does not answer"):
        open_library("postgresql://ann@127.0.0.1:9/plans")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
def test_a_save_whose_server_stops_in_the_middle_is_carried_out_once_when_it_is_back(server, how):
    library = open_library(server.database("library"))
    key = library.create(ANN, STARTUP).key
    cut, again = threading.Event(), threading.Timer(0.6, server.start)

    @event.listens_for(library.engine, "commit")
    def stop_before_the_commit(connection):
        if not cut.is_set():
            cut.set()
            server.stop(how)
            again.start()

    assert library.save(ANN, key, 1, STARTUP.but(notes="kept"), "in the middle").no == 2
    again.join()
    assert cut.is_set()
    stands_whole(library, key, 2)
    assert [line.action for line in library.audit(ANN)] == ["saved as new", "saved"]
    library.engine.dispose()


def test_a_save_whose_answer_never_comes_is_not_called_lost(server, monkeypatch):
    monkeypatch.setattr("planner.store.library.PAUSE_S", 0.01)
    library = open_library(server.database("library"))
    key = library.create(ANN, STARTUP).key
    event.listen(library.engine, "commit", lambda connection: server.stop())
    with pytest.raises(LibraryError, match="Whether it was saved will show when the server is back"):
        library.save(ANN, key, 1, STARTUP)
    library.engine.dispose()


def test_a_save_whose_answer_is_lost_is_not_carried_out_twice(server):
    library = open_library(server.database("library"))
    other = engines.engine_of(engines.parsed(server.url("library")))
    key = library.create(ANN, STARTUP).key
    cut = threading.Event()

    @event.listens_for(library.engine, "commit")
    def cut_after_the_commit(connection):
        if not cut.is_set():
            cut.set()
            driver = connection.connection.driver_connection
            driver.commit()
            with other.begin() as killer:
                killer.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": driver.info.backend_pid})

    assert library.save(ANN, key, 1, STARTUP.but(notes="once"), "answer lost").no == 2
    assert cut.is_set()
    stands_whole(library, key, 2)
    assert [line.action for line in library.audit(ANN)] == ["saved as new", "saved"]
    library.engine.dispose()
    other.dispose()


def test_a_server_that_takes_no_changes_is_told_and_still_read(server):
    address = server.database("library")
    library = open_library(address)
    key = library.create(ANN, STARTUP).key
    library.engine.dispose()
    reading = fresh(f"{address}?options=-c%20default_transaction_read_only%3Don")
    assert reading.open(ANN, key).scenario == STARTUP
    with pytest.raises(LibraryError, match="its server takes no changes now"):
        reading.save(ANN, key, 1, STARTUP)
    reading.engine.dispose()


@pytest.mark.parametrize(("name", "said"), [("missing", "there is no such database"), ("library?options=-c%20role%3Dguest", "may not read or change")])
def test_a_database_that_is_missing_or_may_not_be_read_is_told(server, name, said):
    open_library(server.database("library")).engine.dispose()
    with engines.engine_of(engines.parsed(server.url("library"))).begin() as connection:
        connection.execute(text("CREATE ROLE guest"))
        connection.execute(text("GRANT USAGE ON SCHEMA public TO guest"))
        connection.execute(text("GRANT SELECT ON alembic_version TO guest"))
    with pytest.raises(LibraryError, match=said):
        fresh(server.url(name)).list(ANN)
