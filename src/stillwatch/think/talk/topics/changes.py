"""What was changed on the host lately, and by whom as far as that can be seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stillwatch.think.talk.topic import Asking, Topic, Words, rows
from stillwatch.think.talk.words import words_of

QUESTIONS = {
    "en": """compare today with yesterday
    what is different from yesterday
    what changed
    what has changed since yesterday
    what changed recently
    what is different
    who changed the configuration
    who changed what
    which files were changed
    which config files were modified today
    what was installed recently
    which packages were installed or upgraded
    what was updated last week
    recent changes
    did anybody change something
    what is new on the server
    was anything modified in /etc
    who installed that package
    who edited nginx.conf
    package history
    when was the last apt upgrade
    when was the system last upgraded
    what was upgraded
    did anyone change anything on the server
    what was installed lately
    has somebody edited something
    new packages
    what changed in nginx
    was the nginx config changed
    did anybody touch sshd_config""",
    "de": """was ist anders als gestern
    was hat sich geändert
    was wurde geändert
    was hat sich seit gestern geändert
    wer hat was geändert
    wer hat die konfiguration geändert
    welche dateien wurden geändert
    was wurde installiert
    welche pakete wurden aktualisiert
    was ist neu auf dem server
    letzte änderungen
    hat jemand etwas geändert
    was ist anders
    welche pakete wurden zuletzt installiert
    was wurde letzte woche aktualisiert
    was wurde verändert
    wurde etwas installiert
    was wurde zuletzt installiert
    wurde etwas geändert
    wann war das letzte apt upgrade
    was hat sich an nginx geändert
    hat jemand die sshd_config angefasst""",
    "fr": """qu'est-ce qui a changé
    qu'est-ce qui a changé depuis hier
    qui a changé la configuration
    quels fichiers ont été modifiés
    quels paquets ont été installés
    changements récents
    dernières modifications
    qui a modifié quoi
    quoi de neuf sur le serveur
    qu'est-ce qui a été mis à jour
    qu'a-t-on installé dernièrement
    quelqu'un a-t-il modifié quelque chose
    modifications depuis hier""",
    "es": """qué ha cambiado
    qué cambió desde ayer
    quién cambió la configuración
    qué archivos se modificaron
    qué paquetes se instalaron
    cambios recientes
    últimos cambios
    qué hay de nuevo en el servidor
    quién modificó qué
    qué se actualizó
    qué se instaló recientemente
    alguien cambió algo
    qué se modificó desde ayer
    modificaciones recientes""",
}
FILES = Words(
    en="{count:file or package|files or packages} changed in the last {hours} h; the newest:",
    de="In den letzten {hours} h gab es {count:Änderung|Änderungen} an Dateien oder Paketen; das Neueste:",
    fr="{count:fichier ou paquet a|fichiers ou paquets ont} changé ces dernières {hours} h ; le plus récent :",
    es="En las últimas {hours} h hubo {count:cambio|cambios} de archivos o paquetes; lo más reciente:",
)
NONE = Words(
    en="I see no changed configuration, unit file, local program or package in the last {hours} h.",
    de="In den letzten {hours} h sehe ich keine geänderte Konfiguration, Unit-Datei, kein lokales Programm und kein Paket.",
    fr="Je ne vois aucun changement de configuration, d'unité, de programme local ou de paquet ces dernières {hours} h.",
    es="No veo cambios de configuración, unidades, programas locales ni paquetes en las últimas {hours} h.",
)
WHO = Words(
    en="Who changed a file its owner and time do not tell; packages name who asked for them.",
    de="Wer eine Datei geändert hat, sagen Besitzer und Zeit nicht; Pakete nennen, wer sie wollte.",
    fr="Le propriétaire et l'heure ne disent pas qui a modifié un fichier ; les paquets nomment le demandeur.",
    es="El dueño y la hora no dicen quién cambió un archivo; los paquetes nombran a quien los pidió.",
)
NONE_OF = Words(
    en="I see no change to {name} in the last {hours} h.",
    de="In den letzten {hours} h sehe ich keine Änderung an {name}.",
    fr="Je ne vois aucun changement de {name} ces dernières {hours} h.",
    es="No veo cambios de {name} en las últimas {hours} h.",
)
DEFAULT_HOURS = 48.0
MOST = 100
"""As many changes as the look tells at most."""


async def answer(ask: Asking) -> None:
    span = ask.named.span
    hours = round(min(max(span.hours, 1.0), 720.0) if span else DEFAULT_HOURS)
    files = await ask.look("recent_changes", hours=float(hours))
    if files.problem:
        ask.cannot(files, "find /etc -mtime -2")
        return
    packages = await ask.look("package_changes", hours=float(hours))
    changed = [row for row in rows(files, "changes") if row.get("kind") != "package"]
    runs = rows(packages, "runs")
    name = _narrow(ask)
    if name:
        ask.narrowed = True
        changed = [row for row in changed if _is_of(str(row["path"]), name)]
        runs = [only for run in runs if (only := _only(run, name))["packages"]]
    count = len(changed) + len(runs)
    if name and not count:
        ask.say(NONE_OF, files, packages, name=name, hours=hours)
        return
    ask.say(
        FILES if count else NONE,
        files,
        *([packages] if runs else []),
        count=f"≥ {count}" if len(rows(files, "changes")) >= MOST and not name else count,
        hours=hours,
    )
    for run in runs[:5]:
        what = "; ".join(f"{kind} {', '.join(names[:5])}" for kind, names in run["packages"].items())
        ask.row(ask.when(run["at"]), run["by"] or run["command"][:60], what)
    for row in changed[:8]:
        ask.row(
            ask.when(row["at"]), row["path"], row.get("owner", "") and f"uid {row['owner']}", subject=str(row["path"])
        )
    if count:
        ask.say(WHO)


def _narrow(ask: Asking) -> str:
    """What the question is about, where it names a path, a unit's program or a file: by its whole path or its name."""
    if ask.named.path:
        return ask.named.path.rstrip("/")
    if ask.named.units:
        return _stem_of(ask.named.unit)
    words = [word for word in words_of(ask.question) if word != ask.named.domain]
    return next((word for word in words if "." in word[1:-1] or "_" in word), "")


def _stem_of(unit: str) -> str:
    return unit.rpartition(".")[0].partition("@")[0]


def _is_of(path: str, name: str) -> bool:
    """Below that path; or a folder or file on the way to it has that name, whatever ends it ("nginx.conf")."""
    if name.startswith("/"):
        return f"{path}/".startswith(f"{name}/")
    parts = path.casefold().split("/")
    return any(part == name or part.partition(".")[0] == name.casefold() for part in parts)


def _only(run: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a run did to packages of that name, or of one that begins with it ("nginx-common")."""
    of = {kind: [one for one in names if f"{one}-".startswith(f"{name}-")] for kind, names in run["packages"].items()}
    return {**run, "packages": {kind: names for kind, names in of.items() if names}}


TOPIC = Topic(
    name="changes",
    title=Words(en="what changed", de="was sich geändert hat", fr="ce qui a changé", es="qué ha cambiado"),
    questions=QUESTIONS,
    answer=answer,
    looks=("recent_changes", "package_changes"),
    explains=True,
    whole=True,
)
