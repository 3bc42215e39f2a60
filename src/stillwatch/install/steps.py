"""Installing on a systemd host and taking it away again, step by step. Doing it twice changes nothing more."""

from __future__ import annotations

import grp
import pwd
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from stillwatch.install.apply import keep_good_copies
from stillwatch.install.installer import Installer
from stillwatch.install.layout import COMMAND, ENABLED, MARK, POLKIT, SYSUSERS, TMPFILES, UNITS, command_text, layout
from stillwatch.install.table import groups, units, users
from stillwatch.llm.engines import INSTALLED
from stillwatch.store.compiled import PREPARED

CONFIGURATION = Path("/etc/stillwatch")
STATE = ("/var/lib/stillwatch", "/var/lib/stillwatch-gate", "/var/lib/stillwatch-act")
RUNTIME = ("/run/stillwatch", "/run/stillwatch-gate", "/run/stillwatch-helpers")
DEFAULT_CONFIGURATION = """\
# Stillwatch on this host. 'stillwatch doctor' says what is missing; unknown keys are an error.

autonomy = "suggest"    # the ceiling: observe, suggest, auto-safe or auto-full

[api]
host = "127.0.0.1"
port = 8083
"""


async def install(
    installer: Installer, python: str, engines: Sequence[str], default_policy: str, apply: Callable[[], Awaitable[None]]
) -> None:
    """python: the interpreter of the services; engines: of the models, the best first; apply: puts the policy file into
    force. Raises StillwatchError."""
    for path, text in layout(python, engines).items():
        installer.write(path, text)
    give_command(installer, python)
    await installer.run("systemd-sysusers", str(SYSUSERS))
    await installer.run("systemd-tmpfiles", "--create", str(TMPFILES))
    for name, text in (("stillwatch.toml", DEFAULT_CONFIGURATION), ("policy.toml", default_policy)):
        if not installer.exists(str(CONFIGURATION / name)):
            installer.write(str(CONFIGURATION / name), text)
    await apply()
    await installer.run("systemctl", "daemon-reload")
    await installer.run("systemctl", "--quiet", "enable", *ENABLED)
    sockets = [name for name in ENABLED if name.endswith((".socket", ".timer"))]
    services = [name for name in ENABLED if name.endswith(".service")]
    if installer.changed:
        await installer.run("systemctl", "stop", *(name for name in units() if "@" not in name))
    await installer.run("systemctl", "start", *sockets)
    await keep_good_copies(installer)
    await installer.run("systemctl", "start", *sorted(services, reverse=True))


def give_command(installer: Installer, python: str) -> None:
    """`stillwatch` in PATH, unless somebody else's program of that name is there already."""
    if not installer.exists(COMMAND) or is_ours(installer):
        installer.write(COMMAND, command_text(python), 0o755)
    else:
        installer.say(f"{COMMAND} is not ours and stays as it is")


def is_ours(installer: Installer) -> bool:
    """Whether the command in PATH was written by an earlier installation."""
    return MARK in (installer.text(COMMAND) or "")


async def uninstall(installer: Installer, *, purge: bool) -> None:
    """Services, units, rules and the program go; configuration, state and users stay unless `purge`."""
    present = [name for name in ENABLED if installer.exists(UNITS / name)]
    if present:
        await installer.run("systemctl", "--quiet", "disable", "--now", *present, needed=False)
        await installer.run("systemctl", "--quiet", "stop", "stillwatch-*", needed=False)
    for path in (*layout("/usr/bin/python3"), POLKIT, *((COMMAND,) if is_ours(installer) else ())):
        installer.remove(path)
    installer.remove(str(CONFIGURATION / "policy.applied"))
    for folder in ("/opt/stillwatch", str(INSTALLED.parent), *RUNTIME):
        installer.remove(folder)
    if not installer.here(str(PREPARED)).is_mount():  # what is mounted there is somebody else's
        installer.remove(str(PREPARED.parent))
    await installer.run("systemctl", "daemon-reload")
    await installer.run("systemctl", "reset-failed", "stillwatch*", needed=False)
    if purge:
        await _purge(installer)


def kept(installer: Installer) -> dict[str, str]:
    """What an uninstallation without purge leaves: the path, and what is in it."""
    reported = (
        (str(CONFIGURATION), "configuration and policy"),
        (STATE[0], "what it remembers, API keys, models"),
        (STATE[1], "the audit record, approvals, the secret of one-time codes"),
        (STATE[2], "good copies of declared files"),
    )
    return {path: words for path, words in reported if installer.exists(path)}


def kept_users() -> list[str]:
    return [user for user in users() if _known(pwd.getpwnam, user)]


async def _purge(installer: Installer) -> None:
    for folder in (str(CONFIGURATION), *STATE):
        installer.remove(folder)
    for user in users():
        if _known(pwd.getpwnam, user):
            await installer.run("userdel", user)
    for group in (*users(), *groups()):
        if _known(grp.getgrnam, group):
            await installer.run("groupdel", group)


def _known(find: Callable[[str], object], name: str) -> bool:
    try:
        find(name)
    except KeyError:
        return False
    return True
