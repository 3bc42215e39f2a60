"""How many processes there are, zombies, and one process by its number."""

from __future__ import annotations

import re
from typing import Final

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows
from stillwatch.think.talk.words import COMMON_ANYWHERE, folded, words_of

QUESTIONS = {
    "en": """how many processes are running
    are there zombies
    zombie processes
    what is process 407
    what is pid 1234
    stuck processes
    is anything stuck in d state
    what is in uninterruptible sleep
    list processes
    ps
    processes in d state
    running processes
    which process started last
    newest processes
    what was started recently
    how many php processes are there
    is a process called java running
    which processes belong to nginx
    processes of nginx""",
    "de": """wie viele prozesse laufen
    gibt es zombies
    zombieprozesse
    was ist prozess 407
    hängende prozesse
    liste der prozesse
    laufende prozesse
    welcher prozess wurde zuletzt gestartet
    neueste prozesse
    wie viele php prozesse gibt es
    welche prozesse gehören zu nginx""",
    "fr": """combien de processus tournent
    y a-t-il des zombies
    processus zombies
    qu'est-ce que le processus 407
    processus bloqués
    liste des processus
    quel processus a démarré en dernier
    combien de processus php
    quels processus appartiennent à nginx""",
    "es": """cuántos procesos corren
    hay zombis
    procesos zombi
    qué es el proceso 407
    procesos bloqueados
    lista de procesos
    qué proceso arrancó el último
    cuántos procesos php hay
    qué procesos son de nginx""",
}
COUNT = Words(
    en="{count:process|processes}, {zombies:zombie|zombies}, {stuck} stuck in the kernel.",
    de="{count:Prozess|Prozesse}, {zombies:Zombie|Zombies}, {stuck} im Kernel hängend.",
    fr="{count} processus, {zombies:zombie|zombies}, {stuck:bloqué|bloqués} dans le noyau.",
    es="{count:proceso|procesos}, {zombies:zombi|zombis}, {stuck:bloqueado|bloqueados} en el kernel.",
)
PARENT = Words(
    en="{count:is a child|are children} of {parent}, which does not fetch them.",
    de="{count:ist ein Kind|sind Kinder} von {parent}, das sie nicht abholt.",
    fr="{count:est un enfant|sont des enfants} de {parent}, qui ne les récupère pas.",
    es="{count:es hijo|son hijos} de {parent}, que no los recoge.",
)
ONE = Words(
    en="Process {pid} is {name} of {user}, {memory} memory, unit {unit}.",
    de="Prozess {pid} ist {name} von {user}, {memory} Speicher, Unit {unit}.",
    fr="Le processus {pid} est {name} de {user}, {memory} de mémoire, unité {unit}.",
    es="El proceso {pid} es {name} de {user}, {memory} de memoria, unidad {unit}.",
)
GONE = Words(
    en="There is no process {pid}.",
    de="Es gibt keinen Prozess {pid}.",
    fr="Il n'y a pas de processus {pid}.",
    es="No existe el proceso {pid}.",
)
NEWEST = Words(
    en="The processes that were started last:",
    de="Die zuletzt gestarteten Prozesse:",
    fr="Les processus lancés en dernier :",
    es="Los procesos arrancados en último lugar:",
)
OF_UNIT = Words(
    en="{count:process runs|processes run} in {unit}.",
    de="In {unit} {count:läuft ein Prozess|laufen Prozesse}.",
    fr="{count:processus tourne|processus tournent} dans {unit}.",
    es="{count:proceso corre|procesos corren} en {unit}.",
)
NAMED = Words(
    en="{count:process has|processes have} the name {name}.",
    de="{count:Prozess heißt|Prozesse heißen} {name}.",
    fr="{count:processus porte|processus portent} le nom {name}.",
    es="{count:proceso se llama|procesos se llaman} {name}.",
)
_LATELY: Final = re.compile(
    r"\b(?:last|newest|latest|recent(?:ly)?|just|zuletzt|neueste[rn]?|jungste[rn]?|gerade|dernier|recent[es]*|ultimo|nuevo[s]?|reciente[s]?|recien)\b"
)
_ILL: Final = re.compile(r"\b(?:zombi\w*|defunct|stuck|d.state|uninterruptible|hang\w*|hange\w*|bloqu\w*)\b")
_CALLED: Final = re.compile(r"\b(?:called|named|namens|heisst|heissen|nommee?|appelee?|llamad[oa])s? ([\w.+-]+)")
MOST_TRIED: Final = 4
MOST_SHOWN: Final = 15
"""As many as the look gives."""


async def _tell_some(ask: Asking) -> bool:
    """Those of one unit, of one name, or the newest, where the question is about them."""
    if _ILL.search(folded(ask.question)):  # that is counted of the whole host
        return False
    if ask.named.units:
        seen = await ask.look("process_list", unit=ask.named.unit, sort="start")
        words = OF_UNIT
    elif name := await _name_of_one(ask):
        seen = await ask.look("process_list", name=name, sort="start")
        words = NAMED
    elif _LATELY.search(folded(ask.question)):
        seen = await ask.look("process_list", sort="start")
        words = NEWEST
    else:
        return False
    if seen.problem:
        ask.cannot(seen, "ps -eo pid,user,lstart,cmd --sort=-start_time")
        return True
    found = rows(seen, "processes")
    count = f"≥ {len(found)}" if len(found) >= MOST_SHOWN else len(found)
    ask.narrowed = True
    ask.say(words, seen, count=count, unit=ask.named.unit, name=seen.arguments.get("name", ""))
    for row in found[:10]:
        ask.row(
            f"{row['name']} (pid {row['pid']})",
            row["user"],
            ask.when(float(row["started"])) if row.get("started") else "",
            row["unit"],
        )
    return True


async def _name_of_one(ask: Asking) -> str:
    """A word of the question that is a process's name, or is said to be one."""
    if said := _CALLED.search(folded(ask.question)):
        return said[1]
    for word in [word for word in words_of(ask.question) if word not in COMMON_ANYWHERE][:MOST_TRIED]:
        if rows(await ask.look("process_list", name=word, arguments=False), "processes"):
            return word
    return ask.named.unknown


async def answer(ask: Asking) -> None:
    if ask.named.pid:
        seen = await ask.look("process_list", pid=ask.named.pid)
        if seen.problem:
            ask.cannot(seen, f"ps -p {ask.named.pid}")
            return
        found = rows(seen, "processes")
        if not found:
            ask.say(GONE, seen, pid=ask.named.pid)
            return
        one = found[0]
        ask.say(
            ONE,
            seen,
            pid=one["pid"],
            name=one["name"],
            user=one["user"],
            memory=size(one["memory"]),
            unit=one["unit"] or "–",
        )
        return
    if await _tell_some(ask):
        return
    seen = await ask.look("process_states")
    if seen.problem:
        ask.cannot(seen, "ps aux")
        return
    zombies, stuck = rows(seen, "zombies"), rows(seen, "stuck")
    ask.say(COUNT, seen, count=f"{number(seen, 'count') or 0:.0f}", zombies=len(zombies), stuck=len(stuck))
    for pid in dict.fromkeys(row["parent"] for row in zombies):
        mine = [row for row in zombies if row["parent"] == pid]
        parent = f"{mine[0]['parent_name']} (pid {pid}" + (f", {unit})" if (unit := mine[0]["parent_unit"]) else ")")
        ask.say(PARENT, seen, count=len(mine), parent=parent)
    for row in [*zombies, *stuck]:
        ask.row(f"{row['name']} (pid {row['pid']})", row["state"])


TOPIC = Topic(
    name="processes",
    title=Words(en="processes", de="Prozesse", fr="les processus", es="los procesos"),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
    looks=("process_list", "process_states"),
    whole=True,
)
