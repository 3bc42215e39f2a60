"""What Stillwatch itself changed, by the gate's record, and how that is checked."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words
from stillwatch.views.gate import LIST

QUESTIONS = {
    "en": """who approved A-1
    when was A-3 approved
    what did you do
    what have you done
    what have you changed
    what did you change yesterday
    what did you change last night
    what changes did you make
    did you change anything
    did you restart nginx
    did you do something last night
    which actions did you take
    show the audit log
    audit trail
    what is in the audit log
    is the audit log intact
    your last actions
    what did you repair
    have you fixed anything
    list what was approved
    what did stillwatch do
    have you done anything
    did you touch anything""",
    "de": """wer hat A-1 freigegeben
    was hast du gestern geändert
    was hast du verändert
    was hast du gemacht
    was hast du getan
    was hast du geändert
    hast du etwas geändert
    hast du nginx neu gestartet
    welche aktionen hast du ausgeführt
    zeige das audit log
    was steht im auditprotokoll
    ist das audit-log unversehrt
    was hast du repariert
    was hat stillwatch getan
    deine letzten aktionen
    hast du was gemacht
    hast du etwas angefasst""",
    "fr": """qu'as-tu changé hier
    qu'as-tu modifié
    qu'as-tu fait
    qu'avez-vous fait
    as-tu changé quelque chose
    as-tu redémarré nginx
    quelles actions as-tu exécutées
    montre le journal d'audit
    qu'as-tu réparé
    tes dernières actions
    qu'est-ce que tu as fait aujourd'hui""",
    "es": """qué cambiaste ayer
    qué has modificado tú
    qué has hecho
    qué hiciste
    has cambiado algo
    reiniciaste nginx
    qué acciones has ejecutado
    muestra el registro de auditoría
    qué has reparado
    tus últimas acciones
    has hecho algo
    has tocado algo""",
}
NONE = Words(
    en="I have changed nothing on this host, by the gate's record.",
    de="Laut Protokoll des Gates habe ich auf diesem Host nichts geändert.",
    fr="D'après le registre du gate, je n'ai rien changé sur cet hôte.",
    es="Según el registro del gate, no he cambiado nada en este equipo.",
)
DONE = Words(
    en="By the gate's record: {done:change|changes} made, {waiting} waiting for approval, {other} refused, rejected or failed.",
    de="Laut Protokoll des Gates: {done:Änderung|Änderungen} ausgeführt, {waiting} ohne Freigabe, {other} abgelehnt oder gescheitert.",
    fr="D'après le registre du gate : {done:changement fait|changements faits}, {waiting} en attente, {other} refusés ou échoués.",
    es="Según el registro del gate: {done:cambio hecho|cambios hechos}, {waiting} en espera, {other} rechazados o fallidos.",
)
CHECK = Words(
    en="Whether the record is whole is shown by: stillwatch audit verify",
    de="Ob das Protokoll unversehrt ist, zeigt: stillwatch audit verify",
    fr="L'intégrité du registre se vérifie avec : stillwatch audit verify",
    es="La integridad del registro se comprueba con: stillwatch audit verify",
)
NO_GATE = "no gate answers, and it alone keeps the record"


async def answer(ask: Asking) -> None:
    reply = await ask.known.gate(LIST, state="all") if ask.known.gate else NO_GATE
    if isinstance(reply, str):
        ask.cannot(reply, "sudo stillwatch audit show")
        return
    changes = [one for one in reply.proposals if not ask.named.unit or one.target in ask.named.units]
    by = ask.found(
        "gate record",
        "\n".join(f"{one.id} {one.action} {one.target}: {one.state}" for one in changes[-20:]),
    )
    done = [one for one in changes if one.state == "done"]
    waiting = [one for one in changes if one.state == "waiting"]
    if done or waiting or len(changes):
        ask.say(DONE, by, done=len(done), waiting=len(waiting), other=len(changes) - len(done) - len(waiting))
    else:
        ask.say(NONE, by)
    for one in reversed(changes[-8:]):
        ask.row(one.id, f"{one.action} {one.target}", one.state, subject=one.target)
    ask.say(CHECK)


TOPIC = Topic(
    name="deeds",
    title=Words(en="what I changed", de="was ich geändert habe", fr="ce que j'ai changé", es="lo que he cambiado"),
    questions=QUESTIONS,
    answer=answer,
    wants="name",
)
