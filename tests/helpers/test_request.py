from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.helpers import request
from stillwatch.helpers.request import MAX_BYTES, RequestRefused, begun, check_caller, closed, read_object, serve

SCHEMAS = {"port": {"port": int}, "none": {}}


@pytest.mark.parametrize(
    "line",
    [b"", b"x", b"[]", b"1", b'{"a":1,"a":2}', b'{"a":1.5}', b'{"a":NaN}', b'{"a":1}{}', b"\xff", b"[" * 5000,
     b" " * (MAX_BYTES + 1), b'{"a":{"b":1,"b":2}}', b'{"a":"/\\u0000"}', b'{"\\u0000":1}', b'{"a":["/\\ud800"]}',
     b'{"a":"/\\udc80"}'],
)  # fmt: skip
def test_r2_odd_json_is_refused(line: bytes) -> None:
    with pytest.raises(RequestRefused):
        read_object(line)


@pytest.mark.parametrize(
    "request_",
    [{}, {"see": 1}, {"see": "x"}, {"see": "port"}, {"see": "port", "port": "1"}, {"see": "port", "port": True},
     {"see": "port", "port": 1, "more": 1}, {"see": "none", "port": 1}, {"port": 1}],
)  # fmt: skip
def test_r2_only_the_exact_fields_of_the_exact_types(request_: dict[str, object]) -> None:
    with pytest.raises(RequestRefused):
        closed(request_, "see", SCHEMAS)


def test_text_of_other_scripts_is_text() -> None:
    assert read_object(b'{"a":"\\ud83d\\ude00 \xc3\xa4"}') == {"a": "\U0001f600 \u00e4"}


def test_the_verb_comes_back() -> None:
    assert closed({"see": "port", "port": 7}, "see", SCHEMAS) == "port"


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_refused(line: bytes) -> None:
    with contextlib.suppress(RequestRefused):
        assert isinstance(read_object(line), dict)


@pytest.mark.parametrize("program", ["look", "peek", "act"])
def test_each_program_answers_one_object_in_isolated_mode(program: str) -> None:
    argv = [sys.executable, "-I", "-m", f"stillwatch.helpers.{program}"]
    done = subprocess.run(argv, input=b'{"x":1}\n', capture_output=True, timeout=20)
    reply = json.loads(done.stdout)
    assert (done.returncode, reply["ok"]) == (0, False)


@pytest.mark.parametrize("error", [RequestRefused("no"), OSError(28, "No space left on device")])
def test_r29_what_was_begun_is_answered_as_begun(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def half(said: dict[str, object]) -> dict[str, object]:
        with begun():
            raise error

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    monkeypatch.setattr(request, "check_caller", lambda callers: None)
    assert serve(half, ()) == 0
    reply = json.loads(capfd.readouterr().out)
    assert (reply["ok"], reply["begun"]) == (False, True)


def test_another_user_at_the_socket_is_refused() -> None:
    keyboard = os.dup(0)
    os.seteuid(65534)
    ours, theirs = socket.socketpair()  # SO_PEERCRED keeps the effective user of this moment
    os.seteuid(0)
    os.dup2(ours.fileno(), 0)
    try:
        with pytest.raises(RequestRefused, match="user"):
            check_caller(("stillwatch-gate",))
        check_caller(("nobody",))
    finally:
        os.dup2(keyboard, 0)
        for door in (ours, theirs):
            door.close()
        os.close(keyboard)


def test_a_caller_that_is_gone_makes_no_failed_unit() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    argv = [sys.executable, "-I", "-m", "stillwatch.helpers.peek"]
    done = subprocess.run(argv, input=b'{"see":"space"}\n', stdout=writer, stderr=subprocess.PIPE, timeout=20)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"whoever asked is gone\n")
