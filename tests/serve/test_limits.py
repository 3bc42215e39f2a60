import pytest

from stillwatch.serve.limits import Bounds, Limits
from stillwatch.serve.refusal import Refusal
from tests.think.models import StillClock


def test_a_burst_then_the_rate() -> None:
    clock = StillClock()
    limits = Limits(clock=clock, bounds=Bounds(rate=2, burst=3))
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


def test_answers_at_a_time_by_key_and_over_all_and_given_back_after_a_fault() -> None:
    limits = Limits(clock=StillClock(), bounds=Bounds(streams=2, all_streams=3))
    with limits.stream("a"), limits.stream("a"):
        with pytest.raises(Refusal), limits.stream("a"):
            pass
        with limits.stream("b"), pytest.raises(Refusal), limits.stream("c"):
            pass
    with pytest.raises(ZeroDivisionError), limits.stream("a"):
        _ = 1 / 0
    with limits.stream("a"), limits.stream("a"):
        pass
