from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gluepy.exceptions import RunLockedError
from gluepy.files.storages import default_storage
from gluepy.files.storages.memory import MemoryStorage
from gluepy.runs.lock import RunLock, holder_of, is_alive
from gluepy.test import override_settings

FOLDER = "runs/2026/11/21/abc"
PATH = f"{FOLDER}/run.lock"
pytestmark = pytest.mark.usefixtures("any_storage")


def dead_holder() -> dict:
    """Return what a process that is gone by now wrote into its lock."""
    code = "import json; from gluepy.runs.lock import _holder_record as r; print(json.dumps(r()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return json.loads(done.stdout)


def leave(holder: object) -> None:
    default_storage.touch(PATH, json.dumps(holder))


def test_the_lock_names_its_holder_and_is_gone_afterwards() -> None:
    with RunLock(FOLDER):
        holder = holder_of(FOLDER)
        assert (holder["host"], holder["pid"]) == (platform.node(), os.getpid())
        assert is_alive(holder)
    assert holder_of(FOLDER) is None
    assert default_storage.ls(FOLDER)[0] == []


def test_the_second_comer_is_told_who_has_it() -> None:
    with RunLock(FOLDER):
        with pytest.raises(RunLockedError) as error:
            RunLock(FOLDER).acquire()
        since = holder_of(FOLDER)["since"]
        assert holder_of(FOLDER)["pid"] == os.getpid()
    assert str(error.value) == (
        f"The run folder '{FOLDER}' is in use by process {os.getpid()} on {platform.node()} "
        f"since {since}. Wait for it; if it is gone for certain, remove {PATH}."
    )


def test_whoever_was_refused_releases_nothing() -> None:
    refused = RunLock(FOLDER)
    with RunLock(FOLDER):
        with pytest.raises(RunLockedError):
            refused.acquire()
        refused.release()
        assert holder_of(FOLDER) is not None


def test_a_live_process_keeps_its_lock() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        with open(f"/proc/{other.pid}/stat") as stat:
            born = stat.read().rpartition(")")[2].split()[19]
        leave({"host": platform.node(), "pid": other.pid, "since": "now", "born": born})
        with pytest.raises(RunLockedError, match=f"process {other.pid} "):
            RunLock(FOLDER).acquire()
        other.communicate(b"\n")
    with RunLock(FOLDER):
        assert holder_of(FOLDER)["pid"] == os.getpid()


def test_the_lock_of_a_dead_process_is_taken_over() -> None:
    leave(dead_holder())
    with RunLock(FOLDER):
        assert holder_of(FOLDER)["pid"] == os.getpid()
    assert default_storage.ls(FOLDER)[0] == []


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")
def test_a_number_that_was_given_to_another_process_is_known_by_its_start() -> None:
    holder = dead_holder() | {"pid": os.getpid()}
    assert not is_alive(holder)
    leave(holder)
    with RunLock(FOLDER):
        assert holder_of(FOLDER)["born"] != holder["born"]


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")
def test_a_process_that_has_ended_but_was_not_waited_for_is_dead() -> None:
    code = (
        "import json; from gluepy.runs.lock import _holder_record as r;"
        "print(json.dumps(r()), flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as other:
        holder = json.loads(other.stdout.read())
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert not is_alive(holder)


def test_a_holder_on_another_host_cannot_be_judged_and_keeps_it() -> None:
    leave(dead_holder() | {"host": "another-host"})
    with pytest.raises(RunLockedError, match="on another-host since"):
        RunLock(FOLDER).acquire()


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_a_lock_that_names_nobody_is_kept(content: str) -> None:
    default_storage.touch(PATH, content)
    with pytest.raises(RunLockedError, match=r"in use by process \? on \? since \?"):
        RunLock(FOLDER).acquire()


@pytest.mark.parametrize("attempt", range(5))
def test_of_many_that_take_over_from_a_dead_process_one_gets_it(attempt: int) -> None:
    leave(dead_holder_once())
    count = 8
    ready, all_tried = threading.Barrier(count), threading.Barrier(count)

    def take(number: int) -> bool:
        lock = RunLock(FOLDER)
        ready.wait()
        try:
            lock.acquire()
            is_mine = True
        except RunLockedError:
            is_mine = False
        all_tried.wait()
        lock.release()
        return is_mine

    with ThreadPoolExecutor(count) as pool:
        assert sum(pool.map(take, range(count))) == 1
    assert default_storage.ls(FOLDER)[0] == []


_DEAD: list[dict] = []


def dead_holder_once() -> dict:
    if not _DEAD:
        _DEAD.append(dead_holder())
    return _DEAD[0]


def test_a_slow_taker_does_not_take_the_lock_from_the_quick_one(monkeypatch) -> None:
    """The slow one saw the dead holder, slept, and goes on when the quick one has the lock."""
    from gluepy.runs import lock

    leave(dead_holder_once())
    quick, slow = RunLock(FOLDER), RunLock(FOLDER)
    judge, asked = lock.is_alive, []

    def judge_late(holder: dict) -> bool:
        alive = judge(holder)
        if not asked:
            asked.append(1)
            quick.acquire()
        return alive

    monkeypatch.setattr(lock, "is_alive", judge_late)
    with pytest.raises(RunLockedError, match=f"process {os.getpid()} "):
        slow.acquire()
    assert default_storage.open(PATH) == quick._record
    quick.release()


def test_who_died_while_taking_over_does_not_stop_the_next() -> None:
    leave(dead_holder_once())
    default_storage.touch(f"{PATH}.takeover", json.dumps(dead_holder_once()))
    with RunLock(FOLDER):
        assert holder_of(FOLDER)["pid"] == os.getpid()
    assert default_storage.ls(FOLDER)[0] == []


class Simple(MemoryStorage):
    """A storage that cannot refuse the second."""

    supports_exclusive = False


def test_on_a_storage_that_cannot_write_exclusively_the_lock_is_a_notice() -> None:
    with override_settings(STORAGE_BACKEND=Simple, STORAGE_ROOT=""):
        with RunLock(FOLDER), pytest.raises(RunLockedError):
            RunLock(FOLDER).acquire()
        assert holder_of(FOLDER) is None


def test_a_lock_that_was_removed_by_hand_is_no_error_at_the_end() -> None:
    with RunLock(FOLDER):
        default_storage.rm(PATH)
    assert holder_of(FOLDER) is None
