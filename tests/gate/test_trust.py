from __future__ import annotations

import errno
import os

import pytest

from stillwatch.gate.change.action import Refused
from stillwatch.gate.trust import read_trusted

ME = frozenset({os.getuid()})


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text("text")
    return path


def test_ones_own_file_is_read(file):
    assert read_trusted(file, ME) == b"text"
    assert read_trusted(file, None) == b"text"


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_file_that_others_may_write_is_not_read(file, mode):
    file.chmod(mode)
    with pytest.raises(Refused, match=r"\(owner \d+, mode \d+\)"):
        read_trusted(file, ME)


def test_nor_one_in_a_directory_that_others_may_write(file):
    file.parent.chmod(0o777)
    with pytest.raises(Refused, match=r"\(owner \d+, mode \d+\)"):
        read_trusted(file, ME)


def test_nor_one_of_another_owner(file):
    with pytest.raises(Refused, match="owner"):
        read_trusted(file, frozenset({4242}))


def test_a_link_is_judged_by_what_it_leads_to(file, tmp_path):
    target = tmp_path / "open"
    target.mkdir()
    target.chmod(0o777)
    (target / "real").write_text("x")
    file.unlink()
    file.symlink_to(target / "real")
    with pytest.raises(Refused, match=r"\(owner \d+, mode \d+\)"):
        read_trusted(file, ME)


def test_no_plain_file_and_too_large_a_one_are_refused(file, tmp_path):
    with pytest.raises(Refused, match="directory"):
        read_trusted(tmp_path, ME)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused, match="plain file"):
        read_trusted(tmp_path / "pipe", ME)
    file.write_bytes(b"x" * 1_048_577)
    with pytest.raises(Refused, match="1 MiB"):
        read_trusted(file, ME)
    with pytest.raises(Refused, match=os.strerror(errno.ENOENT)):
        read_trusted(tmp_path / "none", ME)
