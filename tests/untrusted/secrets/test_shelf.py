from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

from stillwatch.untrusted.secrets.shelf import keep_on, shelf_in_use


def test_the_shelf_that_was_named_last_is_used() -> None:
    before = shelf_in_use()
    shelf = SimpleNamespace(get=lambda key: None, put=lambda key, body: None)
    keep_on(shelf)
    assert shelf_in_use() is shelf
    keep_on(before)


def test_redaction_loads_nothing_before_it_is_needed() -> None:
    program = "import sys, stillwatch.untrusted.redact; print('hyperscan' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
