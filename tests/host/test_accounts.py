from __future__ import annotations

from stillwatch.host.accounts import group_name, user_name


def test_names_and_numbers_that_nobody_has() -> None:
    assert (user_name(0), group_name(0)) == ("root", "root")
    assert (user_name(3_999_999_999), group_name(3_999_999_999)) == ("3999999999", "3999999999")
