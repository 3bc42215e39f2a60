"""What a model gets to read: the one place where untrusted text may enter a prompt.

What repeats comes first and stays byte-identical, so that the server's prompt cache holds it; what changes is short
and comes last. Untrusted text is capped, cleaned of control characters and of chat-template tokens, and fenced with a
nonce (R16). That is an extra layer, not the boundary: no answer of a model can do more than choose from lists.
"""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Mapping
from importlib import resources
from typing import Any

from stillwatch.records.cause import CAUSES
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident

_TOKENS = re.compile(
    r"<(?=[|｜/!?A-Za-z_])|◁"
    r"|\[(?=/?(?:INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_[A-Z_]{1,16}|ARGS|CALL_ID|MODEL_SETTINGS|THINK|PREFIX|SUFFIX"
    r"|MIDDLE|IMG[A-Z_]{0,8}|BEGIN_[A-Z]{1,8}|AUDIO|[gs]?MASK|@?BOS@?|EOS|PAD|UNK|CLS|SEP)\])"
)
"""Where a token of a chat template may begin: any tag, since templates invent new ones, or one in square brackets."""
_BROKEN = {"<": "‹", "◁": "‹", "[": "("}
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e01ef]"
)
_CITES = re.compile(r"\[(E\d{1,20})\]")
EVIDENCE_CHARACTERS = 300
LOOK_CHARACTERS = 1_600


def new_nonce() -> str:
    """Six hex digits that a log line cannot foresee."""
    return secrets.token_hex(3)


def harmless(text: Untrusted, limit: int = EVIDENCE_CHARACTERS) -> str:
    """The text capped to `limit` characters, without control characters and chat-template tokens; the words stay."""
    return uncapped(Untrusted(text if len(text) <= limit else f"{text[: limit - 1]}…"))


def uncapped(text: Untrusted) -> str:
    """As `harmless`, for the model of somebody else, who asked for the whole text. JSON stays JSON."""
    return _TOKENS.sub(lambda mark: _BROKEN[mark.group()], _CONTROL.sub(" ", text))


def quoted(text: Untrusted, limit: int = EVIDENCE_CHARACTERS) -> str:
    """Harmless, and no piece of evidence of its own: it has no id in brackets, and no line of it starts like ours."""
    return _CITES.sub(r"(\1)", harmless(text, limit)).replace("\n", "\n  ")


def fenced(lines: list[str], nonce: str) -> str:
    """Lines of data between marks that only we know."""
    body = "\n".join(line.replace(nonce, "·") for line in lines)
    return f"<data {nonce}>\n{body}\n</data {nonce}>"


@functools.cache
def prompt(name: str) -> str:
    """A prompt from think/prompts, with the catalogue of causes put in where it asks for it."""
    text = resources.files("stillwatch.think").joinpath("prompts", f"{name}.md").read_text("utf-8")
    return text.replace("{causes}", "\n".join(f"- {id}: {words}" for id, words in CAUSES.items())).strip()


def for_diagnosis(catalogue: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The look tools that help to find a cause; the others answer people's questions."""
    return {name: about for name, about in catalogue.items() if not about.get("for_people")}


def tool_lines(catalogue: Mapping[str, Mapping[str, Any]]) -> str:
    """The look tools, one line each, in a fixed order."""
    return "\n".join(f"- {name}: {str(catalogue[name]['description']).split('. ')[0]}" for name in sorted(catalogue))


def evidence_line(evidence: Evidence, limit: int = EVIDENCE_CHARACTERS) -> str:
    """One fenced line: id, where from, and the words."""
    return f"[{evidence.id}] {evidence.kind} {quoted(Untrusted(evidence.source), 120)}: {quoted(evidence.text, limit)}"


def incident_lines(incident: Incident, limit: int = EVIDENCE_CHARACTERS, most: int = 10) -> list[str]:
    """An incident as data for a model: about 40 tokens a line of evidence, at most `most` of them."""
    lines = [f"unit or place: {quoted(Untrusted(incident.subject), 120)}", f"seen: {_words(incident)}"]
    return lines + [evidence_line(one, limit) for one in incident.evidence[:most]]


def incident_block(incident: Incident, nonce: str, most: int = 10) -> str:
    return fenced(incident_lines(incident, most=most), nonce)


def _words(incident: Incident) -> str:
    return quoted(Untrusted(incident.summary), 200)
