import logging

import pytest

from stillwatch.serve.http.limits import MOST_STRANGERS, TELL_SECONDS, Bounds, RequestLimits
from stillwatch.serve.http.refusal import Refusal
from tests.think.models import StillClock


def test_a_burst_then_the_rate() -> None:
    clock = StillClock()
    limits = RequestLimits(clock=clock, bounds=Bounds(rate=2, burst=3))
    for _ in range(3):
        limits.count("a")
    with pytest.raises(Refusal):
        limits.count("a")
    limits.count("b")
    clock.at += 0.5
    limits.count("a")
    with pytest.raises(Refusal):
        limits.count("a")
    clock.at += 3600
    for _ in range(3):
        limits.count("a")
    with pytest.raises(Refusal):
        limits.count("a")


def test_r25_what_was_much_work_counts_as_more_than_one_request() -> None:
    clock = StillClock()
    limits = RequestLimits(clock=clock, bounds=Bounds(rate=2, burst=3))
    limits.count("a")
    limits.charge("a", 100)
    limits.count("b")
    clock.at += 49
    with pytest.raises(Refusal):
        limits.count("a")
    clock.at += 1
    limits.count("a")


def test_answers_at_a_time_by_key_and_over_all_and_given_back_after_a_fault() -> None:
    limits = RequestLimits(clock=StillClock(), bounds=Bounds(streams=2, all_streams=3))
    with limits.stream("a"), limits.stream("a"):
        with pytest.raises(Refusal), limits.stream("a"):
            pass
        with limits.stream("b"), pytest.raises(Refusal), limits.stream("c"):
            pass
    with pytest.raises(ZeroDivisionError), limits.stream("a"):
        _ = 1 / 0
    with limits.stream("a"), limits.stream("a"):
        pass


def test_wrong_keys_are_counted_by_address_and_told_seldom(caplog: pytest.LogCaptureFixture) -> None:
    clock = StillClock()
    limits = RequestLimits(clock=clock, bounds=Bounds(wrong_rate=0.5, wrong_burst=2))
    caplog.set_level(logging.WARNING)

    def refused(address: str) -> bool:
        try:
            limits.wrong_key(address)
        except Refusal as refusal:
            return refusal.status == 429 and refusal.retry_after > 0
        return False

    assert [refused("192.0.2.1") for _ in range(4)] == [False, False, True, True]
    assert not refused("192.0.2.2") and len(caplog.records) == 1
    clock.at += 2
    assert [refused("192.0.2.1") for _ in range(2)] == [False, True] and len(caplog.records) == 1
    clock.at += TELL_SECONDS
    assert [refused("192.0.2.1") for _ in range(3)] == [False, False, True] and len(caplog.records) == 2
    assert not refused("") and not refused("fe80::1%eth0") and not refused("no address")


def test_a_network_of_ipv6_addresses_is_one_address() -> None:
    limits = RequestLimits(clock=StillClock(), bounds=Bounds(wrong_rate=0.5, wrong_burst=2))
    limits.wrong_key("2001:db8::1")
    limits.wrong_key("2001:db8::ffff:2")
    with pytest.raises(Refusal):
        limits.wrong_key("2001:db8:0:0:3::")
    limits.wrong_key("2001:db8:0:1::1")


def test_what_is_remembered_of_strangers_is_bounded_and_the_oldest_goes() -> None:
    limits = RequestLimits(clock=StillClock(), bounds=Bounds(wrong_rate=0.5, wrong_burst=1))
    limits.wrong_key("first")
    limits.wrong_key("second")
    for number in range(MOST_STRANGERS - 1):
        limits.wrong_key(f"10.0.{number >> 8}.{number & 255}")
    assert len(limits._wrong) == MOST_STRANGERS
    with pytest.raises(Refusal):
        limits.wrong_key("second")
    limits.wrong_key("first")
