"""Whether a package is installed, and which version."""

from __future__ import annotations

from stillwatch.think.talk import catalogue
from stillwatch.think.talk.topic import Asking, Topic, Words, strings
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
    do you have python here""",
    "de": """ist htop installiert
    welche version von nginx ist installiert
    nginx version
    welche version hat openssl
    ist docker installiert
    welche php version
    haben wir git""",
    "fr": """htop est-il installé
    quelle version de nginx est installée
    version de nginx
    docker est-il installé
    quelle version de php
    a-t-on git
    version de openssl""",
    "es": """está instalado htop
    qué versión de nginx está instalada
    versión de nginx
    está instalado docker
    qué versión de php
    tenemos git
    versión de openssl""",
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
WHICH = Words(en="Which package?", de="Welches Paket?", fr="Quel paquet ?", es="¿Qué paquete?")
MOST_TRIED = 4
NO_LIST = "there is no list of Debian packages here"
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
    looks=("package",),
)
