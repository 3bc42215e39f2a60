"""How many inodes are used."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """inodes
    how many inodes are left
    are we out of inodes
    inode usage
    df -i
    no space left but disk is not full""",
    "de": """inodes
    wie viele inodes sind frei
    sind die inodes aufgebraucht
    inode belegung""",
    "fr": """inodes
    combien d'inodes restent
    utilisation des inodes
    plus d'inodes libres""",
    "es": """inodos
    cuántos inodos quedan
    uso de inodos
    se acabaron los inodos
    inodes""",
}
USED = Words(
    en="On {path} {used} of the inodes are used.",
    de="Auf {path} sind {used} der Inodes belegt.",
    fr="Sur {path}, {used} des inodes sont utilisés.",
    es="En {path} se usa el {used} de los inodos.",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("mounts")
    found = [row for row in rows(seen, "mounts") if row.get("inodes") is not None]
    if not found:
        ask.cannot(seen.problem or "no file system here counts inodes", "df -i")
        return
    found.sort(key=lambda row: -float(row["inodes"]))
    first = next((row for row in found if row["path"] == ask.named.path), found[0])
    ask.say(USED, seen, path=first["path"], used=f"{float(first['inodes']):.0%}")
    for row in found:
        if row is not first:
            ask.row(row["path"], f"{float(row['inodes']):.0%}", subject=str(row["path"]))


TOPIC = Topic(
    name="inodes",
    title=Words(en="inodes", de="Inodes", fr="les inodes", es="los inodos"),
    questions=QUESTIONS,
    answer=answer,
    looks=("mounts",),
)
