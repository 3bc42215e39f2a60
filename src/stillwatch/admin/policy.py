"""The policy file as an administrator handles it: read, applied, installed, and what it could declare."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from stillwatch.admin.suggest import Suggestion, suggestions
from stillwatch.config import SERVICE_STATE, Paths, pulled_before
from stillwatch.errors import StillwatchError
from stillwatch.gate.declared import Declared
from stillwatch.gate.grants import granted
from stillwatch.gate.policy import DEFAULT, Policy, load_policy, read_policy
from stillwatch.install import program, steps
from stillwatch.install.apply import apply_policy as write_rules
from stillwatch.install.installer import Installer
from stillwatch.install.polkit import polkit_rules


def policy_of(paths: Paths, file: Path | None = None) -> Policy:
    """The policy in force, or that of a file. Raises StillwatchError where the gate would not believe it."""
    trusted = frozenset({0, os.getuid()} if paths.trial or file else {0})
    return load_policy(file or paths.policy_file, trusted)


def policy_of_text(text: bytes) -> Policy:
    """One that lies nowhere yet, so nobody asks who could have written it. Raises StillwatchError."""
    return read_policy(text, "the policy")


def polkit_of_text(text: bytes, units: Iterable[str]) -> str:
    """polkit's rules for it on a host that has these units. Raises StillwatchError."""
    return polkit_rules(granted(policy_of_text(text), units))


def declared(policy: Policy) -> dict[str, list[str]]:
    """What a policy declares: table → names, the empty ones left out."""
    tables = {name: getattr(policy, name) for name in Declared.__struct_fields__ if name != "version"}
    return {
        table: [getattr(entry, "name", "") or getattr(entry, "unit", table) for entry in entries]
        for table, entries in tables.items()
        if entries
    }


def declared_already(paths: Paths) -> dict[str, set[str]]:
    """What need not be suggested any more; nothing where the policy is not believed."""
    try:
        policy = policy_of(paths)
    except StillwatchError:
        return {}
    return {
        "rotated_logs": {entry.directory for entry in policy.rotated_logs},
        "files": {entry.path for entry in policy.files},
        "timers": {entry.unit for entry in policy.timers},
    }


async def suggested(paths: Paths) -> list[Suggestion]:
    """What the policy could declare on this host and does not yet; all of it where the policy is not believed."""
    return await suggestions(declared_already(paths))


async def apply_policy(installer: Installer, file: Path) -> int:
    """Write polkit's rules from the policy file that services use; returns how many units are granted.

    Raises StillwatchError where the gate would not believe the file.
    """
    policy = load_policy(file, frozenset({0}))
    return await write_rules(installer, file, partial(granted, policy), policy.version)


async def install(installer: Installer) -> None:
    """Install on this systemd host. Raises StillwatchError."""

    async def apply() -> None:
        await apply_policy(installer, steps.CONFIGURATION / "policy.toml")

    python = await program.prepare(installer)
    program.prepare_rules(installer)
    program.adopt_models(installer, pulled_before(), SERVICE_STATE / "models")
    await steps.install(installer, python, program.engines(installer), DEFAULT.read_text(), apply)
