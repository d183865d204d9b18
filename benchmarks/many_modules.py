"""A large project: 100 modules with 1,000 tasks, and what a task costs when all of them run."""

from __future__ import annotations

from benchmarks import environments, projects
from benchmarks.harness import Case, is_steady, measure, verdict
from benchmarks.report import Table, at_most, machine, milliseconds, publish, ratio

MODULES, TASKS = 100, 1000
CONTROL = "control: the floor again"


def run(rounds: int | None = None, quick: bool = False) -> None:
    """Measure and publish the table."""
    count = rounds or (3 if quick else 15)
    modules, tasks = (5, 50) if quick else (MODULES, TASKS)
    environment = environments.gluepy()
    folder = projects.many_modules(environment, modules, tasks)
    python = environment.python
    results = measure(
        [
            Case("floor", [python, "import_all.py"], folder),
            Case(CONTROL, [python, "import_all.py"], folder),
            Case("gluepy --help", [python, "manage.py", "--help"], folder),
            Case("dag of 1 task", [python, "manage.py", "dag", "one"], folder, target=1.5),
            Case(f"dag of {tasks} tasks", [python, "manage.py", "dag", "all"], folder),
        ],
        count,
    )
    floor = results["floor"].median
    steady = is_steady(floor, results[CONTROL].median)
    table = Table(
        "many_modules", (f"{modules} modules, {tasks} tasks", "ms", "ratio", "target", "")
    )
    for name, result in results.items():
        times = result.median / floor
        judged = verdict(times, result.case.target, steady=steady)
        label = "floor: import click, yaml and the modules" if name == "floor" else name
        cells = (milliseconds(result.median), ratio(times), at_most(result.case.target), judged)
        table.rows.append((label, *cells))
    one, all_of_them = results["dag of 1 task"].median, results[f"dag of {tasks} tasks"].median
    each = (all_of_them - one) / (tasks - 1) * 1e6
    table.rows.append(("each further task, in order, µs", f"{each:.0f}", "", "", ""))
    table.notes = [f"n = {count}, {machine()}", f"{environment.versions('gluepy')}."]
    publish(table)
