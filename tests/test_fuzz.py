"""Whatever is fed to the commands, a short answer comes in time; and the fuzzer that tries it finds planted faults."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from fuzz import COMMANDS, fuzz, report, shrink
from fuzz import keep as keep_example
from fuzz_inputs import KINDS, OUTPUT, ids, make_case
from fuzz_run import Outcome, Target, run_all

GAP = "year,objective,group,base,target_path,target,asked,reached,coverage,gap,met\n2022,a,b,1,1,1,1,{},1,0,\n"


def test_five_hundred_inputs_come_to_a_proper_end(tmp_path: Path) -> None:
    outcomes, found = fuzz(ids(500, "1"), tmp_path)
    assert {outcome.status for outcome in outcomes} == {0, 2}
    kinds = Counter(outcome.id.split("/")[1] for outcome in outcomes if outcome.status == 0)
    commands = Counter(outcome.command for outcome in outcomes if outcome.status == 0)
    assert kinds.keys() == KINDS.keys() and min(kinds.values()) > 500 / len(KINDS) / 4, kinds
    assert {*COMMANDS} <= commands.keys() and min(commands[name] for name in COMMANDS) > 10, commands
    assert not found, report(outcomes, found, 0)


def test_sound_inputs_are_accepted(tmp_path: Path) -> None:
    outcomes = [*run_all([f"{id}/" for id in ids(3 * len(KINDS), "2")], tmp_path)]
    refused = [(outcome.id, outcome.stderr) for outcome in outcomes if outcome.status or outcome.faults]
    assert len(outcomes) == 3 * len(KINDS) and not [one for one in refused if "/scenario/" not in one[0]]


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_gives_the_same_input_again(kind: str) -> None:
    for number in range(3):
        (case, done), (again, _) = (make_case(f"3/{kind}/{number}") for _ in range(2))
        assert (case.words, case.files) == (again.words, again.files) and done


def write(path: str, text: str = "x") -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, "utf-8")


def refuse(_: Sequence[str]) -> int:
    print("a problem", file=sys.stderr)
    return 2


def write_and_refuse(words: Sequence[str]) -> int:
    write(f"{OUTPUT}/gap.csv")
    return refuse(words)


def print_traceback(words: Sequence[str]) -> int:
    print("Traceback (most recent call last):\n  File", file=sys.stderr)
    return refuse(words)


def fail(_: Sequence[str]) -> int:
    return 1


def say_nothing(_: Sequence[str]) -> int:
    return 2


def say_too_much(_: Sequence[str]) -> int:
    print("a problem\n" * 200, file=sys.stderr)
    return 2


def warn(_: Sequence[str]) -> int:
    warnings.warn("divided by nothing", RuntimeWarning, stacklevel=1)
    return 0


def raise_error(_: Sequence[str]) -> int:
    raise RecursionError


def change_input(_: Sequence[str]) -> int:
    for path in Path().rglob("*.csv"):
        path.unlink()
    return 0


def write_beside(_: Sequence[str]) -> int:
    write("beside.csv")
    return 0


def write_outside(_: Sequence[str]) -> int:
    write("../outside.csv")
    return 0


def leave_temporary_file(_: Sequence[str]) -> int:
    import tempfile

    Path(tempfile.mkstemp()[1]).write_text("x")
    return 0


def call_somebody(_: Sequence[str]) -> int:
    with pytest.raises(OSError):
        socket.getaddrinfo("x.invalid", 80)
    return 0


def write_no_number(_: Sequence[str]) -> int:
    write(f"{OUTPUT}/gap.csv", GAP.format("nan"))
    return 0


def write_nothing(_: Sequence[str]) -> int:
    write(f"{OUTPUT}/gap.csv", GAP.format(""))
    return 0


def write_negative(_: Sequence[str]) -> int:
    write(f"{OUTPUT}/gap.csv", GAP.format("-3"))
    return 0


def take_memory(_: Sequence[str]) -> int:
    return len(bytearray(2**31)) * 0


def hang(_: Sequence[str]) -> int:
    while True:
        pass


def sleep(_: Sequence[str]) -> int:
    time.sleep(10**6)
    return 0


def be_stopped(_: Sequence[str]) -> int:
    """Stands still for longer than the patience, as on a machine that does other things."""
    waker = f"import os, signal, time; time.sleep(4); os.kill({os.getpid()}, signal.SIGCONT)"
    with subprocess.Popen([sys.executable, "-c", waker]):
        os.kill(os.getpid(), signal.SIGSTOP)
    return 0


def die(_: Sequence[str]) -> int:
    os.abort()


PLANTED: dict[Target, set[str]] = {
    refuse: set(),
    write_and_refuse: {"written with exit 2"},
    print_traceback: {"traceback"},
    fail: {"exit 1"},
    say_nothing: {"silent"},
    say_too_much: {"long message"},
    warn: {"warning"},
    raise_error: {"escaped"},
    change_input: {"input gone"},
    write_beside: {"beside the output"},
    write_outside: {"outside"},
    leave_temporary_file: {"temporary files"},
    call_somebody: {"outside"},
    write_no_number: {"not finite"},
    write_nothing: {"no number"},
    write_negative: {"negative"},
    take_memory: {"escaped"} if sys.platform == "linux" else set(),
}


class InTurn:
    """A command that does each planted thing in turn."""

    def __init__(self) -> None:
        self.next = 0

    def __call__(self, words: Sequence[str]) -> int:
        self.next += 1
        return [*PLANTED][self.next - 1](words)


def test_planted_faults_are_found(tmp_path: Path) -> None:
    outcomes = run_all(ids(len(PLANTED), "1", "plan"), tmp_path, InTurn(), 1)
    kinds = [{fault.kind for fault in outcome.faults} for outcome in outcomes]
    assert dict(zip([one.__name__ for one in PLANTED], kinds, strict=True)) == {
        one.__name__: expected for one, expected in PLANTED.items()
    }


@pytest.mark.parametrize(("target", "kind"), [(hang, "hung"), (sleep, "hung"), (die, "died -6")])
def test_what_hangs_or_dies_is_ended_and_the_next_runs(target: Target, kind: str, tmp_path: Path) -> None:
    outcomes = [*run_all(ids(2, "1", "plan"), tmp_path, target, 1, seconds=1, patience=2)]
    assert [[fault.kind for fault in outcome.faults] for outcome in outcomes] == [[kind], [kind]]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be stopped")
def test_what_is_stopped_by_others_is_not_hanging(tmp_path: Path) -> None:
    outcomes = [*run_all(ids(2, "1", "plan"), tmp_path, be_stopped, 1, seconds=1, patience=2)]
    assert [(outcome.status, outcome.faults) for outcome in outcomes] == [(0, ()), (0, ())]


def test_an_example_is_kept_with_no_more_than_its_fault_needs(tmp_path: Path) -> None:
    _, found = fuzz(["1/form/5"], tmp_path / "run", fail, 1)
    (name, outcome), *others = found.items()
    smallest: Outcome = shrink(name, outcome, tmp_path / "run", fail)
    assert (smallest.id, smallest.done, others) == ("1/form/5/", (), [])
    keep_example(name, smallest, tmp_path / "kept")
    kept = tmp_path / "kept" / name
    assert (kept / "FAULT.txt").read_text("utf-8").startswith("1/form/5/\n") and (
        kept / "returned/north.xlsx"
    ).is_file()
