"""Open files and handles."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows

QUESTIONS = {
    "en": """how many files are open
    open file handles
    file descriptors
    too many open files
    lsof
    which process holds most files""",
    "de": """wie viele dateien sind offen
    offene dateien
    dateideskriptoren
    zu viele offene dateien""",
    "fr": """combien de fichiers sont ouverts
    fichiers ouverts
    descripteurs de fichiers
    trop de fichiers ouverts""",
    "es": """cuántos archivos están abiertos
    archivos abiertos
    descriptores de archivo
    demasiados archivos abiertos""",
}
USED = Words(
    en="{used} of {most} file handles are in use.",
    de="{used} von {most} Dateihandles sind belegt.",
    fr="{used} descripteurs sur {most} sont utilisés.",
    es="Se usan {used} de {most} descriptores.",
)
UNSEEN = Words(
    en="{count:process|processes} of other users I may not count: sudo lsof",
    de="{count:Prozess|Prozesse} anderer Benutzer darf ich nicht zählen: sudo lsof",
    fr="Je ne peux pas compter {count} processus d'autres utilisateurs : sudo lsof",
    es="No puedo contar {count:proceso|procesos} de otros usuarios: sudo lsof",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("open_files")
    if seen.problem:
        ask.cannot(seen, "cat /proc/sys/fs/file-nr")
        return
    ask.say(USED, seen, used=f"{number(seen, 'used') or 0:.0f}", most=f"{number(seen, 'most') or 0:.0f}")
    if unseen := number(seen, "unseen"):
        ask.say(UNSEEN, seen, count=f"{unseen:.0f}")
    for row in rows(seen, "processes")[:5]:
        ask.row(f"{row['name']} (pid {row['pid']})", row["open"], row["unit"])


TOPIC = Topic(
    name="open_files",
    title=Words(en="open files", de="offene Dateien", fr="les fichiers ouverts", es="los archivos abiertos"),
    questions=QUESTIONS,
    answer=answer,
    looks=("open_files",),
    whole=True,
)
