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
    _of("adguardhome", r"\bAdGuard Home, version\b|\bdnsproxy: ", "AdGuard Home, version v0.107"),
    _of("alertmanager", r"\bStarting Alertmanager\b", 'msg="Starting Alertmanager"'),
    _of("ansible-playbook", r"(?m)^PLAY RECAP \*|^TASK \[", "TASK [paint the wall] *****"),
    _of("apache2", r"\bAH\d{5}: ", "AH00016: Configuration Failed"),
    _of("authentik", r'"authentik\.[a-z]+\.|\bauthentik(?:_axum|\.root)\b', '"logger":"authentik.root.settings"'),
    _of("bookstack", r"\bBookStack\\", r"BookStack\Exceptions\NotFound"),
    _of("borg", r"\bborg\.(?:locking|repository|remote|archiver?)\b|\bBorg \d\.\d", "borg.locking.LockTimeout: /srv/b"),
    _of("cassandra", r"\borg\.apache\.cassandra\b|\bCassandraDaemon\b", "CassandraDaemon.java:1 - x"),
    _of("ceph-mon", r"\bprocess ceph-mon\b|\bmon\.[\w-]+@\d+\(", "mon.a@0(leader) x"),
    _of("ceph-osd", r"\bprocess ceph-osd\b|\bosd\.\d+ \d+ [A-Za-z*]", "osd.4 0 OSD:init: x"),
    _of("certbot", r"\bcertbot\._internal\b|/var/log/letsencrypt/letsencrypt\.log", "x /var/log/letsencrypt/letsencrypt.log"),
    _of("consul", r"==> Starting Consul agent\b|\bagent\.server\.(?:raft|serf)\b", "==> Starting Consul agent..."),
    _of("containerd", r"\bio\.containerd\.[a-z]", "loading plugin io.containerd.grpc.v1.cri"),
    _of("coredns", r"\bCoreDNS-\d|\bplugin/(?:loop|reload|forward|health|ready|kubernetes): ", "plugin/reload: Running configuration"),
    _of("couchdb", r"\bcouchdb@[\w.-]|\bApache CouchDB\b", "node couchdb@shop started"),
    _of("crowdsec", r"\bCrowdsec v?\d|\bcrowdsec/pkg/", "Crowdsec v1.6 started"),
    _of("dockerd", r"\[graphdriver\]|\blibcontainerd\b|\bDocker daemon\b", "[graphdriver] using prior storage driver"),
    _of("dpkg", r"(?m)^dpkg: error processing |^E: Sub-process /usr/bin/dpkg ", "dpkg: error processing package shop"),
    _of("elasticsearch", r"\borg\.elasticsearch\.|\bo\.e\.[a-z]\.", "org.elasticsearch.node.Node: no room"),
    _of("etcd", r"\betcdserver\b|\betcdmain\b", "etcdserver: request timed out"),
    _of("fluent-bit", r"\[ ?fluent bit\]|/fluent-bit/|\[plugins/in_tail/", "[fluent bit] version=2.2.2"),
    _of("forgejo", r"\bForgejo [Vv]ersion\b", "Forgejo version: 7"),
    _of("frigate", r"\bfrigate\.(?:app|video|record|events)\b", "frigate.video INFO : porch"),
    _of("gitea", r"\bmodules/setting/|\bGitea [Vv]ersion\b", "modules/setting/setting.go:12:x() [I]"),
    _of("gitlab-runner", r"\bChecking for jobs\.\.\.", "Checking for jobs... failed"),
    _of("grafana", r"\bGF_PATHS_[A-Z]|\blogger=(?:settings|sqlstore|migrator|plugin\.)", "logger=settings level=info"),
    _of("graylog", r"\borg\.graylog2?\.|\bGraylog server\b", "Graylog server up"),
    _of("homebridge", r"\bHomebridge v\d|\[HB Supervisor\]", "[HB Supervisor] Restarting Homebridge"),
    _of("immich", r"\bInitializing Immich\b|/immich/server/dist/|\bMicroservices:[A-Z]", "Initializing Immich v2"),
    _of("influxd", r"\bInfluxDB starting\b|\bWelcome to InfluxDB\b", "Welcome to InfluxDB"),
    _of("jellyfin", r"\bJellyfin\.Server\b|\bMediaBrowser\.[A-Z]|\bEmby\.Server\.", "MediaBrowser.Providers.X: no room"),
    _of("jenkins", r"\bhudson\.[a-z]+\.|\bJenkins (?:home|initialization)\b", "hudson.model.Executor run"),
    _of("k3s", r"\bStarting k3s \b|/var/lib/rancher/k3s\b", "Starting k3s v1.30"),
    _of("kafka", r"\bkafka\.server\.|\borg\.apache\.kafka\.|\bKafkaRaftServer\b", "kafka.server.KafkaServer down"),
    _of("keycloak", r"\borg\.keycloak\.", "org.keycloak.services: no room"),
    _of("kube-apiserver", r"\bStarting kube-apiserver\b|\bkube-apiserver/app\b", "Starting kube-apiserver"),
    _of("kubeadm", r"\[preflight\] |\[kubelet-check\] ", "[preflight] Running pre-flight checks"),
    _of("kubelet", r"\bkubelet\.go:\d|\bfailed to run Kubelet\b|\b(?:eviction_manager|image_gc_manager|pod_workers|kubelet_node_status|kuberuntime_\w+)\.go:\d", "kubelet.go:12] x"),
    _of("lidarr", r"\bStarting Lidarr\b|/lidarr\.db\b", "Starting Lidarr - x"),
    _of("loki", r"\bcaller=loki\.go\b|\bStarting Loki\b", 'msg="Starting Loki"'),
    _of("mealie", r"\bmealie\.(?:app|core|db)\b", "mealie.app started"),
    _of("minio", r"\bMinIO Object Storage Server\b|\.minio\.sys\b|\bAPI: SYSTEM(?:\(\)|\.\w)|\bMINIO_(?:ROOT|ACCESS|SECRET)_", "MinIO Object Storage Server"),
    _of("mosquitto", r"\bmosquitto version \d", "mosquitto version 2.0.18 starting"),
    _of("nats-server", r"\bStarting nats-server\b|\bJetStream (?:out of|failed to|resource|cluster|Shutdown)\b", "Starting nats-server"),
    _of("navidrome", r"\bStarting Navidrome\b|\bNavidrome server\b", "Navidrome server is ready"),
    _of("neo4j", r"\borg\.neo4j\.|======== Neo4j \d", "org.neo4j.x: no room"),
    _of("netbird", r"\bNetbird (?:service|Connection Engine)\b|/client/internal/connect\.go\b", "starting Netbird service"),
    _of("nextcloud", r'"reqId":"[^"]{4,40}","level":', '{"reqId":"Xa81","level":3,"time":"x"}'),
    _of("nixos-rebuild", r"(?m)^building the system configuration|^activating the configuration", "activating the configuration..."),
    _of("node-red", r"\bNode-RED version\b", "Node-RED version: v3"),
    _of("opensearch", r"\borg\.opensearch\.|\bo\.o\.[a-z]\.", "org.opensearch.node.Node: no room"),
    _of("openvpn", r"\bOpenVPN \d\.\d|\bTLS Error: TLS |\bVERIFY (?:OK|ERROR): depth=|\bSIG[A-Z0-9]{3,5}\[soft,", "VERIFY OK: depth=1, CN=shop"),
    _of("paperless", r"\bPaperless-ngx\b|\[paperless[.\]]", "[paperless.consumer] x"),
    _of("photoprism", r"\bPHOTOPRISM_[A-Z]|\bphotoprism: ", "PHOTOPRISM_ADMIN_USER x"),
    _of("php-fpm", r"\bFPM initialization failed\b|\bfpm is running, pid\b|\bpm\.max_children\b", "FPM initialization failed"),
    _of("plex", r"\bPlex Media Server v\d|\bPLEX MEDIA SERVER\b", "Plex Media Server v1.40"),
    _of("prometheus", r"\bStarting Prometheus\b|\bStarting TSDB\b|\bscrape manager\b|\bcomponent=tsdb\b", 'msg="Starting TSDB ..."'),
    _of("prowlarr", r"\bStarting Prowlarr\b|/prowlarr\.db\b", "Starting Prowlarr - x"),
    _of("qemu", r"\bqemu-(?:system-\w{2,10}|kvm): ", "qemu-system-x86_64: -device x: no room"),
    _of("rabbitmq", r"\bStarting RabbitMQ\b|\brabbit@[a-z0-9-]", "node rabbit@shop is down"),
    _of("radarr", r"\bStarting Radarr\b|/radarr\.db\b", "Starting Radarr - x"),
    _of("redis", r"\bRedis is starting\b|\bRedis version=", "Redis version=7.2"),
    _of("restic", r"\brestic \d\.\d|\brepository [0-9a-f]{8} opened\b", "repository 0a1b2c3d opened (version 2)"),
    _of("rsync", r"(?m)^rsync: |\brsync error: |\brsync exited with code\b", "rsync error: x (code 23) at main.c(1)"),
    _of("slapd", r"\$OpenLDAP: slapd\b|\bslapd (?:starting|stopped|destroy)\b", "slapd stopped."),
    _of("solr", r"\borg\.apache\.solr\.|\bo\.a\.s\.[a-z]\.", "org.apache.solr.core: no room"),
    _of("sonarr", r"\bStarting Sonarr\b|/(?:sonarr|nzbdrone)\.db\b", "Starting Sonarr - x"),
    _of("squid", r"\bSquid Cache\b|\bsquid-\d\.", "Starting Squid Cache version 5.7"),
    _of("sssd", r"\]{1,2} \[\w{2,80}\] \(0x[0-9a-f]{4,5}\): ", "[be[x]] [main] (0x0010): Could not start"),
    _of("supervisord", r"\bsupervisord started with pid\b", "supervisord started with pid 1"),
    _of("synapse", r"\bsynapse\.(?:app|storage|http|server|config|handlers)\b", "synapse.app._base - 1 - ERROR"),
    _of("syncthing", r"\b[Ss]tarting syncthing\b|\bsyncthing v\d|/lib/syncthing/", "INFO: syncthing v1.27"),
    _of("tailscaled", r"\bmagicsock: |\bwgengine: |\bcontrolplane\.tailscale\.com\b", "magicsock: disco key"),
    _of("telegraf", r"\b[EWI]! \[(?:inputs|outputs|agent)\b", "E! [outputs.influxdb] no room"),
    _of("tempo", r"\bStarting Tempo\b|\bcaller=tempo", "Starting Tempo"),
    _of("traefik", r"\bACME resolver \\?\"|\*(?:file|docker|acme)\.Provider\b|\bTraefik version\b|\bproviderName=|\bentryPointName=", "*docker.Provider x"),
    _of("unbound", r"\bunbound\[\d+:\d\]", "unbound[12:0] fatal error: x"),
    _of("unifi", r"\bcom\.ubnt\.|\bubic\.env\b|/unifi/(?:run|data|logs)/", "com.ubnt.service.X: no room"),
    _of("uptime-kuma", r"\bWelcome to Uptime Kuma\b|\bUptime Kuma Version\b", "Welcome to Uptime Kuma"),
    _of("vault", r"==> Vault server (?:configuration|started)\b", "==> Vault server configuration:"),
    _of("vaultwarden", r"\bStarting (?:Vaultwarden|Bitwarden_RS)\b|\b(?:vaultwarden|bitwarden_rs)::", "vaultwarden::main"),
    _of("victoria-metrics", r"\bVictoriaMetrics/(?:app|lib)/", "VictoriaMetrics/lib/storage/x.go:1"),
    _of("vzdump", r"(?m)^INFO: starting new backup job: vzdump |^ERROR: Backup of VM \d", "ERROR: Backup of VM 101 failed"),
    _of("wg-quick", r"(?m)^\[#\] (?:ip|wg) ", "[#] ip link add wg0 type wireguard"),
    _of("zigbee2mqtt", r"\bzigbee-herdsman\b|\bStarting Zigbee2MQTT\b", "Starting Zigbee2MQTT version 1"),
    _of("zookeeper", r"\bQuorumPeerMain\b|\bzookeeper\.server\.[A-Z]|\bZooKeeperServerMain\b", "main:QuorumPeerMain@1"),
)  # fmt: skip


_VERSION = rb"v?\d{1,4}\.\d{1,4}"
_BANNER: Final = re.compile(
    rb"\b(?:[Ss]tarting|[Ll]aunching|[Ii]nitiali[sz]ing|[Bb]ooting|[Ww]elcome to) (?P<greeted>[A-Za-z][\w-]{2,30})"
    rb",?(?: -)?(?: \S{1,60} -)? (?:\(?[Vv]ersion[ =:]{1,2})?" + _VERSION + rb"|(?m:^(?P<alone>[A-Za-z][A-Za-z_]{2,30})"
    rb"[- /]" + _VERSION + rb"[\w.+-]{0,40}$)|(?<![a-z] )\b(?P<named>[A-Za-z][\w-]{2,30}),? version:? " + _VERSION
)
"""How programs greet at their start: by their name and version."""
_PARTS: Final = frozenset((
    b"api", b"app", b"client", b"compiler", b"config", b"curl", b"database", b"db", b"driver", b"engine", b"gcc",
    b"git", b"glibc", b"go", b"golang", b"gradle", b"http", b"java", b"jvm", b"kernel", b"library", b"libc", b"linux",
    b"mariadb", b"minimum", b"mysql", b"node", b"npm", b"openjdk", b"openssl", b"perl", b"php", b"plugin", b"postgres",
    b"postgresql", b"protocol", b"python", b"release", b"ruby", b"runtime", b"rustc", b"schema", b"server", b"service",
    b"sqlite", b"ssl", b"the", b"tls", b"using", b"with", b"your",
))  # fmt: skip
"""Whose version a program tells beside its own, and words that stand there and are no name."""


def writer_of(lines: Sequence[bytes]) -> str:
    """The one program whose words are among them, else the one that greets; "" where there is none, or more than one."""
    text = b"\n".join(lines)
    found = [signature.program for signature in SIGNATURES if signature.compiled.search(text)]
    return found[0] if len(found) == 1 else "" if found else _greets(text)


def _greets(text: bytes) -> str:
    names = {(found["greeted"] or found["alone"] or found["named"]).lower() for found in _BANNER.finditer(text)}
    names -= _PARTS
    return names.pop().decode("ascii", "replace") if len(names) == 1 else ""
