from __future__ import annotations

from typing import Any

from stillwatch.llm.breaker import Breaker


def test_one_failure_or_scattered_ones_do_not_open_it(clock: Any) -> None:
    breaker = Breaker(clock)
    breaker.bad()
    assert breaker.wait() == 0
    breaker.good()
    breaker.bad()
    assert breaker.wait() == 0


def test_two_in_a_row_open_it_and_one_call_probes_after_the_pause(clock: Any) -> None:
    breaker = Breaker(clock, cool_down=30)
    breaker.bad()
    breaker.bad()
    assert breaker.wait() == 30
    clock.seconds += 29
    assert breaker.wait() == 1
    clock.seconds += 1
    assert breaker.wait() == 0
    assert breaker.wait() == 30, "the probe holds the others back"
    breaker.bad()
    assert breaker.wait() == 30
    clock.seconds += 30
    assert breaker.wait() == 0
    breaker.good()
    assert breaker.wait() == 0
