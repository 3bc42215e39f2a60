from __future__ import annotations

import msgspec
import pytest

from stillwatch.tables.section import Section, says


def test_an_unknown_key_is_an_error_and_a_meaning_is_kept() -> None:
    class Doors(Section, frozen=True):
        count: int = 0

    assert says("x.").description == "x."
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"colour": 1}, Doors)
