from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.llm.budget import fit
from tests.support.scripted_llm import count_tokens


class Counter:
    def __init__(self) -> None:
        self.calls = 0

    async def count_tokens(self, text: str) -> int:
        self.calls += 1
        return count_tokens(text)


async def test_everything_that_fits_costs_one_round_trip() -> None:
    counter = Counter()
    fitted = await fit(["one two", "three"], 3, counter)
    assert (fitted.text, fitted.tokens, fitted.kept) == ("one two\nthree", 3, 2)
    assert counter.calls == 1


async def test_a_long_list_is_cut_in_few_round_trips() -> None:
    counter = Counter()
    parts = [f"line {number} says something of about this length" for number in range(2000)]
    fitted = await fit(parts, 800, counter)
    assert fitted.kept == 100
    assert counter.calls <= 6


@pytest.mark.parametrize("budget", [0, 1, 5])
async def test_a_first_part_that_does_not_fit_is_cut(budget: int) -> None:
    fitted = await fit(["word " * 10_000, "more"], budget, Counter())
    assert fitted.tokens <= budget
    assert fitted.kept == (1 if budget else 0)
    assert (fitted.text != "") == (budget > 0)


async def test_nothing_to_fit() -> None:
    assert (await fit([], 10, Counter())).kept == 0


@given(st.lists(st.text(alphabet="ab ,.", max_size=60), max_size=30), st.integers(0, 80))
async def test_the_longest_run_that_fits(parts: list[str], budget: int) -> None:
    fitted = await fit(parts, budget, Counter())
    assert count_tokens(fitted.text) == fitted.tokens <= budget
    if 0 < fitted.kept < len(parts) and fitted.text == "\n".join(parts[: fitted.kept]):
        assert count_tokens("\n".join(parts[: fitted.kept + 1])) > budget
