"""An answer as it streams: citations of evidence that does not exist are taken out, and so is what a page would load.

An answer may repeat log text, and chat windows render Markdown: an image, a tag, a drawing (Mermaid, Vega) or a link
would make the reader's browser call a stranger's server with whatever stands in the address, and some windows run what
stands between tags of their own. Those marks are broken up; the words stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from stillwatch.records.incident import Evidence
from stillwatch.untrusted.unlinked import Unlinked

_OPENS, _SHUTS = r"\[【［〔⟦❲⟨〚", r"\]】］〕⟧❳⟩〛"
_UNREAD = r"\s\\*~_\u00ad\u034f\u180e\u200b-\u200f\u2060-\u206f\ufe00-\ufe0f\ufeff"
"""What a reader sees nothing of, or a space: also the marks of Markdown, and what keeps one from being one."""
_ID = rf"[\^#]?(?:[^\W\d_]{{0,3}}|(?i:evidence|source|citation|ref(?:erence)?)s?)[-{_UNREAD}]{{0,4}}\d{{1,20}}"
_AND = rf"[{_UNREAD}]{{0,4}}(?:[,;&]|[–-](?=\s*[^\W\d_]))[{_UNREAD}]{{0,4}}"
_CITED = re.compile(rf"[{_OPENS}]([^{_OPENS}{_SHUTS}]{{1,80}})[{_SHUTS}]")
_ALL_IDS = re.compile(rf"[{_UNREAD}]{{0,9}}{_ID}(?:{_AND}{_ID}){{0,20}}[{_UNREAD}]{{0,9}}")
"""What reads like a citation: numbers in brackets, few signs before them; after a word it is none (`sshd[4711]`)."""
_ENDS = re.compile(rf"\A[{_UNREAD}]+|[{_UNREAD}]+\Z")
_AMONG_WORDS = re.compile(r"(?<![\w-])E\d{1,20}(?![\w-])")
_ENTITY = r"&(?=#?[0-9A-Za-z]{1,32};)"
_BEGUN = re.compile(
    rf"(?:[{_OPENS}][^{_OPENS}{_SHUTS}]{{0,80}}|<?:?\\?/?\\?/?|<|:|\\|&[#0-9A-Za-z]{{0,33}}"
    r"|(?:(?<!`)`++|(?<!~)~++)[^\S\n\r]*+)\Z"
)
"""An end that the next piece may complete."""
_OPEN = re.compile(rf"[{_OPENS}][^{_OPENS}{_SHUTS}]*\Z")
_EACH = re.compile(_AND)
_TAG = re.compile(r"<(?=[A-Za-z/!?|@#])|◁")
_LOADS = re.compile(
    r"(?<=!)\[|(?<=\])[(:]"  # an image, a link, where a link leads
    rf"|{_TAG.pattern}"
    r"|:\\?/\\?/|(?<![\w:/])//(?=\w)|(?<=[wW]{3})\\?\."  # an address that becomes a link by itself
    rf"|{_ENTITY}"  # any of these signs, as a page reads it
    r"|(?:(?<!`)`{3,}+|(?<!~)~{3,}+)[^\S\n\r]*+(?=[^\s`~])"  # a language: its drawings and programs are run
    r"|(?<=\*\*Evidence)\*"  # the head of the list that fixed code writes
)
_BROKEN = {
    "[": " [",
    "(": " (",
    ":": " :",
    "<": "‹",
    "◁": "‹",
    "://": ":/ /",
    "//": "/ /",
    ".": "[.]",
    "*": " *",
    "&": "& ",
}
_LOOKS_BACK = 24
"""Characters said before, for marks that the pieces cut; what is broken in them is not broken twice."""

HEADING = "\n\n**Evidence**"


class CitationFilter:
    """Pieces in, harmless pieces out; `cited` collects the ids in the order of their first mention.

    in_code: names that would become links stand in code spans, not with their signs set apart.
    """

    def __init__(self, known: Iterable[str], say: Callable[[str], None], *, in_code: bool = True) -> None:
        self._known = set(known)
        self._names = Unlinked(say, in_code=in_code)
        self._held = ""
        self._before = ""
        self.cited: list[str] = []

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
        self._names.end()

    def _let_go(self, text: str) -> None:
        text = _CITED.sub(self._checked, text)
        seen = len(self._before)
        # What was said stays as it was said: cut off from what stood before it, it may look like a mark.
        clean = _LOADS.sub(lambda mark: _broken(mark) if mark.end() > seen else mark[0], self._before + text)[seen:]
        if clean:
            self._before = (self._before + clean)[-_LOOKS_BACK:]
            self._names.hear(clean)

    def _checked(self, mark: re.Match[str]) -> str:
        at = mark.start()
        before = mark.string[at - _LOOKS_BACK : at] if at >= _LOOKS_BACK else self._before + mark.string[:at]
        if before[-1:].isalnum():
            return mark.group()
        inner = mark.group(1)
        if _ALL_IDS.fullmatch(inner):
            said = [_ENDS.sub("", name) for name in _EACH.split(inner)]
        else:
            said = _AMONG_WORDS.findall(inner)
        if not said:
            return mark.group()
        names = [name for name in said if name in self._known]
        self.cited += [name for name in dict.fromkeys(names) if name not in self.cited]
        if names and len(names) == len(said) and not _ALL_IDS.fullmatch(inner):
            return mark.group()
        if names:
            return "".join(f"[{name}]" for name in names)
        return " " if _OPEN.search(before[-_LOOKS_BACK:]) else ""


def evidence_list(used: Sequence[Evidence], longest: int = 160) -> str:
    """What each cited id is, as Markdown that renders nothing of the quoted text; "" for none."""
    if not used:
        return ""
    rows = [f"- [{one.id}] {_from(one)}: {_code(one.text, longest)}" for one in used]
    return "\n".join([HEADING, *rows])


def without_evidence(answer: str) -> str:
    """An answer of ours without its list of evidence, as the history of a client brings it back."""
    return answer.partition(HEADING)[0]


def _from(one: Evidence) -> str:
    """Of what kind, and where from unless the text begins by saying it."""
    return one.kind if one.text.startswith(one.source) else f"{one.kind}, {_code(one.source, 80)}"


def unloaded(text: str) -> str:
    """A whole text, with nothing in it that a page would load, or a messenger look up."""
    lines = list[str]()
    words = CitationFilter((), lines.append, in_code=False)
    words.hear(text)
    words.end()
    return "".join(lines)


def _broken(mark: re.Match[str]) -> str:
    return _BROKEN.get(mark.group().replace("\\", "")) or f"{mark.group().rstrip()}\n"


def _code(text: str, longest: int) -> str:
    """Text from outside as inline code: on one line, without the mark that would end it, and without tags."""
    line = _TAG.sub("‹", " ".join(text.replace("`", "'").split()))
    return f"`{line if len(line) <= longest else line[: longest - 1] + '…'}`" if line else "(empty)"
