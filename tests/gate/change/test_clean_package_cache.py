from __future__ import annotations

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.change.clean_package_cache import CleanPackageCache
from tests.gate.change.played import HostAccess, change


@pytest.mark.parametrize("target", ["/var/cache/apt", "pacman", "APT"])
async def test_r15_only_what_apt_keeps(target: str) -> None:
    with pytest.raises(Refused):
        await CleanPackageCache().check_target(HostAccess(), change("clean_package_cache", target))
