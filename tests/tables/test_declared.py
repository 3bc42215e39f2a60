from __future__ import annotations

import msgspec
import pytest

from stillwatch.tables.declared import Backup, CertificateFile, Probe


@pytest.mark.parametrize(
    ("kind", "values", "right"),
    [
        (Probe, {"name": "a", "url": "https://h:8443/p?q"}, True),
        (Probe, {"name": "a", "url": "tcp://[::1]:22"}, True),
        (Probe, {"name": "a", "url": "https://me:secret@h/"}, False),
        (Probe, {"name": "a", "url": "tcp://h"}, False),
        (Probe, {"name": "a b", "url": "http://h"}, False),
        (Backup, {"name": "a", "path": "/srv/*.gz"}, True),
        (Backup, {"name": "a", "path": "srv/*.gz"}, False),
        (Backup, {"name": "a", "path": "/srv", "hours": 0}, False),
        (CertificateFile, {"name": "a", "path": "/etc/a.pem"}, True),
        (CertificateFile, {"name": "a", "path": "/etc/a.pem", "hours": 1}, False),
    ],
)
def test_what_may_be_declared(kind: type[msgspec.Struct], values: dict[str, object], right: bool) -> None:
    if right:
        assert msgspec.convert(values, kind)
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(values, kind)
