"""Which units are started with the host, and which are switched off or masked."""

from __future__ import annotations

from typing import Final

from stillwatch.think.talk.topic import Asking, Topic, Words, strings
from stillwatch.think.talk.words import words_of

QUESTIONS = {
    "en": """which are disabled
    which services start at boot
    what is started at boot
    which services are enabled
    enabled services
    autostart
    which services are disabled
    which services are switched off
    which units are masked
    masked services
    list enabled units
    what starts automatically""",
    "de": """welche dienste starten beim booten
    was wird beim start gestartet
    welche dienste sind aktiviert
    autostart dienste
    welche dienste sind deaktiviert
    welche dienste sind abgeschaltet
    welche units sind maskiert
    was startet automatisch""",
    "fr": """quels services démarrent au boot
    quels services sont activés
    services activés au démarrage
    quels services sont désactivés
    quelles unités sont masquées
    que démarre-t-on automatiquement""",
    "es": """qué servicios arrancan al inicio
    qué servicios están habilitados
    servicios habilitados
    qué servicios están deshabilitados
    qué unidades están enmascaradas
    qué arranca automáticamente""",
}
COUNT: Final = {
    "enabled": Words(
        en="{count:unit is|units are} enabled, so started with the host or by what they listen to:",
        de="{count:Unit ist|Units sind} aktiviert, starten also mit dem Host oder durch das, worauf sie warten:",
        fr="{count:unité est activée|unités sont activées}, donc lancées avec l'hôte ou par ce qu'elles attendent :",
        es="{count:unidad está habilitada|unidades están habilitadas}: arrancan con el equipo o con lo que esperan:",
    ),
    "disabled": Words(
        en="{count:unit is|units are} disabled: nothing starts them by itself with the host.",
        de="{count:Unit ist|Units sind} deaktiviert: Mit dem Host startet sie nichts von selbst.",
        fr="{count:unité est désactivée|unités sont désactivées} : rien ne les lance d'office avec l'hôte.",
        es="{count:unidad está deshabilitada|unidades están deshabilitadas}: nada las arranca con el equipo.",
    ),
    "masked": Words(
        en="{count:unit is|units are} masked: nobody can start them.",
        de="{count:Unit ist|Units sind} maskiert: Niemand kann sie starten.",
        fr="{count:unité est masquée|unités sont masquées} : personne ne peut les lancer.",
        es="{count:unidad está enmascarada|unidades están enmascaradas}: nadie puede arrancarlas.",
    ),
}
OFF: Final = frozenset(
    [
        "disabled",
        "off",
        "inactive",
        "deactivated",
        "switched-off",
        "deaktiviert",
        "abgeschaltet",
        "ausgeschaltet",
        "desactives",
        "desactivees",
        "desactive",
        "deshabilitados",
        "deshabilitadas",
        "desactivados",
    ]
)
MASKED: Final = frozenset(["masked", "maskiert", "masquees", "masques", "enmascaradas", "enmascarados"])


async def answer(ask: Asking) -> None:
    words = set(words_of(ask.question))
    state = "masked" if words & MASKED else "disabled" if words & OFF else "enabled"
    seen = await ask.look("enabled_units", state=state)
    if seen.problem:
        ask.cannot(seen, f"systemctl list-unit-files --state={state}")
        return
    names = strings(seen, "units")
    ask.say(COUNT[state], seen, count=len(names))
    for name in sorted(names, key=lambda name: (not name.endswith(".service"), name)):
        ask.row(name, subject=name)


TOPIC = Topic(
    name="enabled",
    title=Words(
        en="what starts with the host",
        de="was mit dem Host startet",
        fr="ce qui démarre avec l'hôte",
        es="qué arranca con el equipo",
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("enabled_units",),
)
