"""From log text to incidents: faults of services as their own words tell them, each one incident on whom it strikes."""

from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.host.logfile import LogFile
from stillwatch.think.diagnosis.diagnose import diagnose
from stillwatch.triage.group import group
from stillwatch.watch.monitor import Watcher
from tests.support.prefilters import prefilter

LOGS = Path(__file__).parent / "logs"
NOW = 1_800_000_000.0

TOLD = {
    "mariadb-crash-upgrade": ("mariadb.service", "version-mismatch"),
    "borg-unit": ("borgmatic.service", "stale-lock"),
    "php-upstream": ("php8.2-fpm.service", "bad-config"),
    "certbot-renew": ("certbot.service", "certificate-not-issued"),
    "elastic": ("elasticsearch_1", "resource-limit"),
    "kubelet-swap": ("kubelet.service", "bad-config"),
    "vzdump-space": ("pvescheduler", "disk-full"),
    "nixos-command": ("nixos-rebuild.service", "missing-executable"),
    "compose-db-auth": ("app-1", "wrong-credentials"),
    "java-oom": ("jenkins.service", "oom"),
    "dpkg-mysql": ("mysql.service", "bad-config"),
    "traefik-gitea": ("gitea-1", "version-mismatch"),
    "restic-repo": ("restic-backups-home.service", "missing-path"),
    "vaultwarden-db": ("vaultwarden.service", "permission"),
    "django-env": ("shop.service", "missing-setting"),
    "quorum": ("cluster", "quorum-lost"),
    "docker-port": ("web-stack.service", "port-in-use"),
    "nextcloud": ("postgresql.service", "disk-full"),
    "prometheus": ("prometheus.service", "bad-config"),
    "haproxy": ("haproxy.service", "name-resolution"),
    "synapse": ("matrix-synapse.service", "missing-path"),
    "apt-boot": ("unattended-upgrade", "disk-full"),
    "syslogng": ("syslog-ng.service", "permission"),
    "pg18": ("db-1", "version-mismatch"),
    "rabbit-flags": ("rabbitmq", "version-mismatch"),
    "promtail": ("promtail", "resource-limit"),
    "migrate-dirty": ("server-1", "version-mismatch"),
    "traefik-old": ("traefik", "certificate-not-issued"),
    "old-systemd": ("registry.service", "stale-lock"),
    "vault-unseal": ("pg-backup.service", "wrong-credentials"),
}
"""Log → whom the one incident is about, and its cause."""


@pytest.mark.parametrize("name", TOLD)
async def test_one_fault_is_one_incident_on_the_right_one_with_the_right_cause(name: str) -> None:
    with LogFile(str(LOGS / f"{name}.log"), now=NOW) as log:
        triggers = Watcher(prefilter(), host="h").see(log.lines()).triggers
    told = []
    for incident in group(triggers, {}, NOW):
        _, assessment = await diagnose(incident, None, {})
        assert assessment.cause is not None
        told.append((incident.subject, assessment.cause.id))
    assert told == [TOLD[name]]


def test_what_was_made_good_is_no_incident() -> None:
    with LogFile(str(LOGS / "made-good.log"), now=NOW) as log:
        triggers = Watcher(prefilter(), host="h").see(log.lines()).triggers
    assert len(triggers) > 6
    assert [incident.summary for incident in group(triggers, {}, NOW)] == []


def test_every_log_is_tried() -> None:
    assert {path.stem for path in LOGS.glob("*.log")} == {*TOLD, "made-good"}
