from __future__ import annotations

from typing import Annotated

import msgspec
import pytest

from stillwatch.config import says
from stillwatch.views.shape import Exact, plain


class Door(Exact):
    number: Annotated[int, says("Which one.")]


def test_a_view_is_plain_and_has_no_field_that_is_not_listed() -> None:
    assert plain([Door(7)]) == [{"number": 7}]
    assert plain({"door": 7}) == {"door": 7}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"number": 7, "colour": "red"}, Door)
