"""One closed JSON request in, one JSON reply out: what all small privileged programs share. Standard library alone."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import socket
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from stillwatch.helpers.forking import answer_each, listens

MAX_BYTES: Final = 65_536
Fields = Mapping[str, type]


class RequestRefused(Exception):
    """Nothing was changed; the message is the reason."""


class HalfDone(Exception):
    """Something was changed and not all of it: whoever asked has to tell that (R29). The message says what failed."""


@contextlib.contextmanager
def begun() -> Iterator[None]:
    """From here on something is changed, and a refusal would be untrue: it becomes HalfDone."""
    try:
        yield
    except (RequestRefused, OSError) as error:
        raise HalfDone(f"begun, and not brought to its end: {error}") from error


def read_object(line: bytes) -> dict[str, Any]:
    """Strict JSON object. Raises RequestRefused on doubled keys, non-integers, trailing bytes, too much, and on text
    that no system call takes (NUL, half a character)."""
    if len(line) > MAX_BYTES:
        raise RequestRefused(f"the request is longer than {MAX_BYTES} bytes")
    try:
        value = json.loads(
            line.decode("utf-8"), object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number
        )
        if b"\\u0000" in json.dumps(value, ensure_ascii=False).encode("utf-8"):
            raise ValueError("NUL")
    except (ValueError, RecursionError) as error:
        raise RequestRefused("the request is not one clean JSON object") from error
    if not isinstance(value, dict):
        raise RequestRefused("the request is not a JSON object")
    return value


def closed(request: Mapping[str, Any], key: str, schemas: Mapping[str, Fields]) -> str:
    """The verb under `key`. Raises RequestRefused unless the request has that verb's fields exactly, of their types."""
    verb = request.get(key)
    if not isinstance(verb, str) or verb not in schemas:
        raise RequestRefused(f"no such {key}")
    fields = schemas[verb]
    if set(request) != {key, *fields}:
        raise RequestRefused(f"{verb} takes exactly {', '.join(sorted(fields)) or 'nothing'}")
    wrong = [name for name, kind in fields.items() if type(request[name]) is not kind]
    if wrong:
        raise RequestRefused(f"{wrong[0]} is not a {fields[wrong[0]].__name__}")
    return verb


def serve(handle: Callable[[dict[str, Any]], dict[str, Any]], callers: tuple[str, ...]) -> int:
    """Answer the one request on standard input, or each that comes to it where it is a socket that listens. A fault
    that is no refusal gives no answer."""
    if listens():
        return answer_each(lambda: _answer(handle, callers))
    return _answer(handle, callers)


def _answer(handle: Callable[[dict[str, Any]], dict[str, Any]], callers: tuple[str, ...]) -> int:
    try:
        check_caller(callers)
        line = sys.stdin.buffer.read(MAX_BYTES + 1)
        reply = {"ok": True, **handle(read_object(line))}
    except RequestRefused as refused:
        reply = {"ok": False, "reason": str(refused)}
    except HalfDone as half:
        reply = {"ok": False, "begun": True, "reason": str(half)}
    text = json.dumps(reply, ensure_ascii=True, allow_nan=False)
    tell(text.encode() + b"\n")
    return 0


def tell(answer: bytes) -> None:
    """A caller that is gone by now misses its answer; what was done is done."""
    try:
        while answer:
            answer = answer[os.write(1, answer) :]
    except BrokenPipeError:
        print("whoever asked is gone", file=sys.stderr)


def check_caller(names: tuple[str, ...]) -> None:
    """Where standard input is a socket: only root and these users (SO_PEERCRED, unix(7)), whatever its mode says."""
    try:
        door = socket.socket(fileno=0)
    except OSError:
        return  # a pipe of whoever started us, who has our rights anyway
    try:
        uid = struct.unpack("3i", door.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
    finally:
        door.detach()
    if uid != 0 and _name(uid) not in names:
        raise RequestRefused("this user may not ask")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands there twice")
    return dict(pairs)


def _no_number(text: str) -> Any:
    raise ValueError("not an integer")
