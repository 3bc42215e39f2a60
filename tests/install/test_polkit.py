from __future__ import annotations

import pytest

from stillwatch.install.polkit import polkit_rules


def test_the_rules_name_the_gate_and_never_unit_files() -> None:
    text = polkit_rules({"web.service": ("restart", "start")})
    assert 'subject.user !== "stillwatch-gate"' in text and '"web.service"' in text
    assert "manage-unit-files" not in text


@pytest.mark.parametrize("unit", ["*.service", "a b.service", 'x".service', "web", "", "a.target", "a\n.service"])
def test_no_pattern_and_no_quote_reaches_the_rules(unit: str) -> None:
    with pytest.raises(ValueError, match="exact name"):
        polkit_rules({unit: ("start",)})
