import pytest

from stillwatch.records.line import Line


def line(**fields: object) -> Line:
    return Line(at=1.0, raw=b"caf\xc3\xa9 \xff", subject="web.service", source="journal", fields=fields)


def test_text_is_decoded_and_never_fails() -> None:
    assert line().text == "café �"


@pytest.mark.parametrize(("value", "expected"), [(b"3", 3), (b"7", 7), (b"8", None), (b"", None), (b"33", None)])
def test_priority_is_one_digit_or_none(value: bytes, expected: int | None) -> None:
    assert line(PRIORITY=value).priority == expected
    assert line().priority is None


def test_the_first_of_a_repeated_field_counts() -> None:
    assert line(UNIT=[b"a", b"b"]).field("UNIT") == "a"
    assert line(UNIT=[]).field("UNIT") == "" == line().field("UNIT")


def test_facts_are_what_a_sender_cannot_set() -> None:
    said = line(_PID=b"7", __CURSOR=b"c", UNIT=b"sshd.service", MESSAGE_ID=b"abc", PRIORITY=b"2")
    assert said.facts() == {"pid": "7", "priority": "2"}
    assert said._replace(trusted=True).facts()["message_id"] == "abc"
