from __future__ import annotations

import pytest

from stillwatch.llm.test_allowlist import VARIABLE, refusal


def test_production_sets_nothing_and_may_ask_everything() -> None:
    assert refusal("http://any/v1", {}) == ""
    assert refusal("http://any/v1", {VARIABLE: "all"}) == ""


@pytest.mark.parametrize("allowed", ["", "none", "http://other/v1", "http://any/v2"])
def test_what_is_not_listed_is_refused(allowed: str) -> None:
    assert "http://any/v1" in refusal("http://any/v1", {VARIABLE: allowed})


def test_listed_addresses_are_allowed() -> None:
    assert refusal("http://any/v1/", {VARIABLE: "none http://any/v1"}) == ""
