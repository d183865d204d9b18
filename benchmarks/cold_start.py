"""Cold start: one trivial task, from the shell to the exit, manifest, checks and log written."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import rmtree
from statistics import median

from benchmarks import environments, projects
from benchmarks.environments import Environment, Unavailable
from benchmarks.harness import Case, Result, is_steady, measure, verdict
from benchmarks.report import Table, at_most, machine, milliseconds, publish, ratio

FLOOR = "import click, yaml"
HEADER = ("cold start", "ms", "ratio", "processor ratio", "target", "")
# Peers: name of the environment, what pip installs, and what makes its cases.
Maker = Callable[[Environment], list[Case]]


def run(rounds: int | None = None, quick: bool = False) -> None:
    """Measure and publish the table."""
    count = rounds or (3 if quick else 21)
    notes: list[str] = []
    cases = own_cases(environments.gluepy(), notes)
    for name, requirement, make in [] if quick else PEERS:
        try:
            environment = Environment(name, requirement).make()
            cases += make(environment)
            notes.append(environment.versions(requirement.partition("=")[0]))
        except Unavailable as error:
            notes.append(f"{requirement} left out: {error}")
    results = measure(cases, count)
    rmtree(projects.MEMORY / "gluepy-bench", ignore_errors=True)
    publish(to_table(results, [f"n = {count}, {machine()}", f"Versions: {'; '.join(notes)}."]))


def own_cases(environment: Environment, notes: list[str]) -> list[Case]:
    """Return floor, control and gluepy's own cases."""
    folder = projects.gluepy(environment)
    notes.append(environment.versions("gluepy", "click", "PyYAML"))
    python = environment.python
    dag = [python, "manage.py", "dag", "sample"]
    cases = [
        Case("floor", [python, "-c", FLOOR], folder),
        Case("control: the floor again", [python, "-c", FLOOR], folder),
        Case("python -c pass", [python, "-c", "pass"], folder),
        Case("gluepy --help", [python, "manage.py", "--help"], folder, target=1.3),
        Case("gluepy dag sample", dag, folder, target=1.5),
    ]
    if projects.MEMORY.is_dir():
        command = [*dag, "--settings", "settings.memory"]
        cases.append(Case("gluepy dag sample, no disk to wait for", command, folder))
    return cases


def _gluepy_16(environment: Environment) -> list[Case]:
    folder = projects.gluepy_16(environment)
    python = environment.python
    return [
        Case("gluepy 1.6 --help", [python, "manage.py", "--help"], folder),
        Case("gluepy 1.6 dag sample", [python, "manage.py", "dag", "sample"], folder),
    ]


def _kedro(environment: Environment) -> list[Case]:
    folder = projects.kedro(environment)
    program = environment.folder / "bin" / "kedro"
    make = partial(Case, cwd=folder, env=projects.quiet())
    return [make("kedro --help", [program, "--help"]), make("kedro run", [program, "run"])]


def _luigi(environment: Environment) -> list[Case]:
    folder = projects.written("luigi", "jobs.py", projects.LUIGI)
    command: list[str | Path] = [environment.python, "-m", "luigi", "--module", "jobs", "One"]
    return [Case("luigi", [*command, "--local-scheduler"], folder, {"PYTHONPATH": "."})]


def _doit(environment: Environment) -> list[Case]:
    folder = projects.written("doit", "dodo.py", projects.DOIT)
    return [Case("doit", [environment.folder / "bin" / "doit"], folder)]


PEERS: list[tuple[str, str, Maker]] = [
    ("gluepy16", "gluepy==1.6.*", _gluepy_16),
    ("doit", "doit", _doit),
    ("luigi", "luigi", _luigi),
    ("kedro", "kedro", _kedro),
]


def to_table(results: dict[str, Result], notes: list[str]) -> Table:
    """Return the table of some results."""
    floor = results["floor"]
    steady = is_steady(floor.median, results["control: the floor again"].median)
    table = Table("cold_start", HEADER, notes=notes)
    for name, result in results.items():
        times = result.median / floor.median
        cpu = _processor(result) / _processor(floor)
        target = result.case.target
        judged = verdict(times, target, steady=steady)
        cells = (milliseconds(result.median), ratio(times), ratio(cpu), at_most(target), judged)
        label = f"floor: `python -c '{FLOOR}'`" if name == "floor" else name
        table.rows.append((label, *cells))
    if "kedro run" in results:
        share = results["gluepy dag sample"].median / results["kedro run"].median
        judged = verdict(share, 0.08, steady=steady)
        table.rows.append(("dag sample ÷ kedro run", "", f"{share:.3f}", "", at_most(0.08), judged))
    return table


def _processor(result: Result) -> float:
    return median(result.cpu)
