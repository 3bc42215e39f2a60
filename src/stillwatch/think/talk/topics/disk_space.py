"""How full the file systems are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """how full is the disk
    disk full?
    disk space
    how much disk space is left
    how much space is free
    is the disk full
    disk usage
    df
    free space on /var
    is there room on /home
    how much space is left on /
    are we running out of disk space
    storage usage
    how big is the disk
    how much storage do we have
    which filesystem is full
    is /var full
    space left on the disk
    disk almost full
    low on disk space""",
    "de": """wie voll ist die platte
    platte voll?
    wie viel platz ist noch frei
    plattenplatz
    wie viel speicherplatz ist frei
    ist die festplatte voll
    festplattenplatz
    freier platz auf /var
    ist auf /home noch platz
    wie viel platz haben wir noch
    geht der speicherplatz aus
    wie groß ist die festplatte
    festplattenbelegung
    plattenbelegung
    wie viel platz ist auf der platte
    platte fast voll""",
    "fr": """combien d'espace disque reste-t-il
    le disque est-il plein
    espace disque
    disque plein
    espace libre
    combien de place reste-t-il
    utilisation du disque
    reste-t-il de la place sur /var
    taille du disque
    espace libre sur /home
    le disque est-il presque plein
    il reste combien de place""",
    "es": """cuánto disco queda
    cuánto espacio queda
    está lleno el disco
    espacio en disco
    disco lleno
    espacio libre
    uso del disco
    queda espacio en /var
    tamaño del disco
    cuánto espacio libre hay
    queda sitio en el disco
    cuánto sitio queda""",
}
FULL = Words(
    en="{path} is {used} full: {free} of {size} are free.",
    de="{path} ist zu {used} voll: {free} von {size} sind frei.",
    fr="{path} est plein à {used} : {free} sur {size} sont libres.",
    es="{path} está al {used}: quedan libres {free} de {size}.",
)
OF = Words(
    en="{asked} lies on {path}.",
    de="{asked} liegt auf {path}.",
    fr="{asked} se trouve sur {path}.",
    es="{asked} está en {path}.",
)


def sizes(mount: Mapping[str, Any]) -> dict[str, str]:
    """How much of it is free, and how much there is, in words."""
    return {"free": size(mount["free"]), "size": size(mount["size"])}


async def answer(ask: Asking) -> None:
    seen = await ask.look("mounts")
    mounts = [row for row in rows(seen, "mounts") if row["size"]]
    if not mounts:
        ask.cannot(seen.problem or "no file system tells its size here", "df -h")
        return
    mounts.sort(key=lambda row: -float(row["used"]))
    holds = holding(ask.named.path, [str(row["path"]) for row in mounts]) if ask.named.path else ""
    if holds and holds != ask.named.path:
        ask.say(OF, seen, asked=ask.named.path, path=holds)
    first = next((row for row in mounts if row["path"] == holds), mounts[0])
    ask.say(FULL, seen, path=first["path"], used=f"{float(first['used']):.0%}", **sizes(first))
    for row in mounts if not holds else ():
        if row is not first:
            ask.row(
                row["path"],
                f"{float(row['used']):.0%}",
                f"{size(row['free'])} / {size(row['size'])}",
                subject=str(row["path"]),
            )


def holding(path: str, points: list[str]) -> str:
    """The mount point below which a path lies."""
    fits = [point for point in points if path == point or path.startswith(point.rstrip("/") + "/")]
    return max(fits, key=len, default="")


TOPIC = Topic(
    name="disk_space",
    title=Words(en="disk space", de="Plattenplatz", fr="l'espace disque", es="el espacio en disco"),
    questions=QUESTIONS,
    answer=answer,
    looks=("mounts",),
)
