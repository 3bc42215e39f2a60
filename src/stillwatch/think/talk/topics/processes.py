"""How many processes there are, zombies, and one process by its number."""

from __future__ import annotations

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows

QUESTIONS = {
    "en": """how many processes are running
    are there zombies
    zombie processes
    what is process 407
    what is pid 1234
    stuck processes
    list processes
    ps
    processes in d state
    running processes""",
    "de": """wie viele prozesse laufen
    gibt es zombies
    zombieprozesse
    was ist prozess 407
    hängende prozesse
    liste der prozesse
    laufende prozesse""",
    "fr": """combien de processus tournent
    y a-t-il des zombies
    processus zombies
    qu'est-ce que le processus 407
    processus bloqués
    liste des processus""",
    "es": """cuántos procesos corren
    hay zombis
    procesos zombi
    qué es el proceso 407
    procesos bloqueados
    lista de procesos""",
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
