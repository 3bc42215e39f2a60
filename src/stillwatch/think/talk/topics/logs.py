"""Log lines and last errors, of one unit or of all."""

from __future__ import annotations

import re
from typing import Final

from stillwatch.think.talk.named import alike
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows, strings
from stillwatch.think.talk.unit_asked import tell_absent
from stillwatch.think.talk.words import folded

QUESTIONS = {
    "en": """show me the logs of nginx
    logs of nginx
    nginx logs
    last errors of nginx
    last errors
    recent errors in the journal
    any errors in the log
    what does nginx say
    show the journal
    last log lines of nginx
    error log
    what did nginx log
    tail the log of nginx
    kernel messages
    dmesg
    kernel errors
    warnings in the log
    are there errors in the logs
    what did nginx say last
    which units log errors
    out of memory kills
    was anything killed by the oom killer
    any segfaults
    any oom kills
    are there core dumps
    did anything dump core
    was anything killed
    did the oom killer strike
    was a process killed for lack of memory""",
    "de": """zeige die logs von nginx
    logs von nginx
    letzte fehler von nginx
    letzte fehler
    fehler im journal
    fehler im log
    was sagt nginx
    zeig das journal
    letzte zeilen von nginx
    fehlerprotokoll
    was steht im log
    was hat nginx geloggt
    kernelmeldungen
    warnungen im log
    gibt es fehler in den logs
    protokoll von nginx
    hat der oom killer zugeschlagen""",
    "fr": """montre les journaux de nginx
    journaux de nginx
    dernières erreurs de nginx
    dernières erreurs
    erreurs dans le journal
    erreurs dans les logs
    que dit nginx
    montre les logs
    messages du noyau
    dernières lignes du journal""",
    "es": """muestra los registros de nginx
    registros de nginx
    últimos errores de nginx
    últimos errores
    errores en el journal
    errores en los logs
    qué dice nginx
    muestra los logs
    mensajes del kernel
    últimas líneas del registro""",
}
ERRORS = Words(
    en="{unit} logged {count:warning or error|warnings or errors} in the last {hours} h; the newest first:",
    de="{unit} hat in den letzten {hours} h {count:Warnung oder Fehler|Warnungen oder Fehler} gemeldet; das Neueste zuerst:",
    fr="{unit} a signalé {count:avertissement ou erreur|avertissements ou erreurs} ces dernières {hours} h ; le plus récent d'abord :",
    es="{unit} registró {count:aviso o error|avisos o errores} en las últimas {hours} h; lo más reciente primero:",
)
NO_ERRORS = Words(
    en="{unit} logged no warning or error in the last {hours} h.",
    de="{unit} hat in den letzten {hours} h keine Warnung und keinen Fehler gemeldet.",
    fr="{unit} n'a signalé ni avertissement ni erreur ces dernières {hours} h.",
    es="{unit} no registró avisos ni errores en las últimas {hours} h.",
)
LINES = Words(en="Its last lines:", de="Die letzten Zeilen:", fr="Les dernières lignes :", es="Las últimas líneas:")
SILENT = Words(
    en="It wrote nothing to the journal in that time.",
    de="In dieser Zeit steht nichts von ihr im Journal.",
    fr="Elle n'a rien écrit dans le journal pendant ce temps.",
    es="En ese tiempo no escribió nada en el journal.",
)
ALL = Words(en="The host", de="Der Host", fr="L'hôte", es="El equipo")
KERNEL = Words(en="The kernel", de="Der Kernel", fr="Le noyau", es="El kernel")
DAY_HOURS = 24.0
MOST_LINES: Final = 50
_SO_MANY: Final = re.compile(
    r"\b(?:last|letzten?|tail|ultimas?) (\d{1,4})\b|\b(\d{1,4}) (?:last |letzten? |dernieres? |ultimas? )?(?:lines?|zeilen|lignes|lineas)\b"
)


async def answer(ask: Asking) -> None:
    hours = round(min(max(ask.named.span.hours, 1.0), 168.0) if ask.named.span else DAY_HOURS)
    unit = ask.named.unit
    if asked := _SO_MANY.search(folded(ask.question)):
        await _tell_lines(ask, int(next(filter(None, asked.groups()))), hours)
        return
    if not unit and ask.named.unknown and alike(ask.named.unknown, ask.known.units):
        tell_absent(ask, ask.named.unknown)
        return
    kernel = any(
        word in ask.question.casefold() for word in ("kernel", "dmesg", "noyau", "oom", "segfault", "out of memory")
    )
    tool = "kernel_messages" if kernel and not unit else "journal_errors"
    more = {} if tool == "kernel_messages" else {"unit": unit, "priority": 4}
    errors = await ask.look(tool, hours=float(hours), **more)
    if errors.problem:
        ask.cannot(errors, f"journalctl -u {unit} -n 20" if unit else "journalctl -p warning -n 20")
        return
    who = unit or (KERNEL if tool == "kernel_messages" else ALL).in_(ask.language)
    lines = rows(errors, "lines")
    count, most = number(errors, "count") or 0, number(errors, "most") or 0
    shown = f"≥ {count:.0f}" if count and count >= most else f"{count:.0f}"
    ask.say(ERRORS if lines else NO_ERRORS, errors, unit=who, count=shown, hours=hours)
    for row in lines[:8]:
        ask.row(ask.when(row["at"]), "" if unit else row.get("unit", ""), row["text"], subject=str(row.get("unit", "")))
    if unit:  # what a unit said last explains its errors, and most programs write it without a level
        seen = await ask.look("journal_search", unit=unit, hours=float(hours), lines=8)
        texts = {str(row["text"]) for row in lines[:8]}
        others = [line for line in strings(seen, "lines") if not any(text in line for text in texts)]
        if lines and not others:
            return
        ask.say(LINES if others else SILENT, seen)
        for line in others:
            ask.row(line.partition(": ")[2] or line)


async def _tell_lines(ask: Asking, count: int, hours: int) -> None:
    """The newest lines, of whatever weight."""
    unit = ask.named.unit
    seen = await ask.look("journal_search", unit=unit, hours=float(hours), lines=min(max(count, 1), MOST_LINES))
    if seen.problem:
        ask.cannot(seen, f"journalctl {f'-u {unit} ' if unit else ''}-n {count}")
        return
    lines = strings(seen, "lines")
    ask.say(LINES if lines else SILENT, seen)
    for line in lines:
        ask.row(line)


TOPIC = Topic(
    name="logs",
    title=Words(
        en="log lines and errors", de="Logzeilen und Fehler", fr="les journaux et erreurs", es="los registros y errores"
    ),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
    looks=("journal_errors", "journal_search", "kernel_messages"),
)
