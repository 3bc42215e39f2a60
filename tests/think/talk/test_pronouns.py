from __future__ import annotations

import pytest

from stillwatch.think.talk.orders import order_in
from stillwatch.think.talk.pronouns import spelled_out

from .hosts import UNITS


@pytest.mark.parametrize(
    ("message", "before", "target"),
    [
        ("restart it", "is nginx running", "nginx.service"),
        ("starte ihn neu", "läuft der nginx?", "nginx.service"),
        ("redémarre-le", "nginx tourne ?", "nginx.service"),
        ("please stop it now", "why is nginx down", "nginx.service"),
    ],
)
def test_it_is_the_one_service_that_the_question_before_named(message: str, before: str, target: str) -> None:
    order = order_in(spelled_out(message, before, UNITS), UNITS)
    assert order is not None and (order.kind, order.target) == ("act", target)


@pytest.mark.parametrize(
    ("message", "before"),
    [
        ("restart it", "what is wrong"),
        ("restart it", "are nginx and postgresql up"),
        ("is it safe to do that now?", "is nginx up"),
    ],
)
def test_it_is_nobody_where_that_is_not_clear(message: str, before: str) -> None:
    order = order_in(spelled_out(message, before, UNITS), UNITS)
    assert order is None or order.kind == "near"
