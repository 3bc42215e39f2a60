"""Whether a unit runs, since when, and what it is."""

from __future__ import annotations

from typing import Any

from stillwatch.records.amount import size, span
from stillwatch.think.talk.topic import Asking, Topic, Words
from stillwatch.think.talk.unit_asked import state_in, tell_absent, unit_asked

QUESTIONS = {
    "en": """can I ssh into this machine
    tell me everything about nginx
    show me everything you know about nginx
    is nginx running
    is nginx up
    is nginx ok
    status of nginx
    nginx status
    how is nginx doing
    is the service active
    is nginx alive
    since when is nginx running
    how long has nginx been running
    when was nginx last restarted
    when did nginx start
    how often did nginx restart
    is nginx enabled at boot
    does nginx start automatically
    is the web server up
    is the database running
    does nginx work
    nginx?
    is nginx working properly
    which pid has nginx
    when did nginx stop
    what state is nginx in
    has nginx been started
    was nginx started
    is foobar running
    is foobar active
    nginx alive
    did nginx start""",
    "de": """sag mir alles über nginx
    läuft nginx
    ist nginx aktiv
    läuft der nginx noch
    status von nginx
    wie geht es nginx
    seit wann läuft nginx
    wie lange läuft nginx schon
    wann wurde nginx zuletzt neu gestartet
    wann wurde nginx gestartet
    wie oft ist nginx neu gestartet
    startet nginx beim booten
    ist nginx aktiviert
    läuft der webserver
    läuft die datenbank
    funktioniert nginx
    ist der dienst gestartet
    geht nginx
    läuft foobar
    ist nginx oben
    wurde nginx gestartet
    ist nginx an
    lebt nginx noch""",
    "fr": """dis-moi tout sur nginx
    est-ce que nginx tourne
    nginx tourne-t-il
    nginx fonctionne
    nginx marche
    état de nginx
    statut de nginx
    depuis quand nginx tourne
    quand nginx a-t-il été redémarré
    nginx est-il actif
    nginx est actif
    le serveur web fonctionne-t-il
    la base de données tourne
    nginx démarre au boot
    nginx est-il lancé
    foobar tourne-t-il
    nginx est en marche""",
    "es": """dime todo sobre nginx
    está funcionando nginx
    nginx está activo
    está corriendo nginx
    estado de nginx
    desde cuándo corre nginx
    cuándo se reinició nginx
    funciona nginx
    está en marcha el servidor web
    funciona la base de datos
    nginx arranca al inicio
    está levantado nginx
    sigue funcionando nginx
    funciona foobar
    está arriba nginx""",
}
IS = Words(
    en="{unit} is {state}{sub}{since}.",
    de="{unit} ist {state}{sub}{since}.",
    fr="{unit} est {state}{sub}{since}.",
    es="{unit} está {state}{sub}{since}.",
)
SINCE = Words(
    en=" since {at}, for {span}", de=" seit {at}, also {span}", fr=" depuis {at}, soit {span}", es=" desde {at}"
)
MORE = Words(
    en="Started at boot: {enabled}. Main process: {pid}. Restarts by itself so far: {restarts}.",
    de="Start beim Booten: {enabled}. Hauptprozess: {pid}. Selbsttätige Neustarts bisher: {restarts}.",
    fr="Démarrage automatique : {enabled}. Processus principal : {pid}. Redémarrages automatiques : {restarts}.",
    es="Arranque automático: {enabled}. Proceso principal: {pid}. Reinicios automáticos: {restarts}.",
)
RESULT = Words(
    en="Its last result was {result}.",
    de="Ihr letztes Ergebnis war {result}.",
    fr="Son dernier résultat : {result}.",
    es="Su último resultado: {result}.",
)
ONESHOT = Words(
    en="It is a unit that runs once and ends; not running is its normal state.",
    de="Sie läuft einmal und endet dann; nicht zu laufen ist ihr Normalzustand.",
    fr="C'est une unité qui s'exécute une fois puis se termine ; ne pas tourner est son état normal.",
)
MISSING = Words(
    en="Its program {program} does not exist.",
    de="Ihr Programm {program} gibt es nicht.",
    fr="Son programme {program} n'existe pas.",
)
LIMIT = Words(
    en="Its memory limit is {limit}.", de="Ihr Speicherlimit ist {limit}.", fr="Sa limite de mémoire est {limit}."
)


async def answer(ask: Asking) -> None:
    name = unit_asked(ask)
    for one in list(dict.fromkeys([name, *ask.named.units]))[:3] if name else []:
        await tell_state(ask, one)


async def tell_state(ask: Asking, name: str) -> dict[str, Any]:
    """What PID 1 says of it. Gives its properties, {} where they cannot be had."""
    seen = await ask.look("unit_status", unit=name)
    if seen.problem:
        ask.cannot(seen, f"systemctl status {name}")
        return {}
    unit: dict[str, Any] = dict(seen.data)
    if unit.get("load_state") == "not-found":
        tell_absent(ask, name, seen)
        return {}
    if not unit.get("active_state"):
        ask.cannot("PID 1 does not tell its state", f"systemctl status {name}")
        return {}
    state, changed = str(unit.get("active_state", "")), float(unit.get("changed_at") or 0.0)
    sub = f" ({unit['sub_state']})" if unit.get("sub_state", state) not in (state, "") else ""
    since = ""
    if changed:
        ago = span(ask.clock.now() - changed, ask.language)
        since = SINCE.in_(ask.language).format(at=ask.when(changed), span=ago)
    ask.say(IS, seen, unit=unit.get("name", name), state=state_in(ask, state), sub=sub, since=since)
    if name.endswith(".service"):
        enabled, pid = unit.get("enabled") or "?", unit.get("main_pid") or "–"
        ask.say(MORE, seen, enabled=enabled, pid=pid, restarts=unit.get("restarts", 0))
    if unit.get("result") not in ("success", "", None):
        ask.say(RESULT, seen, result=_result(unit))
    if unit.get("kind") == "oneshot" and state == "inactive":
        ask.say(ONESHOT, seen)
    if unit.get("executable_exists") is False:
        ask.say(MISSING, seen, program=(unit.get("exec_start") or ["?"])[0])
    if unit.get("memory_max"):
        ask.say(LIMIT, seen, limit=size(float(unit["memory_max"])))
    return unit


def _result(unit: dict[str, Any]) -> str:
    status = unit.get("exit_status")
    return f"{unit['result']} (status {status})" if status else str(unit["result"])


TOPIC = Topic(
    name="unit_state",
    title=Words(
        en="whether a service runs", de="ob ein Dienst läuft", fr="si un service tourne", es="si un servicio funciona"
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("unit_status",),
    wants="unit",
)
