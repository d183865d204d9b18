"""A sample of what `make soak` does two hundred times."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.soak.kills import Kills, is_whole

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")


def test_kills_at_random_moments_tear_nothing_and_every_run_can_be_made_again(
    tmp_path: Path,
) -> None:
    seed = random.SystemRandom().getrandbits(32)
    sys.stdout.write(f"seed of the moments: {seed}\n")
    kills = Kills(tmp_path, seed, files=12)
    kills.kill(6)
    assert len(kills.moments) >= 6
    assert kills.unfinished > 0


def test_the_seal_of_a_file_shows_that_it_is_torn() -> None:
    from hashlib import sha256

    whole = b"body" + sha256(b"body").hexdigest().encode()
    assert is_whole(whole)
    assert not is_whole(whole[:-1])
    assert not is_whole(b"")
