"""The things of this host that a question names: units, paths, accounts, ports, ids. Only what exists is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stillwatch.records.unit import UnitState
from stillwatch.think.talk.times import Span, span_in
from stillwatch.think.talk.words import COMMON_ANYWHERE, SPOKEN_NAMES, folded, words_of

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "webserver": ("nginx", "apache2", "httpd", "caddy", "lighttpd", "haproxy", "traefik"),
    "database": ("postgresql", "mariadb", "mysql", "mysqld", "mongod", "redis", "redis-server"),
    "mailserver": ("postfix", "exim4", "exim", "sendmail", "dovecot", "opensmtpd"),
    "ssh": ("ssh", "sshd"),
    "dnsserver": ("unbound", "named", "bind9", "dnsmasq", "systemd-resolved"),
    "cron": ("cron", "crond", "cronie"),
    "printer": ("cups",),
    "fileserver": ("smbd", "samba", "nfs-server", "vsftpd"),
    "firewall": ("nftables", "ufw", "firewalld"),
    "timesync": ("systemd-timesyncd", "chrony", "chronyd", "ntp", "ntpsec"),
    "docker": ("docker",),
    "proxy": ("squid", "haproxy", "nginx"),
}
_ANYWHERE: Final = frozenset(name for names in ROLES.values() for name in names)
_SAID: Final = {
    "webserver": r"web ?-?servers?|webseite(?:n)?server|http ?server|serveur web|serveur http|servidor web|servidor http|web service",
    "database": r"databases?|datenbank(?:en|server)?|bases? de donnees|bases? de datos|sql server|\bdb\b|postgres|mysql server|pgsql",
    "mailserver": r"mail ?-?server|e-?mail ?server|smtp|serveur (?:de )?mails?|serveur (?:de )?messagerie|servidor de correo|mta\b",
    "ssh": r"\bsshd\b|\bssh ?(?:server|daemon|dienst|service)?\b|openssh|secure shell",
    "dnsserver": r"dns ?-?server|nameserver dienst|resolver",
    "cron": r"\bcrond\b|\bcron ?(?:daemon|dienst|service)\b",
    "printer": r"print(?:er|ing)? ?(?:server|service|spooler)?|drucker(?:dienst)?|imprimante|impresora",
    "fileserver": r"file ?server|dateiserver|samba|serveur de fichiers|servidor de archivos",
    "firewall": r"firewall (?:service|dienst)",
    "timesync": r"ntp ?(?:daemon|service|dienst)|time ?sync ?(?:daemon|service)",
    "docker": r"docker (?:daemon|service|dienst)",
    "proxy": r"(?:reverse )?proxy(?:server)?",
}
_ROLE: Final = [(role, re.compile(rf"\b(?:{words})\b")) for role, words in _SAID.items()]
_INCIDENT: Final = re.compile(
    r"\b(?:I-?|incident (?:number |no\.? |#)?|vorfall |#I?)([1-9][0-9]{0,8})\b", re.IGNORECASE
)
_EVIDENCE: Final = re.compile(r"\bE([1-9][0-9]{0,5})\b", re.IGNORECASE)
_PROPOSAL: Final = re.compile(r"\bA-([1-9][0-9]{0,11})\b", re.IGNORECASE)
_PORT: Final = re.compile(
    r"\b(?:ports?|puertos?|tcp|udp)[ /:]*(?:number|nummer|no\.?)? ?([1-9][0-9]{0,4})\b|(?<=:)([1-9][0-9]{1,4})\b"
)
_PID: Final = re.compile(r"\b(?:pid|process|prozess|processus|proceso) ?#?(?:id )?([1-9][0-9]{0,6})\b")
_PATH: Final = re.compile(r"(?<![\w.])/(?:[\w.@+-]+/?)*")
_DOMAIN: Final = re.compile(
    r"\b(?:https?://)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,10}[a-z]{2,24})\b", re.IGNORECASE
)
_SUFFIXES: Final = (".service", ".timer", ".socket", ".mount", ".target", ".path", ".slice", ".scope")
_FILES: Final = (
    ".conf",
    ".log",
    ".toml",
    ".sh",
    ".py",
    ".cfg",
    ".txt",
    ".gz",
    ".json",
    ".yaml",
    ".yml",
    ".ini",
    ".d",
    ".pem",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """units: of this host, the surest first; role: what was said instead of a name ("webserver"); unknown: a word that
    stands where a name would and names nothing here; path: as it was written."""

    units: tuple[str, ...] = ()
    role: str = ""
    unknown: str = ""
    path: str = ""
    domain: str = ""
    user: str = ""
    incident: str = ""
    evidence: str = ""
    proposal: str = ""
    port: int = 0
    pid: int = 0
    span: Span | None = None

    @property
    def unit(self) -> str:
        return self.units[0] if self.units else ""


def find(
    question: str,
    units: Mapping[str, UnitState],
    *,
    now: float,
    knows: Callable[[str], bool] = lambda _: False,
    users: Collection[str] = (),
) -> Named:
    """knows: whether the catalogue has a word; none of those is taken for a name that does not exist."""
    text, found = folded(question), words_of(question)
    named = units_in(found, units)
    role = next((name for name, shape in _ROLE if shape.search(text)), "")
    if not named and role:
        named = of_role(role, units)
    path = _PATH.search(question)
    domain = next(
        (
            hit.group(1).casefold()
            for hit in _DOMAIN.finditer(question)
            if not hit.group(1).endswith((*_SUFFIXES, *_FILES))
        ),
        "",
    )
    port, pid = _PORT.search(text), _PID.search(text)
    user = next((name for word in found for name in (word, word.removesuffix("s")) if name in users), "")
    incident, evidence, proposal = _INCIDENT.search(question), _EVIDENCE.search(question), _PROPOSAL.search(question)
    return Named(
        units=tuple(named),
        role=role,
        unknown="" if named else _unknown(found, lambda word: word in users or knows(word), domain),
        path=path.group().rstrip(".,;?!") if path and len(path.group()) > 1 else "/" if _root_meant(text) else "",
        domain=domain,
        user=user,
        incident=f"I{incident[1]}" if incident else "",
        evidence=f"E{evidence[1]}" if evidence else "",
        proposal=f"A-{proposal[1]}" if proposal else "",
        port=next((int(one) for one in (port.groups() if port else ()) if one and int(one) < 65_536), 0),
        pid=int(pid[1]) if pid else 0,
        span=span_in(question, now),
    )


def with_roles(question: str) -> str:
    """The question with "a-role" in the place of words that say what a service does instead of its name."""
    text = folded(question)
    for role, shape in _ROLE:
        if role in PLAIN_ROLES:
            text = shape.sub("a-role", text)
    return text


PLAIN_ROLES: Final = frozenset(("webserver", "database", "fileserver", "printer"))
"""Words that mean a service and nothing else; "ssh" or "docker" may be asked about in other ways."""


def units_in(found: Sequence[str], units: Mapping[str, UnitState]) -> list[str]:
    """Units by their whole name or its stem, then by its first five letters or more, then with one typing error in it."""
    stems = stems_of(units)
    whole = [name for word in found for name in _by_word(word, units, stems)]
    if whole:
        return list(dict.fromkeys(whole))
    near = [
        name
        for word in found
        for stem, names in stems.items()
        if len(word) >= 5 and len(stem) > len(word) and stem.startswith(word) and word not in COMMON_ANYWHERE
        for name in names
    ]
    near = near or [
        name
        for word in found
        if len(word) >= 5 and word not in COMMON_ANYWHERE and word not in SPOKEN_NAMES
        for stem, names in stems.items()
        if len(stem) >= 5 and abs(len(stem) - len(word)) <= 1 and one_error(word, stem)
        for name in names
    ]
    return list(dict.fromkeys(near))


def stems_of(units: Iterable[str]) -> dict[str, list[str]]:
    """Stem without suffix and instance → units, services first."""
    stems: dict[str, list[str]] = {}
    for name in sorted(units, key=lambda name: (not name.endswith(".service"), name)):
        stem = name.rpartition(".")[0].casefold()
        for key in {stem, stem.partition("@")[0]}:
            if key:
                stems.setdefault(key, []).append(name)
    return stems


def of_role(role: str, units: Mapping[str, UnitState]) -> list[str]:
    """The services of this host that fill a role: failed ones first, then those that run."""
    rank = {"failed": 0, "activating": 1, "active": 2}
    there = [f"{stem}.service" for stem in ROLES.get(role, ()) if f"{stem}.service" in units]
    there = [name for name in there if units[name].load_state != "not-found"]
    return sorted(there, key=lambda name: rank.get(units[name].active_state, 3))


def alike(word: str, units: Iterable[str], most: int = 3) -> list[str]:
    """Services whose name is near a word that names none."""
    import difflib

    if not word:
        return []
    stems = {stem: names[0] for stem, names in stems_of(units).items()}
    near = difflib.get_close_matches(word, list(stems), n=most, cutoff=0.6)
    near += [stem for stem in stems if len(word) > 2 and word in stem and stem not in near]
    return [stems[stem] for stem in near[:most]]


def one_error(word: str, other: str) -> bool:
    """Whether one letter more, less, another, or two in the wrong order make one of the other."""
    if word == other:
        return True
    if len(word) == len(other):
        wrong = [index for index, (a, b) in enumerate(zip(word, other, strict=True)) if a != b]
        if len(wrong) == 1:
            return True
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return swapped and word[wrong[0]] == other[wrong[1]] and word[wrong[1]] == other[wrong[0]]
    short, long = sorted((word, other), key=len)
    return len(long) == len(short) + 1 and any(long[:cut] + long[cut + 1 :] == short for cut in range(len(long)))


def _by_word(word: str, units: Mapping[str, UnitState], stems: Mapping[str, list[str]]) -> list[str]:
    name = next((name for name in units if name.casefold() == word), "")
    if name:
        return [name]
    if word in SPOKEN_NAMES or word in COMMON_ANYWHERE:
        return []
    return list(stems.get(word.removesuffix(".service"), ()))[:2]


def is_service(word: str) -> bool:
    """Whether a word is a service's name on some host: by its suffix, or as what fills a role."""
    return word.endswith(_SUFFIXES) or (word in _ANYWHERE and word not in COMMON_ANYWHERE)


def _unknown(found: Sequence[str], knows: Callable[[str], bool], domain: str) -> str:
    """A service of other hosts, or a word of no language that we know, which may be meant as a name."""
    return next(filter(is_service, found), "") or next(
        (
            word
            for word in found
            if len(word) > 2 and word not in COMMON_ANYWHERE and word != domain
            and not word.startswith("/") and re.search(r"[a-z]", word) and not re.fullmatch(r"[iea]-?\d+", word)
            and not knows(word)
        ),
        "",
    )  # fmt: skip


def _root_meant(text: str) -> bool:
    return (
        re.search(r"(?:^|\s)/(?:\s|$|\?)|\broot (?:file ?system|partition|disk)|rootpartition|partition racine", text)
        is not None
    )
