"""Acceptance 5: `kill -9` at 200 random moments of a run that writes many files."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tests.soak.kills import Kills

KILLS = 200


@pytest.mark.soak
def test_two_hundred_kills_tear_nothing_and_every_run_can_be_made_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.SystemRandom().getrandbits(32)
    kills = Kills(tmp_path, seed, files=48)
    with capsys.disabled():
        sys.stdout.write(f"\nseed {seed}: {len(kills.expected)} files in {kills.seconds:.2f} s\n")
        kills.kill(KILLS)
        sys.stdout.write(f"{kills.report()}\n")
    assert kills.in_the_run > KILLS / 3
