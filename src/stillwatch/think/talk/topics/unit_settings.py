"""How a unit is set up: its files, what it starts and as whom, whether it comes back by itself, where it logs."""

from __future__ import annotations

from typing import Final

from stillwatch.records.amount import size
from stillwatch.think.talk.topic import Asking, Topic, Words, number, rows, strings
from stillwatch.think.talk.unit_asked import tell_absent, unit_asked

QUESTIONS = {
    "en": """what user does nginx run as
    as which user does nginx run
    which command starts nginx
    how is nginx started
    where is the unit file of nginx
    show me the unit file of nginx
    which drop-ins does nginx have
    does nginx restart automatically after a crash
    does nginx come back by itself
    what is the restart policy of nginx
    what is the memory limit of nginx
    which environment files does nginx use
    where does nginx log to
    where are the logs of nginx
    what is nginx.service
    what does nginx.service do
    what kind of unit is nginx
    does nginx run as root
    what are the options of nginx""",
    "de": """als welcher benutzer läuft nginx
    unter welchem user läuft nginx
    mit welchem befehl wird nginx gestartet
    wo liegt die unit datei von nginx
    wo ist die unit von nginx
    startet nginx nach einem absturz von selbst wieder
    kommt nginx von allein wieder
    welches speicherlimit hat nginx
    wohin loggt nginx
    wo liegen die logs von nginx
    was ist nginx.service
    läuft nginx als root""",
    "fr": """sous quel utilisateur tourne nginx
    avec quel compte tourne nginx
    quelle commande lance nginx
    où est le fichier d'unité de nginx
    nginx redémarre-t-il tout seul après un plantage
    quelle est la limite de mémoire de nginx
    où nginx écrit-il ses journaux
    qu'est-ce que nginx.service
    nginx tourne-t-il en root""",
    "es": """con qué usuario corre nginx
    qué usuario ejecuta nginx
    qué comando arranca nginx
    dónde está el archivo de unidad de nginx
    nginx se reinicia solo tras un fallo
    cuál es el límite de memoria de nginx
    dónde escribe nginx sus registros
    qué es nginx.service
    nginx corre como root""",
}
IS: Final = Words(
    en="{unit} ({description}) is set up by {files}.",
    de="{unit} ({description}) wird beschrieben durch {files}.",
    fr="{unit} ({description}) est décrite par {files}.",
    es="{unit} ({description}) se define en {files}.",
)
STARTS: Final = Words(
    en="It starts {command} as {user}.",
    de="Sie startet {command} als {user}.",
    fr="Elle lance {command} en tant que {user}.",
    es="Arranca {command} como {user}.",
)
RUN_AS: Final = Words(
    en="Its {count:process runs|processes run} as {users}.",
    de="{count:Prozess läuft|Prozesse laufen} als {users}.",
    fr="{count:processus tourne|processus tournent} en tant que {users}.",
    es="{count:proceso corre|procesos corren} como {users}.",
)
COMES_BACK: Final = Words(
    en="After it ends by itself systemd starts it again by this rule: Restart={rule}.",
    de="Endet sie von selbst, startet systemd sie nach dieser Regel wieder: Restart={rule}.",
    fr="Quand elle se termine d'elle-même, systemd la relance selon cette règle : Restart={rule}.",
    es="Si termina por sí sola, systemd la vuelve a arrancar según esta regla: Restart={rule}.",
)
STAYS_DOWN: Final = Words(
    en="After it ends by itself systemd does not start it again (Restart=no).",
    de="Endet sie von selbst, startet systemd sie nicht wieder (Restart=no).",
    fr="Quand elle se termine d'elle-même, systemd ne la relance pas (Restart=no).",
    es="Si termina por sí sola, systemd no la vuelve a arrancar (Restart=no).",
)
LIMIT: Final = Words(
    en="Its memory limit is {limit}.",
    de="Ihr Speicherlimit ist {limit}.",
    fr="Sa limite de mémoire est {limit}.",
    es="Su límite de memoria es {limit}.",
)
NO_LIMIT: Final = Words(
    en="It has no memory limit of its own.",
    de="Ein eigenes Speicherlimit hat sie nicht.",
    fr="Elle n'a pas de limite de mémoire propre.",
    es="No tiene límite de memoria propio.",
)
TO_FILES: Final = Words(
    en="What it prints goes to {files}.",
    de="Was sie ausgibt, geht nach {files}.",
    fr="Ce qu'elle affiche va dans {files}.",
    es="Lo que imprime va a {files}.",
)
TO_JOURNAL: Final = Words(
    en="What it prints goes to the journal (journalctl -u {unit}); log files that its program opens by itself are shown by: sudo lsof -p {pid}",
    de="Was sie ausgibt, geht ins Journal (journalctl -u {unit}); Logdateien, die ihr Programm selbst öffnet, zeigt: sudo lsof -p {pid}",
    fr="Ce qu'elle affiche va au journal (journalctl -u {unit}) ; les fichiers que son programme ouvre lui-même : sudo lsof -p {pid}",
    es="Lo que imprime va al journal (journalctl -u {unit}); los archivos que su programa abre por sí mismo: sudo lsof -p {pid}",
)
ENVIRONMENT: Final = Words(
    en="It reads variables from {files}.",
    de="Variablen liest sie aus {files}.",
    fr="Elle lit des variables dans {files}.",
    es="Lee variables de {files}.",
)


async def answer(ask: Asking) -> None:
    name = unit_asked(ask)
    if not name:
        return
    seen = await ask.look("unit_status", unit=name)
    if seen.problem:
        ask.cannot(seen, f"systemctl cat {name}")
        return
    unit = seen.data
    if unit.get("load_state") == "not-found":
        tell_absent(ask, name, seen)
        return
    environment = strings(seen, "environment_files")
    files = [
        str(unit.get("fragment_path") or "?"),
        *(one for one in strings(seen, "additions") if one not in environment),
    ]
    ask.say(IS, seen, unit=name, description=unit.get("description") or "–", files=", ".join(files))
    if command := strings(seen, "exec_start"):
        ask.say(STARTS, seen, command=" ".join(command), user=unit.get("user") or "root")
    if environment:
        ask.say(ENVIRONMENT, seen, files=", ".join(environment))
    if not name.endswith(".service"):
        return
    await _tell_processes(ask, name)
    if rule := str(unit.get("restart") or ""):
        ask.say(STAYS_DOWN if rule == "no" else COMES_BACK, seen, rule=rule)
    limit = number(seen, "memory_max") or 0.0
    ask.say(LIMIT if limit else NO_LIMIT, seen, limit=size(limit))
    outputs = strings(seen, "outputs")
    pid = unit.get("main_pid") or "PID"
    ask.say(TO_FILES if outputs else TO_JOURNAL, seen, files=", ".join(outputs), unit=name, pid=pid)


async def _tell_processes(ask: Asking, name: str) -> None:
    """Those that run in it may have changed to another account after the start."""
    seen = await ask.look("process_list", unit=name)
    found = rows(seen, "processes")
    if found:
        users = sorted({str(row["user"]) for row in found})
        ask.say(RUN_AS, seen, count=len(found), users=", ".join(users))


TOPIC = Topic(
    name="unit_settings",
    title=Words(
        en="how a service is set up",
        de="wie ein Dienst eingerichtet ist",
        fr="comment un service est configuré",
        es="cómo está configurado un servicio",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("unit_status", "process_list"),
    wants="unit",
)
