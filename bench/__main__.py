"""`python -m bench`: run the scenarios over the three servers and print one table."""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.scenarios import SCENARIOS, Scenario, measure, statements
from bench.servers import Farm, farm

ROUNDS = 3


def main() -> None:
    """Read the options, run, print and keep."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="CPU milliseconds a request."
    )
    parser.add_argument("--size", choices=("S", "M", "L"), default="S")
    parser.add_argument("--requests", type=int, default=300, help="a round, scenario and server")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", help="comma-separated scenarios")
    options = parser.parse_args()
    wanted = [s for s in SCENARIOS if not options.only or s.name in options.only.split(",")]
    folder = Path(tempfile.mkdtemp(prefix="community-bench-"))
    folder.chmod(0o711)
    try:
        with farm(folder, options.size, options.workers) as running:
            rows = [run(running, scenario, options.rounds, options.requests) for scenario in wanted]
            memory = {name: round(server.memory(), 1) for name, server in running.servers.items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report(options.size, rows, memory)
    keep(options.size, rows, memory)


def run(running: Farm, scenario: Scenario, rounds: int, requests: int) -> dict[str, Any]:
    """One scenario: the servers in alternation, the medians of the rounds."""
    names = [name for name in running.servers if name in scenario.servers]
    for name in names:
        measure(running, name, scenario, 30)
    results: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _round in range(rounds):
        for name in names:
            results[name].append(measure(running, name, scenario, requests))
    figures = {
        name: {key: statistics.median(r[key] for r in found) for key in found[0]}
        for name, found in results.items()
    }
    return {
        "scenario": scenario.name,
        "reach": scenario.reach,
        "figures": figures,
        "statements": statements(running, scenario),
    }


def report(size: str, rows: list[dict[str, Any]], memory: dict[str, float]) -> None:
    """The table."""
    print(f"\nSize {size}; CPU ms a request (web tree + PostgreSQL), medians; wall p50/p99 in ms")
    print(
        f"{'scenario':14} {'ours':>7} {'floor':>7} {'plain':>7} {'×floor':>7} {'reach':>6} {'p50':>7} {'p99':>7} {'stmts':>6}"
    )
    for row in rows:
        figures = row["figures"]
        ours, floor = figures["ours"], figures.get("floor")
        ratio = f"{ours['cpu'] / floor['cpu']:.2f}" if floor and floor["cpu"] else "-"
        cells = [
            f"{figures[n]['cpu']:.2f}" if n in figures else "-" for n in ("ours", "floor", "plain")
        ]
        print(
            f"{row['scenario']:14} {cells[0]:>7} {cells[1]:>7} {cells[2]:>7} {ratio:>7} {row['reach']:>6}"
            f" {ours['p50']:7.2f} {ours['p99']:7.2f} {row['statements']:>6}"
        )
    print("Memory (PSS, MB): " + ", ".join(f"{name} {value}" for name, value in memory.items()))


def keep(size: str, rows: list[dict[str, Any]], memory: dict[str, float]) -> None:
    """The JSON file beside."""
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    name = time.strftime("%Y%m%d-%H%M%S")
    (folder / f"{name}-{size}.json").write_text(
        json.dumps({"size": size, "rows": rows, "memory": memory}, indent=1)
    )


if __name__ == "__main__":
    main()
