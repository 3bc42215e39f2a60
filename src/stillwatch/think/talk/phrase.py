"""A model puts facts into words: it gets the question and what code has found, and each of its sentences is checked.

A sentence stays only if it cites evidence and every number, name and path in it stands in what it cites or in the facts
as code has said them, and if it does not turn "failed" into "running". What does not pass is left out: the facts have
been said already.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, cast

from stillwatch.llm.budget import fit
from stillwatch.ports import ChatModel
from stillwatch.records.chat import Answer, Failure, Prompt, Thought, Usage
from stillwatch.records.incident import Evidence
from stillwatch.think.context import evidence_line, prompt
from stillwatch.think.talk.think_tags import ThinkTagFilter
from stillwatch.untrusted.echo import echoes
from stillwatch.untrusted.for_model import fenced, filled, harmless, joined, ours, uncapped

ANSWER_TOKENS: Final = 220
QUESTION_CHARACTERS: Final = 2_000
LOOK_CHARACTERS: Final = 1_200
SPARE_TOKENS: Final = 120
ASK: Final = ours(
    "Explain to the owner in one to three sentences, in the language of the question, and cite the evidence."
)
CITED: Final = re.compile(r"\[(E\d+)\]")
_END: Final = re.compile(r"(?<=[.!?])(?:\s*\[E\d+\])*\s+(?=[^\[\s])|\n+")
_TELLING: Final = re.compile(
    r"`([^`]+)`|((?:[\w@-]+\.)+[\w@-]+|/[\w./@-]+|[\w-]*_[\w-]+|[\w.-]*@[\w.-]+|\b\w*\d[\w.,:%-]*)"
)
_UP: Final = re.compile(
    r"\b(?:running|is up|active|healthy|works? fine|all is well|all good|no problems?|laeuft|läuft|aktiv|gesund|in ordnung|fonctionne|actif|active"
    r"|tourne|tout va bien|funciona|activo|activa|bien)\b",
    re.IGNORECASE,
)
_ALL_WELL: Final = re.compile(
    r"\b(?:healthy|all is well|all good|no problems?|false alarm|recovered|resolved|nothing (?:is )?wrong|no (?:incident|fault|error)s?"
    r"|in ordnung|gesund|fehlalarm|behoben|kein (?:fehler|problem|vorfall)|tout va bien|fausse alerte|résolue?|rétablie?"
    r"|aucun (?:problème|incident)|todo va bien|falsa alarma|resuelt[oa]|recuperad[oa]|ningún (?:problema|incidente))\b",
    re.IGNORECASE,
)
"""A verdict on the whole: it is code's alone, whatever a line of the log says of itself."""
_DOWN: Final = re.compile(
    r"\b(?:failed|failing|failure|down|dead|stopped|inactive|broken|crashed|ausgefallen|gescheitert|inaktiv|kaputt|en échec|en panne|arrêtée?|inactif"
    r"|fallida|fallido|caída|caído|inactiva|not running|not active)\b",
    re.IGNORECASE,
)


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
) -> Phrased:
    """facts: what code has said, with its citations; evidence: what it may cite. say: hears each sentence that passed."""
    style = style or Style()
    messages = await _messages(model, question, facts, evidence, nonce, style.max_tokens)
    sentences = _Sentences(facts, {one.id: one for one in evidence}, say)
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


def stands(sentence: str, facts: str, evidence: Mapping[str, Evidence]) -> bool:
    """Whether what it says of numbers, names and states is in what it cites, or in the facts, and is no copy (R43)."""
    ids = CITED.findall(sentence)
    if not ids or any(name not in evidence for name in ids):
        return False
    if echoes(sentence, (one.text for one in evidence.values()), facts):
        return False
    bare = CITED.sub("", sentence)
    if any(_plain(match.group()) not in _plain(facts) for match in _ALL_WELL.finditer(bare)):
        return False
    source = _plain(" ".join([facts, *(evidence[name].text + " " + evidence[name].source for name in ids)]))
    for quoted, word in _TELLING.findall(bare):
        if _plain(quoted or word).strip(".,:;%") not in source:
            return False
    return not (_UP.search(bare) and not _DOWN.search(bare) and not _UP.search(source) and _DOWN.search(source))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


async def _messages(
    model: ChatModel, question: str, facts: str, evidence: Iterable[Evidence], nonce: str, answer_tokens: int
) -> list[Prompt]:
    """What fits of it: the facts first, then what they rest on."""
    system, asked = prompt("converse"), harmless(question, QUESTION_CHARACTERS)
    fixed = await model.count_tokens(f"{system}\n{asked}\n{ASK}")
    room = max(await model.context_size() - answer_tokens - fixed - SPARE_TOKENS, 0)
    lines = [
        filled("facts: {facts}", facts=uncapped(facts)),
        *(evidence_line(one, LOOK_CHARACTERS) for one in evidence),
    ]
    known = await fit(lines, room, model)
    data = fenced([known.text], nonce)
    return [
        Prompt(role="system", content=system),
        Prompt(role="user", content=joined((data, filled("The owner asks: {asked}", asked=asked), ASK))),
    ]


class _Sentences:
    """Cuts a stream into sentences and lets those go on that stand."""

    def __init__(self, facts: str, evidence: Mapping[str, Evidence], say: Callable[[str], None]) -> None:
        self._facts, self._evidence, self._say, self._held = facts, evidence, say, ""
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
        if stands(text, self._facts, self._evidence):
            self.said.append(text)
            self._say(text if len(self.said) == 1 else f" {text}")
        else:
            self.refused += 1
