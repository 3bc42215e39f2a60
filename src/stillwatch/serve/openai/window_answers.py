"""The answer to what a chat window asks beside the chat: a small model's if it fits, else one by fixed code.

A window shows it without a person's asking, pre-fills it, searches the web with it or runs it: so it orders nothing,
loads nothing, and what would leave the machine or be run is never a model's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from stillwatch.chat.chat_commands import exact_order
from stillwatch.serve.openai.chat_request import ChatRequest
from stillwatch.serve.openai.window_tasks import QUOTES, Kind, WindowTask
from stillwatch.untrusted.for_page import unloaded

BY_CODE_ALONE: Final[Mapping[Kind, str]] = {
    "queries": '{"queries":[]}',
    "query": "",
    "tool_calls": '{"tool_calls":[]}',
    "prompt": '{"prompt":""}',
}
"""What is searched for elsewhere, or run: nothing, whatever a model would say."""
FOLLOW_UPS = ("What is the cause?", "What changed before it?", "What do you propose?")
LONGEST = 200
_LISTS: Final[tuple[Kind, ...]] = ("tags", "follow_ups")
_BARE: Final[Mapping[Kind, int]] = {"plain": LONGEST, "emoji": 8, "said": 4_000, "merged": 8_000}
_SAID = re.compile(r"^[ \t>*_-]{0,9}(?:user(?: message)?|human|question)[*_]{0,2}:[ \t]*(\S.*)$", re.I | re.M)
_LABEL = re.compile(r"\A\s*(?:conversation|question|message|input):\s*", re.I)
_BETWEEN: Final = (("<text>", "</text>"), ("<conversation>", "</conversation>"), ("<chat>", "</chat>"),
                   ("<content>", "</content>"), ("```", "```"))  # fmt: skip
_OPENED = re.compile("|".join(mark for mark, _ in _BETWEEN))
_NUMBERED = re.compile(r"\A\s*(?:(?:suggested|next|follow[- ]?up|message|question|prompt) ){0,4}\d{1,2}[:.)]\s+", re.I)
"""How a small model counts what it lists."""
_WORDS = re.compile(r"[^\W_][\w.@/-]*")
TITLE_WORDS = 5
SHORT = 40
_SMALL: Final = (
    " a an and are at be can could do does for from has have how i in is it me my of on or our please should that the "
    "there this to was we what when where which who why will with would you your s "
)


def by_fixed_code(task: WindowTask, chat_request: ChatRequest) -> str:
    """The expected answer, from the conversation's own words."""
    if task.kind in BY_CODE_ALONE:
        return BY_CODE_ALONE[task.kind]
    title = first_words(task.about)
    if task.kind == "fields":
        return _json({name: _title(title) if _is_title(name) else "" for name in chat_request.fields})
    if task.kind == "tags":
        return _json({"tags": _tags(title)})
    if task.kind == "follow_ups":
        return _json({"follow_ups": list(FOLLOW_UPS)})
    if task.kind == "text":
        return _json({"text": ""})
    if task.kind == "emoji":
        return "🛠️"
    if task.kind == "said":
        return _harmless(title, 2 * LONGEST) or "Server"
    if task.kind == "merged":
        return "No small model is up that could make these answers one."
    return _json({"title": _title(title)}) if task.kind == "title" else _title(title)


def checked(task: WindowTask, text: str, chat_request: ChatRequest) -> str:
    """A model's answer if it has the expected form and orders nothing; else the one by fixed code."""
    fixed = by_fixed_code(task, chat_request)
    if task.kind in BY_CODE_ALONE:
        return fixed
    if task.kind in _BARE:
        return _harmless(" ".join(text.split()), _BARE[task.kind]) or fixed
    try:
        value = msgspec.json.decode(text[text.find("{") : text.rfind("}") + 1])  # whatever is said around it
    except (msgspec.DecodeError, RecursionError):
        return fixed
    if not isinstance(value, dict):
        return fixed
    if task.kind == "fields":
        own: dict[str, str] = msgspec.json.decode(fixed)
        return _json({name: _harmless(value.get(name), LONGEST) or own[name] for name in own})
    got = value.get(task.kind)
    if task.kind in _LISTS:
        items = [_NUMBERED.sub("", item) for item in got[:5] if isinstance(item, str)] if isinstance(got, list) else []
        if task.kind == "follow_ups":  # a person sends them as they stand, so nothing but questions
            items = [item for item in items if item.rstrip().endswith(("?", "？", "؟"))]
        kept = [one for item in items if (one := _harmless(item, LONGEST))]
        return _json({task.kind: kept}) if kept else fixed
    one = _harmless(got, LONGEST)
    return _json({task.kind: one}) if one else fixed


def orders_something(text: str) -> bool:
    """Whether it could be sent as an approval, or be mistaken for one: a chat window pre-fills what we suggest."""
    return (
        exact_order(text) is not None or re.search(r"\b(?:approve|reject)\b|\bA-\d|\bpause\b", text, re.I) is not None
    )


def first_words(about: str) -> str:
    """What the person said first, where a conversation is quoted; else the text itself."""
    quotes = QUOTES.search(about)
    if quotes is not None and (quoted := _SAID.search(about, quotes.start())):
        return quoted[1].strip()
    quoted_last = _last_between(about)
    return _LABEL.sub("", about).strip() if quoted_last is None else quoted_last.strip()


def _last_between(about: str) -> str | None:
    """What stands between the last two marks that belong together. Each mark that never ends is sought once (R41)."""
    ends, endless, found, at = dict(_BETWEEN), set[str](), None, 0
    while opened := _OPENED.search(about, at):
        mark, at = opened[0], opened.end()
        end = -1 if mark in endless else about.find(ends[mark], at)
        if end < 0:
            endless.add(mark)
            continue
        found, at = about[at:end], end + len(ends[mark])
    return found


def _harmless(text: object, longest: int) -> str:
    """A text that a window may show unasked, "" for none: without what a page loads, and no order."""
    clean = unloaded(text).strip() if isinstance(text, str) else ""
    return "" if orders_something(clean) else clean[:longest]


def _is_title(name: str) -> bool:
    return re.search(r"title|name|topic|summary", name, re.I) is not None


def _title(answer: str) -> str:
    """The first words that say something; a short question in which hardly one does is its own title."""
    words = [
        word
        for word in _WORDS.findall(answer[:400])
        if f" {word.casefold()} " not in _SMALL and not orders_something(word)
    ]
    title = " ".join(words[:TITLE_WORDS])[:60].strip(" .-/").capitalize()
    whole = " ".join(answer.split())
    if len(words) < 2 and len(whole) <= SHORT and not orders_something(whole):
        title = whole[:1].upper() + whole[1:]
    return unloaded(title) or "Server"


def _tags(answer: str) -> list[str]:
    words = [word for word in _WORDS.findall(answer[:400]) if f" {word.casefold()} " not in _SMALL]
    good = [unloaded(word.capitalize()) for word in words if len(word) > 3 and not orders_something(word)]
    return list(dict.fromkeys(good))[:3] or ["Server"]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
