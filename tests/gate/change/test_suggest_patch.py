from __future__ import annotations

import msgspec
import pytest

from stillwatch.gate.change.suggest_patch import SuggestPatch
from tests.gate.change.played import HostAccess, change
from tests.support.facts import facts

LIMIT = change("suggest_patch", "shop.service", setting="memory-limit", value=512)


async def test_a_patch_is_asked_for_by_its_setting_and_taken_away_by_its_path() -> None:
    facts = {"path": "/etc/nixos/stillwatch/memory-limit-shop.patch", "there": "False", "of": "abc"}
    answer = {"hindrance": "", "said": "it is not there", "facts": facts, "done": False}
    access = HostAccess(answers={"nix_suggest_patch": answer, "nix_suggest_patch_back": {}})
    now = await SuggestPatch().precondition(access, LIMIT)
    assert now.ok and now.facts == facts
    await SuggestPatch().run(access, LIMIT, now.facts)
    assert "deleted /etc/nixos/stillwatch" in await SuggestPatch().undo(access, LIMIT, facts)
    assert access.done == [("nix_suggest_patch", "shop.service"), ("nix_suggest_patch_back", "shop.service")]


def test_r21_the_words_name_setting_and_value() -> None:
    assert "memory-limit 512 " in SuggestPatch().describe(LIMIT) and "shop.service" in facts(
        SuggestPatch().describe(LIMIT)
    )


@pytest.mark.parametrize("setting", ["", "Memory", "a b", "../x", "x" * 40])
def test_r2_a_setting_is_a_plain_word(setting: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        change("suggest_patch", "shop.service", setting=setting)
