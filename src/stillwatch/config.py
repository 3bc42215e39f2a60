"""One frozen Config: TOML in, JSON schema out; and the places where things lie."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from stillwatch.errors import WrongUsage
from stillwatch.records.chat import Tier
from stillwatch.tables.declared import Backup, CertificateFile, Probe
from stillwatch.tables.problems import BadTable, read_table
from stillwatch.tables.section import Section
from stillwatch.tables.section import says as says

Autonomy = Literal["observe", "suggest", "auto-safe", "auto-full"]
SYSTEM_CONFIG = Path("/etc/stillwatch/stillwatch.toml")
SERVICE_STATE = Path("/var/lib/stillwatch")


class Api(Section, frozen=True):
    """Port 8083."""

    enabled: Annotated[bool, says("false: nothing listens on the port; commands on this host go on working.")] = True
    host: Annotated[str, says("The address to listen on. Any but loopback needs an API key first.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535), says("The port of the API, MCP and the status page.")] = 8083
    allowed_hosts: Annotated[
        tuple[str, ...], says("Host names accepted beside loopback addresses, for a chat window in a container, say.")
    ] = ("localhost",)
    key_file: Annotated[
        str | None,
        says("A file of API keys beside those of `stillwatch keys`: one a line, `read` before it if it may not chat."),
    ] = None


class Watch(Section, frozen=True):
    """What is read beside units and metrics."""

    logs: Annotated[
        tuple[str, ...],
        says("Log files to follow beside the journal; those of well-known servers are followed anyway."),
    ] = ()
    journal: Annotated[
        str | Literal[False], says("The journal's directory; another than the host's replaces it; false: no journal.")
    ] = "/var/log/journal"
    settings: Annotated[
        bool,
        says("false: what changes in files of /etc is told by time alone, and nothing of what stands in them is kept."),
    ] = True
    probes: Annotated[
        tuple[Probe, ...],
        Meta(max_length=64),
        says("What has to answer, a table `[[watch.probes]]` each; nothing is asked that does not stand here."),
    ] = ()
    backups: Annotated[
        tuple[Backup, ...], Meta(max_length=64), says("Backups that have to be made, a table `[[watch.backups]]` each.")
    ] = ()
    certificates: Annotated[
        tuple[CertificateFile, ...],
        Meta(max_length=64),
        says("Certificates that have to be good, a table `[[watch.certificates]]` each."),
    ] = ()

    def __post_init__(self) -> None:
        checks: tuple[Probe | Backup | CertificateFile, ...] = (*self.probes, *self.backups, *self.certificates)
        names = [check.name for check in checks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two of what is declared are called {twice[0]}")


class TierConfig(Section, frozen=True):
    """One tier. `url` absent: our own llama-server on `port`; tiers that name the same model share one server."""

    url: Annotated[
        str | None, says("Base URL of an OpenAI-compatible server, with its /v1. Absent: a server of our own.")
    ] = None
    model: Annotated[
        str | None, says("A name of `stillwatch models list`, a GGUF file, or what the server of `url` calls it.")
    ] = None
    key_file: Annotated[str | None, says("A file with the API key of `url`, readable by Stillwatch alone.")] = None
    enabled: Annotated[bool, says("false: this tier is never asked.")] = True
    port: Annotated[
        Annotated[int, Meta(ge=1, le=65535)] | None, says("The port of our own server. Absent: 8080, 8081 or 8082.")
    ] = None
    context: Annotated[int, Meta(ge=512, le=1_048_576), says("Tokens of prompt and answer together.")] = 4096
    threads: Annotated[int, Meta(ge=0, le=1024), says("Processor threads of our own server; 0: its choice.")] = 0
    gpu_layers: Annotated[
        int, Meta(ge=-1, le=10_000), says("Layers that our own server puts on a graphics card; -1: all.")
    ] = 0


class Llm(Section, frozen=True):
    """The three models: is it urgent, what is it, and why."""

    trigger: TierConfig = TierConfig()
    review: TierConfig = TierConfig()
    meta: TierConfig = TierConfig()

    def tier(self, name: Tier) -> TierConfig:
        tier: TierConfig = getattr(self, name)
        return tier


class Notify(Section, frozen=True):
    """Who is told."""

    urls: Annotated[
        tuple[str, ...], says("Apprise URLs: mail, ntfy, Matrix and many more. Each gets every message.")
    ] = ()
    urls_file: Annotated[str | None, says("A file of further URLs, one a line: they may hold passwords.")] = None


class Keep(Section, frozen=True):
    """How much is remembered. The oldest goes first: readings, hours, then resolved incidents with their evidence."""

    readings_days: Annotated[float, Meta(ge=0.01, le=3650), says("Days that each reading of a metric is kept.")] = 7
    trends_days: Annotated[
        float, Meta(ge=0.01, le=3650), says("Days that the mean of each hour is kept, once the readings are gone.")
    ] = 400
    incidents_days: Annotated[float, Meta(ge=1, le=36500), says("Days that resolved incidents are kept.")] = 365
    megabytes: Annotated[int, Meta(ge=1, le=1_000_000), says("The most that all of it may take.")] = 512


class Config(Section, frozen=True):
    autonomy: Annotated[Autonomy, says("How far changes may go at most. `stillwatch autonomy set` moves below it.")] = (
        "suggest"
    )
    api: Api = Api()
    watch: Watch = Watch()
    llm: Llm = Llm()
    notify: Notify = Notify()
    keep: Keep = Keep()


class Paths(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything of this installation or trial lies.

    models: where model files are put; lent_models: folders whose models may be used too and that are never written;
    closed_service: Stillwatch is installed here as a service whose state whoever asks may not read.
    """

    config_file: Path | None
    state: Path
    runtime: Path
    gate_state: Path
    gate_runtime: Path
    models: Path
    trial: bool
    lent_models: tuple[Path, ...] = ()
    closed_service: bool = False

    @property
    def as_service(self) -> bool:
        """Whether this is what `stillwatch install` set up: its models then run in sandboxes of systemd's."""
        return not self.trial and self.state == SERVICE_STATE

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Our own first: a file of one name is taken from there."""
        return (self.models, *self.lent_models)

    @property
    def policy_file(self) -> Path:
        folder = self.config_file.parent if self.config_file else SYSTEM_CONFIG.parent
        return folder / "policy.toml"


def find_config(explicit: str | None) -> Path | None:
    """`--config` wins; else /etc; else XDG. Raises WrongUsage if the explicit file does not exist."""
    if explicit is not None:
        path = Path(explicit)
        if not path.is_file():
            raise WrongUsage(f"no configuration file {explicit}")
        return path
    personal = _xdg("XDG_CONFIG_HOME", ".config") / "stillwatch/stillwatch.toml"
    return next((path for path in (SYSTEM_CONFIG, personal) if path.is_file()), None)


def load_config(path: Path | None) -> Config:
    """Decode the file strictly. Raises WrongUsage with file, line and key; no file gives the defaults."""
    if path is None:
        return Config()
    try:
        return read_table(path.read_bytes(), Config)
    except OSError as error:
        raise WrongUsage(f"{path}: {error.strerror or error}") from error
    except BadTable as bad:
        step = "'stillwatch config check' lists them all" if len(bad.problems) > 1 else ""
        raise WrongUsage(f"{path}: {bad}", next_step=step) from bad


def is_loopback(name: str) -> bool:
    """Whether a host name or address is this machine to itself."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def config_schema() -> dict[str, Any]:
    """JSON schema of the configuration file."""
    return msgspec.json.schema(Config)


def find_paths(config_file: Path | None, state_dir: str | None, runtime_dir: str | None) -> Paths:
    """The service's directories for its users, XDG for a person; `--state-dir` and `--runtime-dir` win.

    Where services are installed, their gate is everybody's gate, also of those who may not read the daemon's state.
    A trial in a state directory of its own may use the models that the same person has pulled before.
    """
    state = Path(state_dir) if state_dir else _default_state()
    runtime = Path(runtime_dir) if runtime_dir else _default_runtime()
    models = os.environ.get("STILLWATCH_MODEL_DIR")
    own_state, own_runtime = state_dir is not None, runtime_dir is not None
    as_service = os.environ.get("STATE_DIRECTORY") is not None or SERVICE_STATE.is_dir()
    return Paths(
        config_file=config_file,
        state=state,
        runtime=runtime,
        gate_state=state / "gate" if own_state or not as_service else Path("/var/lib/stillwatch-gate"),
        gate_runtime=runtime / "gate" if own_runtime or not as_service else Path("/run/stillwatch-gate"),
        models=Path(models) if models else state / "models",
        trial=own_state or own_runtime or not as_service,
        closed_service=not own_state and SERVICE_STATE.is_dir() and state != SERVICE_STATE,
        lent_models=(personal_state() / "models",) if own_state and not models else (),
    )


def personal_state() -> Path:
    """Where a person's own state lies when no service's may be used."""
    return _xdg("XDG_STATE_HOME", ".local/state") / "stillwatch"


def pulled_before() -> tuple[Path, ...]:
    """Folders of models that whoever runs this has pulled before, also as the user who called sudo."""
    found = [personal_state() / "models"]
    if user := os.environ.get("SUDO_USER"):
        found.append(Path(f"~{user}").expanduser() / ".local/state/stillwatch/models")
    return tuple(found)


def _xdg(variable: str, fallback: str) -> Path:
    value = os.environ.get(variable, "")
    return Path(value) if value.startswith("/") else Path.home() / fallback


def _default_state() -> Path:
    """An installed service's state if there is one here and it may be read, else the person's own."""
    if SERVICE_STATE.is_dir() and os.access(SERVICE_STATE, os.R_OK | os.X_OK):
        return SERVICE_STATE
    return personal_state()


def _default_runtime() -> Path:
    service = Path("/run/stillwatch")
    if service.is_dir() and os.access(service, os.R_OK | os.X_OK):
        return service
    return _xdg("XDG_RUNTIME_DIR", ".cache") / "stillwatch"
