"""What every view is made of."""

from __future__ import annotations

import msgspec


class Exact(msgspec.Struct, forbid_unknown_fields=True):
    """What we send: no field that is not listed here."""


def plain(view: object) -> object:
    """A view, or a list of them, as plain values: for what is no JSON encoder of ours."""
    return msgspec.to_builtins(view)
