"""What a unit said before it ended, whatever its programs are called."""

from __future__ import annotations

import pytest

from stillwatch.records.line import Line
from stillwatch.watch.family import load_rules
from stillwatch.watch.last_words import MOST, last_words, reason

ENDED = Line(100.0, b"shop.service: Failed with result 'exit-code'.", "systemd")


def said(program: str, text: str, at: float = 99.0, host: str = "") -> Line:
    return Line(at, text.encode(), program)._replace(host=host)


def words(*lines: Line, unit: str = "shop.service", ended: Line = ENDED) -> list[str]:
    """lines: in the order in which they were said."""
    return [str(line.text) for line in last_words(ended, unit, reversed(lines))]


@pytest.mark.parametrize("program", ["shop", "shop.service", "shop-start", "shopd"])
def test_its_own_programs_are_known_by_name(program: str) -> None:
    assert words(said("cron", "FATAL: not ours"), said(program, "the key has run out")) == ["the key has run out"]


def test_a_script_of_another_name_is_the_one_that_spoke_right_before() -> None:
    lines = (said("cron", "run"), said("run-it.sh", "no schema"), said("run-it.sh", "bye"), said("systemd", "x"))
    assert words(*lines) == ["no schema", "bye"]


def test_a_journal_tells_whose_words_they_are_so_no_neighbour_is_asked() -> None:
    ended = ENDED._replace(source="journal", trusted=True)
    assert words(said("other.service", "FATAL: not ours"), ended=ended) == []


def test_the_gravest_stay_in_their_order_and_repeats_count_once() -> None:
    chatter = [said("shop", f"loaded module {name}") for name in ("a", "b", "c", "d", "e", "f")]
    trouble = [said("shop", f"FATAL: cannot open table {number}") for number in range(3)]
    detail = said("shop", "DETAIL: the file is of version 14")
    found = words(*chatter, *trouble, detail, *chatter)
    assert len(found) <= MOST
    assert [text.partition(":")[0] for text in found if ":" in text] == ["FATAL", "DETAIL"]


@pytest.mark.parametrize(
    "other",
    [
        said("shop", "FATAL: long ago", at=1.0),
        said("shop", "FATAL: another host", host="elsewhere"),
        said("shop", "    at com.example.Main(Main.java:3)"),
        said("kernel", "FATAL: not a program"),
        said("grafana", "FATAL: of a server that everybody knows"),
        said("worker", "FATAL: too early for a stranger", at=96.0),
    ],
)
def test_what_is_not_of_this_end_is_left_out(other: Line) -> None:
    assert words(other) == []


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["starting", "ERROR: no licence", "ERROR: giving up"], "ERROR: no licence"),
        (["starting", "the key is past its end", "bye"], "bye"),
        ([], ""),
    ],
)
def test_the_reason_is_the_first_grave_line_else_the_last(lines: list[str], why: str) -> None:
    assert reason(lines) == why


def test_the_rules_of_a_unit_s_end_ask_for_its_last_words() -> None:
    asking = {rule.id for rule in load_rules() if rule.last_words}
    assert {"systemd-unit-failed", "systemd-unit-crashed", "systemd-start-failed"} <= asking


def test_of_many_grave_lines_the_first_and_the_last_stay() -> None:
    lines = [f"[ERROR] {word} went wrong" for word in ("one", "two", "three", "four", "five", "six")]
    assert words(*(said("shop", line) for line in lines)) == [lines[0], lines[1], lines[4], lines[5]]


def test_of_grave_words_those_speak_that_name_a_cause() -> None:
    assert reason(["*** FATAL ERROR ***", "hue 3", "can't open the hue: No such file or directory"])[:4] == "can'"
    assert reason(["*** FATAL ERROR ***", "error: the hue is odd"])[:3] == "***"
    assert reason(["mixer 3", "hue 3: Permission denied", "see hue.example.org"])[:3] == "hue"
    assert reason(["at hue", "HueException: no such hue", "hue 3"])[:3] == "Hue"


def test_what_a_program_only_warns_of_is_no_reason_beside_its_errors() -> None:
    warned = said("shop", "cannot find the hue")._replace(fields={"PRIORITY": b"4"})
    failed = said("shop", "the store is closed")._replace(fields={"PRIORITY": b"3"})
    assert words(warned, failed) == ["the store is closed"]
    assert words(warned) == ["cannot find the hue"]
    journal = [line._replace(source="journal") for line in (warned, failed)]
    assert len(words(*journal)) == 2


def test_a_place_in_a_source_file_before_a_message_is_no_frame() -> None:
    lines = (
        said("shop", "loaded"),
        said("shop", "cmd/web.go:60 init() [E] no such column"),
        said("shop", "/src/web.go:12"),
    )
    assert words(*lines)[-1] == "cmd/web.go:60 init() [E] no such column"


@pytest.mark.parametrize(
    "calm",
    ["level=warn err=guessing", "[info] error log opened", 'x "level":"warn" "error"', "INFO error count is 0"],
)
def test_what_the_program_itself_calls_less_than_an_error_is_no_reason(calm: str) -> None:
    assert reason([calm, "gave no answer", "error: no hue"]) == "error: no hue"
