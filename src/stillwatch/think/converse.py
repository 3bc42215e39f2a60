"""The conversation: the meta tier answers from evidence, looking where it needs to, and cites what it says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import cast

from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.records.chat import Answer, Failure, Message, Thought, Usage
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident
from stillwatch.think.answer import relevant
from stillwatch.think.context import LOOK_CHARACTERS, evidence_line, fenced, harmless, prompt, quoted, tool_lines
from stillwatch.think.schemas import look_schema

MOST_LOOKS = 2
ANSWER_TOKENS = 320
QUESTION_CHARACTERS = 2_000
KNOWN_INCIDENTS = 5
LOOK_TOKENS = 100
ENOUGH = "Do you need one more look to answer, or is the evidence enough?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How the answer is to be written; whoever asks keeps it within bounds."""

    max_tokens: int = ANSWER_TOKENS
    temperature: float = 0.0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Talk:
    """What a conversation can draw on. incidents: with evidence `numbered` through; units: names a look may ask for."""

    model: ChatModel
    looks: LookTools | None
    clock: Clock
    incidents: Sequence[Incident]
    evidence: tuple[Evidence, ...]
    units: Sequence[str]
    facts: Sequence[str] = ()
    history: Sequence[Message] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """answer: the whole of it, or the Failure; evidence: what was known and looked at; usage: of all calls."""

    answer: Answer | Failure
    evidence: tuple[Evidence, ...]
    usage: Usage = Usage()


async def converse(
    talk: Talk,
    question: str,
    *,
    nonce: str,
    deadline: float,
    say: Callable[[str], None],
    looking: Callable[[str], None],
    thinking: Callable[[str], None] = lambda _: None,
    seen: Callable[[Evidence], None] = lambda _: None,
    style: Style | None = None,
) -> Said:
    """Answer once. deadline: seconds.

    say: gets the pieces of the answer; looking: one line for each look; thinking: what a model thinks first; seen: each
    piece of evidence as it is found.
    """
    style = style or Style()
    ends = talk.clock.boot() + deadline
    around = _Around(talk=talk, nonce=nonce, ends=ends, looking=looking, seen=seen)
    messages = await around.look(_opening(talk, question, nonce))
    messages.append(Message(role="user", content=f"Answer the question now, citing evidence: {_asked(question)}"))
    pieces = talk.model.stream(
        messages,
        max_tokens=style.max_tokens,
        temperature=style.temperature,
        stop=style.stop,
        deadline=max(ends - talk.clock.boot(), 0.1),
    )
    outcome: Answer | Failure = Failure(reason="garbage", detail="the stream ended without an answer")
    async with aclosing(cast("AsyncGenerator[str | Thought | Answer | Failure, None]", pieces)) as answers:
        async for piece in answers:
            if isinstance(piece, str):
                say(piece)
            elif isinstance(piece, Thought):
                thinking(piece.text)
            else:
                outcome = piece
    return Said(answer=outcome, evidence=around.evidence, usage=total(around.usage, outcome.usage))


def total(first: Usage, second: Usage) -> Usage:
    """Both together."""
    return Usage(
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        cached_tokens=first.cached_tokens + second.cached_tokens,
        output_tokens=first.output_tokens + second.output_tokens,
        seconds=first.seconds + second.seconds,
    )


class _Around:
    """The looks of one answer: at most MOST_LOOKS, none twice."""

    def __init__(
        self,
        *,
        talk: Talk,
        nonce: str,
        ends: float,
        looking: Callable[[str], None],
        seen: Callable[[Evidence], None],
    ) -> None:
        self._talk, self._nonce, self._ends, self._looking, self._seen = talk, nonce, ends, looking, seen
        self.evidence = talk.evidence
        self.usage = Usage()

    async def look(self, messages: list[Message]) -> list[Message]:
        """The messages, with what the looks showed."""
        talk = self._talk
        tools = talk.looks.catalogue() if talk.looks else {}
        before = set[str]()
        for _ in range(MOST_LOOKS if tools else 0):
            answer = await talk.model.chat(
                [*messages, Message(role="user", content=ENOUGH)],
                schema=look_schema(tools, talk.units),
                max_tokens=LOOK_TOKENS,
                deadline=max(self._ends - talk.clock.boot(), 0.1),
            )
            self.usage = total(self.usage, answer.usage)
            if isinstance(answer, Failure) or answer.value.get("step") != "look" or answer.text in before:
                break
            before.add(answer.text)
            block = fenced([evidence_line(await self._one(answer), LOOK_CHARACTERS)], self._nonce)
            messages = [*messages, Message(role="assistant", content=answer.text), Message(role="user", content=block)]
        return messages

    async def _one(self, answer: Answer) -> Evidence:
        assert self._talk.looks is not None
        tool, arguments = str(answer.value.get("tool")), answer.value.get("arguments")
        self._looking(f"looking: {tool}")
        seen = await self._talk.looks.look(tool, arguments if isinstance(arguments, dict) else {})
        one = Evidence(
            id=f"E{len(self.evidence) + 1}",
            incident="",
            kind="look",
            source=tool,
            at=seen.at,
            text=Untrusted(f"could not be seen: {seen.problem}") if seen.problem else seen.text,
        )
        self.evidence = (*self.evidence, one)
        self._seen(one)
        return one


def _opening(talk: Talk, question: str, nonce: str) -> list[Message]:
    tools = tool_lines(talk.looks.catalogue()) if talk.looks else ""
    lines = [quoted(Untrusted(fact)) for fact in talk.facts]
    for incident in relevant(question, talk.incidents)[:KNOWN_INCIDENTS]:
        cause = quoted(Untrusted(incident.cause.text)) if incident.cause else "cause unknown"
        lines.append(f"incident {incident.id} ({incident.severity}): {quoted(Untrusted(incident.summary))}; {cause}")
        lines += [evidence_line(one) for one in incident.evidence[:6]]
    if not talk.incidents:
        lines.append("no open incident")
    return [
        Message(role="system", content=f"{prompt('converse')}\n\nTools:\n{tools}"),
        *(
            replace(message, content=harmless(Untrusted(message.content), QUESTION_CHARACTERS))
            for message in talk.history
        ),
        Message(role="user", content=f"{fenced(lines, nonce)}\nThe owner asks: {_asked(question)}"),
    ]


def _asked(question: str) -> str:
    return harmless(Untrusted(question), QUESTION_CHARACTERS)
