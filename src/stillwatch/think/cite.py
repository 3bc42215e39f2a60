"""An answer as it streams: citations of evidence that does not exist are taken out, and so is what a page would load.

An answer may repeat log text, and chat windows render Markdown: an image or a tag in it would make the reader's
browser call a stranger's server with whatever stands in the address. Those marks are broken up; the words stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from stillwatch.records.incident import Evidence

_CITED = re.compile(r"\[(E\d{1,20})\]")
_BEGUN = re.compile(r"(?:\[(?:E\d{0,20})?|<)\Z")
"""An end that the next piece may complete."""
_OPEN = re.compile(r"\[E\d*\Z")
_LOADS = re.compile(r"(?<=!)\[|(?<=\])\(|<(?=[A-Za-z/!?])")
_BROKEN = {"[": " [", "(": " (", "<": "‹"}


class CitationFilter:
    """Pieces in, harmless pieces out; `cited` collects the ids in the order of their first mention."""

    def __init__(self, known: Iterable[str], say: Callable[[str], None]) -> None:
        self._known = set(known)
        self._say = say
        self._held = ""
        self._before = ""
        self.cited: list[str] = []

    def know(self, ids: Iterable[str]) -> None:
        """Evidence that came up meanwhile."""
        self._known.update(ids)

    def hear(self, piece: str) -> None:
        text = self._held + piece
        begun = _BEGUN.search(text)
        cut = begun.start() if begun else len(text)
        self._held = text[cut:]
        self._let_go(text[:cut])

    def end(self) -> None:
        """What was held back, now that nothing follows."""
        held, self._held = self._held, ""
        self._let_go(held)

    def _let_go(self, text: str) -> None:
        text = _CITED.sub(self._checked, text)
        last = self._before[-1:]
        clean = _LOADS.sub(lambda mark: _BROKEN[mark.group()], last + text)[len(last) :]
        if clean:
            self._before = (self._before + clean)[-24:]
            self._say(clean)

    def _checked(self, mark: re.Match[str]) -> str:
        name = mark.group(1)
        if name not in self._known:
            around = (self._before + mark.string[: mark.start()])[-24:]
            return " " if _OPEN.search(around) else ""
        if name not in self.cited:
            self.cited.append(name)
        return mark.group()


def evidence_list(used: Sequence[Evidence], longest: int = 160) -> str:
    """What each cited id is, as Markdown that renders nothing of the quoted text; "" for none."""
    if not used:
        return ""
    rows = [f"- [{one.id}] {one.kind}, {_code(one.source, 80)}: {_code(one.text, longest)}" for one in used]
    return "\n".join(["", "", "**Evidence**", *rows])


def _code(text: str, longest: int) -> str:
    """Text from outside as inline code: on one line, and without the mark that would end it."""
    line = " ".join(text.replace("`", "'").split())
    return f"`{line if len(line) <= longest else line[: longest - 1] + '…'}`" if line else "(empty)"
