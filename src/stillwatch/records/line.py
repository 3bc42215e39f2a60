"""One line of a journal or a log as it flows through the watch room: light, since there are millions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from stillwatch.records.event import Source, Untrusted

LINE_LIMIT = 8192
"""Bytes of a line that are looked at; the rest is dropped at the door."""

NO_FIELDS: Mapping[str, Any] = MappingProxyType({})


class Line(NamedTuple):
    """at: seconds since the epoch (0.0 where the text has no time); raw: the message, at most LINE_LIMIT bytes.

    subject: a unit, "kernel" or a program name; fields: the journal's own mapping (bytes, or a list of bytes);
    trusted: PID 1, the kernel or journald itself said it, by fields that a sender cannot set.
    host: who the text says it is from, "" for the host that is watched.
    """

    at: float
    raw: bytes
    subject: str
    source: Source = "log"
    fields: Mapping[str, Any] = NO_FIELDS
    trusted: bool = False
    host: str = ""

    @property
    def text(self) -> Untrusted:
        """The message decoded, as it was written: not as it was put into English for the rules."""
        written = self.fields.get("ORIGINAL", self.raw)
        return Untrusted(written.decode("utf-8", "replace"))

    @property
    def program(self) -> str:
        """What the writer calls itself, where that is another name than the subject; "" elsewhere."""
        return self.field("SYSLOG_IDENTIFIER")

    @property
    def priority(self) -> int | None:
        """Syslog priority 0…7 (any sender may claim it), None where there is none."""
        value = self.field("PRIORITY")
        return int(value) if len(value) == 1 and value in "01234567" else None

    def field(self, name: str) -> str:
        """One journal field as text, "" where absent; the first value of a repeated field."""
        value = self.fields.get(name, b"")
        if isinstance(value, list):
            value = value[0] if value else b""
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

    def facts(self) -> dict[str, str]:
        """What an Event may carry: the `_` fields without the underscore, "priority", and "message_id" if trusted."""
        facts = {
            name[1:].lower(): self.field(name)[:512]
            for name in self.fields
            if name.startswith("_") and not name.startswith("__")
        }
        if self.priority is not None:
            facts["priority"] = str(self.priority)
        if self.trusted and self.field("MESSAGE_ID"):
            facts["message_id"] = self.field("MESSAGE_ID")
        return facts
