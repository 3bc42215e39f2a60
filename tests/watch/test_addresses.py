from __future__ import annotations

from stillwatch.watch.addresses import is_own, is_private


def test_whose_an_address_is() -> None:
    assert all(is_own(one) for one in ("", "127.0.0.1", "::1", "::ffff:127.0.0.1"))
    assert all(is_private(one) and not is_own(one) for one in ("10.0.0.1", "192.168.7.7"))
    assert not any(is_private(one) for one in ("203.0.113.7", "2001:db8::1"))
