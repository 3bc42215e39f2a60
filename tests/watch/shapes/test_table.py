"""Every row reads its own samples, and no row in front of it takes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stillwatch.watch.shapes.reader import Reader
from stillwatch.watch.shapes.shape import Sample, Shape, beginning
from stillwatch.watch.shapes.stamp import Stamps
from stillwatch.watch.shapes.table import TABLE, rows_for

NOW = 1_795_388_992.0  # 2026-11-22T23:09:52Z
SAMPLES = [(shape, sample) for shape in TABLE for sample in shape.samples]


def reader_of(shape: Shape, line: bytes) -> Reader:
    reader = Reader(NOW)
    reader.stamps = Stamps(NOW, zone=UTC)
    if shape.loose:
        reader.study([line] * 5)
    return reader


@pytest.mark.parametrize(
    ("shape", "sample"), SAMPLES, ids=[f"{shape.id}-{sample.line[:30]}" for shape, sample in SAMPLES]
)
def test_a_sample_is_read_as_its_row_says(shape: Shape, sample: Sample) -> None:
    line = sample.line.encode()
    parts = reader_of(shape, line).parts(line)
    assert parts is not None
    told = (parts.host, parts.program, parts.pid, parts.priority, parts.unit, parts.message.decode())
    assert told == (sample.host, sample.program, sample.pid, sample.priority, sample.unit, sample.message)
    wanted = datetime.fromisoformat(sample.at).timestamp() if sample.at else None
    assert parts.at == (None if wanted is None else pytest.approx(wanted, abs=1e-5))


@pytest.mark.parametrize(
    ("shape", "sample"), SAMPLES, ids=[f"{shape.id}-{sample.line[:30]}" for shape, sample in SAMPLES]
)
def test_the_first_row_that_fits_a_sample_is_its_own(shape: Shape, sample: Sample) -> None:
    line = sample.line.encode()
    rows = [row for row in rows_for(beginning(line)) if not row.loose or row is shape]
    fitting = [row.id for row in rows if reader_of(shape, line)._fit(row, line, 0)]
    assert fitting[0] == shape.id


def test_ids_are_unique_and_every_row_has_samples() -> None:
    assert len({shape.id for shape in TABLE}) == len(TABLE)
    assert all(shape.samples for shape in TABLE)
