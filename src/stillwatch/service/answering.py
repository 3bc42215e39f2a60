"""The one way to answer a question, for `ask` and for a chat: facts by code, then what a model adds that stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from stillwatch.host.accounts import all_users
from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.records.incident import Evidence
from stillwatch.records.saying import Citation, Ended, Hear, Looking, Text, Thinking
from stillwatch.think.talk.phrase import Style, phrase
from stillwatch.think.talk.respond import Responded, respond
from stillwatch.think.talk.topic import Known
from stillwatch.untrusted.for_model import new_nonce


class AnswerWords(Protocol):
    """Pieces in, pieces that may be shown out; `cited` has the ids in the order of their first mention."""

    cited: list[str]

    def hear(self, piece: str) -> None: ...
    def end(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """before: what the same person asked before; deadline: seconds for a model's words."""

    text: str
    before: Sequence[str] = ()
    style: Style = field(default_factory=Style)
    deadline: float = 300.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answering:
    """words: makes what the reader's window needs out of words that may hold others', given ids and where they go.

    writing: opens the model that writes, or one phrase why there is none; None where no model is wanted;
    chooser: a model that says which topic is meant where the words do not tell.
    """

    known: Known
    looks: LookTools | None
    clock: Clock
    words: Callable[[Sequence[str], Callable[[str], None]], AnswerWords]
    writing: Callable[[], AbstractAsyncContextManager[ChatModel | str]] | None = None
    chooser: ChatModel | None = None

    async def answer(self, question: Question, hear: Hear) -> tuple[Responded, Ended]:
        """Every piece and every citation goes to `hear`; the end is left to the caller."""
        responded = await respond(
            question.text,
            question.before,
            self.known,
            looks=self.looks,
            clock=self.clock,
            users=all_users(),
            looking=lambda line: hear(Looking(line)),
            model=self.chooser,
        )
        evidence = {one.id: one for one in responded.asking.evidence}
        facts = self.words(list(evidence), lambda piece: hear(Text(piece)))
        facts.hear(responded.text)
        facts.end()
        await asyncio.sleep(0)  # what was said goes out before a model is asked
        ended, more = Ended(), list[str]()
        if self.writing is not None and responded.wants_words and facts.cited:
            async with self.writing() as model:
                if isinstance(model, str):
                    ended = Ended(note=f"the words are the rules' alone: {model}")
                else:
                    ended, more = await self._in_words(model, question, responded, evidence, hear)
        for name in dict.fromkeys([*facts.cited, *more]):
            hear(Citation(evidence[name]))
        return responded, ended

    async def _in_words(
        self, model: ChatModel, question: Question, responded: Responded, evidence: dict[str, Evidence], hear: Hear
    ) -> tuple[Ended, list[str]]:
        """How it ended, and the ids of what it cites."""
        words = self.words(list(evidence), _after_a_blank_line(lambda piece: hear(Text(piece))))
        aside = self.words(list(evidence), lambda piece: hear(Thinking(piece)))
        phrased = await phrase(
            model,
            question.text,
            responded.text,
            list(evidence.values()),
            nonce=new_nonce(),
            deadline=question.deadline,
            say=words.hear,
            thinking=aside.hear,
            style=question.style,
            language=responded.asking.language,
        )
        words.end()
        aside.end()
        finish = "length" if phrased.finish == "length" else "stop"
        return Ended(usage=phrased.usage, finish=finish, by="meta" if phrased.said else "rule"), words.cited


def _after_a_blank_line(say: Callable[[str], None]) -> Callable[[str], None]:
    """A paragraph of its own, once there is something to say."""
    begun = False

    def saying(piece: str) -> None:
        nonlocal begun
        say(piece if begun else f"\n\n{piece}")
        begun = True

    return saying
