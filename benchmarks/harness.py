"""Side-by-side measurement of programs, each run in a process of its own.

Machines are shared and noisy, so what counts is the ratio of medians of one run: every round
runs every case once, and each round starts with another case. One case, the control, is the
floor once more; if the two differ by more than ten percent, the table has no verdict.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

TOLERANCE = 0.10


@dataclass(frozen=True)
class Case:
    """A program to measure.

    Args:
        name: What the table calls it.
        command: Program and arguments.
        cwd: Folder to run it in.
        env: Variables beside PATH, HOME and LC_ALL; nothing else is inherited.
        floor: Name of the case its time is divided by.
        target: Largest ratio to the floor that is good, None if there is none.
        reports: The program prints ``{"seconds": [...], ...}`` as its last line; else the time
            from start to exit counts.
    """

    name: str
    command: Sequence[str | Path]
    cwd: Path
    env: dict[str, str] = field(default_factory=dict)
    floor: str = "floor"
    target: float | None = None
    reports: bool = False


@dataclass
class Result:
    """What was measured of a case: seconds of each run, and what the program reported."""

    case: Case
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    facts: list[dict[str, float]] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median of the seconds."""
        return statistics.median(self.seconds)

    def fact(self, name: str) -> float:
        """Return the median of something the program reported."""
        return statistics.median(fact[name] for fact in self.facts)


def measure(cases: Sequence[Case], rounds: int, warmup: int = 1) -> dict[str, Result]:
    """Run all cases ``rounds`` times, rotated, after ``warmup`` rounds that do not count."""
    results = {case.name: Result(case) for case in cases}
    for number in range(-warmup, rounds):
        shift = number % len(cases)
        for case in [*cases[shift:], *cases[:shift]]:
            seconds, cpu, facts = run_once(case)
            if number < 0:
                continue
            results[case.name].seconds.extend(facts.pop("seconds", [seconds]))
            results[case.name].cpu.append(cpu)
            results[case.name].facts.append(facts)
        show_progress(f"round {number + 1} of {rounds}")
    return results


def run_once(case: Case) -> tuple[float, float, dict]:
    """Run a case; return seconds from start to exit, seconds of processor, and its report.

    Raises:
        RuntimeError: The program failed.
    """
    environment = {**clean_environment(), **case.env}
    output = subprocess.PIPE if case.reports else subprocess.DEVNULL
    command = [str(part) for part in case.command]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=case.cwd, env=environment, stdout=output, stderr=subprocess.DEVNULL
    )
    text = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stdout:
        process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"'{case.name}' ended with {process.returncode}: {' '.join(command)}")
    facts = json.loads(text.splitlines()[-1]) if case.reports else {}
    return seconds, usage.ru_utime + usage.ru_stime, facts


def clean_environment() -> dict[str, str]:
    """Return the variables every measured program gets: nothing of this shell's Python."""
    home = os.environ.get("HOME", "/")
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home, "LC_ALL": "C.UTF-8"}


def show_progress(text: str) -> None:
    """Show how far the measurement is, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r{text:<40}", end="", file=sys.stderr, flush=True)


def is_steady(floor: float, control: float) -> bool:
    """Tell whether floor and control agree well enough for a verdict."""
    return abs(control / floor - 1) <= TOLERANCE


def verdict(ratio: float, target: float | None, *, steady: bool = True, least: bool = False) -> str:
    """Return what a table says about a ratio and its target."""
    if target is None:
        return ""
    if not steady:
        return "no verdict"
    is_met = ratio >= target if least else ratio <= target
    return "met" if is_met else "missed"
