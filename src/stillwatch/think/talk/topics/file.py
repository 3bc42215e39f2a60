"""A file or folder: whose it is, which package and units it belongs to, and whether it may go; never a promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from stillwatch.records.amount import size
from stillwatch.records.unit import UnitState
from stillwatch.think.talk.topic import Asking, Topic, Words, number, strings
from stillwatch.think.talk.words import folded

QUESTIONS = {
    "en": """can I delete /var/cache/apt
    can I safely delete /var/log/old.log
    is it safe to remove /srv/app
    may I delete /tmp/big.iso
    what happens if I delete /opt/tool
    can /var/log/journal be removed
    is /etc/foo.conf still needed
    do I still need /opt/old
    which package owns /usr/sbin/nginx
    what package does /usr/bin/curl belong to
    which package does this file come from /etc/nginx/nginx.conf
    dpkg -S /usr/bin/vim
    what is /usr/sbin/nginx
    what is the file /etc/hosts
    who owns /srv/app
    what are the permissions of /etc/shadow
    does /etc/foo exist
    how old is /etc/hosts
    when was /etc/hosts last changed
    who changed /etc/hosts""",
    "de": """kann ich /var/cache/apt löschen
    darf ich /var/log/old.log löschen
    ist es sicher /srv/app zu löschen
    was passiert wenn ich /opt/tool lösche
    wird /etc/foo.conf noch gebraucht
    zu welchem paket gehört /usr/sbin/nginx
    was ist /usr/sbin/nginx
    wem gehört /srv/app
    welche rechte hat /etc/shadow
    gibt es /etc/foo
    wann wurde /etc/hosts geändert
    wer hat /etc/hosts geändert""",
    "fr": """puis-je supprimer /var/cache/apt
    peut-on effacer /srv/app sans risque
    que se passe-t-il si je supprime /opt/tool
    a-t-on encore besoin de /etc/foo.conf
    à quel paquet appartient /usr/sbin/nginx
    qu'est-ce que /usr/sbin/nginx
    à qui appartient /srv/app
    quels sont les droits de /etc/shadow
    /etc/foo existe-t-il
    quand /etc/hosts a-t-il été modifié
    qui a modifié /etc/hosts""",
    "es": """puedo borrar /var/cache/apt
    es seguro borrar /srv/app
    qué pasa si borro /opt/tool
    hace falta todavía /etc/foo.conf
    a qué paquete pertenece /usr/sbin/nginx
    qué es /usr/sbin/nginx
    de quién es /srv/app
    qué permisos tiene /etc/shadow
    existe /etc/foo
    cuándo se modificó /etc/hosts
    quién modificó /etc/hosts""",
}
IS: Final = Words(
    en="{path} has the mode {mode}, belongs to {owner}:{group} and was last changed at {at}.",
    de="{path} hat den Modus {mode}, gehört {owner}:{group} und wurde zuletzt am {at} geändert.",
    fr="{path} a le mode {mode}, appartient à {owner}:{group} et a été modifié en dernier à {at}.",
    es="{path} tiene el modo {mode}, es de {owner}:{group} y se cambió por última vez a las {at}.",
)
LINK: Final = Words(
    en="It is a link to {target}.", de="Es ist ein Link auf {target}.", fr="C'est un lien vers {target}.",
    es="Es un enlace a {target}.",
)  # fmt: skip
GONE: Final = Words(
    en="{path} does not exist.", de="{path} gibt es nicht.", fr="{path} n'existe pas.", es="{path} no existe."
)
OWNED: Final = Words(
    en="It belongs to the package {names}.",
    de="Es gehört zum Paket {names}.",
    fr="Il appartient au paquet {names}.",
    es="Pertenece al paquet {names}.",
)
OWNED_BY_MANY: Final = Words(
    en="It holds files of {count:package|packages} ({names}).",
    de="Darin liegen Dateien von {count:Paket|Paketen} ({names}).",
    fr="Il contient des fichiers de {count:paquet|paquets} ({names}).",
    es="Contiene archivos de {count:paquete|paquetes} ({names}).",
)
NO_PACKAGE: Final = Words(
    en="No Debian package brought it.",
    de="Kein Debian-Paket hat es mitgebracht.",
    fr="Aucun paquet Debian ne l'a apporté.",
    es="Ningún paquete de Debian lo trajo.",
)
USED_BY: Final = Words(
    en="Units that name it: {names}.",
    de="Units, die es nennen: {names}.",
    fr="Unités qui le nomment : {names}.",
    es="Unidades que lo nombran: {names}.",
)
NO_PROMISE: Final = Words(
    en="Whether it can go I cannot promise: who else reads it is not written anywhere. What has it open now is shown by: sudo lsof +D {path}",
    de="Ob es weg kann, kann ich nicht versprechen: Wer es sonst liest, steht nirgends. Was es gerade offen hat, zeigt: sudo lsof +D {path}",
    fr="Je ne peux pas promettre qu'on peut s'en passer : qui d'autre le lit n'est écrit nulle part. Ce qui l'a ouvert : sudo lsof +D {path}",
    es="No puedo prometer que sobre: quién más lo lee no está escrito en ninguna parte. Lo que lo tiene abierto: sudo lsof +D {path}",
)
SIZE: Final = Words(
    en="Its size is {size}.", de="Es ist {size} groß.", fr="Sa taille est de {size}.", es="Su tamaño es {size}."
)
WHICH: Final = Words(
    en="Which file or folder? Write its whole path.",
    de="Welche Datei oder welcher Ordner? Bitte den ganzen Pfad schreiben.",
    fr="Quel fichier ou dossier ? Écrivez son chemin complet.",
    es="¿Qué archivo o carpeta? Escriba la ruta completa.",
)
WHO: Final = Words(
    en="Who changed it its owner and time do not tell.",
    de="Wer es geändert hat, sagen Besitzer und Zeit nicht.",
    fr="Le propriétaire et l'heure ne disent pas qui l'a modifié.",
    es="El dueño y la hora no dicen quién lo cambió.",
)
DELETES: Final = (
    *("delet", "remov", "need", "safe", "losch", "brauch", "weg", "supprim", "effac", "besoin", "borr", "falta"),
    "elimin",
)
CHANGES: Final = ("who changed", "who edited", "who modified", "wer hat", "qui a modif", "qui a chang", "quien")
MOST_NAMED: Final = 6


async def answer(ask: Asking) -> None:
    path = ask.named.path.rstrip("/") or ask.named.path
    if not path:
        ask.say(WHICH)
        return
    seen = await ask.look("file_metadata", path=path)
    if seen.problem:
        ask.cannot(seen, f"stat {path}")
        return
    if not seen.data.get("exists"):
        ask.say(GONE, seen, path=path)
        return
    facts = seen.data
    at = ask.when(number(seen, "changed") or 0.0)
    ask.say(IS, seen, path=path, mode=facts.get("mode"), owner=facts.get("owner"), group=facts.get("group"), at=at)
    if facts.get("link"):
        ask.say(LINK, seen, target=facts["link"])
    elif str(facts.get("mode", "")).startswith("-"):
        ask.say(SIZE, seen, size=size(number(seen, "size") or 0.0))
    await _tell_package(ask, path)
    if users := _named_by(ask.known.units.values(), path):
        ask.say(USED_BY, names=", ".join(users[:MOST_NAMED]))
    text = folded(ask.question)
    if any(word in text for word in CHANGES):
        ask.say(WHO)
    if any(word in text for word in DELETES):
        if str(facts.get("mode", "")).startswith("d"):
            below = await ask.look("disk_use", path=path)
            ask.say(SIZE, below, size=f"≥ {size(number(below, 'bytes') or 0.0)}")
        ask.say(NO_PROMISE, path=path)


async def _tell_package(ask: Asking, path: str) -> None:
    seen = await ask.look("package", path=path)
    if seen.problem or not seen.data.get("known"):
        return
    names, inside = strings(seen, "holders"), strings(seen, "inside")
    if len(names) == 1:
        ask.say(OWNED, seen, names=", ".join(names))
    elif names or inside:
        every = names or inside
        ask.say(OWNED_BY_MANY, seen, count=len(every), names=", ".join(every[:MOST_NAMED]))
    else:
        ask.say(NO_PACKAGE, seen)


def _named_by(units: Iterable[UnitState], path: str) -> list[str]:
    """Units whose commands, files or folders lie there, by what PID 1 told of them."""
    return sorted(unit.name for unit in units if any(_lies_in(each, path) for each in _paths_of(unit)))


def _paths_of(unit: UnitState) -> Iterator[str]:
    for command in unit.commands:
        yield from (word.rpartition("=")[2] for word in command.split(" "))
    yield from (unit.where, unit.working_directory, unit.fragment_path)
    yield from (*unit.environment_files, *unit.additions, *unit.credentials)


def _lies_in(one: str, path: str) -> bool:
    return one.startswith("/") and f"{one}/".startswith(f"{path}/")


TOPIC = Topic(
    name="file",
    title=Words(
        en="a file or folder", de="eine Datei oder ein Ordner", fr="un fichier ou dossier", es="un archivo o carpeta"
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("file_metadata", "package", "disk_use"),
)
