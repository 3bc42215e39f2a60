"""What a running daemon knows, for a command in another process; errors come back as they were raised there."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.records.incident import Incident
from stillwatch.records.mute import Mute
from stillwatch.records.note import Note
from stillwatch.records.report import Report

SECONDS = 10.0
T = TypeVar("T")


class Known:
    """The verbs of the service that need no look at the host; asking them imports nothing of what looks and thinks.

    path: the daemon's socket. The verbs raise NotReachable where no daemon answers.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def answers(self) -> bool:
        """Whether a daemon listens there and speaks with us."""
        try:
            self._ask("status", Report)
        except StillwatchError:
            return False
        return True

    async def status(self) -> Report:
        return self._ask("status", Report)

    def incidents(self) -> Sequence[Incident]:
        return self._ask("incidents", list[Incident])

    def incident(self, incident_id: str) -> Incident:
        return self._ask("incident", Incident, id=incident_id)

    def close(self, incident_id: str, by: str) -> Incident:
        """Done by whom the daemon sees, not by whom we say."""
        return self._ask("close", Incident, id=incident_id)

    def mute(self, *, incident_id: str | None, rule: str | None, until: float, by: str) -> str:
        return self._ask("mute", str, id=incident_id, rule=rule, until=until)

    def mutes(self) -> Sequence[Mute]:
        return self._ask("mutes", list[Mute])

    def unmute(self, pattern: str) -> str:
        return self._ask("unmute", str, pattern=pattern)

    def notes(self) -> Sequence[Note]:
        return self._ask("notes", list[Note])

    def forget(self, number: int) -> None:
        self._ask("forget", type(None), number=number)

    def note(self, text: str, by: str) -> None:
        self._ask("note", type(None), text=text)

    def say(self, verb: str, kind: type[T], seconds: float = SECONDS, /, **fields: Any) -> T:
        """A verb beyond those of the service."""
        return self._ask(verb, kind, None, seconds, **fields)

    def _ask(
        self,
        verb: str,
        kind: type[T],
        heard: dict[str, Callable[[str], None]] | None = None,
        seconds: float = SECONDS,
        /,
        **fields: Any,
    ) -> T:
        for name, value in self._lines({"verb": verb, **fields}, seconds):
            if heard and name in heard:
                heard[name](str(value))
            elif name == "error":
                raise raised(value)
            elif name == "result":
                return _converted(value, kind)
        raise NotReachable("the daemon ended while it was answering", next_step="look at `systemctl status stillwatch`")

    def _lines(self, request: dict[str, Any], seconds: float) -> Iterator[tuple[str, Any]]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(seconds)
                link.connect(str(self._path))
                link.sendall(json.dumps(request).encode() + b"\n")
                with link.makefile("rb") as answers:
                    for line in answers:
                        yield from msgspec.json.decode(line, type=dict[str, Any]).items()
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise NotReachable(f"the daemon does not answer at {self._path}: {error}") from error


class _Told(msgspec.Struct):
    """An error as the daemon tells it."""

    message: str
    next_step: str
    exit_code: int


def raised(found: Any) -> StillwatchError:
    """The error that the daemon tells of."""
    known = _converted(found, _Told)
    error = StillwatchError(known.message, next_step=known.next_step)
    error.exit_code = known.exit_code
    return error


def _converted(value: Any, kind: type[T]) -> T:
    """Raises NotReachable for what a daemon of another version may say."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise NotReachable(f"the daemon speaks another language: {error}", next_step="restart the daemon") from error
