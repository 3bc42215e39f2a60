from __future__ import annotations

import json
from pathlib import Path

import pytest

from stillwatch.cli.main import run
from stillwatch.serve.http.keys import KeyRing


def test_create_list_revoke(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--state-dir", str(tmp_path), "--runtime-dir", str(tmp_path)]
    assert run(["keys", "list", *where]) == 0 and "no keys" in capsys.readouterr().out
    assert run(["keys", "create", "--scope", "read", "--json", *where]) == 0
    made = json.loads(capsys.readouterr().out)
    assert set(made) == {"id", "key"} and KeyRing(tmp_path).who(made["key"]) is not None
    assert run(["keys", "create", "--scope", "chat", *where]) == 0
    key, _ = capsys.readouterr().out.splitlines()
    assert KeyRing(tmp_path).who(key) is not None
    assert run(["keys", "--json", *where]) == 0
    listed = capsys.readouterr().out
    assert made["key"] not in listed and [one["scope"] for one in json.loads(listed)] == ["read", "chat"]
    assert run(["keys", "revoke", made["id"], *where]) == 0 and KeyRing(tmp_path).who(made["key"]) is None
    assert run(["keys", "revoke", "K-0", *where]) == 2 and run(["keys", "create", "--scope", "approve", *where]) == 2
