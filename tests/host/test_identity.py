from __future__ import annotations

import os
import re

from stillwatch.host.identity import read_identity


def test_this_host_has_a_name_and_a_boot() -> None:
    seen = read_identity()
    assert seen.host == os.uname().nodename
    assert re.fullmatch(r"[0-9a-f]{32}", seen.boot)
    assert seen.root == (os.geteuid() == 0)
