"""The engines that tests of real models are run with."""

from __future__ import annotations

from tests.support.rig import RigProblem, llama_server

ENGINES = ("llama-server", "xllamacpp")


def engine_named(kind: str) -> str:
    """What is set for it. Raises RigProblem where it is not here."""
    native = llama_server()
    if kind == "llama-server" and native is None:
        raise RigProblem("no llama-server: scripts/setup --tests builds one")
    return str(native) if kind == "llama-server" else kind
