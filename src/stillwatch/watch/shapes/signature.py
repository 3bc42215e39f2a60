# ruff: noqa: E501 - a row a program
"""Whose log it is where no line says so: a program's own file, or what was pasted from its output.

Of each program some words that it writes at every start or with every trouble, and nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Signature:
    """words: a pattern for what this program alone writes; sample: a line that has them."""

    program: str
    words: str
    sample: str

    @cached_property
    def compiled(self) -> re.Pattern[bytes]:
        return re.compile(self.words.encode("ascii"))


def _of(program: str, words: str, sample: str) -> Signature:
    return Signature(program=program, words=words, sample=sample)


SIGNATURES: Final = (
    _of("alertmanager", r"\bStarting Alertmanager\b", 'msg="Starting Alertmanager"'),
    _of("ansible-playbook", r"(?m)^PLAY RECAP \*|^TASK \[", "TASK [paint the wall] *****"),
    _of("apache2", r"\bAH\d{5}: ", "AH00016: Configuration Failed"),
    _of("borg", r"\bborg\.(?:locking|repository|remote|archiver?)\b|\bBorg \d\.\d", "borg.locking.LockTimeout: /srv/b"),
    _of("certbot", r"\bcertbot\._internal\b|/var/log/letsencrypt/letsencrypt\.log", "x /var/log/letsencrypt/letsencrypt.log"),
    _of("containerd", r"\bio\.containerd\.[a-z]", "loading plugin io.containerd.grpc.v1.cri"),
    _of("dockerd", r"\[graphdriver\]|\blibcontainerd\b|\bDocker daemon\b", "[graphdriver] using prior storage driver"),
    _of("dpkg", r"(?m)^dpkg: error processing |^E: Sub-process /usr/bin/dpkg ", "dpkg: error processing package shop"),
    _of("etcd", r"\betcdserver\b|\betcdmain\b", "etcdserver: request timed out"),
    _of("frigate", r"\bfrigate\.(?:app|video|record|events)\b", "frigate.video INFO : porch"),
    _of("gitea", r"\bmodules/setting/|\bGitea [Vv]ersion\b", "modules/setting/setting.go:12:x() [I]"),
    _of("gitlab-runner", r"\bChecking for jobs\.\.\.", "Checking for jobs... failed"),
    _of("grafana", r"\bGF_PATHS_[A-Z]|\blogger=(?:settings|sqlstore|migrator|plugin\.)", "logger=settings level=info"),
    _of("influxd", r"\bInfluxDB starting\b|\bWelcome to InfluxDB\b", "Welcome to InfluxDB"),
    _of("jellyfin", r"\bJellyfin\.Server\b|\bMediaBrowser\.[A-Z]|\bEmby\.Server\.", "MediaBrowser.Providers.X: no room"),
    _of("jenkins", r"\bhudson\.[a-z]+\.|\bJenkins (?:home|initialization)\b", "hudson.model.Executor run"),
    _of("keycloak", r"\borg\.keycloak\.", "org.keycloak.services: no room"),
    _of("kubeadm", r"\[preflight\] |\[kubelet-check\] ", "[preflight] Running pre-flight checks"),
    _of("kubelet", r"\bkubelet\.go:\d|\bfailed to run Kubelet\b", "failed to run Kubelet: x"),
    _of("loki", r"\bcaller=loki\.go\b|\bStarting Loki\b", 'msg="Starting Loki"'),
    _of("mosquitto", r"\bmosquitto version \d", "mosquitto version 2.0.18 starting"),
    _of("nextcloud", r'"reqId":"[^"]{4,40}","level":', '{"reqId":"Xa81","level":3,"time":"x"}'),
    _of("nixos-rebuild", r"(?m)^building the system configuration|^activating the configuration", "activating the configuration..."),
    _of("node-red", r"\bNode-RED version\b", "Node-RED version: v3"),
    _of("openvpn", r"\bOpenVPN \d\.\d|\bTLS Error: TLS |\bVERIFY (?:OK|ERROR): depth=|\bSIG[A-Z0-9]{3,5}\[soft,", "VERIFY OK: depth=1, CN=shop"),
    _of("php-fpm", r"\bFPM initialization failed\b|\bfpm is running, pid\b|\bpm\.max_children\b", "FPM initialization failed"),
    _of("prometheus", r"\bStarting Prometheus\b|\bStarting TSDB\b|\bscrape manager\b", 'msg="Starting TSDB ..."'),
    _of("qemu", r"\bqemu-(?:system-\w{2,10}|kvm): ", "qemu-system-x86_64: -device x: no room"),
    _of("rabbitmq", r"\bStarting RabbitMQ\b|\brabbit@[a-z0-9-]", "node rabbit@shop is down"),
    _of("restic", r"\brestic \d\.\d|\brepository [0-9a-f]{8} opened\b", "repository 0a1b2c3d opened (version 2)"),
    _of("rsync", r"(?m)^rsync: |\brsync error: |\brsync exited with code\b", "rsync error: x (code 23) at main.c(1)"),
    _of("slapd", r"\$OpenLDAP: slapd\b|\bslapd (?:starting|stopped|destroy)\b", "slapd stopped."),
    _of("sssd", r"\]{1,2} \[\w{2,80}\] \(0x[0-9a-f]{4,5}\): ", "[be[x]] [main] (0x0010): Could not start"),
    _of("supervisord", r"\bsupervisord started with pid\b", "supervisord started with pid 1"),
    _of("tailscaled", r"\bmagicsock: |\bwgengine: |\bcontrolplane\.tailscale\.com\b", "magicsock: disco key"),
    _of("telegraf", r"\b[EWI]! \[(?:inputs|outputs|agent)\b", "E! [outputs.influxdb] no room"),
    _of("traefik", r"\bACME resolver \\?\"|\*(?:file|docker|acme)\.Provider\b|\bTraefik version\b", "*docker.Provider x"),
    _of("unifi", r"\bcom\.ubnt\.", "com.ubnt.service.X: no room"),
    _of("vzdump", r"(?m)^INFO: starting new backup job: vzdump |^ERROR: Backup of VM \d", "ERROR: Backup of VM 101 failed"),
    _of("wg-quick", r"(?m)^\[#\] (?:ip|wg) ", "[#] ip link add wg0 type wireguard"),
    _of("zigbee2mqtt", r"\bzigbee-herdsman\b|\bStarting Zigbee2MQTT\b", "Starting Zigbee2MQTT version 1"),
)  # fmt: skip


def writer_of(lines: Sequence[bytes]) -> str:
    """The one program whose words are among them; "" where there is none, or more than one."""
    text = b"\n".join(lines)
    found = [signature.program for signature in SIGNATURES if signature.compiled.search(text)]
    return found[0] if len(found) == 1 else ""
