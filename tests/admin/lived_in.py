"""A state directory as it is after a while: a store with an incident, a gate with an audit record, keys, models."""

from __future__ import annotations

from pathlib import Path

from stillwatch.config import Paths
from stillwatch.gate.client import ask
from stillwatch.serve.http.keys import KeyRing
from stillwatch.store.store import Store
from stillwatch.views.gate import REJECT
from tests.cli.gate_scene import propose, running_gate
from tests.store.build import incident


def live_in(folder: Path) -> Paths:
    """Daemon and gate have run there and have ended."""
    folder.mkdir(exist_ok=True)
    with running_gate(folder) as paths:
        number = propose(paths)
        ask(paths, REJECT, id=number)
    remember(paths, "I1")
    KeyRing(paths.state).create("chat", 1.0)
    paths.models.mkdir(parents=True, exist_ok=True)
    (paths.models / "tiny.gguf").write_bytes(b"GGUF")
    return paths


def remember(paths: Paths, incident_id: str) -> None:
    store = Store.open(paths.state)
    store.book.save(incident(incident_id))
    store.close()


def known(paths: Paths) -> list[str]:
    store = Store.open(paths.state, read_only=True)
    try:
        return [one.id for one in store.book.open_incidents()]
    finally:
        store.close()
