"""A sample of what `make soak` does five hundred times."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.soak.resumes import Interruptions

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")


@pytest.mark.parametrize(("executor", "count"), [("serial", 6), ("processes", 3)])
def test_interrupted_runs_are_resumed_to_the_outputs_of_an_uninterrupted_one(
    tmp_path: Path, executor: str, count: int
) -> None:
    seed = random.SystemRandom().getrandbits(32)
    sys.stdout.write(f"seed of the interruptions: {seed}\n")
    soak = Interruptions(tmp_path, seed, executor)
    soak.run(count)
    assert len(soak.expected) > 15
    assert soak.resumes >= count / 2
