"""The conversation: the meta tier answers from evidence, looking where it needs to, and cites what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.records.chat import Answer, Failure, Message, Usage
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident
from stillwatch.think.answer import relevant
from stillwatch.think.context import LOOK_CHARACTERS, evidence_line, fenced, harmless, prompt, tool_lines
from stillwatch.think.schemas import look_schema

MOST_LOOKS = 2
ANSWER_TOKENS = 320
QUESTION_CHARACTERS = 2_000
KNOWN_INCIDENTS = 5
ENOUGH = "Do you need one more look to answer, or is the evidence enough?"


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
    """text: the whole answer, or the Failure; evidence: what was known plus what was looked at."""

    answer: Answer | Failure
    evidence: tuple[Evidence, ...]


async def converse(
    talk: Talk,
    question: str,
    *,
    nonce: str,
    deadline: float,
    say: Callable[[str], None],
    looking: Callable[[str], None],
) -> Said:
    """Answer once. say: gets the pieces of the answer; looking: one line for each look; deadline: seconds."""
    ends = talk.clock.boot() + deadline
    messages = _opening(talk, question, nonce)
    messages, evidence = await _look_around(talk, messages, nonce, ends, looking)
    messages.append(Message(role="user", content=f"Answer the question now, citing evidence: {_asked(question)}"))
    pieces: list[str] = []
    async for piece in talk.model.stream(
        messages, max_tokens=ANSWER_TOKENS, deadline=max(ends - talk.clock.boot(), 0.1)
    ):
        if isinstance(piece, str):
            pieces.append(piece)
            say(piece)
            continue
        return Said(answer=piece, evidence=evidence)
    return Said(answer=Answer(text="".join(pieces), usage=Usage()), evidence=evidence)


async def _look_around(
    talk: Talk, messages: list[Message], nonce: str, ends: float, looking: Callable[[str], None]
) -> tuple[list[Message], tuple[Evidence, ...]]:
    evidence = talk.evidence
    tools = talk.looks.catalogue() if talk.looks else {}
    seen_before = set[str]()
    for _ in range(MOST_LOOKS if tools else 0):
        answer = await talk.model.chat(
            [
                *messages,
                Message(role="user", content="Do you need one more look to answer, or is the evidence enough?"),
            ],
            schema=look_schema(tools, talk.units),
            max_tokens=100,
            deadline=max(ends - talk.clock.boot(), 0.1),
        )
        if isinstance(answer, Failure) or answer.value.get("step") != "look" or talk.looks is None:
            break
        arguments = answer.value.get("arguments")
        if answer.text in seen_before:
            break
        seen_before.add(answer.text)
        tool = str(answer.value.get("tool"))
        looking(f"looking: {tool}")
        seen = await talk.looks.look(tool, arguments if isinstance(arguments, dict) else {})
        one = Evidence(
            id=f"E{len(evidence) + 1}",
            incident="",
            kind="look",
            source=tool,
            at=seen.at,
            text=Untrusted(f"could not be seen: {seen.problem}") if seen.problem else seen.text,
        )
        evidence = (*evidence, one)
        block = fenced([evidence_line(one, LOOK_CHARACTERS)], nonce)
        messages = [*messages, Message(role="assistant", content=answer.text), Message(role="user", content=block)]
    return messages, evidence


def _opening(talk: Talk, question: str, nonce: str) -> list[Message]:
    tools = tool_lines(talk.looks.catalogue()) if talk.looks else ""
    lines = [harmless(Untrusted(fact)) for fact in talk.facts]
    for incident in relevant(question, talk.incidents)[:KNOWN_INCIDENTS]:
        cause = incident.cause.text if incident.cause else "cause unknown"
        lines.append(f"incident {incident.id} ({incident.severity}): {harmless(Untrusted(incident.summary))}; {cause}")
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
