"""What is mounted."""

from __future__ import annotations

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, rows, strings

QUESTIONS = {
    "en": """what is mounted
    mounts
    is /srv mounted
    which filesystems are mounted
    is the nfs share mounted
    read only filesystem
    is a filesystem read-only
    mount points
    fstab""",
    "de": """was ist gemountet
    mounts
    ist /srv eingehängt
    welche dateisysteme sind eingehängt
    ist das nfs gemountet
    ist ein dateisystem schreibgeschützt
    einhängepunkte""",
    "fr": """qu'est-ce qui est monté
    montages
    /srv est-il monté
    quels systèmes de fichiers sont montés
    un système de fichiers est-il en lecture seule
    points de montage""",
    "es": """qué está montado
    montajes
    está montado /srv
    qué sistemas de archivos están montados
    hay un sistema de archivos de solo lectura
    puntos de montaje""",
}
COUNT = Words(
    en="{count:file system|file systems} that can be written to: mounted.",
    de="{count:beschreibbares Dateisystem ist|beschreibbare Dateisysteme sind} eingehängt.",
    fr="{count:système de fichiers inscriptible est monté|systèmes de fichiers inscriptibles sont montés}.",
    es="Hay {count:sistema de archivos de escritura montado|sistemas de archivos de escritura montados}.",
)
IS = Words(
    en="{path} is mounted ({kind} on {device}).",
    de="{path} ist eingehängt ({kind} auf {device}).",
    fr="{path} est monté ({kind} sur {device}).",
    es="{path} está montado ({kind} en {device}).",
)
NOT = Words(
    en="{path} is no mount point here.",
    de="{path} ist hier kein Einhängepunkt.",
    fr="{path} n'est pas un point de montage ici.",
    es="{path} no es un punto de montaje aquí.",
)
MISSING = Words(
    en="fstab wants {paths}, and it is not mounted.",
    de="fstab verlangt {paths}, eingehängt ist es nicht.",
    fr="fstab demande {paths}, qui n'est pas monté.",
    es="fstab pide {paths}, y no está montado.",
)
WRITABLE = Words(
    en="It can be written to.",
    de="Darauf kann geschrieben werden.",
    fr="On peut y écrire.",
    es="Se puede escribir en él.",
)
READ_ONLY = Words(
    en="Mounted read-only: {paths}.",
    de="Nur lesbar eingehängt: {paths}.",
    fr="Montés en lecture seule : {paths}.",
    es="Montados de solo lectura: {paths}.",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("mounts")
    if seen.problem:
        ask.cannot(seen, "findmnt")
        return
    found, missing, closed = rows(seen, "mounts"), strings(seen, "missing"), strings(seen, "read_only")
    if ask.named.path:
        one = next((row for row in found if row["path"] == ask.named.path), None)
        if one:
            ask.say(IS, seen, path=one["path"], kind=one["kind"], device=one["device"])
            if one["path"] not in closed:
                ask.say(WRITABLE, seen)
        elif ask.named.path not in closed:
            ask.say(NOT, seen, path=ask.named.path)
    else:
        ask.say(COUNT, seen, count=len(found))
        for row in found:
            ask.row(row["path"], row["kind"], row["device"], size(row["size"]), subject=str(row["path"]))
    if missing:
        ask.say(MISSING, seen, paths=", ".join(missing))
    if closed:
        ask.say(READ_ONLY, seen, paths=", ".join(closed[:6]))


TOPIC = Topic(
    name="mounts",
    title=Words(en="mounts", de="Einhängepunkte", fr="les montages", es="los montajes"),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
    looks=("mounts",),
)
