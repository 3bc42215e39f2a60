"""Why, in the words that the C library and the makers of programs use the world over: what they come to."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from stillwatch.records.cause import says_why
from stillwatch.watch.places import refused_place

BETWEEN_CLAUSES = re.compile(r"\n|[:;] |\bbecause\b|\bcaused by\b|\bdue to\b", re.IGNORECASE)
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


_OF_SYNTAX: Final = frozenset(("wrong-credentials", "login-failed", "data-damaged"))
"""Said of a line of settings, "bad token" and "malformed" are about how it is written."""


class Reason(NamedTuple):
    """words: as the C library and the makers of programs put it the world over; cause: what they come to."""

    cause: str
    words: re.Pattern[str]


def _reason(cause: str, words: str) -> Reason:
    return Reason(cause, re.compile(words, re.IGNORECASE))


REASONS: Final = (
    _reason(
        "disk-full",
        r"\bno space left\b|\bdisk (?:is )?full\b|\bENOSPC\b"
        r"|\b(?:not enough|insufficient) (?:disk |free |available |storage )*space\b",
    ),
    _reason(
        "port-in-use",
        r"\baddress (?:already )?in use\b|\bport (?:\d{1,5} )?(?:is )?(?:already )?(?:allocated|in use|taken)\b"
        r"|\bEADDRINUSE\b"
        r"|\bbind\b.{0,60}\banother process\b|\bin use by another process\b|ADDRESS_ALREADY_ASSOCIATED\b",
    ),
    _reason("wrong-address", r"\bcannot assign requested address\b|\bhas no (?:usable )?IPv?[46]? ?address"),
    _reason("mount-missing", r"/\S{1,200}: (?:transport endpoint is not connected|stale (?:nfs )?file handle)\b"),
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
        r"|\berror resolving\b|\bneither nodename nor servname\b|\bno such host\b|\bENOTFOUND\b|\bEAI_AGAIN\b"
        r"|\bNXDOMAIN\b",
    ),
    _reason(
        "data-damaged",
        r"\bcorrupt(?:ed|ion)?\b|\bmalformed\b|\bchecksum\b.{0,80}\b(?:fail|mismatch|error|invalid)"
        r"|\binvalid character '\\x00'"
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
        r"\bversion\b.{0,80}\b(?:too (?:old|new)|but .{1,60} only supports|not supported|unsupported|incompatible)\b"
        r"|\bversion\b.{0,80}\bmismatch\b"
        r"|\bversion\b.{0,80}\b(?:newer|higher) than\b|\b(?:api|abi|protocol|schema|library) (?:version )?mismatch\b"
        r"|\b(?:incompatible|unsupported|wrong) (?:\w+ ){0,2}version\b|\bsupported range\b"
        r"|\bexpected (?:[\w-]+[ -]){0,2}(?:type|format|version|schema)\b.{0,60}\b(?:found|got)\b"
        r"|\b(?:older|newer|lower|higher) than (?:the )?(?:minimum|maximum|required|supported)\b"
        r"|\brequires \w{2,12} versions? \W?\d"
        r"|\b(?:for|by|from|with) a newer (?!file)[A-Za-z]|\b(?:unknown|no such) (?:column|table)\b|\blocate revision\b"
        r"|\b(?:column|relation|table) \S{1,80} (?:does not|doesn't) exist\b"
        r"|\bcode = Unimplemented\b|\bunknown service \w",
    ),
    _reason(
        "clock-wrong",
        r"\bcurrent time \S+ is before\b|\bclock skew\b|\bclock (?:is )?wrong\b|\btime correction of \d",
    ),
    _reason("filesystem-error", r"\bread-only file ?system\b|\bstructure needs cleaning\b"),
    _reason("missing-executable", r"\bexecutable file not found\b|\bcommand not found\b"),
    _reason(
        "missing-path",
        r"\bno such file or directory\b|\bENOENT\b"
        r"|\b(?:file|directory|path)\b.{0,120}\b(?:does(?: not|n't) exist|not exists?)\b"
        r"|\bcannot open shared object\b|\bloading shared librar"
        r"|\b(?:can(?:'t|not)|could(?:n't| not)|unable to) find (?:the )?(?:module|plug-?in|extension|library|driver)\b"
        r"|\b(?:can(?:'t|not)|could(?:n't| not)|unable to) find (?:[\w-]+ ){0,4}(?:file|directory|folder)\b"
        r"|\bno (?:\w+ ){0,2}(?:module|extension|plug-?in|library|driver)s? (?:was |were )?found\b"
        r"|\b(?:module|extension|plug-?in|library) \S{1,80} (?:is|was) not (?:available|installed|found)\b"
        r"|\b(?:can(?:'t|not)|could(?:n't| not)|unable to|failed to) (?:find|locate) (?:\w+ ){0,3}"
        r"(?:certificate|private key|key ?tab|key ?file)\b"
        r"|\bcan(?:'t|not) create temporary\b|\bfile not found\b|\bunable to open database file\b",
    ),
    _reason(
        "quorum-lost",
        r"\b(?:quorum (?:is )?lost|(?:lost|lack of|no|without) quorum|not quorate"
        r"|no (?:\w+ ){0,3}leader)\b"
        r"|\b(?:not enough|too few|insufficient(?: number of)?) (?:members|nodes|replicas|voters|peers|brokers)\b",
    ),
    _reason(
        "hardware",
        r"\bSMART\b.{0,40}\b(?:bad|fail)|\b(?:disk|drive) \S{1,80} is failing\b"
        r"|\bI/O error\b|\binput/output error\b|\bEIO\b",
    ),
    _reason(
        "resource-limit",
        r"\btoo many (?:open files|connections|processes)\b|\bEMFILE\b|\brate ?limited\b|\btoo many requests\b"
        r"|\b(?:limit|quota) (?:is )?(?:exceeded|reached)\b|\bEDQUOT\b",
    ),
    _reason("certificate-expired", r"\bcertificate\b[^:\n]{0,80} (?:has |have |is |was )?expired\b"),
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
        r"|\bdevice (?:is )?busy\b|\bresource temporarily unavailable\b|\bdevice or resource busy\b|\bEBUSY\b",
    ),
    _reason(
        "timeout",
        r"\btimed? ?out\b|\b(?:did not|didn't|no) (?:answer|reply|response|respond)\b"
        r"|\bnot respond(?:ing)?\b|\bETIMEDOUT\b|\bdeadline exceeded\b",
    ),
    _reason(
        "bad-config",
        r"\bdo(?:es)?(?: not|n't) support (?:SSL|TLS|encryption|encrypted)\b"
        r"|\b(?:syntax|parse|parsing|configuration) error\b|\bmisconfigur"
        r"|\bunknown (?:config\w* )?(?:option|directive|key|parameter|setting|variable|field|keyword|section)\b"
        r"|\b\w{0,40}Config(?:uration)?(?:Error|Exception)\b|\binvalid character '"
        r"|\b(?:fix|correct) (?:the |your |its )?(?:\w+ ){0,2}(?:configuration|settings?)\b"
        r"|\bre-?defined\b|\bunrecogni[sz]ed\b|\(config file '"
        r"|\b(?:did not|didn't) find (?:the |a )?(?:section|key|option|setting)\b|\bat line \d+ of \S"
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
        r"\bmissing [\"'`][\w.-]{1,80}[\"'`]|\bmust be (?:set|specified|provided|configured|defined)\b"
        r"|\b(?:is|are) not (?:set|specified|configured)\b(?! (?:up|properly|correctly|right))"
        r"|\bmissing (?:required |mandatory )?(?:option|setting|parameter|variable|key|field|argument|value)\b"
        r"|\byou (?:may )?(?:need|have) to (?:set|specify|configure|add|enable)\b"
        r"|\bplease (?:set|specify|configure|provide|define)\b"
        r"|\brequires? \w+=",
    ),
    _reason(
        "device-missing",
        r"\bno (?:\S+ ){0,2}(?:device|adapter|dongle|stick|card|camera|printer|sensor|controller|accelerator"
        r"|[a-z]*[gt]pu)s? "
        r"(?:(?:was|were|is|are) )?(?:found|detected|present|connected)\b"
        r"|\bno such device\b|\bENODEV\b|\bENXIO\b|\bdevice (?:is )?not connected\b"
        r"|\bcannot find (?:a |the )?\w+ (?:drive|device|disk)\b"
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


def cause_of(text: str) -> str:
    """The cause that the words name, "other" where they name none.

    Programs wrap what went wrong in what they were about: "starting shop: opening store: permission denied". So the
    last clause that says why speaks, not a symptom behind it ("exit status 1").
    """
    clauses = [clause for clause in BETWEEN_CLAUSES.split(text) if clause]
    named = map(named_by, reversed(clauses)) if len(clauses) > 1 else ()
    cause = next(filter(says_why, named), "") or named_by(text)
    if (not says_why(cause) or cause in _OF_SYNTAX) and refused_place(text):
        return "bad-config"
    return "dependency-failed" if cause == "missing-path" and _CONNECTING.search(text) else cause


def cause_of_own(text: str) -> str:
    """The same of what a program says of itself: a log-in that was refused is its own."""
    cause = cause_of(text)
    return "wrong-credentials" if cause == "login-failed" else cause


def named_by(words: str) -> str:
    named = next((reason.cause for reason in REASONS if reason.words.search(words)), "")
    numbered = _NUMBER.search(words) if not named else None
    return named or (NUMBERS.get(numbered["number"]) if numbered else None) or "other"
