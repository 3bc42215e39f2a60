# ruff: noqa: E501 - log lines and what is read from them, side by side
"""Streams: what one line says because of the lines around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.records.line import Line
from stillwatch.watch.shapes.reader import BACK, Reader

NOW = 1_795_388_992.0


def read(*lines: str, block: int = 1000) -> list[Line]:
    reader, raw, found = Reader(NOW), [line.encode() for line in lines], []
    for start in range(0, len(raw), block):
        part = raw[start : start + block]
        reader.turn(part)
        found += [reader.line(line, number) for number, line in enumerate(part)]
    return found


TRACE = (
    "2026-03-07 03:12:27,123 ERROR [main] o.h.Driver - lost the connection",
    "java.io.IOException: No space left on device",
    "\tat org.h.Driver.run(Driver.java:12)",
    "Caused by: java.lang.Error: x",
    "2026-03-07 03:12:29,123 INFO [main] o.h.Driver - back",
)


@pytest.mark.parametrize("block", [1, 2, 1000])
def test_a_trace_stays_with_its_head(block: int) -> None:
    head, *trace, last = read(*TRACE, block=block)
    assert {(line.at, line.subject, line.priority) for line in trace} == {(head.at, "o.h.Driver", None)}
    assert [line.text for line in trace] == list(TRACE[1:4])
    assert last.at == pytest.approx(head.at + 2)
    assert "UNTIMED" not in trace[0].fields


def test_a_line_far_behind_any_head_tells_no_time() -> None:
    lines = read(*[TRACE[0]] * 200, *["more"] * (BACK + 2))
    assert "UNTIMED" not in lines[BACK].fields


def test_where_no_line_has_a_head_nothing_is_inherited() -> None:
    lines = read("one: hello there", "nginx: [emerg] bad", "systemd[1]: a.service: Failed", "just words")
    assert [(line.subject, line.text) for line in lines] == [
        ("one", "one: hello there"), ("nginx", "nginx: [emerg] bad"), ("systemd", "a.service: Failed"), ("", "just words"),
    ]  # fmt: skip
    assert {line.at for line in lines} == {NOW}
    assert all("UNTIMED" in line.fields for line in lines)


def test_a_mixed_file_is_read_line_by_line() -> None:
    lines = read(
        "Mar  7 03:12:27 web01 nginx[7]: a",
        '{"time": "2026-03-07T03:12:27Z", "level": "error", "msg": "b", "app": "shop"}',
        "web-1  | c",
        "[81234.567890] d",
        "level=error msg=e app=x",
    )
    assert [(line.subject, line.text) for line in lines] == [
        ("nginx", "a"), ("shop", "b"), ("web-1", "c"), ("kernel", "d"), ("x", "e"),
    ]  # fmt: skip


def test_a_name_before_a_bar_is_believed_only_where_most_lines_have_one() -> None:
    assert [line.subject for line in read(*["database | hello"] * 5)] == ["database"] * 5
    assert read("Mar  7 03:12:27 web01 a[1]: x", "name | value", "Mar  7 03:12:27 web01 a[1]: y")[1].subject == "a"


def test_the_one_host_of_a_file_is_that_of_its_bare_lines() -> None:
    lines = read("Mar  7 03:12:27 web01 nginx[7]: a", "  continued", "[12.345678] oops")
    assert [line.host for line in lines] == ["web01"] * 3
    two = read("Mar  7 03:12:27 web01 nginx[7]: a", "Mar  7 03:12:27 web02 nginx[7]: a", "[12.345678] oops")
    assert [line.host for line in two] == ["web01", "web02", ""]


def test_seconds_since_the_start_are_a_time_where_the_start_is_known() -> None:
    reader = Reader(NOW, booted=NOW - 100.0)
    block = [b"[   40.000000] oops"]
    reader.turn(block)
    line = reader.line(block[0], 0)
    assert line.at == NOW - 60.0
    assert "UNTIMED" in line.fields


def test_days_first_are_found_by_the_other_lines() -> None:
    lines = read("13/03/2026 10:00:00 x", "07/03/2026 10:00:00 y")
    assert lines[0].at - lines[1].at == pytest.approx(6 * 86400, abs=3700)


@given(st.lists(st.binary(max_size=120), min_size=1, max_size=30))
def test_any_bytes_become_lines(block: list[bytes]) -> None:
    reader = Reader(NOW)
    reader.turn(block)
    assert len([reader.line(raw, number) for number, raw in enumerate(block)]) == len(block)


@given(
    st.sampled_from([b"Nov 31 25:61:61 h p: ", b"2026-13-45T99:99:99Z ", b"9999/99/99 99:99:99 [", b"<1>1 - - - - - "])
)
def test_impossible_times_are_not_fatal(raw: bytes) -> None:
    reader = Reader(NOW)
    reader.turn([raw])
    assert isinstance(reader.line(raw, 0).at, float)


def test_the_year_that_stands_within_is_the_whole_stream_s() -> None:
    inner = 'time="2021-12-17T01:54:31.9Z" level=fatal msg="no room"'
    lines = read(f"Dec 17 01:54:31 hera shopd[46]: {inner}", "Dec 17 01:54:32 hera systemd[1]: shopd.service: Failed")
    assert lines[1].at - lines[0].at == pytest.approx(0.1, abs=86400)
