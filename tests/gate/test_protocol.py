from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.gate import protocol
from stillwatch.gate.change.action import Refused
from stillwatch.gate.protocol import clean, read_object, read_request
from stillwatch.host.auditlog import canonical
from tests.gate.hostile import message

GOOD = b'{"verb":"propose","action":"restart_unit","target":"web.service","arguments":{"n":1,"b":true,"s":"x"}}\n'


def test_a_proposal_is_read():
    request = read_request(GOOD)
    assert request == protocol.Propose(
        action="restart_unit", target="web.service", arguments={"n": 1, "b": True, "s": "x"}
    )


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (GOOD.replace(b'"target"', b'"risk":"low","target"'), "risk"),
        (GOOD.replace(b'"target"', b'"action":"stop_unit","target"'), "twice"),
        (GOOD.replace(b'"n":1', b'"n":1,"n":2'), "twice"),
        (GOOD.replace(b'"n":1', b'"n":1.0'), "not an integer"),
        (GOOD.replace(b'"n":1', b'"n":NaN'), "not an integer"),
        (GOOD.replace(b'"n":1', b'"n":-Infinity'), "not an integer"),
        (GOOD.replace(b'"n":1', b'"n":1e999'), "not an integer"),
        (GOOD.replace(b'"n":1', b'"n":[1]'), "n"),
        (GOOD.replace(b'"n":1', b'"n":null'), "n"),
        (GOOD.replace(b'"n":1', b'"n":99999999999999999999'), "n"),
        (GOOD.replace(b'"x"', b'"\\ud800"'), "clean JSON"),
        (GOOD.replace(b'"x"', b'"' + b"x" * 513 + b'"'), "512"),
        (GOOD.replace(b"propose", b"exec"), "exec"),
        (GOOD.replace(b'"web.service"', b"7"), "target"),
        (GOOD[:-1], "one line"),
        (GOOD + GOOD, "one line"),
        (GOOD + b"x", "one line"),
        (b"[1]\n", "not a JSON object"),
        (b"\xff\n", "clean JSON"),
        (b"{" * 30_000 + b"\n", "clean JSON"),
        (b"[" * 60_000 + b"\n", "clean JSON"),
        (b'{"verb":"audit","after":' + b"9" * 5_000 + b"}\n", "clean JSON"),
        (b" " * 70_000 + b"\n", "longer than"),
        (b'{"verb":"approve","id":"A-01"}\n', "id"),
        (b'{"verb":"approve","id":"A-1\\n"}\n', "id"),
        ('{"verb":"approve","id":"A-1","code":"４８２９１３"}\n'.encode(), "code"),
        (b'{"verb":"status","extra":1}\n', "extra"),
        (b"\n", "clean JSON"),
    ],
)
def test_r02_whatever_is_odd_is_refused_with_the_reason(odd, why):
    with pytest.raises(Refused, match=why):
        read_request(odd)


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_r02_bytes_give_an_object_or_a_refusal(raw):
    try:
        assert isinstance(read_object(raw), dict)
    except Refused as refused:
        assert str(refused).isprintable()


def decode_many(seed, count):
    dice = random.Random(seed)
    read = 0
    for _ in range(count):
        try:
            request = read_request(message(dice))
        except Refused as refused:
            assert str(refused).isprintable()
        else:
            read += 1
            assert isinstance(request, protocol.Request)
            again = canonical({"verb": request.__struct_config__.tag, **protocol.msgspec.structs.asdict(request)})
            assert read_request(again.encode() + b"\n") == request
    return read


@pytest.mark.process
@given(st.integers())
@settings(max_examples=10, deadline=None)
def test_r02_attackers_messages_are_read_as_they_stand_or_refused(seed):
    """10 × 1,000 messages."""
    assert decode_many(seed, 1_000) > 500


@pytest.mark.soak
@given(st.integers())
@settings(max_examples=1_000, deadline=None)
def test_r02_a_million_messages(seed):
    assert decode_many(seed, 1_000) > 500


def test_r15_text_from_outside_is_one_short_printable_line():
    assert clean("a\nb\x1b[31m\u202ec" + "x" * 600) == "a b [31m c" + "x" * 490
