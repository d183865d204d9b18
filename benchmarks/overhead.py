"""Overhead per task: graphs of tasks that do nothing, of growing size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree

from benchmarks import environments, projects
from benchmarks.environments import FOLDER, Environment, Unavailable, link_programs
from benchmarks.harness import Case, Result, is_steady, measure, verdict
from benchmarks.report import Table, at_most, machine, publish, ratio

SIZES, QUICK = (100, 1000, 5000, 10_000), (10, 50, 100, 200)
SERIAL, FLAT, PROCESSES, DASK, KIBIBYTES = 60, 1.15, 400, 1.1, 4
SETTINGS = """import os

DASK_SCHEDULER_ADDRESS = os.environ.get("BENCH_SCHEDULER")
"""
CONTROL = "floor again"
RUNNING, OWN = "gluepy, running Dask cluster", "gluepy, Dask cluster of its own"
# A table of a try-out is printed only: there is no such file.
DRAFT = FOLDER / "quick.md"


@dataclass(frozen=True)
class Line:
    """What a row of the table shows, and how it is measured.

    Args:
        name: What the table calls it.
        how: What ``benchmarks.work.overhead`` calls it.
        shape: Shape of the graph.
        sizes: Which of the sizes, by their place in SIZES.
        repeats: How often it is run in a process.
        is_started: Whether the run starts workers, which is then not counted.
    """

    name: str
    how: str
    shape: str
    sizes: tuple[int, ...]
    repeats: int = 1
    is_started: bool = False

    @property
    def label(self) -> str:
        """Name and shape."""
        return f"{self.name}, {self.shape}"


# Measured together, again and again: the figures that have a target.
STEADY = [
    Line("floor", "floor", "chain", (1, 3), 9),
    Line(CONTROL, "floor", "chain", (1,), 9),
    Line("floor", "floor", "diamond", (1,), 9),
    Line("floor", "floor", "layers", (1,), 9),
    Line("gluepy", "serial", "chain", (1, 3)),
    Line("gluepy", "serial", "diamond", (1,)),
    Line("gluepy", "serial", "layers", (1,)),
    Line("gluepy, processes", "processes", "chain", (1,), is_started=True),
    Line("gluepy, processes", "processes", "diamond", (1,), is_started=True),
]
# Measured a few times.
FURTHER = [
    Line("floor", "floor", "chain", (0, 2), 9),
    Line("gluepy", "serial", "chain", (0, 2)),
    Line("gluepy", "serial", "diamond", (3,)),
    Line("gluepy, processes", "processes", "chain", (0,), is_started=True),
]
CLUSTER = [
    Line("distributed", "distributed", "chain", (0,)),
    Line("distributed", "distributed", "diamond", (1,)),
    Line("distributed again", "distributed", "diamond", (1,)),
    Line(RUNNING, "dask", "chain", (0,)),
    Line(RUNNING, "dask", "diamond", (1,)),
    Line(OWN, "dask-own", "diamond", (1,), is_started=True),
]
# Name of the environment, and what pip installs.
PEERS: list[tuple[str, str, Line]] = [
    ("gluepy16", "gluepy==1.6.*", Line("gluepy 1.6", "gluepy16", "chain", (0, 1, 2, 3), 3)),
    ("hamilton", "apache-hamilton", Line("Hamilton", "hamilton", "chain", (0, 1, 2), 3)),
    ("doit", "doit", Line("doit", "doit", "chain", (0, 1, 2), 3)),
    ("gluepy-dask", "dask", Line("Dask threads", "dask-threads", "chain", (0, 1, 2), 3)),
    ("luigi", "luigi", Line("Luigi", "luigi", "chain", (0, 1))),
    ("kedro", "kedro", Line("Kedro", "kedro", "chain", (0, 1))),
]
# Those that the table compares gluepy with.
BEST_KNOWN = ("gluepy 1.6", "doit", "Hamilton", "Dask threads", "Luigi", "Kedro")


class Figures:
    """Results by line and size."""

    def __init__(self, sizes: tuple[int, ...]) -> None:
        self.sizes = sizes
        self.lines: dict[str, Line] = {}
        self._results: dict[tuple[str, int], Result] = {}

    def measure(self, lines: Iterable[tuple[Line, Environment, Path]], rounds: int) -> None:
        """Measure some lines side by side.

        Raises:
            RuntimeError: One of the programs failed, or took too long.
        """
        cases, places = [], {}
        for line, environment, folder in lines:
            self.lines.setdefault(line.label, line)
            for place in line.sizes:
                case = case_of(line, self.sizes[place], environment, folder)
                cases.append(case)
                places[case.name] = line.label, place
        for name, result in measure(cases, rounds, warmup=0).items():
            self._results[places[name]] = result

    def has(self, label: str, place: int) -> bool:
        """Tell whether a line was measured at the size in a place."""
        return (label, place) in self._results

    def per_task(self, label: str, place: int) -> float:
        """Return microseconds per task, without the start of workers."""
        result = self._results[label, place]
        start = result.fact("start") if self.lines[label].is_started else 0.0
        return (result.median - start) * 1e6 / self.sizes[place]

    def memory(self, label: str) -> float:
        """Return KiB per task, at the largest size."""
        place = max(place for other, place in self._results if other == label)
        return self._results[label, place].fact("memory")


def run(rounds: int | None = None, quick: bool = False) -> None:
    """Measure and publish the tables."""
    figures = Figures(QUICK if quick else SIZES)
    many, few = rounds or (2 if quick else 15), 1 if quick else min(rounds or 2, 5)
    folder = project(projects.written("overhead", "manage.py", ""))
    own, clustered = environments.gluepy(), environments.clustered()
    figures.measure([(line, _of(line, own, clustered), folder) for line in STEADY], many)
    figures.measure([(line, _of(line, own, clustered), folder) for line in FURTHER], few)
    figures.measure([(line, clustered, folder) for line in CLUSTER], few)
    versions = [own.versions("gluepy"), clustered.versions("distributed")]
    versions += [_peer(figures, *peer, folder, few) for peer in PEERS]
    rmtree(folder, ignore_errors=True)
    notes = [
        f"n = {many} for gluepy and floor with {figures.sizes[1]:,} tasks, in order and in "
        f"processes, {few} for others; {machine()}",
        f"Versions: {'; '.join(versions)}.",
    ]
    page = DRAFT if quick else None
    publish(to_table(figures, notes), page)
    publish(to_targets(figures, notes[:1]), page)


def project(folder: Path) -> Path:
    """Make a folder the project in which the programs run."""
    (folder / "manage.py").touch()
    (folder / "settings.py").write_text(SETTINGS)
    (folder / "configs").mkdir()
    (folder / "configs" / "context.yaml").write_text("{}\n")
    return link_programs(folder)


def case_of(line: Line, size: int, environment: Environment, folder: Path) -> Case:
    """Return the case that runs a line at a size."""
    arguments = [line.how, line.shape, str(size), str(line.repeats)]
    command = [environment.python, "-m", "benchmarks.work.overhead", *arguments]
    name = f"{line.label}, {size}"
    return Case(name, command, folder, projects.quiet(), reports=True)


def _of(line: Line, own: Environment, clustered: Environment) -> Environment:
    return clustered if line.how == "processes" else own


def _peer(
    figures: Figures, name: str, requirement: str, line: Line, folder: Path, rounds: int
) -> str:
    """Measure a peer as far as it gets, and return its version and what was left out."""
    made = []
    try:
        if name == "gluepy-dask":
            environment = environments.clustered()
        else:
            environment = Environment(name, requirement).make()
        if name == "gluepy16":
            folder = link_programs(projects.gluepy_16(environment))
        made.append(environment.versions(requirement.partition("=")[0]))
        for place in line.sizes:
            figures.measure([(replace(line, sizes=(place,)), environment, folder)], rounds)
    except (Unavailable, RuntimeError) as error:
        made.append(f"{'larger graphs' if made else requirement} left out: {error}")
    return " ".join(made)


def to_table(figures: Figures, notes: Sequence[str]) -> Table:
    """Return the table of all figures."""
    sizes = [f"{size:,}" for size in figures.sizes]
    table = Table("overhead", ("microseconds per task; tasks:", *sizes, "ratio", "KiB per task"))
    for label in figures.lines:
        cells = [_cell(figures, label, place) for place in range(len(sizes))]
        if any(cells):
            memory = f"{figures.memory(label):.1f}"
            table.rows.append((label, *cells, _times(figures, label), memory))
    table.notes = [
        f"Ratio: to the floor of the same shape at {sizes[1]} tasks. Processes and clusters of "
        "a run's own: without the time of their start.",
        *notes,
    ]
    return table


def _cell(figures: Figures, label: str, place: int) -> str:
    if not figures.has(label, place):
        return ""
    value = figures.per_task(label, place)
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _times(figures: Figures, label: str) -> str:
    floor = f"floor, {figures.lines[label].shape}"
    if not (figures.has(label, 1) and figures.has(floor, 1)):
        return ""
    return ratio(figures.per_task(label, 1) / figures.per_task(floor, 1))


def to_targets(figures: Figures, notes: Sequence[str]) -> Table:
    """Return the table of the figures that have a target, and of those beside others."""
    table = Table("overhead_targets", ("overhead", "figure", "target", ""), notes=list(notes))
    control = figures.per_task(f"{CONTROL}, chain", 1)
    floor = figures.per_task("floor, chain", 1)
    steady = is_steady(floor, control)
    count, most = (f"{figures.sizes[place]:,}" for place in (1, 3))

    def add(what: str, value: float, target: float | None, *, steady: bool, unit: str = "") -> None:
        shown = f"{value:.0f}{unit}" if value >= 20 else f"{value:.2f}{unit}"
        judged = verdict(value, target, steady=steady)
        table.rows.append((what, shown, at_most(target, unit=unit), judged))

    add("control: floor again ÷ floor", control / floor, None, steady=steady)
    for name, target in (("gluepy", SERIAL), ("gluepy, processes", PROCESSES)):
        for label in (label for label, line in figures.lines.items() if line.name == name):
            value = figures.per_task(label, 1)
            add(f"{label}, {count} tasks", value, target, steady=steady, unit=" µs")
    flat = figures.per_task("gluepy, chain", 3) / figures.per_task("gluepy, chain", 1)
    add(f"gluepy, chain: {most} ÷ {count} tasks", flat, FLAT, steady=steady)
    for shape in ("chain", "diamond"):
        memory = figures.memory(f"gluepy, {shape}")
        what = f"gluepy, {shape}: memory per task, {most} tasks"
        add(what, memory, KIBIBYTES, steady=True, unit=" KiB")
    _add_clusters(figures, add)
    own = figures.per_task("gluepy, chain", 1)
    for peer in BEST_KNOWN:
        if figures.has(f"{peer}, chain", 1):
            value = own / figures.per_task(f"{peer}, chain", 1)
            add(f"gluepy ÷ {peer}, chain of {count}", value, None, steady=steady)
    return table


def _add_clusters(figures: Figures, add: Callable[..., None]) -> None:
    """Add the rows of gluepy on Dask beside Dask alone, which has a control of its own."""
    floor = figures.per_task("distributed, diamond", 1)
    control = figures.per_task("distributed again, diamond", 1)
    steady = is_steady(floor, control)
    add("control: distributed again ÷ distributed", control / floor, None, steady=steady)
    for name, shape, place in [(RUNNING, "chain", 0), (RUNNING, "diamond", 1), (OWN, "diamond", 1)]:
        own = figures.per_task(f"{name}, {shape}", place)
        value = own / figures.per_task(f"distributed, {shape}", place)
        what = f"{name} ÷ distributed, {shape} of {figures.sizes[place]:,}"
        add(what, value, DASK, steady=steady)
