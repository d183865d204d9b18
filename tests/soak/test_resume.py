"""Acceptance 4 of the engine: 500 interrupted runs are each resumed to the same outputs."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest

from tests.soak.resumes import WAYS, Interruptions


@pytest.mark.soak
@pytest.mark.parametrize(("executor", "count"), [("serial", 250), ("processes", 180), ("dask", 70)])
def test_interrupted_runs_are_resumed_to_the_outputs_of_an_uninterrupted_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], executor: str, count: int
) -> None:
    seed = random.SystemRandom().getrandbits(32)
    soak = Interruptions(tmp_path, seed, executor)
    with capsys.disabled():
        sys.stdout.write(f"\n{executor}, seed {seed}: a whole run takes {soak.seconds:.2f} s\n")
        started = time.monotonic()
        soak.run(count)
        sys.stdout.write(
            f"{soak.runs} interrupted runs, {soak.resumes} resumes, {dict(soak.interrupted)}, "
            f"{time.monotonic() - started:.0f} s\n"
        )
    assert soak.runs >= count
    assert set(soak.interrupted) == set(WAYS)
