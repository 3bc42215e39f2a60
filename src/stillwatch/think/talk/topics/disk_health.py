"""Health of disks (SMART) and of RAID arrays."""

from __future__ import annotations

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, rows, strings

QUESTIONS = {
    "en": """are the disks healthy
    smart status
    is a disk dying
    disk health
    raid status
    is the raid ok
    is the raid degraded
    mdadm
    which disks are in the machine
    hard drive health
    bad sectors
    is the ssd worn out
    disk errors
    list the disks
    is any disk failing
    is a drive broken
    are the drives ok
    any disk errors
    any i/o errors
    was a disk error logged
    read errors on the disk
    did the kernel log disk errors""",
    "de": """sind die platten gesund
    smart status
    ist eine festplatte defekt
    zustand der festplatten
    raid status
    ist das raid in ordnung
    ist das raid degradiert
    welche platten sind eingebaut
    defekte sektoren
    plattenfehler
    stirbt eine platte
    ist eine platte kaputt
    sind die platten ok
    gab es lesefehler auf der platte
    i/o fehler""",
    "fr": """les disques sont-ils en bonne santé
    état smart
    un disque est-il défaillant
    état du raid
    le raid est-il dégradé
    quels disques sont installés
    secteurs défectueux
    santé des disques
    un disque est-il mourant
    un disque va-t-il tomber en panne""",
    "es": """están sanos los discos
    estado smart
    está fallando un disco
    estado del raid
    está degradado el raid
    qué discos hay
    sectores defectuosos
    salud de los discos
    está fallando un disco duro
    va a fallar un disco
    está roto algún disco""",
}
NO_RAID = Words(
    en="There is no software RAID here.",
    de="Hier gibt es kein Software-RAID.",
    fr="Il n'y a pas de RAID logiciel ici.",
    es="Aquí no hay RAID por software.",
)
GOOD = Words(
    en="RAID {name} ({level}) has all of its {count} members.",
    de="RAID {name} ({level}) hat alle {count} Mitglieder.",
    fr="Le RAID {name} ({level}) a ses {count} membres.",
    es="El RAID {name} ({level}) tiene sus {count} miembros.",
)
DEGRADED = Words(
    en="RAID {name} ({level}) is degraded: {present} of {count} members are there. {doing}",
    de="RAID {name} ({level}) ist degradiert: {present} von {count} Mitgliedern sind da. {doing}",
    fr="Le RAID {name} ({level}) est dégradé : {present} membres sur {count}. {doing}",
    es="El RAID {name} ({level}) está degradado: {present} de {count} miembros. {doing}",
)
TROUBLE = Words(
    en="In the last {days} days smartd or the kernel told of disk trouble:",
    de="In den letzten {days} Tagen meldeten smartd oder der Kernel Plattenprobleme:",
    fr="Ces {days} derniers jours, smartd ou le noyau ont signalé des problèmes de disque :",
    es="En los últimos {days} días smartd o el kernel avisaron de problemas de disco:",
)
QUIET = Words(
    en="In the last {days} days the journal holds no word of disk trouble from smartd or the kernel.",
    de="In den letzten {days} Tagen steht im Journal nichts von Plattenproblemen, weder von smartd noch vom Kernel.",
    fr="Ces {days} derniers jours, le journal ne contient aucun signalement de smartd ni du noyau.",
    es="En los últimos {days} días el journal no tiene avisos de smartd ni del kernel sobre discos.",
)
SMART = Words(
    en="reading SMART values needs root and the disk itself",
    de="SMART-Werte zu lesen braucht root und die Platte selbst",
    fr="lire les valeurs SMART demande root et le disque lui-même",
    es="leer valores SMART necesita root y el propio disco",
)


async def answer(ask: Asking) -> None:
    raid, disks = await ask.look("raid"), await ask.look("disks")
    arrays = rows(raid, "arrays")
    for row in arrays:
        shown = {"name": row["name"], "level": row["level"], "count": row["wanted"], "present": row["present"]}
        ask.say(GOOD if row["healthy"] else DEGRADED, raid, **shown, doing=row["doing"])
    if not arrays and not raid.problem:
        ask.say(NO_RAID, raid)
    trouble, unread = strings(disks, "trouble"), str(disks.data.get("unread", ""))
    if not unread and not disks.problem:
        ask.say(TROUBLE if trouble else QUIET, disks, days=disks.data.get("days", 7))
    found = rows(disks, "disks")
    for line in trouble[-5:]:
        ask.row(line)
    for row in found:
        ask.row(row["name"], row["model"], size(row["size"]), subject=str(row["name"]))
    ask.cannot(unread or SMART, f"sudo smartctl -H /dev/{found[0]['name'] if found else 'sda'}")


TOPIC = Topic(
    name="disk_health",
    title=Words(
        en="health of disks and RAID",
        de="Zustand von Platten und RAID",
        fr="la santé des disques et du RAID",
        es="la salud de los discos y el RAID",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("raid", "disks"),
    whole=True,
)
