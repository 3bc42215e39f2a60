"""Texts within a token budget, counted by the model's own tokenizer in as few round trips as that allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from stillwatch.records.safe import ForModel
from stillwatch.untrusted.for_model import beginning, joined, ours


class TokenCounter(Protocol):
    """The one verb of ports.ChatModel that fitting needs."""

    async def count_tokens(self, text: str) -> int: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """text: the kept parts joined by line ends; tokens: its count; kept: how many parts, from the first on."""

    text: ForModel
    tokens: int
    kept: int


async def fit(parts: Sequence[ForModel], budget: int, counter: TokenCounter) -> Fitted:
    """The longest run of first parts within `budget` tokens; give the most telling part first.

    One round trip where everything fits; else the share that fits is guessed from the size and narrowed down, each
    guess counted exactly. Where not even the first part fits, as much of its beginning as does is kept.
    """
    best = await _measure(parts, len(parts), counter)
    if best.tokens <= budget:
        return best
    low, high, over = 0, len(parts), best
    best = Fitted(text=ours(""), tokens=0, kept=0)
    while high - low > 1:
        guess = _guess(parts, low, high, over, best, budget)
        tried = await _measure(parts, guess, counter)
        if tried.tokens <= budget:
            low, best = guess, tried
        else:
            high, over = guess, tried
    if low == 0 and parts and budget > 0:
        return await _beginning(parts[0], budget, counter)
    return best


async def _measure(parts: Sequence[ForModel], kept: int, counter: TokenCounter) -> Fitted:
    text = joined(parts[:kept])
    return Fitted(text=text, tokens=await counter.count_tokens(text) if text else 0, kept=kept)


def _guess(parts: Sequence[ForModel], low: int, high: int, over: Fitted, best: Fitted, budget: int) -> int:
    """Where the budget falls between a run that fits and one that does not, by the tokens per character seen there."""
    per_character = (over.tokens - best.tokens) / max(1, len(over.text) - len(best.text))
    room = (budget - best.tokens) / per_character if per_character > 0 else 0.0
    guess = low
    while guess < high and room >= 0:
        room -= len(parts[guess]) + 1
        guess += 1
    return min(max(guess - 1, low + 1), high - 1)


async def _beginning(part: ForModel, budget: int, counter: TokenCounter) -> Fitted:
    length = min(len(part), budget * 8)
    for _ in range(8):
        text = beginning(part, length)
        tokens = await counter.count_tokens(text) if text else 0
        if tokens <= budget:
            return Fitted(text=text, tokens=tokens, kept=1 if text else 0)
        length = min(length - 1, int(length * budget / tokens * 0.97))
    return Fitted(text=ours(""), tokens=0, kept=0)
