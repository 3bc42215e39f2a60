"""What a line says of itself, before it becomes a Line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Parts:
    """at: None where no time is told; zoned: whether the time names its zone; unit: a service, a container, a virtual
    host; component: the program that is named is but a part of one, as a logger's class is; reworded: the message does
    not stand in the line as it is; by_number: what is told hangs on a number;
    pinned: on more numbers than that of its priority.
    """

    message: bytes
    at: float | None = None
    zoned: bool = False
    host: str = ""
    program: str = ""
    component: bool = False
    pid: str = ""
    priority: int | None = None
    unit: str = ""
    reworded: bool = False
    by_number: bool = False
    pinned: bool = False
    uptime: float | None = None

    def with_inner(self, inner: Parts) -> None:
        """The line within this one: an application's own head behind docker's or syslog's. Who is named outside wins,
        but for the time, where only one of both names its zone."""
        if inner.at is not None and (self.at is None or (inner.zoned and not self.zoned)):
            self.at, self.zoned = inner.at, inner.zoned
        self.host = self.host or inner.host
        if inner.program and (not self.program or (self.component and not inner.component)):
            self.program, self.component = inner.program, inner.component
        self.pid = self.pid or inner.pid
        self.unit = self.unit or inner.unit
        self.priority = inner.priority if self.priority is None else self.priority
        self.message, self.reworded = inner.message, self.reworded or inner.reworded
        self.by_number, self.pinned = self.by_number or inner.by_number, self.pinned or inner.pinned
