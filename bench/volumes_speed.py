"""Times the import of a large volume file: ten million intervals as CSV, read with all checks and written in the planner's own layout.

    python bench/volumes_speed.py [ROWS] [FOLDER]

The whole command in a process of its own, as a planner starts it: wall time, processor time, peak memory; by time and by queue.
"""

import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROWS = 10_000_000
QUEUES = 40
BEGIN = datetime(2020, 1, 1)
SEED = 1


def write_rows(path: Path, rows: int, by: str) -> int:
    """A file of quarter hours of forty queues, sorted by time or by queue; a day's course, handle times with a decimal. Its bytes."""
    draw = random.Random(SEED)
    usual = [max(0.0, 40 - abs(slot - 52) * 1.1) for slot in range(96)]
    tail = [[f"{max(0, round(draw.gauss(mean, mean**0.5)))},{draw.uniform(180, 600):.1f}" for _ in range(997)] for mean in usual]
    starts = [(BEGIN + timedelta(minutes=15 * number), number) for number in range(rows // QUEUES)]
    with path.open("w", encoding="utf-8") as file:
        file.write("start,queue,contacts,aht_s\n")
        if by == "time":
            for start, number in starts:
                text, cells = f"{start:%Y-%m-%d %H:%M}", tail[number % 96]
                file.write("".join(f"{text},queue {queue:02d},{cells[(number * 7 + queue * 31) % 997]}\n" for queue in range(QUEUES)))
        else:
            texts = [(f"{start:%Y-%m-%d %H:%M}", number) for start, number in starts]
            for queue in range(QUEUES):
                file.write("".join(f"{text},queue {queue:02d},{tail[number % 96][(number * 7 + queue * 31) % 997]}\n" for text, number in texts))
    return path.stat().st_size


def imported(path: Path, out: Path) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of `python -m planner import`."""
    begin = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "planner", "import", str(path), "--out", str(out)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    usage = wait(child)
    return time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def wait(child: "subprocess.Popen[bytes]") -> resource.struct_rusage:
    """What a process has used, once it has ended. Raises RuntimeError where it failed."""
    import os

    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError("the import failed")
    return usage


def main(rows: int, folder: Path) -> None:
    for by in ("time", "queue"):
        path, out = folder / f"by_{by}.csv", folder / "out.csv"
        size = write_rows(path, rows, by)
        for _ in range(2):
            wall, processor, peak = imported(path, out)
            print(f"{rows:,} rows sorted by {by}, {size / 1e6:.0f} MB: {wall:.1f} s, processor {processor:.1f} s, peak {peak:,.0f} MB")
        path.unlink()
        out.unlink()


if __name__ == "__main__":
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as folder:
        main(rows, Path(folder))
