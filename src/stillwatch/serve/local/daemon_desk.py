"""The rest of the daemon's desk through its own socket: looks, readings, and proposals by the user that may make them.

So a command of an administrator (`stillwatch mcp`) sees and proposes what a client of port 8083 does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import msgspec

from stillwatch.chat.conversation import Conversation, Desk, Turn
from stillwatch.errors import WrongUsage
from stillwatch.ports import LookTools
from stillwatch.records.chat import Message
from stillwatch.records.look import Seen
from stillwatch.records.saying import Ended, Looking, Text
from stillwatch.serve.local.server import Answerer, Caller, Send
from stillwatch.service.through_daemon import ThroughDaemon
from stillwatch.views.gate import LIST, PROPOSE, Verb

T = TypeVar("T")

LOOK_SECONDS: Final = 40.0
GATE_SECONDS: Final = 60.0
TO_THE_GATE: Final[Mapping[str, Verb[Any]]] = {verb.name: verb for verb in (PROPOSE, LIST)}


class _Look(msgspec.Struct):
    tool: str
    arguments: dict[str, Any]


class _ToGate(msgspec.Struct):
    say: str
    fields: dict[str, Any]


class _Said(msgspec.Struct):
    role: Literal["user", "assistant"]
    content: str


class _Chat(msgspec.Struct):
    message: str
    history: list[_Said]
    may_order: bool


class _Span(msgspec.Struct):
    metric: str
    since: float
    until: float


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskVerbs:
    """Verbs for local.LocalServer. Raise WrongUsage for fields that are wrong."""

    desk: Desk

    def all(self) -> Mapping[str, Answerer]:
        looking = {"look": self._look, "metrics": self._metrics, "samples": self._samples}
        return {**looking, "gate": self._gate, "chat": self._chat}

    async def _chat(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        """One turn of a conversation; its pieces come as `say`, what is looked at as `progress`."""
        request_body = _read(request, _Chat)
        history = [Message(role=one.role, content=one.content) for one in request_body.history]
        turn = Turn(message=request_body.message, history=history, may_order=request_body.may_order, by=caller.name)
        by = ""
        async with aclosing(Conversation(self.desk).turn(turn)) as answer:
            async for event in answer:
                match event:
                    case Text(text):
                        send("say", text)
                    case Looking(line):
                        send("progress", line)
                    case Ended():
                        by = event.by
        return by

    async def _look(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        request_body = _read(request, _Look)
        if self.desk.looks is None:
            raise WrongUsage("this daemon cannot look")
        return await self.desk.looks.look(request_body.tool, request_body.arguments)

    async def _gate(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        request_body = _read(request, _ToGate)
        verb = TO_THE_GATE.get(request_body.say)
        if self.desk.gate is None or verb is None:
            raise WrongUsage("the gate is not told that from here")
        # whatever becomes of the caller: a proposal that is on its way is told to the end
        return await asyncio.shield(self.desk.gate(verb, **request_body.fields))

    async def _metrics(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        return list(self.desk.metrics()) if self.desk.metrics else []

    async def _samples(self, request: dict[str, Any], caller: Caller, send: Send) -> Any:
        span = _read(request, _Span)
        return list(self.desk.samples(span.metric, span.since, span.until)) if self.desk.samples else []


@dataclass(frozen=True, kw_only=True, slots=True)
class DaemonDesk:
    """The other end: what a Desk takes. looks: which tools there are; ports.LookTools itself."""

    daemon: ThroughDaemon
    looks: LookTools

    def catalogue(self) -> Mapping[str, Mapping[str, Any]]:
        return self.looks.catalogue()

    async def look(self, tool: str, arguments: Mapping[str, object]) -> Seen:
        return await asyncio.to_thread(self.daemon.say, "look", Seen, LOOK_SECONDS, tool=tool, arguments=arguments)

    async def gate(self, verb: Verb[T], /, **fields: Any) -> T:
        answer = await asyncio.to_thread(self.daemon.say, "gate", dict, GATE_SECONDS, say=verb.name, fields=fields)
        return verb.read(answer)

    def metrics(self) -> Sequence[str]:
        return self.daemon.say("metrics", list[str])

    def samples(self, metric: str, since: float, until: float) -> Sequence[tuple[float, float]]:
        return self.daemon.say("samples", list[tuple[float, float]], metric=metric, since=since, until=until)


def _read(request: dict[str, Any], kind: type[Any]) -> Any:
    try:
        return msgspec.convert(request, kind)
    except msgspec.ValidationError as error:
        raise WrongUsage(f"the request is wrong: {error}") from error
