"""Structured lines (JSON, logfmt, the journal's export): what they say, by families of keys, not by product."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from stillwatch.watch.shapes.level import priority_of, priority_of_severity_number, priority_of_status
from stillwatch.watch.shapes.parts import Parts
from stillwatch.watch.shapes.stamp import Stamps, seconds_of

Fields = Mapping[str, Any]
DEPTH: Final = 3


def family(*names: str) -> dict[str, int]:
    """Names for one thing, with their rank: of several in a record the first counts."""
    return {name: rank for rank, name in enumerate(names)}


TIMES: Final = family(
    "@timestamp", "timestamp", "time", "ts", "@t", "t", "datetime", "date", "asctime", "eventtime", "event_time",
    "created", "created_at", "published", "timeunixnano", "observedtimestamp", "timeunix", "log_time", "logged_at",
    "receivetimestamp", "time_iso8601", "starttime", "start_time", "startutc", "requesttime", "timegenerated",
    "time_local", "instant.epochsecond", "timemillis", "t.$date", "event.created", "ingesttime", "when", "at",
)  # fmt: skip
MESSAGES: Final = family(
    "msg", "message", "short_message", "log", "event", "textpayload", "jsonpayload.message", "jsonpayload.msg",
    "jsonpayload.event", "protopayload.status.message", "@m", "@mt", "body", "body.stringvalue", "text", "line",
    "content", "renderedmessage", "messagetemplate", "full_message", "error_message", "errormessage", "description",
    "raw", "data.msg", "summary", "details", "message.message",
)  # fmt: skip
TROUBLES: Final = family(
    "error", "err", "err.message", "error.message", "exception", "exc_info", "exception.message", "@x", "reason",
    "error.cause", "attr.error", "attr.error.errmsg", "cause", "stack_trace", "error_description", "errorcode",
    "thrown.message", "errmsg", "jsonpayload.error", "fields.error", "detail", "attr.message", "attr.message.msg",
    "attr.message.error_str", "attr.reason",
)  # fmt: skip
HOSTS: Final = family(
    "_hostname", "hostname", "host.name", "host.hostname", "host", "nodename", "node_name", "node",
    "kubernetes.host", "kubernetes.node.name", "agent.hostname", "server_name", "machine", "machinename",
    "computer", "resource.host.name", "resource.labels.node_name", "logsource",
)  # fmt: skip
PROGRAMS: Final = family(
    "syslog_identifier", "program", "programname", "appname", "app_name", "app", "application", "service.name",
    "service", "service_name", "servicename", "process.name", "ident", "component", "logger", "logger_name",
    "loggername", "log.logger", "name", "c", "kubernetes.container_name", "kubernetes.container.name",
    "container_name", "container.name", "tag", "resource.service.name", "resource.labels.container_name",
    "resource.labels.service_name", "sourcecontext", "_comm", "jsonpayload.logger", "source",
)  # fmt: skip
COMPONENTS: Final = frozenset((
    "component", "logger", "logger_name", "loggername", "log.logger", "name", "c", "sourcecontext",
))  # fmt: skip
"""Names of PROGRAMS that may be of a part of one."""
UNITS: Final = family(
    "unit", "coredump_unit", "object_systemd_unit", "_systemd_unit", "systemd_unit", "kubernetes.pod_name",
    "kubernetes.pod.name", "pod", "pod_name", "resource.labels.pod_name",
)  # fmt: skip
PIDS: Final = family("_pid", "pid", "syslog_pid", "process_id", "processid", "process.pid", "procid", "pid_")
LEVELS: Final = family(
    "priority", "level", "levelname", "severity", "log.level", "lvl", "loglevel", "log_level", "@l", "s",
    "severitytext", "severity_text", "error_severity", "syslog.severity", "status", "jsonpayload.level", "type",
)  # fmt: skip
STATUSES: Final = family(
    "status", "status_code", "statuscode", "downstreamstatus", "response.status", "http.response.status_code",
    "sc-status", "httprequest.status", "res.statuscode", "response_status", "http_status", "response_code", "code",
)  # fmt: skip
MACHINES: Final = frozenset(tuple(HOSTS)[:4])
"""Names that always mean the machine."""
REQUESTS: Final = frozenset(
    ("request", "method", "uri", "url", "path", "requestmethod", "request_method", "http_method", "cs-method")
)
PAIR: Final = re.compile(r'([A-Za-z_@][\w.@/-]{0,60})=("(?:[^"\\]|\\.)*"?|\S*)\s*')
MEMBER: Final = re.compile(rb'"([\w@.-]{1,40})"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null)')
ESCAPES: Final = {"n": "\n", "t": " ", "r": " "}
WORD: Final = re.compile(r"[^\W\d_]{2}")
"""The number of an error tells nothing without the rest of the record."""
_ARRAY = re.compile(r"^(?:\{|\[ *(?:[\"'\[{\]]|-?[\d.]+ *[,\]] *$))")


def read_json(raw: bytes, stamps: Stamps) -> Parts | None:
    """A line that is one JSON object; None where it is none."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = _fragments(raw)
    return read_fields(value, stamps, raw) if isinstance(value, dict) and value else None


def _fragments(raw: bytes) -> dict[str, Any]:
    """The plain values of an object that was cut off, or is not quite JSON."""
    found: dict[str, Any] = {}
    for name, value in MEMBER.findall(raw):
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            found.setdefault(name.decode(), msgspec.json.decode(value))
    return found if len(found) > 1 else {}


def read_logfmt(raw: bytes, stamps: Stamps) -> Parts | None:
    """A line of key=value pairs from its start on, a time, a level or a message among them."""
    text = raw.decode("utf-8", "replace")
    fields: dict[str, Any] = {}
    end = 0
    while found := PAIR.match(text, end):
        fields.setdefault(found[1], _unquoted(found[2]))
        end = found.end()
    levels = {"level", "lvl", "severity", "msg", "message", "err", "error"} & {name.lower() for name in fields}
    if len(fields) < 2 or not levels or end < len(text):
        return None
    return read_fields(fields, stamps, raw)


def read_fields(given: Fields, stamps: Stamps, raw: bytes) -> Parts:
    """The parts of a record, by the first key of each family that is there."""
    fields = flat(given)
    if "__realtime_timestamp" in fields or ("message" in fields and "_boot_id" in fields):
        return _of_journal(fields, stamps)
    parts = Parts(b"", reworded=True)
    parts.at, parts.zoned = _time(fields, stamps)
    parts.host, named = _host(fields), _there(fields, PROGRAMS)
    parts.program = "mongod" if "t.$date" in fields and "c" in fields else _first(fields, named)
    telling = (name for name in named if _first(fields, (name,)))
    parts.component = parts.program != "mongod" and next(telling, "") in COMPONENTS
    parts.unit, parts.pid = _first(fields, _there(fields, UNITS)), _first(fields, _there(fields, PIDS))
    parts.priority = _priority(fields)
    parts.message = _message(fields, raw)
    parts.pinned = b"\\u" in raw
    by_level = any(_is_number(fields[name]) for name in _there(fields, LEVELS))
    parts.by_number = parts.pinned or _status(fields) is not None or by_level
    return parts


def flat(given: Fields, prefix: str = "", depth: int = DEPTH) -> dict[str, Any]:
    """Keys in lower case, those of nested objects behind their owner's and a dot."""
    found: dict[str, Any] = {}
    for key, value in given.items():
        name = prefix + str(key).lower()
        if isinstance(value, dict) and depth > 1:
            found.update(flat(value, name + ".", depth - 1))
        else:
            found[name] = value
    return found


def _of_journal(fields: Fields, stamps: Stamps) -> Parts:
    """An entry of the journal as `-o json`, `export` and `verbose` give it; who it is about as host/journal.py says."""
    parts = Parts(_bytes(fields.get("message", "")), reworded=True, by_number=True, pinned=True)
    parts.at, parts.zoned = _time(
        {"ts": _first(fields, ("__realtime_timestamp", "_source_realtime_timestamp"))}, stamps
    )
    parts.host, parts.pid = _first(fields, ("_hostname",)), _first(fields, ("_pid", "syslog_pid"))
    parts.priority = priority_of(_first(fields, ("priority",)))
    parts.program = _first(fields, ("syslog_identifier", "_comm"))
    if _first(fields, ("_transport",)) == "kernel":
        parts.program = parts.program or "kernel"
    elif parts.pid == "1" or parts.program == "systemd":
        parts.unit = _first(fields, ("unit", "user_unit"))
    else:
        parts.unit = _first(fields, ("coredump_unit", "_systemd_unit", "unit"))
        if parts.unit.startswith(("user@", "init.scope")) or re.fullmatch(r"session-.*\.scope", parts.unit):
            parts.unit = ""
    return parts


def _time(fields: Fields, stamps: Stamps) -> tuple[float | None, bool]:
    for name in _there(fields, TIMES):
        value = fields[name]
        if isinstance(value, str) and value:
            if value.replace(".", "", 1).isdecimal():
                return seconds_of(float(value)), True
            return read_time(value, stamps)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 1e8:
            return seconds_of(float(value)), True
    return None, False


def read_time(text: str, stamps: Stamps) -> tuple[float | None, bool]:
    """A time that stands alone, and whether it names its zone."""
    found = TIME.match(text.strip().strip("[]").encode())
    if not found:
        return None, False
    at = stamps.read(found["stamp"], found["f"], found["z"])
    return at, found["z"] is not None


def _priority(fields: Fields) -> int | None:
    for name in _there(fields, LEVELS):
        if (found := priority_of(fields[name], small="reqid" in fields)) is not None:
            return found
    number = priority_of_severity_number(fields.get("severitynumber", fields.get("severity_number")))
    if number is not None:
        return number
    status = _status(fields)
    return None if status is None else priority_of_status(status)


def _status(fields: Fields) -> int | None:
    """What a web server answered, where the record is of a request."""
    for name in _there(fields, STATUSES) if _is_request(fields) else ():
        value = fields[name]
        if isinstance(value, int | str) and str(value).isdecimal() and 100 <= int(value) <= 599:
            return int(value)
    return None


def _is_request(fields: Fields) -> bool:
    return not REQUESTS.isdisjoint(fields) or any(
        not REQUESTS.isdisjoint(name.split(".")) for name in fields if "." in name
    )


def _host(fields: Fields) -> str:
    """`host` of a request is the site that was asked for, not the machine."""
    names = _there(fields, HOSTS)
    found = _first(fields, [name for name in names if name in MACHINES])
    return found if found or not REQUESTS.isdisjoint(fields) else _first(fields, names)


def _message(fields: Fields, raw: bytes) -> bytes:
    """The words, with those of the error where they are not the same; the whole record where it has none of both."""
    message = _first(fields, _there(fields, MESSAGES))
    parts = [message] if message else []
    for name in _there(fields, TROUBLES):
        value = fields[name]
        if value is None or isinstance(value, bool | int | float):
            continue
        words = _text(value)
        if WORD.search(words) and all(words not in other for other in parts) and not _ARRAY.match(words):
            parts.append(words)
    status = _status(fields)
    if status is not None and status >= 500:
        parts.append(f"HTTP status {status}")
    if not parts:
        return raw
    return ": ".join(parts).rstrip("\n").encode("utf-8", "replace")


def _is_number(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.isdecimal())


def _there(fields: Fields, names: Mapping[str, int]) -> Sequence[str]:
    """Those of the names that the record has, in their order."""
    return sorted(fields.keys() & names.keys(), key=names.__getitem__)


def _first(fields: Fields, names: Sequence[str]) -> str:
    for name in names:
        if (value := fields.get(name)) is not None and value != "" and (text := _text(value)):
            return text
    return ""


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _bytes(value).decode("utf-8", "replace")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _bytes(value: object) -> bytes:
    """A field of the journal: text, the bytes of what is not text, or several values, of which the first counts."""
    if isinstance(value, list):
        if value and all(isinstance(item, int) and 0 <= item <= 255 for item in value):
            return bytes(value)
        return _bytes(value[0]) if value else b""
    return value.encode("utf-8", "replace") if isinstance(value, str) else b""


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    body = text[1:-1] if text.endswith('"') and len(text) > 1 else text[1:]
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), body) if "\\" in body else body


def pairs(lines: Iterator[bytes]) -> dict[str, str]:
    """NAME=value lines of an export or verbose record; the first of a repeated name counts."""
    found: dict[str, str] = {}
    for line in lines:
        name, equals, value = line.partition(b"=")
        if equals:
            found.setdefault(name.strip().decode("utf-8", "replace"), value.decode("utf-8", "replace"))
    return found


def _time_pattern() -> re.Pattern[bytes]:
    from stillwatch.watch.shapes.shape import expand

    return re.compile(expand("{stamp}").encode("latin-1"))


TIME: Final = _time_pattern()
