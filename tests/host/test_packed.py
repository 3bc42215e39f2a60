from __future__ import annotations

import gzip
import io

from stillwatch.host.packed import packing, unpacked


def test_a_packed_file_is_known_by_its_first_bytes() -> None:
    heads = (b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"Mar  7", b"")
    assert [packing(head) for head in heads] == ["gzip", "bzip2", "xz", "zstd", "", ""]


def test_a_plain_stream_is_itself() -> None:
    stream = io.BytesIO(b"words")
    assert unpacked(stream, b"words") is stream
    packed = gzip.compress(b"words")
    assert unpacked(io.BytesIO(packed), packed[:6]).read() == b"words"
