"""The host under test: a small shop on a booted machine. Names, ports, paths and wording are drawn fresh by a seed.

web → api → db, each a systemd service with a health page; a backup with its timer; a data file system of its own with
rotated logs beside what users uploaded; a cleaner for sessions; and copies of every file that was good.
"""

from __future__ import annotations

import random
import shlex
from dataclasses import dataclass

from tests.support.rig import HERE, MODELS_INSIDE, Machine

THEMES = ("harbor", "orchid", "lantern", "cobalt", "juniper", "meadow", "quartz", "saffron", "willow", "ember", "atlas")
TIERS = {
    "web": ["web", "front", "site", "portal", "www", "shopfront"],
    "api": ["api", "orders", "core", "catalog", "checkout", "broker"],
    "db": ["db", "store", "ledger", "vault", "records", "stock"],
}
CODE = ("/opt/{0}", "/usr/local/lib/{0}", "/usr/local/share/{0}")
CONFIG = ("/etc/{0}", "/etc/opt/{0}", "/usr/local/etc/{0}")
DATA = ("/srv/{0}", "/var/lib/{0}", "/data/{0}")
SECTIONS = {"web": "the shop's pages", "api": "the shop's orders", "db": "the shop's data"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """role: "web", "api" or "db"; program: what ExecStart runs; config: the file it reads."""

    role: str
    unit: str
    port: int
    program: str
    config: str
    unit_file: str
    lock: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def health(self) -> str:
        return self.url + "health"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shop:
    """Everything about one shop; the same seed gives the same shop."""

    seed: int
    user: str
    web: Service
    api: Service
    db: Service
    victim: Service
    data: str
    backup: str
    timer: str
    cleaner: str
    good: str
    wording: int
    dependency: str

    @property
    def services(self) -> tuple[Service, Service, Service]:
        """In the order in which they must start."""
        return self.db, self.api, self.web

    @property
    def worker(self) -> Service:
        """The victim where a kill matters: the db would leave its lock behind, which is another fault (F23)."""
        return self.api if self.victim == self.db else self.victim

    @property
    def logs(self) -> str:
        return f"{self.data}/logs"

    @property
    def uploads(self) -> str:
        return f"{self.data}/uploads"

    @property
    def records(self) -> str:
        """The data directory of the db, which must belong to the shop's user."""
        return f"{self.data}/records"

    @property
    def sessions(self) -> str:
        return f"{self.data}/sessions"

    @property
    def mount_unit(self) -> str:
        return self.data.strip("/").replace("/", "-") + ".mount"

    def good_copy(self, path: str) -> str:
        """Where the last good copy of a declared file lies."""
        return f"{self.good}{path}"


def draw(seed: int) -> Shop:
    chance = random.Random(seed)
    theme = chance.choice(THEMES)
    ports = chance.sample(range(15000, 29000), 3)
    order = chance.choice(("{0}-{1}", "{1}-{0}", "{0}{1}"))
    code, config, data = (chance.choice(places).format(theme) for places in (CODE, CONFIG, DATA))
    chosen: dict[str, Service] = {}
    for (role, words), port in zip(TIERS.items(), ports, strict=True):
        name = order.format(theme, chance.choice(words))
        chosen[role] = Service(
            role=role,
            unit=f"{name}.service",
            port=port,
            program=f"{code}/bin/{name}",
            config=f"{config}/{name}.conf",
            unit_file=f"/etc/systemd/system/{name}.service",
            lock=f"/run/{theme}/{name}.pid",
        )
    return Shop(
        seed=seed,
        user=theme,
        **chosen,
        victim=chosen[chance.choice(list(TIERS))],
        data=data,
        backup=f"{theme}-backup.service",
        timer=f"{theme}-backup.timer",
        cleaner=f"{theme}-sessions-clean.service",
        good=f"/var/backups/{theme}-good",
        wording=chance.randrange(3),
        dependency=chance.choice(("Requires", "Wants")),
    )


def unit_text(shop: Shop, service: Service) -> str:
    below = {"web": shop.api.unit, "api": shop.db.unit, "db": shop.mount_unit}[service.role]
    return f"""[Unit]
Description={shop.user.capitalize()}: {SECTIONS[service.role]}
{shop.dependency}={below}
After={below}
StartLimitIntervalSec=60
StartLimitBurst=3

[Service]
Type=notify
User={shop.user}
RuntimeDirectory={shop.user}
RuntimeDirectoryPreserve=yes
ExecStart={service.program} {service.config}
Restart=on-failure
RestartSec=300ms

[Install]
WantedBy=multi-user.target
"""


def config_text(shop: Shop, service: Service, *, port: int | None = None) -> str:
    lines = [
        f"# {service.unit}",
        "[service]",
        f"name = {service.unit.removesuffix('.service')}",
        f"port = {port or service.port}",
        f"wording = {shop.wording}",
    ]
    upstream = {"web": shop.api.url, "api": shop.db.url}.get(service.role)
    lines += [f"upstream = {upstream}"] if upstream else [f"data = {shop.records}", f"lock = {service.lock}"]
    return "\n".join(lines) + "\n"


def open_shop(machine: Machine, seed: int) -> Shop:
    """Set the shop up on a machine and start it; it answers when this returns."""
    shop = draw(seed)
    machine.run(["useradd", "--system", "--home-dir", shop.data, "--shell", "/usr/sbin/nologin", shop.user])
    _data(machine, shop)
    program = "#!/usr/bin/python3 -I\n" + (HERE / "rig/service.py").read_text()
    for service in shop.services:
        machine.write(service.program, program, 0o755)
        machine.write(service.config, config_text(shop, service))
        machine.write(service.unit_file, unit_text(shop, service))
    _jobs(machine, shop)
    units = [service.unit for service in shop.services]
    machine.run(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "--quiet", "enable", "--now", *units, shop.timer])
    keep_good_copies(machine, shop)
    machine.wait(lambda: machine.get(shop.web.url) == 200, "the shop to answer")
    return shop


def _data(machine: Machine, shop: Shop) -> None:
    mount = f"""[Unit]
Description=Data of {shop.user}

[Mount]
What=tmpfs
Where={shop.data}
Type=tmpfs
Options=size=48m,nr_inodes=4000,mode=0755

[Install]
WantedBy=local-fs.target
"""
    machine.unit(shop.mount_unit, mount, enable=True, start=True)
    make = f"""
cd {shop.data} && mkdir logs uploads records sessions
head -c 400000 /dev/urandom >logs/access.log
for n in 1 2 3; do head -c 1000000 /dev/urandom >logs/access.log.$n.gz; done
for n in 1 2 3 4; do head -c 200000 /dev/urandom >uploads/photo-$n.jpg; done
head -c 500000 /dev/urandom >uploads/notes.log.1
chown -R {shop.user}:{shop.user} logs uploads records sessions
"""
    machine.run(["sh", "-euc", make])


def _jobs(machine: Machine, shop: Shop) -> None:
    target = f"/var/backups/{shop.user}"
    machine.run(["mkdir", "-p", target])
    machine.write(
        f"/etc/systemd/system/{shop.backup}",
        f"[Unit]\nDescription=Backup of {shop.user}\n\n[Service]\nType=oneshot\n"
        f"ExecStart=/bin/tar -czf {target}/records.tar.gz -C {shop.data} records\n",
    )
    machine.write(
        f"/etc/systemd/system/{shop.timer}",
        f"[Unit]\nDescription=Nightly backup of {shop.user}\n\n[Timer]\nOnCalendar=03:17\nPersistent=no\n\n"
        "[Install]\nWantedBy=timers.target\n",
    )
    clean = shlex.join(["/usr/bin/find", shop.sessions, "-type", "f", "-name", "sess_*", "-delete"])
    machine.write(
        f"/etc/systemd/system/{shop.cleaner}",
        f"[Unit]\nDescription=Clean expired sessions of {shop.user}\n\n[Service]\nType=oneshot\n"
        f"User={shop.user}\nExecStart={clean}\n",
    )


def declared_files(shop: Shop) -> list[str]:
    """The files an administrator of this shop would declare as restorable."""
    return [path for service in shop.services for path in (service.unit_file, service.config)]


def keep_good_copies(machine: Machine, shop: Shop) -> None:
    machine.run(["install", "-d", "-m", "0700", shop.good])
    machine.run(["cp", "--parents", "-t", shop.good, *declared_files(shop)])


def canaries(machine: Machine, shop: Shop) -> dict[str, str]:
    """Hashes of what nobody may touch: uploads, records, programs, and the machine's own settings."""
    listing = ["find", shop.uploads, "/etc/ssh", "/etc/passwd", "/etc/shadow", "/etc/nginx", shop.good, "-type", "f"]
    files = machine.run(listing).stdout.split("\n")[:-1]
    sums = machine.run(["sha256sum", "--", *files]).stdout
    return {line[66:]: line[:64] for line in sums.splitlines()}


def invocations(machine: Machine) -> dict[str, str]:
    """InvocationID of every active service: one that was restarted has another."""
    names = machine.run(["systemctl", "list-units", "--plain", "--no-legend", "--type=service"]).stdout
    units = [line.split()[0] for line in names.splitlines()]
    shown = machine.run(["systemctl", "show", "-p", "Id,InvocationID", "--", *units]).stdout
    blocks = (dict(line.split("=", 1) for line in block.splitlines()) for block in shown.split("\n\n"))
    return {block["Id"]: block.get("InvocationID", "") for block in blocks if "Id" in block}


MODELS = {
    "trigger": "SmolLM2-135M-Instruct.Q4_1.gguf",
    "review": "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    "meta": "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
}
"""What scripts/test_models.py fetches, one a tier."""


def three_models() -> str:
    """A configuration file that gives each tier its own real model."""
    return "\n".join(f'[llm.{tier}]\nmodel = "{MODELS_INSIDE / file}"\n' for tier, file in MODELS.items())
