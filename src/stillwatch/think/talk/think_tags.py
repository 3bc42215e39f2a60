"""What a reasoning model thinks aloud first (`<think>…</think>` at the very start), kept out of the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

OPENS, CLOSES = "<think>", "</think>"


class ThinkTagFilter:
    """Pieces in; what is thought goes to `aside`, the answer to `say`, however the pieces are cut."""

    def __init__(self, say: Callable[[str], None], aside: Callable[[str], None]) -> None:
        self._say, self._aside = say, aside
        self._state: Literal["start", "inside", "answer"] = "start"
        self._held = ""

    def hear(self, piece: str) -> None:
        if self._state == "answer":
            self._say(piece)
            return
        self._held += piece
        if self._state == "start":
            self._begin()
        if self._state == "inside":
            self._think()

    def end(self) -> None:
        """What was held back, now that nothing follows."""
        held, self._held = self._held, ""
        if held:
            (self._aside if self._state == "inside" else self._say)(held)

    def _begin(self) -> None:
        text = self._held.lstrip()
        if text.startswith(OPENS):
            self._state, self._held = "inside", text[len(OPENS) :]
        elif not OPENS.startswith(text):
            self._state = "answer"
            self.end()

    def _think(self) -> None:
        thought, closed, rest = self._held.partition(CLOSES)
        if not closed:
            sure = max(len(thought) - len(CLOSES) + 1, 0)
            thought, self._held = thought[:sure], thought[sure:]
        else:
            self._state, self._held = "answer", ""
        if thought:
            self._aside(thought)
        if rest.strip():
            self._say(rest.lstrip())
