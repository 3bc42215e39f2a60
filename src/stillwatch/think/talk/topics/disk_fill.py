"""What fills a file system: biggest files and folders, old logs, deleted files that are still held."""

from __future__ import annotations

import re
from typing import Final

from stillwatch.records.amount import size
from stillwatch.records.look import Seen
from stillwatch.think.talk.answer import sentence
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows
from stillwatch.think.talk.words import folded

QUESTIONS = {
    "en": """what can I safely delete
    which file grew last
    what fills the disk
    what is using the disk space
    what takes up all the space
    biggest files
    largest folders
    which directory is the largest
    why is the disk full
    what is filling up /var
    where did all the space go
    what can I delete
    which files are large
    how big is /var/log
    du
    how large are the logs
    deleted files still open
    what eats the disk
    what is eating the disk
    what is hogging disk space
    which files take up the most space
    what consumes the disk
    why is /var full
    find large files
    how big is the journal
    how large are the logs
    how much space do the logs take
    how much disk does the journal use
    size of the journal
    how much space do the home folders need""",
    "de": """was kann ich gefahrlos löschen
    welche datei ist zuletzt gewachsen
    was füllt die platte
    was belegt den plattenplatz
    was braucht so viel platz
    größte dateien
    größte verzeichnisse
    welcher ordner ist am größten
    warum ist die platte voll
    was füllt /var
    wo ist der ganze platz hin
    was kann ich löschen
    wie groß ist /var/log
    wie groß sind die logs
    was frisst die platte
    was verbraucht den platz
    warum ist /var voll
    welche dateien brauchen am meisten platz
    wie groß ist das journal""",
    "fr": """que puis-je supprimer sans risque
    qu'est-ce qui remplit le disque
    qu'est-ce qui prend de la place
    plus gros fichiers
    plus gros dossiers
    pourquoi le disque est plein
    qu'est-ce qui remplit /var
    que puis-je supprimer
    taille de /var/log
    quels fichiers sont gros
    qu'est-ce qui occupe le plus de place
    qu'est-ce qui consomme le disque
    qu'est-ce qui prend toute la place sur le disque
    pourquoi /var est plein""",
    "es": """qué puedo borrar sin riesgo
    qué llena el disco
    qué ocupa el espacio
    archivos más grandes
    carpetas más grandes
    por qué está lleno el disco
    qué llena /var
    qué puedo borrar
    tamaño de /var/log
    qué ocupa tanto espacio en disco
    qué se come el disco
    qué consume el espacio
    por qué está lleno /var
    qué archivos ocupan más""",
}
WHERE = Words(
    en="On {path} ({used} full) the biggest files are:",
    de="Auf {path} (zu {used} voll) sind die größten Dateien:",
    fr="Sur {path} (plein à {used}), les plus gros fichiers sont :",
    es="En {path} (al {used}) los archivos más grandes son:",
)
BELOW = Words(
    en="Below {path} the biggest files that I may see are:",
    de="Unter {path} sind die größten Dateien, die ich sehen darf:",
    fr="Sous {path}, les plus gros fichiers que je peux voir sont :",
    es="Bajo {path} los archivos más grandes que puedo ver son:",
)
PART = Words(
    en="Not all was seen: folders that only root may list, or more than fits in five seconds, are missing.",
    de="Nicht alles wurde gesehen: Ordner, die nur root lesen darf, oder mehr als in fünf Sekunden passt, fehlen.",
    fr="Tout n'a pas été vu : il manque ce que seul root peut lire, ou ce qui dépasse cinq secondes.",
    es="No se vio todo: falta lo que solo root puede leer o lo que no cabe en cinco segundos.",
)
HELD = Words(
    en="Deleted and still held open: {path}, {size}, by process {pid} ({unit}).",
    de="Gelöscht und noch offen gehalten: {path}, {size}, von Prozess {pid} ({unit}).",
    fr="Supprimé mais encore ouvert : {path}, {size}, par le processus {pid} ({unit}).",
    es="Borrado y aún abierto: {path}, {size}, por el proceso {pid} ({unit}).",
)
LOGS = Words(
    en="Old logs in {path}: {size} in {count:file|files}.",
    de="Alte Logs in {path}: {size} in {count:Datei|Dateien}.",
    fr="Anciens journaux dans {path} : {size} en {count:fichier|fichiers}.",
    es="Registros viejos en {path}: {size} en {count:archivo|archivos}.",
)
WORTH = 1_048_576
SUM = Words(
    en="Below {path} lie at least {size}.",
    de="Unter {path} liegen mindestens {size}.",
    fr="Sous {path} il y a au moins {size}.",
    es="Bajo {path} hay al menos {size}.",
)
SPOKEN: Final = (
    (r"journal(?:s|d)?", "/var/log/journal"),
    (r"logs?|logfiles?|logdateien|registros|journaux", "/var/log"),
    (r"home(?:s| folders?| directories)?|heimatverzeichnis(?:se)?|benutzerverzeichnis(?:se)?", "/home"),
    (r"tmp|temp(?:orary)? files?|temporare dateien|fichiers temporaires", "/tmp"),  # noqa: S108
    (r"apt ?cache|package cache|paketcache", "/var/cache/apt"),
    (r"docker(?: images?| volumes?)?|container images?", "/var/lib/docker"),
    (r"mails?(?:box(?:es)?)?", "/var/mail"),
)
"""Folders that people name by what lies there (hier(7)); asked of in words of their own, not as a unit."""
_SPOKEN: Final = [(re.compile(rf"\b(?:{words})\b"), path) for words, path in SPOKEN]


def _spoken(question: str) -> str:
    text = folded(question)
    return next((path for shape, path in _SPOKEN if shape.search(text)), "")


async def answer(ask: Asking) -> None:
    mounts = await ask.look("mounts")
    known = sorted(rows(mounts, "mounts"), key=lambda row: -float(row["used"]))
    path = ask.named.path or _spoken(ask.question) or (str(known[0]["path"]) if known else "/")
    ask.sentences += [sentence(one, ask.language) for one in ask.known.incidents if one.subject == path][:2]
    seen = await ask.look("disk_use", path=path)
    if seen.problem:
        ask.cannot(seen, f"sudo du -xh --max-depth=2 {path} | sort -h | tail")
        return
    if mine := next((row for row in known if row["path"] == path), None):
        ask.say(WHERE, seen, mounts, path=path, used=f"{float(mine['used']):.0%}")
    else:
        ask.say(SUM, seen, path=path, size=size(number(seen, "bytes") or 0.0))
        ask.say(BELOW, seen, path=path)
    _tell_biggest(ask, seen)


def _tell_biggest(ask: Asking, seen: Seen) -> None:
    for row in rows(seen, "files")[:6]:
        ask.row(row["path"], size(row["bytes"]), subject=str(row["path"]))
    for row in rows(seen, "folders")[:3]:
        ask.row(f"{row['path']}/", size(row["bytes"]), subject=str(row["path"]))
    for row in rows(seen, "rotated_logs")[:1]:
        if float(row["bytes"]) > WORTH:
            ask.say(LOGS, seen, path=row["path"], size=size(row["bytes"]), count=row["count"])
    for row in rows(seen, "deleted_open")[:2]:
        if float(row["size"]) > WORTH:
            ask.say(HELD, seen, path=row["path"], size=size(row["size"]), pid=row["pid"], unit=row["unit"] or "–")
    if seen.data.get("complete") is False:
        ask.say(PART, seen)


TOPIC = Topic(
    name="disk_fill",
    title=Words(
        en="what fills the disk", de="was die Platte füllt", fr="ce qui remplit le disque", es="qué llena el disco"
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("mounts", "disk_use"),
    explains=True,
)
