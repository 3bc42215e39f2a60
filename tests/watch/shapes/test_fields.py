# ruff: noqa: E501 - log lines and what is read from them, side by side
from __future__ import annotations

import json
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.watch.shapes.fields import read_json, read_logfmt, read_time
from stillwatch.watch.shapes.parts import Parts
from stillwatch.watch.shapes.stamp import Stamps

STAMPS = Stamps(1_795_388_992.0, zone=UTC)
AT = 1_772_853_147.0  # 2026-03-07T03:12:27Z


def read(**fields: Any) -> Parts:
    parts = read_json(json.dumps(fields).encode(), STAMPS)
    assert parts is not None
    return parts


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"ts": AT, "level": "error", "logger": "tls", "msg": "no certificate"}, ("", "tls", 3, "no certificate")),
        ({"time": "2026-03-07T03:12:27Z", "level": 50, "pid": 7, "hostname": "a1", "name": "shop", "msg": "x"}, ("a1", "shop", 3, "x")),
        ({"time": AT * 1000, "level": 30, "msg": "x", "err": {"message": "refused", "stack": "at f"}}, ("", "", 6, "x: refused")),
        ({"@timestamp": "2026-03-07T03:12:27.000Z", "log.level": "WARN", "message": "x", "service.name": "shop", "host": {"name": "b2"}},
         ("b2", "shop", 4, "x")),
        ({"version": "1.1", "host": "c3", "short_message": "x", "timestamp": AT, "level": 3, "_app": "y"}, ("c3", "", 3, "x")),
        ({"t": {"$date": "2026-03-07T03:12:27.000+00:00"}, "s": "E", "c": "STORAGE", "msg": "x", "attr": {"error": "full"}},
         ("", "mongod", 3, "x: full")),
        ({"timestamp": "2026-03-07T03:12:27Z", "severity": "ERROR", "jsonPayload": {"message": "x"}, "resource": {"labels": {"pod_name": "p"}}},
         ("", "", 3, "x")),
        ({"timestamp": "2026-03-07T03:12:27Z", "event": "x", "level": "info", "logger": "shop.db"}, ("", "shop.db", 6, "x")),
        ({"time_unix": 0, "timeUnixNano": str(int(AT * 1e9)), "severityNumber": 17, "body": "x"}, ("", "", 3, "x")),
        ({"ts": AT, "request": {"host": "shop.example.org"}, "status": 503, "msg": "handled"}, ("", "", 3, "handled: HTTP status 503")),
        ({"@t": "2026-03-07T03:12:27Z", "@l": "Error", "@m": "x", "@x": "System.IO.IOException: full"}, ("", "", 3, "x: System.IO.IOException: full")),
    ],
)  # fmt: skip
def test_families_of_keys_are_read_whatever_the_product(fields: dict[str, Any], expected: tuple[Any, ...]) -> None:
    parts = read(**fields)
    assert (parts.host, parts.program, parts.priority, parts.message.decode()) == expected
    assert parts.at == pytest.approx(AT)
    assert parts.zoned
    assert parts.reworded


def test_an_entry_of_the_journal_is_about_whom_the_journal_says() -> None:
    entry = {"__REALTIME_TIMESTAMP": str(int(AT * 1e6)), "_HOSTNAME": "web01", "PRIORITY": "4", "_BOOT_ID": "b"}
    one = read(**entry, SYSLOG_IDENTIFIER="systemd", _PID="1", UNIT="db.service", MESSAGE="db.service: Failed")
    kernel = read(**entry, SYSLOG_IDENTIFIER="kernel", _TRANSPORT="kernel", MESSAGE="oops")
    nginx = read(**entry, SYSLOG_IDENTIFIER="nginx", _SYSTEMD_UNIT="nginx.service", MESSAGE=[98, 97, 100, 255])
    assert (one.unit, one.host, one.priority, one.at) == ("db.service", "web01", 4, AT)
    assert (kernel.unit, kernel.program) == ("", "kernel")
    assert (nginx.unit, nginx.program, nginx.message) == ("nginx.service", "nginx", b"bad\xff")


def test_a_record_without_words_is_kept_whole() -> None:
    raw = b'{"ts": 1772853147, "queue": 7}'
    parts = read_json(raw, STAMPS)
    assert parts is not None
    assert parts.message == raw


def test_what_is_cut_off_is_read_as_far_as_it_goes() -> None:
    raw = json.dumps({"ts": AT, "level": "error", "msg": "no room", "request": {"headers": "x" * 9000}}).encode()[:8192]
    parts = read_json(raw, STAMPS)
    assert parts is not None
    assert (parts.message, parts.priority, parts.at) == (b"no room", 3, AT)


def test_logfmt_is_read_as_records_are() -> None:
    parts = read_logfmt(rb'time="2026-03-07T03:12:27Z" level=warning app=shop msg="said \"no\"" err=refused', STAMPS)
    assert parts is not None
    assert (parts.program, parts.priority, parts.message, parts.at) == ("shop", 4, b'said "no": refused', AT)


@pytest.mark.parametrize(
    "text", [b"a=1", b"PATH=/bin HOME=/root", b"set x=1 for level=2", b"level=error something else", b""]
)
def test_other_words_with_equal_signs_are_no_logfmt(text: bytes) -> None:
    assert read_logfmt(text, STAMPS) is None


def test_a_time_that_stands_alone() -> None:
    assert read_time("[07/Mar/2026:04:12:27 +0100]", STAMPS) == (AT, True)
    assert read_time("2026-03-07 03:12:27", STAMPS) == (AT, False)
    assert read_time("soon", STAMPS) == (None, False)


@given(st.dictionaries(st.text(max_size=12), st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6), min_size=1, max_size=5))  # fmt: skip
def test_any_object_can_be_read(fields: dict[str, Any]) -> None:
    assert isinstance(read(**{"x": 1, **{key: value for key, value in fields.items() if key}}).message, bytes)


def test_a_record_that_has_the_number_of_an_error_alone_is_kept_whole() -> None:
    line = b"eid=41 class=io pool='tank' vdev=sdf1 priority=0 err=5 flags=0x180880"
    parts = read_logfmt(line, STAMPS)
    assert parts is not None and parts.message == line
