"""The schema: from the first one with data, up and down, under a lock, on both databases; the tables are what the program says they are."""

import ast
import multiprocessing
import sqlite3

import pytest
from sqlalchemy import create_engine, inspect, text

from planner import scenario as scenarios
from planner.baseline import baseline
from planner.store import LOCAL_RIGHTS, LibraryError, Person, migrate, open_library, tables
from planner.store import engine as engines
from planner.store.keeping import check
from tests.conftest import ROOT

FIRST = ROOT / "tests" / "golden" / "store" / "first_schema.sql"
ANN = Person("Ann", LOCAL_RIGHTS, sees_pay=True)
KEY = "nwu3ngfjwvau"
FIRST_TABLES = ("content", "scenario", "version", "standing", "audit", "person")


def of_the_first_schema(database: str, tmp_path):
    """A library as the first program left it: SQLite from its dump, PostgreSQL with the same rows."""
    old = sqlite3.connect(tmp_path / "first.sqlite" if "postgresql" in database else database.removeprefix("sqlite:///"))
    old.executescript(FIRST.read_text(encoding="utf-8"))
    engine = engines.engine_of(engines.parsed(database))
    if "postgresql" in database:
        migrate.move(engine, "here", "0001")
        with engine.begin() as connection:
            for name in FIRST_TABLES:
                cursor = old.execute(f'SELECT * FROM "{name}"')
                columns = [column[0] for column in cursor.description]
                marks, names = ", ".join(f":{column}" for column in columns), ", ".join(f'"{column}"' for column in columns)
                rows = [dict(zip(columns, row, strict=True)) for row in cursor]
                connection.execute(text(f'INSERT INTO "{name}" ({names}) VALUES ({marks})'), rows)
            for name in ("standing", "audit"):
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"))
    old.close()
    return engine


def everything(engine):
    with engine.connect() as connection:
        return {name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"')).mappings())) for name in FIRST_TABLES}


def test_the_first_schema_with_data_goes_up_and_everything_opens(database, tmp_path):
    of_the_first_schema(database, tmp_path).dispose()
    library = open_library(database)
    assert check(library) == ()
    assert [entry.name for entry in library.list(ANN, "grösse BOARD")] == ["Größe 2027"]
    assert [(version.no, version.standing, version.author) for version in library.history(ANN, KEY)] == [(2, "approved", "Ben"), (1, "draft", "Ann")]
    opened = library.open(ANN, KEY, 1)
    assert opened.scenario == scenarios.load(ROOT / "tests" / "golden" / "store" / "first_version.json")
    assert [change.path for change in library.changes(ANN, KEY, 1, 2)] == ["finance.on_cost"]
    library.save(ANN, KEY, 2, opened.scenario, "goes on")
    library.keep(ANN, KEY, 3, "plan", baseline(opened.scenario))
    assert check(library) == ()
    library.engine.dispose()


def test_it_goes_down_again_and_up_and_nothing_is_lost(database, tmp_path):
    engine = of_the_first_schema(database, tmp_path)
    before = everything(engine)
    for target in ("0002", "0001", "0002", "0001"):
        migrate.move(engine, "here", target)
    assert everything(engine) == before
    migrate.move(engine, "here", "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()


def test_the_tables_are_what_the_program_says(database):
    library = open_library(database)
    from alembic import command

    with engines.writing(library.engine) as connection:
        command.check(migrate.configuration(connection))
    library.engine.dispose()


def test_the_steps_are_those_that_are_there():
    from alembic.script import ScriptDirectory

    with create_engine("sqlite://").connect() as connection:
        script = ScriptDirectory.from_config(migrate.configuration(connection))
    assert tuple(step.revision for step in reversed(list(script.walk_revisions()))) == migrate.REVISIONS
    files = sorted(path.stem for path in (migrate.FOLDER / "versions").glob("r*.py"))
    assert [name[1:5] for name in files] == list(migrate.REVISIONS)


def test_no_step_reads_the_tables_of_today():
    for path in (migrate.FOLDER / "versions").glob("r*.py"):
        names = {node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)}
        assert not [name for name in names if name.startswith("planner")], path


def test_a_library_of_a_newer_program_is_refused_and_left_alone(database):
    library = open_library(database)
    with library.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LibraryError, match="made by a newer program") as refusal:
        migrate.bring_up_to_date(library.engine, library.place)
    assert "Update the program" in str(refusal.value)
    assert "9999" in str(refusal.value)
    with library.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    library.engine.dispose()


def _start(database, at_once, answers):
    at_once.wait()
    try:
        found = open_library(database)
        answers.put(len(found.list(ANN)))
    except BaseException as error:  # noqa: BLE001 - told to the test
        answers.put(repr(error))


def test_programs_that_start_at_once_on_a_new_library_all_open_it(database):
    processes = multiprocessing.get_context("fork")
    at_once, answers = processes.Barrier(4), processes.Queue()
    started = [processes.Process(target=_start, args=(database, at_once, answers)) for _ in range(4)]
    for process in started:
        process.start()
    found = [answers.get(timeout=120) for _ in started]
    for process in started:
        process.join(timeout=60)
    assert found == [0, 0, 0, 0]


def test_a_step_that_fails_leaves_the_schema_as_it_was(database, tmp_path, monkeypatch):
    engine = of_the_first_schema(database, tmp_path)
    before = everything(engine)

    def cut(connection, target, down):
        run(connection, target, down)
        raise RuntimeError("cut off")

    run = migrate._run
    monkeypatch.setattr(migrate, "_run", cut)
    with pytest.raises(RuntimeError, match="cut off"):
        migrate.move(engine, "here", "0002")
    assert everything(engine) == before
    with engine.connect() as connection:
        assert migrate.revision_of(connection) == "0001"
    engine.dispose()


def test_every_table_is_backed_up():
    assert {table.name for table in tables.metadata.sorted_tables} == {*FIRST_TABLES, "decisions"}
