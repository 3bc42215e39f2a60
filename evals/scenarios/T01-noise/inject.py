"""Harmless noise: nothing is wrong."""

from __future__ import annotations

from tests.support.rig import Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return ()


def inject(machine: Machine, shop: Shop) -> None:
    name = shop.user
    lines = [
        ("CRON", "(root) CMD (   cd / && run-parts --report /etc/cron.hourly)"),
        ("CRON", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"),
        ("logrotate", f"rotating pattern: {shop.logs}/*.log  after 1 days (7 rotations)"),
        ("logrotate", "error: skipping nothing, 0 errors"),
        ("nginx", "error_log reopened"),
        (name, f"import of {shop.seed % 5000} rows done, 0 errors, 0 failed, 0 warnings"),
        (name, "health: no error, last failure: never, out of memory events: 0"),
        (name, "test_disk_full_is_handled PASSED"),
        (name, "errors=0 failures=0 panics=0"),
        ("sshd", "Connection closed by 127.0.0.1 port 50022 [preauth]"),
        ("sshd", "Accepted publickey for admin from 10.0.0.5 port 51234 ssh2: ED25519 SHA256:abc"),
        ("kernel-test", "segfault handler registered, error reporting enabled"),
    ]
    for tag, text in lines:
        machine.run(["logger", "-t", tag, "--", text])
    machine.run(["systemctl", "start", shop.backup])
    machine.run(["logrotate", "--debug", "/etc/logrotate.conf"], check=False)
    machine.run(["systemctl", "restart", shop.web.unit])


def verified(machine: Machine, shop: Shop) -> bool:
    return machine.get(shop.web.url) == 200
