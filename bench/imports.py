"""`python -m bench.imports`: an address book by the command line: new people, and the same again.

`--file archive` brings the same people as the file that *Everything I may see* makes.

The command runs as its own process, so that its peak is the whole of what an import needs.
"""

import argparse
import csv
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from pathlib import Path

import orjson
import psutil

from bench.servers import ROOT, Farm, farm

_HEADER = [
    "First Name",
    "Last Name",
    "Email",
    "Phone",
    "Company",
    "Position",
    "Birthday",
    "Tags",
    "Notes",
    "ID",
]


def main() -> None:
    """Write the file, import it twice, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.imports")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--file", choices=("csv", "archive"), default="csv")
    parser.add_argument("--size", choices=("S", "M", "L"), default="S", help="who is there before")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="community-bench-"))
    folder.chmod(0o711)
    try:
        book = folder / ("people.csv" if options.file == "csv" else "people.zip")
        (write_book if options.file == "csv" else write_archive)(book, options.people)
        with farm(folder, options.size, 1) as running:
            print(f"{options.people} people into size {options.size}, {book.stat().st_size} bytes")
            for what in ("new", "again"):
                wall, cpu, database = run(running, book)
                print(
                    f"{what:6} wall {wall:6.1f} s   CPU {cpu:5.1f} s and PostgreSQL {database:5.1f} s"
                )
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"peak   {peak:.0f} MiB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_book(path: Path, people: int) -> None:
    """An address book with every kind of field, the same every time."""
    dice = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(_HEADER)
        for number in range(people):
            writer.writerow(
                (
                    f"Ann{number}",
                    f"Lee{dice.randrange(3000)}",
                    f"ann{number}@example{number % 97}.org",
                    f"+49 30 231 {number:05}",
                    f"Acme {number % 500}",
                    f"Engineer {number % 40}",
                    f"1980-02-{1 + number % 28:02}",
                    "choir; board",
                    f"Met at the fair in row {number}.",
                    number,
                )
            )


def write_archive(path: Path, people: int) -> None:
    """The same people as an export has them: their maker's notes, and a job before."""
    tables: dict[str, list[dict[str, object]]] = {}
    for number in range(people):
        whom = {"id": str(uuid.UUID(int=number + 1)), "name": f"Ann{number} Lee{number % 3000}"}
        born = {"birthday_month": 2, "birthday_day": 1 + number % 28, "birthday_year": 1980}
        own = {"id": "", "person": whom}
        rows: dict[str, dict[str, object]] = {
            "persons": {**whom, **born, "call_name": "", "tags": ["choir", "board"], "extra": {}},
            "person_emails": {**own, "value": f"ann{number}@example{number % 97}.org", "label": ""},
            "person_phones": {**own, "value": f"+49 30 231 {number:05}", "label": "work"},
            "positions": {**own, "organisation": f"Acme {number % 500}", "title": "Engineer"},
            "notes": {
                **own,
                "author": {"id": "me", "name": "Me"},
                "body": f"Met at the fair in row {number}.",
                "happened_at": "2019-05-04T12:00:00Z",
            },
        }
        for name, row in rows.items():
            tables.setdefault(name, []).append(row)
        tables["positions"].append(
            {**own, "organisation": "Hale", "title": "Intern", "to_on": "2010-12-31"}
        )
    whole = orjson.dumps({"made_by_id": "me", "tables": tables}, option=orjson.OPT_INDENT_2)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", whole)


def run(running: Farm, book: Path) -> tuple[float, float, float]:
    """Seconds on the wall, of the command's CPU, and of PostgreSQL's."""
    before = _database_cpu(running)
    started = time.monotonic()
    used = _children_cpu()
    words = ["import", str(book), "--team", running.world.slug, "--as", "m1@example.org"]
    subprocess.run(
        [Path(sys.executable).with_name("community"), *words],
        cwd=ROOT,
        env=running.environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wall = time.monotonic() - started
    return wall, _children_cpu() - used, _database_cpu(running) - before


def _database_cpu(running: Farm) -> float:
    """With the processes that ended: the command's connection is one of them."""
    times = psutil.Process(running.postmaster).cpu_times()
    return running.database_cpu() + times.children_user + times.children_system


def _children_cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main()
