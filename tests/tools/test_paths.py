from __future__ import annotations

import pytest

from stillwatch.errors import WrongUsage
from stillwatch.tools.paths import checked


@pytest.mark.parametrize("path", ["", "etc/x", "./x", "/etc/../root", "/..", "/a/..", "/a\nb", "/a\0", "/a\x1b[31m"])
def test_what_is_no_plain_absolute_path_is_refused(path: str) -> None:
    with pytest.raises(WrongUsage):
        checked(path)


@pytest.mark.parametrize("path", ["/", "/srv/a b", "/srv/..a", "/srv/ä"])
def test_plain_absolute_paths_pass(path: str) -> None:
    assert checked(path) == path
