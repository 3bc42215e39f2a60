from __future__ import annotations

import os
from pathlib import Path

from stillwatch.host.smallfile import LARGEST, content


def test_text_is_given_and_nothing_that_is_none_or_holds_up(tmp_path: Path) -> None:
    text, binary, pipe, long = (tmp_path / name for name in ("text", "binary", "pipe", "long"))
    text.write_text("port = 80\n")
    binary.write_bytes(b"\0port = 80\n")
    long.write_bytes(b"x" * (LARGEST + 10))
    os.mkfifo(pipe)
    assert content(str(text)) == b"port = 80\n"
    assert [content(str(path)) for path in (binary, pipe, tmp_path, tmp_path / "gone")] == [b""] * 4
    assert len(content(str(long))) == LARGEST
