"""Times the scenario library on SQLite: saving and opening the shipped centre, and listing 2,000 scenarios of 50 versions each.

    python -m bench.store_speed

PLANNER_BENCH_DATABASE names another, empty database, as postgresql://planner@127.0.0.1/bench.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert

from planner import scenario as scenarios
from planner.store import LOCAL_RIGHTS, Library, Person, open_library, tables
from planner.store import engine as engines
from planner.store.documents import document_of, sha256, taken_apart
from planner.store.library import DRAFT, utc_now, written

ANN = Person("Ann", LOCAL_RIGHTS, sees_pay=True)
SCENARIOS, VERSIONS, TIMES = 2_000, 50, 40
DATA = Path(__file__).parent.parent / "data" / "scenarios"


def milliseconds(work: Callable[[], object], times: int = TIMES) -> tuple[float, float, float]:
    """Median and 90th percentile of a call, and the processor's part of its mean."""
    taken, busy = [], time.process_time()
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken), sorted(taken)[int(times * 0.9)], (time.process_time() - busy) * 1000 / times


def fill(library: Library) -> None:
    """2,000 scenarios of 50 versions, each with a document of its own, written without the library's checks."""
    small = document_of(scenarios.load(DATA / "startup_4.json"))
    at = written(utc_now())
    for number in range(SCENARIOS):
        key, name = f"case{number:04d}", f"Case {number:04d} {['north', 'south', 'east', 'west'][number % 4]}"
        texts = [taken_apart(small | {"name": name, "notes": f"{number} {no}"})[0] for no in range(1, VERSIONS + 1)]
        versions = [
            {"key": key, "no": no, "sha256": sha256(text), "author": "Ann", "at": at, "note": f"change {no}", "program": "bench"}
            for no, text in enumerate(texts, 1)
        ]
        with engines.writing(library.engine) as connection:
            stands = {"standing": DRAFT, "standing_by": "Ann", "standing_at": at, "saved_by": "Ann", "saved_at": at}
            labels = ["board", f"year {2027 + number % 3}"]
            connection.execute(
                insert(tables.scenario).values(
                    key=key, name=name, labels=json.dumps(labels), search=f"{name} {' '.join(labels)}".casefold(), head=VERSIONS, **stands
                )
            )
            connection.execute(insert(tables.content), [{"sha256": sha256(text), "kind": "scenario", "text": text} for text in texts])
            connection.execute(insert(tables.version), versions)
            lines = [{"key": key, "no": no, "standing": DRAFT, "person": "Ann", "at": at, "note": ""} for no in range(1, VERSIONS + 1)]
            connection.execute(insert(tables.standing), lines)


def main() -> None:
    centre = scenarios.load(DATA / "centre_600.json")
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(os.environ.get("PLANNER_BENCH_DATABASE") or f"sqlite:///{folder}/library.sqlite")
        begin = time.perf_counter()
        fill(library)
        print(f"{library.engine.dialect.name}: {SCENARIOS:,} scenarios of {VERSIONS} versions written in {time.perf_counter() - begin:.0f} s")
        made = library.create(ANN, centre)
        at = {"no": made.no}

        def save() -> None:
            at["no"] = library.save(ANN, made.key, at["no"], centre.but(notes=f"version {at['no']}")).no

        figures = {
            "save centre_600": (milliseconds(save), 20),
            "open centre_600": (milliseconds(lambda: library.open(ANN, made.key)), 50),
            "list all": (milliseconds(lambda: library.list(ANN)), 200),
            "list those found by two words": (milliseconds(lambda: library.list(ANN, "west 2028")), 200),
            "history of 50 versions": (milliseconds(lambda: library.history(ANN, "case1000")), 200),
        }
        library.engine.dispose()
    print(f"{os.cpu_count()} processors, {os.getloadavg()[0]:.1f} programs at work")
    for what, ((median, high, busy), promised) in figures.items():
        print(f"{what:32s}{median:8.1f} ms   90 % within {high:6.1f} ms   processor {busy:6.1f} ms   promised {promised:4d} ms: {promised / median:5.1f} times")


if __name__ == "__main__":
    main()
