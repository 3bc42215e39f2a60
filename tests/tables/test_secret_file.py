from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.errors import StillwatchError
from stillwatch.tables.secret_file import secret_lines


def test_a_file_of_secrets_is_read_by_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "urls"
    file.write_text("# who is told\n\njson://a/\n  ntfy://b/c  \n")
    file.chmod(0o600)
    assert secret_lines(file) == ["json://a/", "ntfy://b/c"]
    file.chmod(0o440)
    with pytest.raises(StillwatchError, match="chmod 600"):
        secret_lines(file)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert len(secret_lines(file)) == 2
    with pytest.raises(StillwatchError, match="nowhere"):
        secret_lines(Path("/nowhere"))
    file.chmod(0o600)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(StillwatchError, match="no text"):
        secret_lines(file)
