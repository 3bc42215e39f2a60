"""How busy the disks are."""

from __future__ import annotations

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows

QUESTIONS = {
    "en": """which service writes most
    who writes to the disk so much
    is the disk busy
    disk io
    iowait
    how much is written to disk
    disk activity
    iostat
    is the disk slow
    who writes to the disk
    is there a lot of disk io""",
    "de": """welcher dienst schreibt am meisten
    ist die platte ausgelastet
    disk io
    iowait
    wie viel wird geschrieben
    plattenaktivität
    ist die platte langsam
    viel plattenaktivität""",
    "fr": """quel service écrit le plus
    qui écrit sur le disque
    le disque est-il occupé
    entrées-sorties disque
    iowait
    activité du disque
    le disque est-il lent
    le disque travaille-t-il beaucoup""",
    "es": """qué servicio escribe más
    está ocupado el disco
    e/s de disco
    iowait
    actividad del disco
    va lento el disco
    hay mucha actividad de disco""",
}
RATE = Words(
    en="{disk} reads {read}/s and writes {written}/s right now.",
    de="{disk} liest gerade {read}/s und schreibt {written}/s.",
    fr="{disk} lit {read}/s et écrit {written}/s en ce moment.",
    es="{disk} lee {read}/s y escribe {written}/s ahora.",
)
WAITED = Words(
    en="Tasks waited {share} of the last minute for disks.",
    de="Prozesse warteten {share} der letzten Minute auf Platten.",
    fr="Des tâches ont attendu les disques pendant {share} de la dernière minute.",
    es="Las tareas esperaron al disco el {share} del último minuto.",
)


async def answer(ask: Asking) -> None:
    seen, memory = await ask.look("disk_io"), await ask.look("memory")
    found = rows(seen, "disks")
    if not found:
        ask.cannot(seen.problem or "no disk is counted here", "iostat -x 1 3")
        return
    busy = sorted(found, key=lambda row: -(float(row["read"]) + float(row["written"])))
    ask.say(RATE, seen, disk=busy[0]["disk"], read=size(busy[0]["read"]), written=size(busy[0]["written"]))
    share = number(memory, "pressure-io")
    if share is not None:
        ask.say(WAITED, memory, share=f"{share:.0%}")
    for row in busy[1:6]:
        ask.row(row["disk"], f"{size(row['read'])}/s", f"{size(row['written'])}/s")


TOPIC = Topic(
    name="disk_io",
    title=Words(en="disk activity", de="Plattenaktivität", fr="l'activité des disques", es="la actividad del disco"),
    questions=QUESTIONS,
    answer=answer,
    looks=("disk_io", "memory"),
    whole=True,
)
