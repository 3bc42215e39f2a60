"""The conversation: the meta tier answers from evidence, looking where it needs to, and cites what it says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

from stillwatch.llm.budget import fit
from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.records.chat import Answer, Failure, Message, Thought, Usage
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident
from stillwatch.think.context import LOOK_CHARACTERS, evidence_line, fenced, harmless, prompt, quoted, tool_lines
from stillwatch.think.schemas import Schema, look_schema
from stillwatch.think.talk.answer import CITED, parted, relevant

MOST_LOOKS = 2
ANSWER_TOKENS = 320
QUESTION_CHARACTERS = 2_000
KNOWN_INCIDENTS = 5
STEP_TOKENS = 100
MOST_BASIS = 8
SPARE_TOKENS = 120
"""For the chat template, the line that asks, and what counting in pieces misses."""
LOOK_OR_ANSWER = "Do you need a look to answer, or is the evidence enough? One line of JSON."
ANSWER_NOW = (
    "Answer the owner in one to three sentences, in the language of the question. "
    "Write the ids of the evidence, such as [E2], behind each sentence."
)
UNCITED = "the answer itself cites nothing; this is what it was given to answer from"
UNSHOWN = "the answer cites no evidence: do not rely on it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How the answer is to be written; whoever asks keeps it within bounds."""

    max_tokens: int = ANSWER_TOKENS
    temperature: float = 0.0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Talk:
    """What a conversation can draw on. incidents: with evidence `numbered` through; units: names a look may ask for;
    first: tools and arguments of looks that are made at once, since the question is known to need them."""

    model: ChatModel
    looks: LookTools | None
    clock: Clock
    incidents: Sequence[Incident]
    evidence: tuple[Evidence, ...]
    units: Sequence[str]
    facts: Sequence[str] = ()
    history: Sequence[Message] = ()
    first: Sequence[tuple[str, Mapping[str, object]]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """answer: the whole of it, or the Failure; evidence: what was known and looked at; usage: of all calls.

    basis: what it was given to answer from, for words that cite nothing.
    """

    answer: Answer | Failure
    evidence: tuple[Evidence, ...]
    basis: tuple[Evidence, ...] = ()
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
    around = _Around(talk=talk, question=question, nonce=nonce, ends=talk.clock.boot() + deadline, seen=seen)
    await around.open(style.max_tokens)
    await around.look(looking)
    pieces = talk.model.stream(
        around.messages(ANSWER_NOW),
        max_tokens=style.max_tokens,
        temperature=style.temperature,
        stop=style.stop,
        deadline=around.left(),
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
    usage = total(around.usage, outcome.usage)
    return Said(answer=outcome, evidence=around.evidence, basis=around.basis(), usage=usage)


def beginning(looks: LookTools | None) -> str:
    """What the model reads first, in every step of every answer."""
    return f"{prompt('converse')}\n\nTools:\n{tool_lines(looks.catalogue() if looks else {})}"


def total(first: Usage, second: Usage) -> Usage:
    """Both together."""
    return Usage(
        prompt_tokens=first.prompt_tokens + second.prompt_tokens,
        cached_tokens=first.cached_tokens + second.cached_tokens,
        output_tokens=first.output_tokens + second.output_tokens,
        seconds=first.seconds + second.seconds,
    )


class _Around:
    """What the model reads for one answer. Every step begins with the same words, so that the server's cache holds
    them; what a look shows joins the end of the data, and what is asked comes last."""

    def __init__(self, *, talk: Talk, question: str, nonce: str, ends: float, seen: Callable[[Evidence], None]) -> None:
        self._talk, self._nonce, self._ends, self._seen = talk, nonce, ends, seen
        self._question = harmless(Untrusted(question), QUESTION_CHARACTERS)
        self._tools = talk.looks.catalogue() if talk.looks else {}
        self._system = beginning(talk.looks)
        self._history: list[Message] = []
        self._data: list[str] = []
        self._carries = set[str]()
        self._room = 0
        self.evidence = talk.evidence
        self.usage = Usage()

    def left(self) -> float:
        """Seconds."""
        return max(self._ends - self._talk.clock.boot(), 0.1)

    async def open(self, answer_tokens: int) -> None:
        """Fit what is known and what was said into the model's context; a quarter or more is left for the looks."""
        talk = self._talk
        fixed = await talk.model.count_tokens(f"{self._system}\n{self._question}")
        self._room = max(await talk.model.context_size() - answer_tokens - fixed - SPARE_TOKENS, 0)
        known = await fit(self._known(), self._room // 2, talk.model)
        self._data = [known.text]
        said = [replace(one, content=harmless(Untrusted(one.content), QUESTION_CHARACTERS)) for one in talk.history]
        kept = await fit([one.content for one in reversed(said)], self._room // 4, talk.model)
        self._history = said[len(said) - kept.kept // 2 * 2 :]  # in pairs, as chat templates want them
        self._room -= known.tokens + kept.tokens

    async def look(self, looking: Callable[[str], None]) -> None:
        """What the question needs; then what the model wants, at most MOST_LOOKS, none twice. looking: hears of it."""
        before = list[tuple[str, object]]()
        for tool, arguments in self._talk.first:
            if tool in self._tools:
                before.append((tool, arguments))
                await self._show(tool, arguments, looking, 2 * MOST_LOOKS)
        for left in range(MOST_LOOKS if self._tools else 0, 0, -1):
            answer = await self._step(self.messages(LOOK_OR_ANSWER), look_schema(self._tools, self._talk.units))
            if isinstance(answer, Failure) or answer.value.get("step") != "look":
                break
            tool, given = str(answer.value.get("tool")), answer.value.get("arguments")
            asked = given if isinstance(given, dict) else {}
            if (tool, asked) in before:
                break
            before.append((tool, asked))
            await self._show(tool, asked, looking, left)

    async def _show(
        self, tool: str, arguments: Mapping[str, object], looking: Callable[[str], None], share: int
    ) -> None:
        """Look, and let what was seen take a part of the room that is left."""
        assert self._talk.looks is not None
        looking(f"looking: {tool}")
        seen = await self._talk.looks.look(tool, arguments)
        asked = ", ".join(f"{key}={value}" for key, value in seen.arguments.items())
        text = Untrusted(f"could not be seen: {seen.problem}") if seen.problem else seen.text
        one = self._found(f"{tool}({asked})", text, seen.at)
        self._carries.add(one.id)
        shown = evidence_line(one, LOOK_CHARACTERS)
        fitted = await fit(shown.split("\n"), self._room // share, self._talk.model)
        self._data.append(fitted.text)
        self._room -= fitted.tokens

    def basis(self) -> tuple[Evidence, ...]:
        """What an answer rests on that cites nothing itself: what carries the causes, and what was looked at."""
        chosen = [one for one in self.evidence if one.id in self._carries]
        return tuple(chosen[:MOST_BASIS])

    def messages(self, ask: str) -> list[Message]:
        data = fenced(self._data, self._nonce)
        return [
            Message(role="system", content=self._system),
            *self._history,
            Message(role="user", content=f"{data}\nThe owner asks: {self._question}\n{ask}"),
        ]

    def _known(self) -> list[str]:
        """The most telling first. All of it can be cited, also the plain facts."""
        talk = self._talk
        about = relevant(self._question, talk.incidents)[:KNOWN_INCIDENTS]
        told = [*talk.facts, *([] if about else ["there is no open incident"])]
        facts = [self._found("status", Untrusted(fact)) for fact in told]
        self._carries |= {name for incident in about for name in _carrying(incident)} or {one.id for one in facts}
        return [*map(evidence_line, facts), *(line for incident in about for line in _lines(incident))]

    async def _step(self, messages: list[Message], schema: Schema) -> Answer | Failure:
        answer = await self._talk.model.chat(messages, schema=schema, max_tokens=STEP_TOKENS, deadline=self.left())
        self.usage = total(self.usage, answer.usage)
        return answer

    def _found(self, source: str, text: Untrusted, at: float | None = None) -> Evidence:
        when = self._talk.clock.now() if at is None else at
        one = Evidence(id=f"E{len(self.evidence) + 1}", incident="", kind="look", source=source, at=when, text=text)
        self.evidence = (*self.evidence, one)
        self._seen(one)
        return one


def _carrying(incident: Incident) -> list[str]:
    """The ids that its cause rests on."""
    named = CITED.findall(parted(incident.cause.text)[1]) if incident.cause else []
    return named or [one.id for one in incident.evidence[:2]]


def _lines(incident: Incident) -> list[str]:
    """An incident: what and why, with the ids that show it, then its evidence."""
    words, ids = parted(incident.cause.text) if incident.cause else ("the cause is not known", "")
    since = datetime.fromtimestamp(incident.opened, tz=UTC).astimezone()
    standing = f"{incident.severity}, {incident.state}, since {since:%A %H:%M}"
    what = f"{quoted(Untrusted(incident.summary))}; {quoted(Untrusted(words))}"
    first = f"incident {incident.id} ({standing}): {what} {ids}".rstrip()
    return [first, *(evidence_line(one) for one in incident.evidence[:6])]
