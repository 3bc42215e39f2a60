"""How bad the words of a line are that no rule knows, and their gist: for text, which has no priority."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from stillwatch.records.cause import says_why
from stillwatch.watch.reasons import BETWEEN_CLAUSES, named_by

FATAL: Final = 3
ERROR: Final = 2
FAILURE: Final = 1
MERE: Final = 0
ALERT_PRIORITY: Final = 2
ERROR_PRIORITY: Final = 3
GIST: Final = 140

_FATAL = re.compile(
    r"(?:^|[\[(<|:\"' ])fatal(?:[\])>|:!,\"'.]|$| (?:\w+ )?(?:error|exception|signal|failure|trap|alert)|ly\b)"
    r"|(?-i:\bFATAL\b)|=\"?fatal\b"
    r"|\b(?:panic(?:ked|king)?(?!=)|corrupt(?:ed|ion)?|(?:un|ir)recoverable|core dumped|data loss|crashed)\b"
    r"|\b(?:giving up|gave up|refus(?:es|ing|ed) to start|unhandled exception)\b|^traceback \(most"
    r"|\b(?:cannot|can't|could not|unable to) (?:start|continue|boot|recover|proceed)\b"
    r"|\bsegmentation fault\b|\bSIG(?:SEGV|ABRT|BUS|ILL)\b",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(?:ERROR|ERR|EROR|CRITICAL|CRIT|SEVERE|ALERT|EMERG)\b|\[(?:error|crit|alert|emerg)\b|\blevel=\"?error\b|<error>"
    r"|(?:^|: )(?:error|fatal|failed|failure)(?::|\[)|\b[A-Za-z]\w*(?:Exception|Error)\b *[:(]|\bERROR\*"
)
_FAILURE = re.compile(
    r"\b(?:failed|failure|cannot|can't|couldn't|could ?n[o']t|unable to|timed? ?out|refused|denied|rejected)\b"
    r"|\b(?:not responding|went away|malformed|aborted|killed|exceeded|exhausted|no such file|deadlock|unreachable)\b"
    r"|\b(?:degraded|deteriorated|unresponsive|stuck|hung|stalled|lock(?:ed)?[ -]?up|faulted|overheat(?:ed|ing)?)\b"
    r"|\b(?:insufficient|not (?:enough|found|mounted|allowed|permitted)|no (?:space|route)|is missing)\b"
    r"|\bdoes(?:n't| not) (?:exist|match)\b|\bfault state\b|\bnot (?:viable|valid|writable|readable|reachable)\b"
    r"|\bunknown (?:option|directive|keyword|setting|parameter|variable)\b|\btoo (?:open|great)\b"
    r"|\b(?:is|are|was|went|gone|goes|now|marked|declared|considered|reports? [^ ]{1,40}) down\b"
    r"|\b(?:did not|didn't|no) (?:answer|reply|response|respond)\b(?! (?:needed|required))"
    r"|\b(?:invalid|incorrect|wrong)\b|\bmust not be (?:\w+-)?(?:accessible|readable|writable|writeable)\b"
    r"|\bexit(?:ed)?(?: with)?(?: exit)? (?:code|status)[:= ]+[1-9]|\bstatus=[1-9]\d*/|\bnon-?zero exit\b"
    r"|\b(?:error|errors|exception)\b",
    re.IGNORECASE,
)
_HANDLED = re.compile(
    r"\b(?:retry(?:ing)?|retries left|will try|try(?:ing)? again|attempt \d+|falling back|fallback|ignor(?:e|ed|ing)"
    r"|skipp?(?:ed|ing)|deprecated|disabled|optional|recovered|resumed|temporar(?:y|ily)|instead|unless)\b"
    r"|\b(?:no|0|zero|without) (?:errors?|failures?|problems?)\b"
    r"|\b(?:errors?|failed|failures?)[=: ]+(?:(?:0|none)\b|no *(?:[,;)|\]]|$))",
    re.IGNORECASE,
)
_QUIET = re.compile(
    r"\b(?:INFO|INF|DEBUG|DBG|DEBU|TRACE|NOTICE|VERBOSE)\b|\[(?:info|debug|notice|note|trace|Note|Info|Debug)\b"
    r"|\blevel=\"?(?:info|debug|trace|notice)|<(?:info|debug)>|^[DI] \[|^\d+:[A-Z] [^\n]{8,40} [.*-] "
)
_OF_A_CLIENT = re.compile(
    r"\bclient\b|\bremote end\b|\bbroken pipe\b|\bclosed (?:network )?connection\b|->[\d\[]"
    r"|\b(?:peer|rhost|remote_addr|ip)[=: ]|"
    r"(?<!answer )(?<!reply )(?<!response )\bfrom [\d\[][\d.:a-f]{3,}",
    re.IGNORECASE,
)
_END = re.compile(
    r"^\W*\w\S*(?: \w\S*){0,2} exited with (?:exit )?(?:code|status) [1-9]|\bexiting(?: abnormally)?[ .!]*$"
    r"|\b(?:boot|start-?up|initiali[sz]ation) (?:failed|error)\b"
    r"|\bfail(?:ed|ure) to (?:start|boot|launch|initiali[sz]e) (?:the )?(?:\w+ )?(?:daemon|server|service|backend)\b",
    re.IGNORECASE | re.MULTILINE,
)
_HEAD = re.compile(
    r"(?:\[?(?:ERROR|ERR|CRITICAL|CRIT|FATAL|FTL|SEVERE|ALERT|EMERG|WARN(?:ING)?|error|crit|alert|emerg)\]?"
    r"(?=[ :\]/(\[])|\([^()]{1,40}\)|\[[^\[\]]{1,80}\]|[ :-]|(?<=[^ :])/|\d[\d:.,/T+-]{3,40}(?= ))+"
)
_OF_THE_SYSTEM = re.compile(
    r"(?:[:(,\d]| -)[ \"]{0,2}(?P<errno>permission denied|operation not permitted|no such file or directory"
    r"|no such device(?: or address)?|no space left on device|input/output error|read-only file system"
    r"|address (?:already )?in use|too many open files|no file descriptors available|(?:device or )?resource busy"
    r"|(?:disk )?quota exceeded|i/o error|cannot allocate memory)"
    r"[ .,;:)\"'\]]*(?:\(?\d{1,3}\)?|\(errno[ =]\d+\))?[ .)\"'\]]*(?:$|(?<=\.) [A-Z])",
    re.IGNORECASE,
)
"""What the C library says of an error number, at the end of a line, where programs put it."""
_PATH_BEFORE = re.compile(
    r"(?<![\w.~/-])(/[^\s\"'`:;,()<>]{1,300}+)[\"'`)>]{0,2}(?:[: ]{1,2}failed)?[:,( ]{0,3}(?:\d{1,3}: )?$"
)


class Refusal(NamedTuple):
    """cause: what an error of the operating system comes to; path: what it refused, "" where that is not said."""

    cause: str
    path: str


def gravity(text: str, priority: int | None = None) -> int:
    """FATAL, ERROR (it says so), FAILURE (a sentence of something that failed), MERE words."""
    if _FATAL.search(text) or (priority is not None and priority <= ALERT_PRIORITY):
        return FATAL
    if priority == ERROR_PRIORITY or _ERROR.search(text):
        return ERROR
    quiet = (priority is not None and priority > ERROR_PRIORITY + 1) or _QUIET.search(text)
    return MERE if quiet or _HANDLED.search(text) or not _FAILURE.search(text) else FAILURE


def tells_an_end(text: str) -> bool:
    """Whether a program says of itself, or who runs it says, that it ended or does not start."""
    return bool(_END.search(text))


def is_failure(text: str) -> bool:
    """Whether something failed, be it that it is tried again."""
    return bool(_FAILURE.search(text))


def is_of_a_client(text: str) -> bool:
    """Whether it tells what one client did or got, which is the client's trouble as a rule."""
    return bool(_OF_A_CLIENT.search(text))


def refusal(text: str) -> Refusal | None:
    """What the operating system's own word comes to with which a line ends, and the path that it is about."""
    found = _OF_THE_SYSTEM.search(text)
    if found is None:
        return None
    path = _PATH_BEFORE.search(text, 0, found.start("errno"))
    return Refusal(named_by(found["errno"]), path[1] if path else "")


def gist_of(text: str) -> str:
    """What was said, without level, logger and time before it, in a line."""
    first = text.strip().partition("\n")[0]
    gist = first[found.end() :] if (found := _HEAD.match(first)) else first
    gist = gist.strip() or first
    if len(gist) <= GIST:
        return gist
    telling = next(filter(lambda clause: says_why(named_by(clause)), reversed(BETWEEN_CLAUSES.split(gist))), "")
    end = "" if not telling or gist.find(telling) + len(telling) < GIST else f" {telling.strip()[: GIST // 2]}"
    return f"{gist[: GIST - len(end)].rpartition(' ')[0]} …{end}"
