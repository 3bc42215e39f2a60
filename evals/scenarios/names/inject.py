"""No resolver answers, its file is gone, or this one name does not exist."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


def _asking(stage: Stage) -> str:
    name = f"{stage.word().partition('-')[2]}.example.net"
    client = stage.client(stage.word(), f"http://{name}:{stage.port()}/")
    stage.wait_said(client, "name resolution|not known", 4)
    return client


@variant
def resolver(stage: Stage) -> Fault:
    stage.machine.write("/etc/resolv.conf", "nameserver 127.0.0.99\noptions timeout:1 attempts:1\n")
    _asking(stage)
    return Fault(culprits=("/etc/resolv.conf", "127.0.0.99"), healthy=lambda: False)


@variant
def dangling(stage: Stage) -> Fault:
    stage.sh("rm -f /etc/resolv.conf; ln -s ../run/resolvconf/resolv.conf /etc/resolv.conf")
    _asking(stage)
    return Fault(culprits=("/etc/resolv.conf",), healthy=lambda: False)


@variant
def one(stage: Stage) -> Fault:
    """All other names work: the line in /etc/hosts was lost."""
    name = f"{stage.word().partition('-')[2]}.internal"
    stage.machine.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files\n")
    client = stage.client(stage.word(), f"http://{name}:{stage.port()}/")
    stage.wait_said(client, "not known|name resolution", 4)
    return Fault(culprits=(name, "/etc/hosts"), healthy=lambda: False)
