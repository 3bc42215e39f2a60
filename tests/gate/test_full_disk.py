"""A really full disk, one more page of room each time: nothing is begun unseen, lost, run twice or told untruly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.container
"""It mounts file systems, so it needs what booting machines needs."""

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("what", ["by itself", "approved", "paused", "restarted"])
def test_r29_a_disk_that_is_full_at_every_page_of_what_a_change_writes(tmp_path, what):
    argv = ["unshare", "--mount", sys.executable, "-m", "tests.gate.full_disk_entry", str(tmp_path), what]
    told = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["wrong"] == []
    assert found["ended"]["done"] > 2 and len(found["ended"]) > 1, found
