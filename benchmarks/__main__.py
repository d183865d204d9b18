"""Measure: ``python -m benchmarks [--quick] [--rounds N] [TABLE...]``."""

from __future__ import annotations

import argparse
import time
from importlib import import_module

TABLES = (
    "cold_start",
    "many_modules",
    "overhead",
    "parallel",
    "data_path",
    "object_store",
    "catalog",
    "storage",
)


def main() -> None:
    """Run the tables asked for, all by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)}")
    parser.add_argument("--rounds", type=int, help="rounds of each table, instead of its own")
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds")
    options = parser.parse_args()
    unknown = [name for name in options.tables if name not in TABLES]
    if unknown:
        parser.error(f"there is no table '{unknown[0]}'; there are {', '.join(TABLES)}")
    for name in options.tables or TABLES:
        started = time.monotonic()
        import_module(f"benchmarks.{name}").run(rounds=options.rounds, quick=options.quick)
        print(f"({name}: {time.monotonic() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
