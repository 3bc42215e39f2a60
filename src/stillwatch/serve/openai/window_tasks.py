"""What chat windows ask for beside the chat: titles, tags, follow-ups, search queries, completions, summaries.

They go to the same model as a person's words, so they are told apart here, and answered without looks, without the
large model and without a way to order anything. Known in this order: the header `X-Stillwatch-Task` that a connection
sets; a schema that the answer has to fill; the structure of the prompt, which is alike in all windows: it begins by
saying what to make, of a conversation that it names or quotes, and in which form alone; and a few openings without
that structure. A person's question begins otherwise, and is a turn whatever it quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from stillwatch.serve.openai.chat_request import TITLE, ChatRequest

Kind = Literal[
    "title", "tags", "follow_ups", "queries", "text", "prompt", "tool_calls",
    "fields", "plain", "emoji", "query", "said", "merged",
]  # fmt: skip
"""title … tool_calls: JSON with that field; fields: JSON with the fields that the client's schema names; plain: a bare
title; emoji: one; query: a bare search query; said: what was said, shorter or rephrased; merged: answers made one."""

HEADER: Final = "x-stillwatch-task"
_BY_HEADER: Final[Mapping[str, Kind]] = {
    "title_generation": "title",
    "tags_generation": "tags",
    "follow_up_generation": "follow_ups",
    "query_generation": "queries",
    "autocomplete_generation": "text",
    "image_prompt_generation": "prompt",
    "function_calling": "tool_calls",
    "emoji_generation": "emoji",
    "moa_response_generation": "merged",
}

_MAKE = (
    r"generat|creat|provid|writ|giv|suggest|propos|predict|produc|mak|find|nam|determin|analy[sz]|extract|choos|pick"
    r"|output|repl|respond|return|summari[sz]|describ|detect|rephras|rewrit|compress|condens|decid|synthesi[sz]|complet"
)
_BEGINS = re.compile(
    r"(?:#[^\n]*+\n++)?\W*+(?:(?:task|role)\W++)?(?:(?:please|kindly|now)\W++)?"
    rf"(?:you(?:['’]re| are| need| will| have been| (?:{_MAKE})\w{{0,4}})\b|your (?:task|job|goal|role)\b"
    rf"|given\b|based on\b|(?:{_MAKE})\w{{0,4}}\b|(?:\w+ ){{0,2}}title generator\b|你|请|使用|根据|将|简要)",
    re.I,
)
_NO_NAME_OF_A_THING = (
    r"(?![ \t]+(?!(?:titles?|names?|histor\w+|logs?|messages?|transcripts?|topics?|context|turns?|titling|naming"
    r"|above|below|so|far|in|into|within|with|without|of|on|about|from|to|for|by|as|and|or|but|that|which|where|who|between|using"
    r"|is|are|was|were|has|have|had|may|might|should|must|will|can|only|here|now|based|given|following|provided|summar\w+"
    r"|a|an|my|our|your|one|the|this|you|i|we|it|its|if|when|then|than|per|at|via|not|no)\b)[a-z])"
)
"""Another noun behind it makes it the name of a thing: a "conversation service" or a "thread pool" is no chat."""
_CHAT = re.compile(
    rf"\b(?:conversational\b|(?:conversations?|chats?|dialog(?:ue)?s?|discussions?|threads?)\b{_NO_NAME_OF_A_THING}"
    r"|(?:interaction |message )history|user['’]s? (?:first )?(?:request|query|message|prompt|input|question|content)"
    r"|user (?:might|may)|\w+-word title"
    r"|(?:this|the following|the provided) (?:message|text)|text provided)\b|对话|会话|聊天|这句话",
    re.I,
)
_TITLE = re.compile(
    r"\b(?:(?:sub)?titles?|(?:chat|conversation|thread|topic) names?|a (?:concise )?name|topic of the \w+"
    r"|conversation in \d+ words)\b|标题|主题",
    re.I,
)
_OTHER: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (re.compile(r"\bfollow[- ]?up (?:question|prompt|message)s\b", re.I), "plain"),
    (re.compile(r"\bweb search\b|\bsearch (?:query|queries|keywords)\b", re.I), "query"),
    (re.compile(r"\bemojis?\b", re.I), "emoji"),
    (re.compile(r"\btags?\b|标签", re.I), "plain"),
    (re.compile(r"\bsummar|\brecap\b|\bstandalone (?:question|query)\b|\bcondens|\bcompress|总结|摘要", re.I), "said"),
)
_ALONE = re.compile(
    r"\bonly\b|nothing else|\bno (?:\w+ ){0,2}(?:punctuation|explanations?|quot\w+|additional)|\bwithout\b"
    r"|do not (?:use|include)|\bor (?:less|fewer)\b|-or-(?:less|fewer)\b|\bmax(?:imum)?\b|at most|\b(?:with)?in \d+ "
    r"|limited to|not? more than|\d[- ]words?\b|\bexactly \d|\bconcise|\bjson\b|raw text|不要|不超过|以内|直接返回",
    re.I,
)
_NO_ANSWER = re.compile(
    r"do not (?:try to )?(?:answer|respond|reply)|(?:future|subsequent) (?:context|prompts?)|compacted|上下文", re.I
)
_FIELD = re.compile(r'\{\s*"(title|tags|follow_ups|queries|text|prompt|tool_calls)"\s*:')
QUOTES = re.compile(
    r"<(?:chat_?history|conversation|chat|dialog(?:ue)?|transcript|messages)>"
    r"|^[ \t>*_-]{0,9}(?:user(?: message)?|human|assistant|ai|question|answer)[*_]{0,2}:"
    r"|^-{2,} ?begin \w+",
    re.I | re.M,
)
"""Where a prompt begins to quote the conversation; what stands there is no instruction."""
_QUOTE_ENDS = re.compile(r"^(?:-{2,}+ ?end \w++[ -]*+|</\w++>)[ \t]*+$", re.I | re.M)
_OPENINGS: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (re.compile(r"available tools:", re.I), "tool_calls"),
    (re.compile(r"you have been provided with a set of responses from \w+ models", re.I), "merged"),
    (re.compile(r"(?:your task|you are).{0,160}\b(?:fitting|single|appropriate) emoji\b", re.I | re.S), "emoji"),
    (re.compile(r"你.{0,160}一个 ?emoji", re.I | re.S), "emoji"),
)
_HEAD = 500
_INSTRUCTION = 6_000
"""Characters of a prompt that say what it is, and those in which it may say the form of the answer."""
_INSTRUCTIONS = 4
"""A window sends one; each is held against the whole of what was said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowTask:
    """kind: what is asked for; about: the text that it is about: a conversation, or what a person said."""

    kind: Kind
    about: str


def task_of(chat_request: ChatRequest, header: str | None) -> WindowTask | None:
    """What is asked for beside the chat; None for a person's turn. header: X-Stillwatch-Task, None if not sent."""
    task = (header or "").strip().casefold()
    found = next(_recognised(chat_request), None)
    if task and "{{" not in task:
        kind = _BY_HEADER.get(task, "plain")
        if kind == "title" and found is not None and found.kind == "plain":
            kind = "plain"  # an older window, which wants the bare words
        return WindowTask(kind=kind, about=found.about if found else chat_request.messages[0].content)
    if header is not None and not task and chat_request.model != TITLE:
        return None
    if chat_request.fields:
        return WindowTask(kind="fields", about=found.about if found else chat_request.messages[0].content)
    if found is None and (chat_request.model == TITLE or chat_request.form):
        return WindowTask(kind="plain", about=chat_request.messages[0].content)
    return found


def _recognised(chat_request: ChatRequest) -> Iterator[WindowTask]:
    """By the client's instruction to its model, by the first message, by the last one after a whole conversation."""
    users = [message.content for message in chat_request.messages if message.role == "user"]
    for instruction in chat_request.instructions[:_INSTRUCTIONS]:
        if (kind := _told(instruction, users[-1])) is not None:
            yield WindowTask(kind=kind, about=_material(users[-1]) if _BEGINS.match(users[-1]) else users[-1])
    if (kind := _prompted(users[0])) is not None:
        yield WindowTask(kind=kind, about=_material(users[0]))
    if len(chat_request.messages) > 1 and (kind := _prompted(users[-1])) is not None:
        yield WindowTask(kind=kind, about=users[0])


def _material(prompt: str) -> str:
    """What a prompt quotes, without the instruction before it and a label that the answer is to follow."""
    quotes = QUOTES.search(prompt) or re.search("```", prompt)
    if quotes is not None:
        return re.sub(r"\A--.*", "", prompt[quotes.start() :])
    paragraphs = [one for one in prompt.strip().split("\n\n") if not one.rstrip().endswith(":")]
    if len(paragraphs) > 1:
        return paragraphs[-1]
    first, parted, rest = prompt.strip().partition("\n")
    return rest if parted else re.split(r"(?<=[.:]) ", first)[-1]


def _told(text: str, instruction: str) -> Kind | None:
    """As a system message: a title is the whole job, the rest only where the answer is for no person."""
    kind = _made(text)
    if kind in (None, *_WHOLE):
        return kind
    whole = (
        _TITLE.search(text[:_HEAD]) or _NO_ANSWER.search(text + instruction[-400:]) or QUOTES.search(text + instruction)
    )
    return kind if whole else None


def _prompted(text: str) -> Kind | None:
    """As a person's message: what is no title has to quote the conversation as well."""
    kind = _made(text)
    if kind is None or kind in _WHOLE or _TITLE.search(text[:_HEAD]):
        return kind
    return kind if _NO_ANSWER.search(text) or QUOTES.search(text) else None


_JSON: Final[tuple[Kind, ...]] = ("title", "tags", "follow_ups", "queries", "text", "prompt")
_WHOLE: Final[tuple[Kind, ...]] = (*_JSON, "tool_calls", "merged", "emoji")
"""What needs no further sign: its form is shown, or its opening known."""


def _made(text: str) -> Kind | None:
    """What an instruction wants made, if it is one about a conversation; it may stand after what it quotes."""
    text = text.lstrip()
    if QUOTES.match(text) and len(parts := _QUOTE_ENDS.split(text)) > 1:
        text = f"{parts[-1].lstrip()}\n{text}"
    head = text[:_HEAD]
    for opening, kind in _OPENINGS:
        if opening.match(text):
            return kind
    quotes = QUOTES.search(text)
    instruction = text[: quotes.start() if quotes else _INSTRUCTION]
    field = _FIELD.search(instruction)
    begins = _BEGINS.match(head)
    if quotes and field and (begins or head.startswith("#")):
        return _named(field[1])
    if not begins or not (quotes or (_CHAT.search(head) and _ALONE.search(instruction))):
        return None
    if field is not None:
        return _named(field[1])
    if _TITLE.search(head):
        return "plain"
    return next((kind for pattern, kind in _OTHER if pattern.search(head)), None)


def _named(field: str) -> Kind:
    kinds: Mapping[str, Kind] = {**{kind: kind for kind in _JSON}, "tool_calls": "tool_calls"}
    return kinds[field]
