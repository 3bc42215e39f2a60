"""Whether a package is installed, which version, and when and by whom it was changed last."""

from __future__ import annotations

from stillwatch.think.talk import catalogue
from stillwatch.think.talk.topic import Asking, Topic, Words, rows, strings
from stillwatch.think.talk.words import COMMON_ANYWHERE, words_of

QUESTIONS = {
    "en": """is htop installed
    which version of nginx is installed
    nginx version
    what version of openssl do we have
    is docker installed
    which php version
    version of postgresql
    do we have git installed
    do we have docker
    have we got git
    do you have python here
    who installed htop
    when was nginx installed
    when was openssl last upgraded
    when was openssh-server updated
    was nginx upgraded lately""",
    "de": """ist htop installiert
    welche version von nginx ist installiert
    nginx version
    welche version hat openssl
    ist docker installiert
    welche php version
    haben wir git
    wer hat htop installiert
    wann wurde nginx installiert
    wann wurde openssl zuletzt aktualisiert""",
    "fr": """htop est-il installé
    quelle version de nginx est installée
    version de nginx
    docker est-il installé
    quelle version de php
    a-t-on git
    version de openssl
    qui a installé htop
    quand nginx a-t-il été installé
    quand openssl a-t-il été mis à jour""",
    "es": """está instalado htop
    qué versión de nginx está instalada
    versión de nginx
    está instalado docker
    qué versión de php
    tenemos git
    versión de openssl
    quién instaló htop
    cuándo se instaló nginx
    cuándo se actualizó openssl""",
}
IS = Words(
    en="The package {name} is installed in version {version}.",
    de="Das Paket {name} ist in Version {version} installiert.",
    fr="Le paquet {name} est installé en version {version}.",
    es="El paquete {name} está instalado en la versión {version}.",
)
NOT = Words(
    en="No package named {name} is installed.",
    de="Kein Paket namens {name} ist installiert.",
    fr="Aucun paquet nommé {name} n'est installé.",
    es="No hay ningún paquete instalado llamado {name}.",
)
ALIKE = Words(
    en="Packages with that in their name: {names}.",
    de="Pakete mit diesem Namensteil: {names}.",
    fr="Paquets dont le nom le contient : {names}.",
    es="Paquetes con eso en el nombre: {names}.",
)
CHANGED = Words(
    en="The records of the last {days} days name it last at {at}: {kind}, by {by} ({command}).",
    de="Die Aufzeichnungen der letzten {days} Tage nennen es zuletzt am {at}: {kind}, durch {by} ({command}).",
    fr="Les journaux des {days} derniers jours le citent en dernier le {at} : {kind}, par {by} ({command}).",
    es="Los registros de los últimos {days} días lo citan por última vez el {at}: {kind}, por {by} ({command}).",
)
UNCHANGED = Words(
    en="The records of apt and dpkg for the last {days} days do not name it.",
    de="Die Aufzeichnungen von apt und dpkg nennen es in den letzten {days} Tagen nicht.",
    fr="Les journaux d'apt et de dpkg ne le citent pas ces {days} derniers jours.",
    es="Los registros de apt y dpkg no lo citan en los últimos {days} días.",
)
SOMEBODY = Words(
    en="somebody not named", de="jemand Ungenannten", fr="quelqu'un de non nommé", es="alguien sin nombrar"
)
DAYS = 30
WHICH = Words(en="Which package?", de="Welches Paket?", fr="Quel paquet ?", es="¿Qué paquete?")
MOST_TRIED = 4
NO_LIST = Words(
    en="there is no list of Debian packages here",
    de="hier gibt es keine Liste von Debian-Paketen",
    fr="il n'y a pas de liste de paquets Debian ici",
    es="aquí no hay lista de paquetes de Debian",
)
SPOKEN = frozenset(
    [
        "installed",
        "install",
        "version",
        "versions",
        "package",
        "packages",
        "installiert",
        "paket",
        "pakete",
        "paquet",
        "paquets",
        "installe",
        "installee",
        "instalado",
        "instalada",
        "paquete",
        "paquetes",
        "hat",
        "haben",
        "have",
        "newest",
        "current",
        "aktuelle",
        "versiones",
        "upgraded",
        "updated",
        "upgrade",
        "update",
        "lately",
        "aktualisiert",
        "instalo",
        "actualizo",
    ]
)


async def answer(ask: Asking) -> None:
    wanted = _names(ask.question)
    if not wanted:
        ask.say(WHICH)
        return
    found = [(name, await ask.look("package", name=name)) for name in wanted[:MOST_TRIED]]
    name, seen = next((one for one in found if one[1].data.get("installed")), found[0])
    if seen.problem or not seen.data.get("known"):
        ask.cannot(seen.problem or NO_LIST, f"command -v {name}")
        return
    ask.say(IS if seen.data.get("installed") else NOT, seen, name=name, version=seen.data.get("version", ""))
    if not seen.data.get("installed") and strings(seen, "alike"):
        ask.say(ALIKE, seen, names=", ".join(strings(seen, "alike")[:6]))
    await _tell_change(ask, name)


async def _tell_change(ask: Asking, name: str) -> None:
    """When it was installed, upgraded or removed last, and by whom, as far as apt's and dpkg's records reach."""
    seen = await ask.look("package_changes", hours=DAYS * 24.0)
    if seen.problem:
        return
    for run in rows(seen, "runs"):
        if kinds := [kind for kind, names in run["packages"].items() if name in names]:
            by = run["by"] or SOMEBODY.in_(ask.language)
            at, command = ask.when(run["at"]), run["command"][:80]
            ask.say(CHANGED, seen, days=DAYS, at=at, kind=kinds[0].lower(), by=by, command=command)
            return
    ask.say(UNCHANGED, seen, days=DAYS)


def _names(question: str) -> list[str]:
    """What may be a package's name; words that one language alone has come last, as most are no names."""
    left_out = COMMON_ANYWHERE | SPOKEN
    names = [word for word in words_of(question) if word not in left_out and not word.startswith("/")]
    tongue = catalogue.router().vocabulary.tongue
    return [word.removesuffix(".service") for word in sorted(names, key=lambda word: tongue(word) is not None)]


TOPIC = Topic(
    name="package",
    title=Words(
        en="whether a package is installed",
        de="ob ein Paket installiert ist",
        fr="si un paquet est installé",
        es="si un paquete está instalado",
    ),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
    looks=("package", "package_changes"),
)
