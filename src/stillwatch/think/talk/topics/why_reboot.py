"""When and why the host was restarted."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """why did the server reboot
    why was the host restarted
    when was the last reboot
    when did the server reboot
    reboot history
    did the machine crash
    was there a power failure
    last boot
    who rebooted the server
    unexpected reboot
    when was the server last restarted
    how many reboots
    did the server crash
    why did the machine go down
    when was the machine last rebooted""",
    "de": """warum wurde der server neu gestartet
    wieso hat der server rebootet
    wann war der letzte neustart
    wann wurde der server neu gestartet
    ist die maschine abgestürzt
    gab es einen stromausfall
    wer hat den server neu gestartet
    neustarts des servers
    ist der server abgestürzt
    wann wurde zuletzt gebootet
    warum hat die maschine neu gestartet""",
    "fr": """pourquoi le serveur a redémarré
    quand était le dernier redémarrage
    le serveur a-t-il planté
    y a-t-il eu une coupure de courant
    qui a redémarré le serveur
    historique des redémarrages
    la machine a-t-elle planté
    pourquoi la machine a redémarré""",
    "es": """por qué se reinició el servidor
    cuándo fue el último reinicio
    se cayó la máquina
    hubo un corte de luz
    quién reinició el servidor
    historial de reinicios
    se cayó el servidor
    por qué se reinició la máquina""",
}
STARTED = Words(
    en="This run began at {at}.",
    de="Dieser Lauf begann um {at}.",
    fr="Cette session a commencé à {at}.",
    es="Este arranque empezó a las {at}.",
)
BEFORE = Words(
    en="The run before {how}, its last line is of {at}.",
    de="Der Lauf davor: {how}, seine letzte Zeile ist von {at}.",
    fr="La session précédente : {how}, sa dernière ligne date de {at}.",
    es="El anterior: {how}; su última línea es de {at}.",
)
FIRST = Words(
    en="The journal knows of no run before, so I cannot tell why it was restarted; try: last -x reboot",
    de="Das Journal kennt keinen Lauf davor, daher kann ich den Grund nicht sehen; versuchen: last -x reboot",
    fr="Le journal ne connaît pas de session précédente ; je ne peux donc pas dire pourquoi ; essayez : last -x reboot",
    es="El journal no conoce ningún arranque anterior, así que no puedo ver el motivo; pruebe: last -x reboot",
)
HOW = {
    "was shut down": Words(
        en="was shut down in order", de="ordentlich heruntergefahren", fr="arrêtée proprement", es="se apagó en orden"
    ),
    "was rebooted": Words(
        en="was rebooted in order", de="ordentlich neu gestartet", fr="redémarrée proprement", es="se reinició en orden"
    ),
    "ended without a shutdown": Words(
        en="ended without a shutdown (crash, power or reset)",
        de="ohne Herunterfahren zu Ende (Absturz, Strom oder Reset)",
        fr="terminée sans arrêt (plantage, courant ou reset)",
        es="terminó sin apagado (fallo, corriente o reset)",
    ),
    "unknown": Words(
        en="ended in an unknown way",
        de="auf unbekannte Weise zu Ende",
        fr="terminée de façon inconnue",
        es="terminó de forma desconocida",
    ),
}


async def answer(ask: Asking) -> None:
    seen, system = await ask.look("boots"), await ask.look("system")
    runs = rows(seen, "boots")
    booted = system.data.get("booted")
    if isinstance(booted, float):
        ask.say(STARTED, system, at=ask.when(booted))
    if len(runs) < 2:
        ask.say(FIRST, *([seen] if not seen.problem else []))
        return
    before = runs[1]
    ask.say(
        BEFORE, seen, how=HOW.get(str(before["ended"]), HOW["unknown"]).in_(ask.language), at=ask.when(before["last"])
    )
    for line in before["last_words"][-3:]:
        ask.row(line)


TOPIC = Topic(
    name="why_reboot",
    title=Words(
        en="why and when it was rebooted",
        de="warum und wann neu gestartet wurde",
        fr="pourquoi et quand il a redémarré",
        es="por qué y cuándo se reinició",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("boots", "system"),
    explains=True,
)
