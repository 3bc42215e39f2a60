from __future__ import annotations

import pytest

from stillwatch.host.durable import write_durably


def test_a_file_is_written_whole_and_private(tmp_path):
    write_durably(tmp_path / "secret", b"x")
    write_durably(tmp_path / "secret", b"yy")
    assert (tmp_path / "secret").read_bytes() == b"yy"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    (tmp_path / "trap.new").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError):
        write_durably(tmp_path / "trap", b"z")
    assert (tmp_path / "secret").read_bytes() == b"yy"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret", "trap.new"]
