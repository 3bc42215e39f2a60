"""What a model may read: the only place where text becomes part of a prompt (R16).

Text from outside is capped, cleaned of control characters and of chat-template tokens, and fenced with a nonce. That is
an extra layer, not the boundary: no answer of a model can do more than choose from lists. The type of a prompt is
`ForModel`, which nothing but this module makes, so the type checker finds whatever would go around it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

from stillwatch.records.safe import ForModel

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


def new_nonce() -> str:
    """Six hex digits that a log line cannot foresee."""
    return secrets.token_hex(3)


def harmless(text: str, limit: int = EVIDENCE_CHARACTERS) -> ForModel:
    """The text capped to `limit` characters, without control characters and chat-template tokens; the words stay."""
    return uncapped(text if len(text) <= limit else f"{text[: limit - 1]}…")


def uncapped(text: str) -> ForModel:
    """As `harmless`, for the model of somebody else, who asked for the whole text. JSON stays JSON."""
    return ForModel(_TOKENS.sub(lambda mark: _BROKEN[mark.group()], _CONTROL.sub(" ", text)))


def quoted(text: str, limit: int = EVIDENCE_CHARACTERS) -> ForModel:
    """Harmless, and no piece of evidence of its own: it has no id in brackets, and no line of it starts like ours."""
    return ForModel(_CITES.sub(r"(\1)", harmless(text, limit)).replace("\n", "\n  "))


def fenced(lines: Iterable[ForModel], nonce: str) -> ForModel:
    """Lines of data between marks that only we know."""
    body = "\n".join(line.replace(nonce, "·") for line in lines)
    return ForModel(f"<data {nonce}>\n{body}\n</data {nonce}>")


def ours(text: str) -> ForModel:
    """Words of this program itself, as they stand in its files; tests hold every call against that."""
    return ForModel(text)


def filled(template: str, /, **parts: ForModel) -> ForModel:
    """A sentence of ours with something put in; `template` is written where it is used, and tests hold it to that."""
    return ForModel(template.format_map(parts))


def joined(parts: Iterable[ForModel]) -> ForModel:
    """One a line."""
    return ForModel("\n".join(parts))


def beginning(text: ForModel, length: int) -> ForModel:
    return ForModel(text[:length])
