"""R39: each verb of each helper at its socket, with fields of every shape and from every peer: an answer, and no harm.

A message is answered by a program of its own, as systemd would start it for a connection. A fault in it would be an
"unknown" for the gate, so none is let pass.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.helpers import act, config_test, look, nixos_change, nixos_facts, peek
from stillwatch.helpers.request import Fields, serve
from tests.support.drawn import drawn
from tests.support.fuzzing import FUZZING

pytestmark = pytest.mark.process
NOBODY = 65534
Seen = dict[str, tuple[int, ...] | str]
DOORS: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], tuple[str, ...], str, dict[str, Fields]]] = {
    "act": (act.handle, act.CALLERS, "do", act.SCHEMAS),
    "peek": (peek.handle, peek.CALLERS, "see", peek.SCHEMAS),
    "look": (look.handle, look.CALLERS, "look", {"command": {"line": str}}),
    "test": (config_test.handle, (), "do", {"test": {"name": str, "folders": list}}),
    "nixos": (nixos_change.handle, nixos_change.CALLERS, "do", nixos_change.SCHEMAS),
}
"""What answers, whom beside root, and the fields of each verb."""
EVERY = [(door, verb) for door, (_, _, _, schemas) in DOORS.items() for verb in schemas]
WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from((
        "logs", "data", "conf", "lock", "x.timer", "ssh.service", "../data", "/etc/shadow", "/var/log", "\0", "\ud800",
        "0" * 64, "df -h", "cat /etc/shadow", "journalctl -n 1", "uname -a; id", "1", "%i", "a" * 300,
    )),
)  # fmt: skip
NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.integers(-2, 70_000))
ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)
FITTING = {
    str: WORDS,
    int: NUMBERS,
    list: st.lists(st.one_of(WORDS, NUMBERS), max_size=4),
    dict: st.dictionaries(WORDS, ANY, max_size=3),
}


@pytest.fixture
def place(tmp_path: Path, policy: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is declared, all in order: there is nothing to do, so that nothing may be done."""
    ours = tmp_path / "ours"
    ours.mkdir()
    for name in ("app.conf", "app.pid", "app.log.1"):
        (ours / name).write_text("4194999\n")
    user = "root" if os.geteuid() == 0 else ours.owner()
    ours.chmod(0o750)
    policy(
        f'[[rotated_logs]]\nname="logs"\ndirectory="{ours}"\npattern="app.log.*"\n'
        f'[[ownership]]\nname="data"\npath="{ours}"\nowner="{user}"\ngroup="{ours.group()}"\nmode="0750"\n'
        f'[[files]]\nname="conf"\npath="{ours}/app.conf"\nunit="app.service"\ntest=["/usr/bin/true"]\n'
        f'[[locks]]\nname="lock"\npath="{ours}/app.pid"\nunit="app.service"\nprogram="no-such-program"\n'
        '[[timers]]\nunit="x.timer"\n'
    )
    monkeypatch.setattr(nixos_facts, "ROOT", tmp_path)
    monkeypatch.setattr(nixos_change, "run", None)
    return ours


def seen(place: Path) -> Seen:
    found: Seen = {}
    for path in (place, *sorted(place.rglob("*"))):
        facts = path.lstat()
        found[path.name] = (facts.st_ino, facts.st_uid, facts.st_gid, facts.st_mode)
        found[f"{path.name} holds"] = path.read_text() if path.is_file() else ""
    return found


@pytest.fixture
def door() -> Iterator[tuple[socket.socket, str]]:
    """In a folder that anybody may reach, so that the program itself has to tell its peers apart."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        Path(folder).chmod(0o755)
        listener.bind(f"{folder}/door.sock")
        Path(folder, "door.sock").chmod(0o666)
        listener.listen(8)
        yield listener, f"{folder}/door.sock"


def asked(door: tuple[socket.socket, str], program: Callable[[], int], sent: bytes, uid: int) -> tuple[bytes, str, int]:
    """Its answer, what it said on stderr, and how it ended."""
    listener, path = door
    with socket.socket(socket.AF_UNIX) as ours, tempfile.TemporaryFile() as errors:
        os.seteuid(uid)
        try:
            ours.connect(path)
        finally:
            os.seteuid(0)
        theirs, _ = listener.accept()
        with theirs:
            child = os.fork()
            if child == 0:
                ended = 70
                try:
                    for number, file in enumerate((theirs.fileno(), theirs.fileno(), errors.fileno())):
                        os.dup2(file, number)
                    ended = answering(program)
                finally:
                    os._exit(ended)
        answer = b"".join(said_by(ours, sent))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        errors.seek(0)
        return answer, errors.read().decode("utf-8", "replace"), status


def said_by(helper: socket.socket, sent: bytes) -> Iterator[bytes]:
    """Who is refused may be answered before all is read: a reset comes behind the answer then (unix(7))."""
    with contextlib.suppress(OSError):
        helper.sendall(sent)
        helper.shutdown(socket.SHUT_WR)
    with contextlib.suppress(ConnectionResetError):
        yield from iter(lambda: helper.recv(65_536), b"")


def answering(program: Callable[[], int]) -> int:
    """As a process of its own would: its standard files are the socket's, and a fault ends it with its trace."""
    sys.stdin, sys.stderr = open(0, closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
    try:
        return program()
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stderr.flush()


@pytest.mark.parametrize(
    ("name", "verb", "examples"),
    [
        *((*one, 20) for one in drawn(EVERY, len(EVERY) // 3)),
        *(pytest.param(*one, 10_000, marks=[pytest.mark.soak, pytest.mark.timeout(0)]) for one in EVERY),
    ],
)
def test_r39_no_message_is_a_fault_and_none_does_harm(
    place: Path, door: tuple[socket.socket, str], seed: int, name: str, verb: str, examples: int
) -> None:
    handle, callers, key, schemas = DOORS[name]
    before = seen(place)
    tried = 0
    right = st.fixed_dictionaries({field: FITTING[kind] for field, kind in schemas[verb].items()})
    wrong = st.fixed_dictionaries({}, optional=dict.fromkeys(schemas[verb], ANY))

    @hypothesis.seed(seed)
    @settings(FUZZING, max_examples=examples)
    @given(right | wrong, st.dictionaries(WORDS, ANY, max_size=1), st.integers(0, 5), st.sampled_from((0, 0, NOBODY)))
    def one(fields: dict[str, Any], more: dict[str, Any], odd: int, uid: int) -> None:
        nonlocal tried
        tried += 1
        sent = json.dumps({**(more if odd == 1 else {}), **fields, key: verb}).encode()
        sent = sent[: len(sent) // 2] if odd == 2 else sent
        answer, said, ended = asked(door, lambda: serve(handle, callers), sent, uid)
        assert (ended, "Traceback" in said) == (0, False), said
        reply = json.loads(answer)
        assert type(reply["ok"]) is bool and "begun" not in reply, reply
        assert uid == 0 or reply["ok"] is False, "only root and who is named may ask"
        assert seen(place) == before

    one()
    assert tried >= min(examples, 10)
