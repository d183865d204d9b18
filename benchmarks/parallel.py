"""Parallel speed-up: eight tasks that compute for a second each, two at a time."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

from benchmarks import environments, projects
from benchmarks.environments import Environment, Unavailable
from benchmarks.harness import Case, Result, is_steady, measure, verdict
from benchmarks.overhead import DRAFT, project
from benchmarks.report import Table, at_most, machine, publish, ratio
from benchmarks.work.burn import COUNT, loops_for

SPEED_UP, POOL, DASK = 1.8, 1.08, 1.05
SERIAL, FLOOR, CONTROL = "gluepy, serial", "ProcessPoolExecutor", "ProcessPoolExecutor again"
BARE, BARE_RUNNING = "distributed, its start included", "distributed, running cluster"
PROCESSES = "gluepy, processes"
OWN, RUNNING = "gluepy, Dask cluster of its own", "gluepy, running Dask cluster"
# What the table calls them, and what benchmarks.work.parallel does.
CASES = {
    SERIAL: "serial",
    FLOOR: "pool",
    CONTROL: "pool",
    PROCESSES: "processes",
    BARE: "distributed",
    OWN: "dask-own",
    BARE_RUNNING: "distributed-running",
    RUNNING: "dask",
}
# What stands beside what, and the largest ratio that is good.
BESIDE = [(PROCESSES, FLOOR, POOL), (OWN, BARE, DASK), (RUNNING, BARE_RUNNING, DASK)]
# What the table calls them, what the program and the environment, and what pip installs.
PEERS = [
    ("joblib", "joblib", "joblib"),
    ("Luigi", "luigi", "luigi"),
    ("Kedro", "kedro", "kedro"),
    ("Hamilton", "hamilton", "apache-hamilton"),
]


def run(rounds: int | None = None, quick: bool = False) -> None:
    """Measure and publish the tables."""
    count, few = rounds or (1 if quick else 6), 1 if quick else min(rounds or 2, 3)
    seconds = 0.05 if quick else 1.0
    loops = loops_for(seconds)
    folder = project(projects.written("parallel", "manage.py", ""))
    clustered = environments.clustered()
    cases = [case_of(name, how, clustered, folder, loops) for name, how in CASES.items()]
    results = measure(cases, count, warmup=0)
    versions = [clustered.versions("gluepy", "distributed")]
    for peer in PEERS:
        results_of_peer, version = _peer(*peer, folder, loops, few)
        results |= results_of_peer
        versions.append(version)
    rmtree(folder, ignore_errors=True)
    notes = [
        f"{COUNT} tasks of {seconds:g} s, 2 workers; n = {count}, {few} for joblib, Luigi, Kedro "
        f"and Hamilton; {machine()}",
        f"Versions: {'; '.join(versions)}.",
    ]
    page = DRAFT if quick else None
    publish(to_table(results, notes), page)
    publish(to_targets(results, notes[:1]), page)


def case_of(name: str, how: str, environment: Environment, folder: Path, loops: int) -> Case:
    """Return a case that runs the tasks."""
    command = [environment.python, "-m", "benchmarks.work.parallel", how, str(loops)]
    return Case(name, command, folder, projects.quiet(), reports=True)


def _peer(
    label: str, name: str, requirement: str, folder: Path, loops: int, rounds: int
) -> tuple[dict[str, Result], str]:
    """Return the results of a peer and its version, or why there are none."""
    try:
        environment = Environment(name, requirement).make()
        case = case_of(label, name, environment, folder, loops)
        return measure([case], rounds, warmup=0), environment.versions(requirement)
    except (Unavailable, RuntimeError) as error:
        return {}, f"{requirement} left out: {error}"


def to_table(results: dict[str, Result], notes: list[str]) -> Table:
    """Return the table of the times, and of what each gains."""
    table = Table("parallel", ("eight tasks", "s", "times faster", "target", ""), notes=notes)
    steady = is_steady(results[FLOOR].median, results[CONTROL].median)
    for name, result in results.items():
        faster = results[SERIAL].median / result.median
        target = SPEED_UP if name in (PROCESSES, OWN, RUNNING) else None
        judged = verdict(faster, target, steady=steady, least=True)
        shown = f"≥ {target:g}" if target else ""
        table.rows.append((name, f"{result.median:.2f}", ratio(faster), shown, judged))
    return table


def to_targets(results: dict[str, Result], notes: list[str]) -> Table:
    """Return the table of gluepy beside what lies under it."""
    table = Table("parallel_targets", ("parallel", "ratio", "target", ""), notes=notes)
    median = {name: result.median for name, result in results.items()}
    control = median[CONTROL] / median[FLOOR]
    table.rows.append((f"control: {CONTROL} ÷ {FLOOR}", f"{control:.3f}", "", ""))
    steady = is_steady(median[FLOOR], median[CONTROL])
    for name, floor, target in BESIDE:
        value = median[name] / median[floor]
        judged = verdict(value, target, steady=steady)
        table.rows.append((f"{name} ÷ {floor}", f"{value:.3f}", at_most(target), judged))
    return table
