"""What chat windows ask for beside the chat: titles, tags, follow-ups, search queries, completions.

They go to the same model as a person's words, so they are told apart here, and answered without looks, without the
large model and without a way to order anything. Known in this order: the header `X-Stillwatch-Task` that a connection
sets, the structural form, the openings of Open WebUI's and LibreChat's prompts (Open WebUI 0.12 `config.py`;
@librechat/agents 3.2 `utils/title.ts`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from stillwatch.orders import exact_order
from stillwatch.serve.asked import TITLE, Asked

Kind = Literal["title", "tags", "follow_ups", "queries", "text", "plain", "titled", "none"]
"""none: a person's turn; title … text: JSON with that field; plain: bare words; titled: LibreChat's JSON."""

HEADER: Final = "x-stillwatch-task"
_BY_HEADER: Final[Mapping[str, Kind]] = {
    "title_generation": "title",
    "tags_generation": "tags",
    "follow_up_generation": "follow_ups",
    "query_generation": "queries",
    "autocomplete_generation": "text",
}
_OPENINGS: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (re.compile(r"you are an autocompletion system", re.I), "text"),
    (re.compile(r"generat\w* (?:of )?search queries|determin\w* whether a search", re.I), "queries"),
    (re.compile(r"follow[- ]?ups?\b", re.I), "follow_ups"),
    (re.compile(r"\bbroad tags\b|\btags categorizing", re.I), "tags"),
    (re.compile(r"\btitle\b", re.I), "title"),
)
_LIBRECHAT: Final[tuple[tuple[str, Kind], ...]] = (
    ("Provide a concise, 5-word-or-less title for the conversation", "plain"),
    ("Analyze this conversation and provide:", "titled"),
)
_HEAD = 600
"""Characters of a prompt that say what it is; what follows is the conversation."""
_SAID = re.compile(r"^\s*(?:USER|User|Human|user):\s*(.+)$", re.M)
_HISTORY = re.compile(r"<chat_history>(.*?)(?:</chat_history>|\Z)", re.S)
_TEXT = re.compile(r"<text>(.*?)</text>", re.S)
_WORDS = re.compile(r"[^\W_][\w.@/-]*")
TITLE_WORDS = 5
_SMALL: Final = (
    " a an and are at be can could do does for from has have how i in is it me my of on or our please should that the "
    "there this to was we what when where which who why will with would you your s "
)
FOLLOW_UPS = ("What is the cause?", "What changed before it?", "What do you propose?")


def side_kind(asked: Asked, header: str | None) -> Kind:
    """What is asked for; "none" for a person's turn. header: X-Stillwatch-Task, None where it was not sent."""
    task = (header or "").strip().casefold()
    if task and "{{" not in task:
        return _BY_HEADER.get(task, "plain")
    if asked.model == TITLE:
        return _by_opening(asked) or "plain"
    if header is not None and not task:
        return "none"
    found = _by_opening(asked)
    if found is not None:
        return found
    return "plain" if asked.form in ("json_schema", "json_object") else "none"


def _by_opening(asked: Asked) -> Kind | None:
    texts = [asked.system, asked.messages[0].content] if asked.system else [asked.messages[0].content]
    for text in texts:
        head = text.lstrip()[:_HEAD]
        for opening, kind in _LIBRECHAT:
            if head.startswith(opening):
                return "titled" if kind == "titled" and asked.form else kind
        if head.startswith("### Task:"):
            return next((kind for pattern, kind in _OPENINGS if pattern.search(head)), "plain")
    return None


def by_fixed_code(kind: Kind, asked: Asked) -> str:
    """The expected answer, from the conversation's own words."""
    said = first_words(asked)
    title = _title(said)
    if kind == "titled":
        return _json({"language": "", "title": title})
    if kind == "tags":
        return _json({"tags": _tags(said)})
    if kind == "follow_ups":
        return _json({"follow_ups": list(FOLLOW_UPS)})
    if kind == "queries":
        return _json({"queries": []})
    if kind == "text":
        return _json({"text": ""})
    return _json({"title": title}) if kind == "title" else title


def checked(kind: Kind, text: str, asked: Asked) -> str:
    """A model's answer if it has the expected form and orders nothing; else the one by fixed code."""
    fixed = by_fixed_code(kind, asked)
    if kind == "plain":
        line = " ".join(text.split())
        return fixed if not line or orders_something(line) else line
    match = re.search(r"\{.*\}", text, re.S)
    try:
        value = msgspec.json.decode(match.group()) if match else None
    except (msgspec.DecodeError, RecursionError):
        return fixed
    if not isinstance(value, dict):
        return fixed
    field = "title" if kind == "titled" else kind
    got = value.get(field)
    wanted = got if isinstance(got, list) else [got]
    good = [one for one in wanted if isinstance(one, str) and not orders_something(one)]
    if isinstance(got, list) != (kind in ("tags", "follow_ups", "queries")) or (wanted and not good):
        return fixed
    kept: object = [one[:200] for one in good[:5]] if isinstance(got, list) else good[0][:200]
    return _json({"language": str(value.get("language", ""))[:20], field: kept} if kind == "titled" else {field: kept})


def orders_something(text: str) -> bool:
    """Whether it could be sent as an approval, or be mistaken for one: a chat window pre-fills what we suggest."""
    return (
        exact_order(text) is not None or re.search(r"\b(?:approve|reject)\b|\bA-\d|\bpause\b", text, re.I) is not None
    )


def first_words(asked: Asked) -> str:
    """What the person said first, out of a prompt that quotes the conversation."""
    text = asked.messages[0].content
    history = _HISTORY.search(text)
    if history is None and (inner := _TEXT.findall(text)):
        return str(inner[-1]).strip()
    quoted = history.group(1) if history else text
    said = _SAID.search(quoted)
    if said is not None:
        return said.group(1).strip()
    _, found, rest = text.partition("\nConversation:")
    return (rest if found else quoted).strip()


def _title(said: str) -> str:
    words = [
        word
        for word in _WORDS.findall(said[:400])
        if f" {word.casefold()} " not in _SMALL and not orders_something(word)
    ]
    return " ".join(words[:TITLE_WORDS])[:60].strip(" .-/").capitalize() or "Server"


def _tags(said: str) -> list[str]:
    words = [word for word in _content_words(said) if len(word) > 3 and not orders_something(word)]
    return list(dict.fromkeys(word.capitalize() for word in words))[:3] or ["Server"]


def _content_words(said: str) -> list[str]:
    return [word for word in _WORDS.findall(said[:400]) if f" {word.casefold()} " not in _SMALL]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
