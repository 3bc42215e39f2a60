"""A model puts facts into words: it gets the question and what code has found, and each of its sentences is checked.

A sentence stays only if it cites evidence, if one line of that or of the facts bears it (`stands`), and if it is in the
language of the answer. What does not pass is left out: the facts have been said already.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, cast

from stillwatch.llm.budget import fit
from stillwatch.ports import ChatModel
from stillwatch.records.chat import Answer, Failure, Prompt, Thought, Usage
from stillwatch.records.incident import Evidence
from stillwatch.think.context import evidence_line, prompt
from stillwatch.think.talk.stands import CITED, stands
from stillwatch.think.talk.think_tags import ThinkTagFilter
from stillwatch.think.talk.words import Language, language_of
from stillwatch.untrusted.for_model import fenced, filled, harmless, joined, ours, uncapped

ANSWER_TOKENS: Final = 220
QUESTION_CHARACTERS: Final = 2_000
LOOK_CHARACTERS: Final = 1_200
SPARE_TOKENS: Final = 120
ASK: Final = ours(
    "Explain to the owner in one to three sentences, in the language of the question, and cite the evidence."
)
_END: Final = re.compile(r"(?<=[.!?])(?:\s*\[E\d+\])*\s+(?=[^\[\s])|\n+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How the words are to be; whoever asks keeps it within bounds."""

    max_tokens: int = ANSWER_TOKENS
    temperature: float = 0.0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrased:
    """said: the sentences that passed; refused: how many did not; finish: as the model ended, or why it gave none."""

    said: tuple[str, ...] = ()
    refused: int = 0
    finish: str = "stop"
    usage: Usage = Usage()


async def phrase(
    model: ChatModel,
    question: str,
    facts: str,
    evidence: Sequence[Evidence],
    *,
    nonce: str,
    deadline: float,
    say: Callable[[str], None],
    thinking: Callable[[str], None] = lambda _: None,
    style: Style | None = None,
    language: Language = "en",
) -> Phrased:
    """facts: what code has said, with its citations, in this language; evidence: what it may cite. say: hears each
    sentence that passed."""
    style = style or Style()
    messages = await _messages(model, question, facts, evidence, nonce, style.max_tokens)
    by_id = {one.id: one for one in evidence}

    def passes(sentence: str) -> bool:
        return language_of(CITED.sub("", sentence), language) == language and stands(sentence, facts, by_id, question)

    sentences = _Sentences(passes, say)
    words = ThinkTagFilter(sentences.hear, thinking)
    outcome: Answer | Failure = Failure(reason="garbage", detail="the stream ended without an answer")
    stream = model.stream(
        messages, max_tokens=style.max_tokens, temperature=style.temperature, stop=style.stop, deadline=deadline
    )
    async with aclosing(cast("AsyncGenerator[str | Thought | Answer | Failure, None]", stream)) as pieces:
        async for piece in pieces:
            if isinstance(piece, str):
                words.hear(piece)
            elif isinstance(piece, Thought):
                thinking(piece.text)
            else:
                outcome = piece
    words.end()
    sentences.end(whole=isinstance(outcome, Answer) and outcome.finish != "length")
    finish = outcome.finish if isinstance(outcome, Answer) else outcome.reason
    return Phrased(said=tuple(sentences.said), refused=sentences.refused, finish=finish, usage=outcome.usage)


async def _messages(
    model: ChatModel, question: str, facts: str, evidence: Iterable[Evidence], nonce: str, answer_tokens: int
) -> list[Prompt]:
    """What fits of it: the facts first, then what they rest on."""
    system, asking = prompt("converse"), harmless(question, QUESTION_CHARACTERS)
    fixed = await model.count_tokens(f"{system}\n{asking}\n{ASK}")
    room = max(await model.context_size() - answer_tokens - fixed - SPARE_TOKENS, 0)
    lines = [
        filled("facts: {facts}", facts=uncapped(facts)),
        *(evidence_line(one, LOOK_CHARACTERS) for one in evidence),
    ]
    known = await fit(lines, room, model)
    data = fenced([known.text], nonce)
    return [
        Prompt(role="system", content=system),
        Prompt(role="user", content=joined((data, filled("The owner asks: {asked}", asked=asking), ASK))),
    ]


class _Sentences:
    """Cuts a stream into sentences and lets those go on that stand."""

    def __init__(self, passes: Callable[[str], bool], say: Callable[[str], None]) -> None:
        self._passes, self._say, self._held = passes, say, ""
        self.said: list[str] = []
        self.refused = 0

    def hear(self, piece: str) -> None:
        self._held += piece
        while found := _END.search(self._held):
            self._judge(self._held[: found.end()])
            self._held = self._held[found.end() :]

    def end(self, *, whole: bool) -> None:
        """whole: whether the model came to its end; half a sentence is not said."""
        if whole:
            self._judge(self._held)
        self._held = ""

    def _judge(self, sentence: str) -> None:
        text = " ".join(sentence.split())
        if not text:
            return
        if self._passes(text):
            self.said.append(text)
            self._say(text if len(self.said) == 1 else f" {text}")
        else:
            self.refused += 1
