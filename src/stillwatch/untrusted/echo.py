"""Whether words are a copy of text from outside (R43): a model that repeats a log line as its own answer speaks for
whoever wrote the line. Linear in the length of all texts."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Final

from stillwatch.records.incident import Incident
from stillwatch.records.trigger import Trigger

RUN: Final = 5
"""So many words in a row, the same as in a text from outside, are no accident."""
PAIR: Final = 2
MOSTLY: Final = 0.8
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts that put no space between words: each sign counts as one."""
_WORD: Final = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_WITHIN: Final = re.compile(r"(?<=\w)(?:\*{1,3}+|~~|\\(?=[^\w\s]))(?=\w|[^\w\s])")
"""Marks of Markdown within a word, of which a reader sees nothing."""
_CODE: Final = re.compile(r"(?<!`)(`{1,8}+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_CITATION: Final = re.compile(r"\[E\d+\]")
_COMMAND: Final = re.compile(
    r">>?|[|;&]|\$\(|<<|(?:^|\s)(?:sudo|su|doas|curl|wget|sh|bash|eval|exec|echo|printf|tee|rm|mv|cp|dd|chmod|chown|chattr"
    r"|kill|pkill|killall|systemctl|service|useradd|usermod|passwd|iptables|nft|ufw|crontab|ssh|scp|nc|python3?|perl|pip"
    r"|npm|apt|apt-get|dnf|yum|docker|kubectl|mkfs\S*|mount|umount|reboot|shutdown|poweroff|stillwatch)\s",
    re.IGNORECASE,
)


_PROGRAM: Final = frozenset((
    "sudo", "doas", "curl", "wget", "tee", "rm", "mv", "cp", "dd", "chmod", "chown", "chattr", "pkill", "killall",
    "systemctl", "useradd", "usermod", "passwd", "iptables", "nft", "ufw", "crontab", "scp", "nc", "umount", "mkfs",
    "setenforce", "apt", "dnf", "yum", "pip", "npm", "visudo", "sysctl", "modprobe", "insmod", "ssh", "kill", "echo",
))  # fmt: skip
_SURE: Final = _PROGRAM - frozenset(("apt", "pip", "npm", "ssh", "kill", "echo", "passwd", "sysctl"))
"""Those that are no words of plain English, and no names of what fails, beside."""
_OPTION: Final = re.compile(r"(?<![\w.+-])[\w.+-]++(?=\s{1,9}--?[A-Za-z])")
_ADVICE: Final = re.compile(
    r"\b(?:should|must|ought|recommend\w*|advis\w+|suggest\w*|please|(?:need|needs|have|has|best) to|try|execute"
    r"|solution|(?:the|a) (?:fix|remedy|workaround)|to fix|sollten?|müssen|muss|bitte|empf\w+|führen sie|lösung"
    r"|следует|нужно|надо|должн\w+|выполните|запустите|рекоменд\w+"
    r"|devez|doit|faut|veuillez|exécute\w*|recommand\w*|debe\w*|hay que|ejecut\w*|recomiend\w*|solución)\b"
    r"|(?:^|[.;:!,]\s+|\b(?:then|and|first|now|just)\s+)(?:run|use|set|add|open|disable|enable|mask|flush|download"
    r"|install|remove|delete|apply|type|enter|edit|change|approve|mute|close|turn|grant|allow|put|write|append|paste"
    r"|visit)\b"
    r"|请|建议|应该|执行|运行|してください|実行|推奨|하세요|십시오|실행",
    re.IGNORECASE,
)
_BESIDE: Final = re.compile(r"\A(?:[^\s\w\[\]().,;:`]|[().,;:](?=[^\s\[]))*")
"""Signs that hang on a word, without those that end a sentence of ours."""
_FAR: Final = 40
_REPEATING: Final = (
    "journal_",
    "kernel_messages",
    "unit_status",
    "process_",
    "cron_jobs",
    "sudo_",
    "logins",
    "sessions",
)
"""Looks that tell lines, or commands, as others wrote them."""
_LITTLE: Final = frozenset((
    "the", "a", "an", "is", "are", "was", "were", "be", "has", "have", "to", "of", "in", "on", "for", "and", "or", "it",
    "this", "that", "by", "with", "not", "at",
))  # fmt: skip
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Signs that nobody sees within a word."""


def echoes(answer: str, outside: Iterable[str], ours: str = "") -> bool:
    """outside: texts that strangers could write; ours: what fixed code has said, its quotations left out.

    Plain words may not repeat RUN words in a row of them; a quotation (`code`) may, unless little else is said or what
    is quoted reads like a command. Of what they advise not even PAIR words may be repeated.
    """
    texts, known = [_words(text) for text in outside], _words(_CODE.sub(" ", ours))
    foreign = {run for words in texts for run in _runs(words)} - set(_runs(known))
    pairs = {run for words in texts for run in _runs(words, PAIR)} - set(_runs(known, PAIR))
    bare = _CITATION.sub(" ", _seen(answer)).strip(" *_-")
    if any(run in foreign for run in _runs(_words(_CODE.sub(" | ", bare)))):
        return True
    quoted = [span for _, span in _CODE.findall(bare)]
    if any(_COMMAND.search(f"{span} ") and any(run in pairs for run in _runs(_words(span), PAIR)) for span in quoted):
        return True
    words = _words(bare)
    if _advises(bare, words, pairs, {word for text in texts for word in text} - set(known)):
        return True
    return len(words) > 0 and _copied(words, foreign) / len(words) >= MOSTLY


def marked(ours: str, outside: Iterable[str]) -> str:
    """Words of fixed code, in which what stands in a text from outside, RUN words in a row of it, is a quotation.

    A sentence of the rules may end with what a line said, and is no more ours for that.
    """
    own = set(_runs([word[0].casefold() for word in _WORD.finditer(ours)]))
    needles = {max(run, key=len) for run in own}  # most texts have none of them, and are not taken apart
    texts = [text for text in map(str.casefold, outside) if any(one in text for one in needles)]
    foreign = {run for text in texts for run in _runs(_WORD.findall(text)) if run in own}
    pieces, at = list[str](), 0
    for code in (*_CODE.finditer(ours), None):
        pieces.append(_marked(ours[at : code.start() if code else len(ours)], foreign))
        if code:
            pieces.append(code[0])
            at = code.end()
    return "".join(pieces)


def with_quotations(incident: Incident) -> Incident:
    """What its sentences took over from what lines said is marked as such."""
    said = [
        *(piece for one in incident.evidence for piece in _pieces(one.kind, one.text, one.source)),
        *(text for trigger in incident.triggers for text in _said(trigger)),
    ]
    cause = incident.cause and replace(incident.cause, text=marked(incident.cause.text, said))
    return replace(incident, summary=marked(incident.summary, said), cause=cause)


def summary_of(trigger: Trigger) -> str:
    """The same of a trigger."""
    return marked(trigger.summary, _said(trigger))


def _said(trigger: Trigger) -> list[str]:
    sources = {event.source for event in trigger.events} or {"log"}
    texts = [trigger.sample, *(event.text for event in trigger.events)]
    return [piece for text in texts for source in sources for piece in _pieces(source, text)]


def _pieces(kind: str, text: str, source: str = "") -> list[str]:
    """A line is a stranger's from end to end, also where a look repeats it. Whatever else is looked at, or told by PID
    1, is in a form of ours with names of others in it, each a word; what is measured is ours."""
    if kind == "metric":
        return []
    return text.split() if kind == "unit" or (kind == "look" and not source.startswith(_REPEATING)) else [text]


def _marked(text: str, foreign: set[tuple[str, ...]]) -> str:
    words = list(_WORD.finditer(text))
    copied = [False] * len(words)
    for at, run in enumerate(_runs([word[0].casefold() for word in words])):
        if run in foreign:
            copied[at : at + RUN] = [True] * RUN
    pieces, done = list[str](), 0
    for is_copied, group in groupby(zip(words, copied, strict=True), key=lambda pair: pair[1]):
        if not is_copied:
            continue
        those = [word for word, _ in group]
        begin, end = those[0].start(), those[-1].end()
        begin = max(done, begin - _hanging(text[max(0, begin - _FAR) : begin][::-1]))
        end += _hanging(text[end : end + _FAR])
        pieces += (text[done:begin], "`", text[begin:end].replace("`", "'"), "`")
        done = end
    return "".join((*pieces, text[done:]))


def _hanging(text: str) -> int:
    found = _BESIDE.match(text)
    return found.end() if found else 0


def _advises(bare: str, words: list[str], pairs: set[tuple[str, ...]], foreign: set[str]) -> bool:
    """Whether it tells the reader to do what stands in a text from outside, in whatever few words."""
    repeated = [pair for pair in _runs(words, PAIR) if pair in pairs]
    if any(pair[0] in _SURE for pair in repeated):
        return True
    options = {name for match in _OPTION.finditer(bare) for name in _words(match.group())[-1:]}
    if any(pair[0] in options for pair in repeated):
        return True
    meant = any(not _LITTLE & set(pair) for pair in repeated) or any(word in foreign & _PROGRAM for word in words)
    return meant and _ADVICE.search(bare) is not None


def _seen(text: str) -> str:
    """As a reader sees it."""
    return _WITHIN.sub("", _UNSEEN.sub("", unicodedata.normalize("NFKC", html.unescape(text))))


def _words(text: str) -> list[str]:
    """Without accents and strokes, which a word may have or lack and is still read as the same."""
    plain = unicodedata.normalize("NFKD", _seen(text).casefold())
    return _WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))


def _runs(words: list[str], size: int = RUN) -> Iterable[tuple[str, ...]]:
    return (tuple(words[at : at + size]) for at in range(len(words) - size + 1))


def _copied(words: list[str], foreign: set[tuple[str, ...]]) -> int:
    """How many of the words stand in a run that is foreign."""
    copied, until = 0, 0
    for at, run in enumerate(_runs(words)):
        if run in foreign:
            copied += at + RUN - max(at, until)
            until = at + RUN
    return copied
