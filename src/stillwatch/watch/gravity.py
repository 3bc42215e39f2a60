"""How bad the words of a line are that no rule knows, what they come to, and why: for text, which has no priority."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from stillwatch.records.cause import says_why

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
    r"|\b(?:no|0|zero|without) (?:errors?|failures?|problems?)\b|\b(?:errors?|failed|failures?)[=: ]+(?:0|none|no)\b",
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
_HEAD = re.compile(
    r"(?:\[?(?:ERROR|ERR|CRITICAL|CRIT|FATAL|FTL|SEVERE|ALERT|EMERG|WARN(?:ING)?|error|crit|alert|emerg)\]?"
    r"(?=[ :\]/(\[])|\([^()]{1,40}\)|\[[^\[\]]{1,80}\]|[ :-]|(?<=[^ :])/|\d[\d:.,/T+-]{3,40}(?= ))+"
)
_BETWEEN_CLAUSES = re.compile(r"\n|[:;] |\bbecause\b|\bcaused by\b|\bdue to\b", re.IGNORECASE)
_OF_THE_SYSTEM = re.compile(
    r"(?:[:(,\d]| -)[ \"]{0,2}(?P<errno>permission denied|operation not permitted|no such file or directory"
    r"|no such device(?: or address)?|no space left on device|input/output error|read-only file system"
    r"|address (?:already )?in use|too many open files|no file descriptors available|(?:device or )?resource busy"
    r"|(?:disk )?quota exceeded|i/o error|cannot allocate memory)"
    r"[ .,;:)\"'\]]*(?:\(?\d{1,3}\)?|\(errno[ =]\d+\))?[ .)\"'\]]*$",
    re.IGNORECASE,
)
"""What the C library says of an error number, at the end of a line, where programs put it."""
_PATH_BEFORE = re.compile(r"(/[^\s\"'`:;,()<>]{1,300})[\"'`)>]{0,2}(?:[: ]{1,2}failed)?[:,( ]{0,3}(?:\d{1,3}: )?$")
_CONNECTING = re.compile(r"\b(?:connect(?:ing|ion)? to|dial unix)\b", re.IGNORECASE)
"""A socket that is not there belongs to a server that does not run."""
_NUMBER = re.compile(r"\b(?:errno|errcode|(?:os )?error(?: number)?)\b[:= (]{0,3}(?P<number>\d{1,3})\b", re.IGNORECASE)
NUMBERS: Final = {
    "1": "permission", "2": "missing-path", "5": "hardware", "11": "stale-lock", "12": "oom", "13": "permission",
    "16": "stale-lock", "19": "device-missing", "24": "resource-limit", "28": "disk-full", "30": "filesystem-error",
    "98": "port-in-use", "99": "wrong-address", "111": "dependency-failed", "113": "dependency-failed",
    "122": "resource-limit",
}  # fmt: skip
"""errno(3) on Linux → what it comes to, for programs that tell the number alone."""


class Refusal(NamedTuple):
    """cause: what an error of the operating system comes to; path: what it refused, "" where that is not said."""

    cause: str
    path: str


class Reason(NamedTuple):
    """words: as the C library and the makers of programs put it the world over; cause: what they come to."""

    cause: str
    words: re.Pattern[str]


def _reason(cause: str, words: str) -> Reason:
    return Reason(cause, re.compile(words, re.IGNORECASE))


REASONS: Final = (
    _reason(
        "disk-full",
        r"\bno space left\b|\bdisk (?:is )?full\b|\bENOSPC\b|\b(?:not enough|insufficient) (?:disk |free )?space\b",
    ),
    _reason(
        "port-in-use",
        r"\baddress (?:already )?in use\b|\bport is already allocated\b|\bEADDRINUSE\b"
        r"|\bbind\b.{0,60}\banother process\b|\bin use by another process\b|ADDRESS_ALREADY_ASSOCIATED\b",
    ),
    _reason("wrong-address", r"\bcannot assign requested address\b|\bhas no (?:usable )?IPv?[46]? ?address"),
    _reason("masked", r"\bunit \S{1,200} is masked\b"),
    _reason(
        "login-failed",
        r"\b(?:auth\w*|log-?in|password|passwd)(?: \w+){0,3} (?:failed|failure|rejected|refused|incorrect|invalid)\b"
        r"|\b(?:invalid|wrong|bad|incorrect) (?:\w+ )?(?:password|credentials|user(?:name)?|login)\b"
        r"|\bfailed (?:to )?(?:log-?in|authenticat\w+)\b",
    ),
    _reason(
        "wrong-credentials",
        r"\bunauthori[sz]ed\b|\bauthentication (?:is )?required\b|\binvalid_grant\b"
        r"|\b(?:invalid|wrong|bad|revoked|expired) (?:(?:api|auth\w*|access|join) key|(?:\w+ )?(?:token|secret))\b"
        r"|\b(?:key|token|secret|password|credentials?)\b(?: \S{1,80}){0,2} (?:has |have |is |are |was )?(?:been )?"
        r"(?:expired|revoked|not valid|invalid)\b|\bpermission denied \(publickey|\baccess denied for user\b",
    ),
    _reason(
        "name-resolution",
        r"\bname or service not known\b|\bname resolution\b"
        r"|\b(?:could not|couldn't|can(?:no|')t|fail(?:ed|s|ure)? to) resolve\b"
        r"|\bno such host\b|\bENOTFOUND\b|\bEAI_AGAIN\b|\bNXDOMAIN\b",
    ),
    _reason(
        "data-damaged",
        r"\bcorrupt(?:ed|ion)?\b|\bmalformed\b|\bchecksum\b.{0,80}\b(?:fail|mismatch|error|invalid)"
        r"|\b(?:invalid|bad|wrong) (?:crc|checksum|magic|header)\b|\bnot a database\b|\bvalid checkpoint record\b",
    ),
    _reason(
        "crash",
        r"\bsegmentation fault\b|\bsegfault\b|\bcore dumped\b|\bpanic(?:ked)?\b|\bcrashed\b|\bsignal (?:6|11|SEGV)\b"
        r"|\bSIG(?:SEGV|ABRT|BUS|ILL)\b|\bexit(?:ed)?(?: with)? code 13[49]\b|\bdeadlock\b|\bunhandled exception\b",
    ),
    _reason("oom", r"\bout of memory\b|\bcannot allocate memory\b|\bOutOfMemory|\binsufficient memory\b|\bENOMEM\b"),
    _reason(
        "permission",
        r"\bpermission denied\b|\bEACCES\b|\boperation not permitted\b|\bEPERM\b|\baccess to \S.{0,200} is denied\b"
        r"|\breadonly database\b|\bmust be (?:accessible|readable|owned) by\b|\binsecure permissions\b"
        r"|\binsufficient permissions?\b|\bpermissions \d+ for .{1,200} are too open"
        r"|\bdo(?:es)?(?: not|n't) have (?:the )?(?:access rights|permissions?)\b|\bnot (?:writ(?:e?able)|readable)\b"
        r"|\bnot owned by\b",
    ),
    _reason(
        "version-mismatch",
        r"\bversion\b.{0,80}\b(?:too (?:old|new)|not supported|unsupported|incompatible|mismatch)\b"
        r"|\bversion\b.{0,80}\b(?:newer|higher) than\b|\b(?:api|abi|protocol|schema|library) (?:version )?mismatch\b"
        r"|\b(?:incompatible|unsupported|wrong) (?:\w+ ){0,2}version\b|\bsupported range\b"
        r"|\bcode = Unimplemented\b|\bunknown service \w",
    ),
    _reason("clock-wrong", r"\bclock skew\b|\bclock (?:is )?wrong\b|\btime correction of \d"),
    _reason("filesystem-error", r"\bread-only file ?system\b|\bstructure needs cleaning\b"),
    _reason("missing-executable", r"\bexecutable file not found\b|\bcommand not found\b"),
    _reason(
        "missing-path",
        r"\bno such file or directory\b|\bENOENT\b|\b(?:file|directory|path)\b.{0,120}\bdoes(?: not|n't) exist\b"
        r"|\b(?:can(?:'t|not)|could(?:n't| not)|unable to) find (?:[\w-]+ ){0,4}(?:file|directory|folder)\b"
        r"|\bcan(?:'t|not) create temporary\b|\bfile not found\b|\bunable to open database file\b",
    ),
    _reason(
        "quorum-lost",
        r"\b(?:quorum (?:is )?lost|(?:lost|lack of|no|without) quorum|not quorate"
        r"|no (?:cluster |known |raft )?leader)\b",
    ),
    _reason("hardware", r"\bI/O error\b|\binput/output error\b|\bEIO\b"),
    _reason(
        "resource-limit",
        r"\btoo many (?:open files|connections|processes)\b|\bEMFILE\b|\brate ?limited\b|\btoo many requests\b"
        r"|\b(?:limit|quota) (?:is )?(?:exceeded|reached)\b|\bEDQUOT\b",
    ),
    _reason("certificate-expired", r"\bcertificate (?:has |is )?expired\b"),
    _reason(
        "certificate-wrong",
        r"\bcertificate (?:verify failed|is not valid|signed by unknown|is not trusted)\b|\bx509:|\bself[- ]signed cert"
        r"|\b(?:TLS|SSL)\b.{0,40}\b(?:context|ctx|init\w*|handshake)\b.{0,40}\b(?:fail|error)|\bno cipher match\b"
        r"|\bkey values mismatch\b|\bunable to get local issuer\b",
    ),
    _reason(
        "dependency-failed",
        r"\bconnection (?:was )?(?:refused|reset)\b|\bECONNREFUSED\b|\bECONNRESET\b|\bwent away\b|\bunreachable\b"
        r"|\bno route to host\b|\b(?:lost|no) connection\b|\bunable to connect\b|\bcan(?:not|'t) connect\b",
    ),
    _reason(
        "stale-lock",
        r"\b(?:is|already|database|table) locked\b|\block(?:file)?\b.{0,80}\b(?:exists|held|acquire|timeout)"
        r"|\bacquire\b.{0,30}\block\b|\bLockTimeout\b|\blocked by (?:an)?other process\b|\balready running\b"
        r"|\bresource temporarily unavailable\b|\bdevice or resource busy\b|\bEBUSY\b",
    ),
    _reason(
        "timeout",
        r"\btimed? ?out\b|\b(?:did not|didn't|no) (?:answer|reply|response|respond)\b"
        r"|\bnot respond(?:ing)?\b|\bETIMEDOUT\b|\bdeadline exceeded\b",
    ),
    _reason(
        "bad-config",
        r"\b(?:syntax|parse|parsing|configuration) error\b|\bmisconfigur"
        r"|\bunknown (?:config\w* )?(?:option|directive|key|parameter|setting|variable|field|keyword|section)\b"
        r"|\bunrecogni[sz]ed\b|\bat line \d+ of \S"
        r"|\b(?:doesn't|does not) match (?:the )?(?:stored|configured|expected)\b"
        r"|\binvalid (?:\w+ )?(?:value|setting|option|directive|argument for|configuration|config)\b"
        r"|\b(?:unable to|failed to|can't|cannot|could not) (?:configure|parse|unmarshal"
        r"|(?:load|read|open)(?:/parse)? (?:the )?config)"
        r"|\berror (?:in|reading|loading|parsing) (?:the )?config|\b(?:unknown|no such) (?:user|group)\b"
        r"|\b(?:could(?: not|n't)|can(?:no|')t|(?:unable|failed) to) (?:determine|get|find) (?:the )?(?:user|uid|gid)\b"
        r"|\bcannot unmarshal\b|\bis different from\b"
        r"|\bis too (?:low|small|high|large), (?:increase|decrease|set)\b"
        r"|\bunable to find (?:the )?required \w",
    ),
    _reason(
        "missing-setting",
        r"\bmust be (?:set|specified|provided|configured|defined)\b"
        r"|\b(?:is|are) not (?:set|specified|configured)\b(?! (?:up|properly|correctly|right))"
        r"|\bmissing (?:required |mandatory )?(?:option|setting|parameter|variable|key|field|argument|value)\b"
        r"|\byou (?:may )?(?:need|have) to (?:set|specify|configure|add|enable)\b|\brequires? \w+=",
    ),
    _reason(
        "device-missing",
        r"\bno such device\b|\bENODEV\b|\bENXIO\b|\bcannot find (?:a |the )?\w+ (?:drive|device|disk)\b"
        r"|\bvolume group \S{1,80} not found\b|\bdevice (?:was )?not found\b"
        r"|\b(?:interface|device) \S{1,80}(?: for \S{1,40}(?: \S{1,40})?)? (?:does not|doesn't) exist\b",
    ),
    _reason("power", r"\bover-?current\b|\bunder-?voltage\b"),
    _reason(
        "exit-code",
        r"\bexit(?:ed)?(?: with)?(?: exit)? (?:code|status)[:= ]+[1-9]|\bnon-?zero exit\b|\bstatus=[1-9]\d*/",
    ),
)
"""The first that fits speaks: what names the matter stands before what names the effect."""


def gravity(text: str, priority: int | None = None) -> int:
    """FATAL, ERROR (it says so), FAILURE (a sentence of something that failed), MERE words."""
    if _FATAL.search(text) or (priority is not None and priority <= ALERT_PRIORITY):
        return FATAL
    if priority == ERROR_PRIORITY or _ERROR.search(text):
        return ERROR
    quiet = (priority is not None and priority > ERROR_PRIORITY + 1) or _QUIET.search(text)
    return MERE if quiet or _HANDLED.search(text) or not _FAILURE.search(text) else FAILURE


def is_of_a_client(text: str) -> bool:
    """Whether it tells what one client did or got, which is the client's trouble as a rule."""
    return bool(_OF_A_CLIENT.search(text))


def cause_of(text: str) -> str:
    """The cause that the words name, "other" where they name none.

    Programs wrap what went wrong in what they were about: "starting shop: opening store: permission denied". So the
    last clause that says why speaks, not a symptom behind it ("exit status 1").
    """
    clauses = [clause for clause in _BETWEEN_CLAUSES.split(text) if clause]
    named = map(_named_by, reversed(clauses)) if len(clauses) > 1 else ()
    cause = next(filter(says_why, named), "") or _named_by(text)
    return "dependency-failed" if cause == "missing-path" and _CONNECTING.search(text) else cause


def cause_of_own(text: str) -> str:
    """The same of what a program says of itself: a log-in that was refused is its own."""
    cause = cause_of(text)
    return "wrong-credentials" if cause == "login-failed" else cause


def _named_by(words: str) -> str:
    named = next((reason.cause for reason in REASONS if reason.words.search(words)), "")
    numbered = _NUMBER.search(words) if not named else None
    return named or (NUMBERS.get(numbered["number"]) if numbered else None) or "other"


def refusal(text: str) -> Refusal | None:
    """What the operating system's own word comes to with which a line ends, and the path that it is about."""
    found = _OF_THE_SYSTEM.search(text)
    if found is None:
        return None
    path = _PATH_BEFORE.search(text, 0, found.start("errno"))
    return Refusal(_named_by(found["errno"]), path[1] if path else "")


def gist_of(text: str) -> str:
    """What was said, without level, logger and time before it, in a line."""
    first = text.strip().partition("\n")[0]
    gist = first[found.end() :] if (found := _HEAD.match(first)) else first
    gist = gist.strip() or first
    if len(gist) <= GIST:
        return gist
    telling = next(filter(lambda clause: says_why(_named_by(clause)), reversed(_BETWEEN_CLAUSES.split(gist))), "")
    end = "" if not telling or gist.find(telling) + len(telling) < GIST else f" {telling.strip()[: GIST // 2]}"
    return f"{gist[: GIST - len(end)].rpartition(' ')[0]} …{end}"
