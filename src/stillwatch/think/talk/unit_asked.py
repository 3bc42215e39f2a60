"""Which unit a question is about, or in fixed words why it cannot be said."""

from __future__ import annotations

from typing import Final

from stillwatch.records.look import Seen
from stillwatch.records.unit import UnitState
from stillwatch.think.talk.named import alike, is_service
from stillwatch.think.talk.topic import Asking, Words
from stillwatch.unit.facts import is_failing

NO_UNIT: Final = Words(
    en="There is no unit named {name} on this host.",
    de="Auf diesem Host gibt es keine Unit namens {name}.",
    fr="Il n'y a pas d'unité nommée {name} sur cet hôte.",
    es="En este equipo no hay ninguna unidad llamada {name}.",
)
NEAR: Final = Words(
    en="Did you mean {names}?", de="Ist {names} gemeint?", fr="Vouliez-vous dire {names} ?", es="¿Se refiere a {names}?"
)
NO_ROLE: Final = Words(
    en="I see no {role} among the units of this host.",
    de="Unter den Units dieses Hosts sehe ich keinen Dienst dieser Art ({role}).",
    fr="Parmi les unités de cet hôte, je ne vois aucun service de ce genre ({role}).",
    es="Entre las unidades de este equipo no veo ningún servicio de ese tipo ({role}).",
)
WHICH: Final = Words(
    en="Which unit do you mean? Name it, for example: {example}.",
    de="Welche Unit ist gemeint? Bitte nennen, zum Beispiel: {example}.",
    fr="De quelle unité s'agit-il ? Nommez-la, par exemple : {example}.",
    es="¿A qué unidad se refiere? Nómbrela, por ejemplo: {example}.",
)
STATES: Final = {
    "active": Words(en="active", de="aktiv", fr="active", es="activa"),
    "inactive": Words(en="not running (inactive)", de="nicht aktiv (inactive)", fr="inactive", es="inactiva"),
    "failed": Words(en="failed", de="ausgefallen (failed)", fr="en échec (failed)", es="fallida (failed)"),
    "activating": Words(en="starting", de="im Start", fr="en cours de démarrage", es="iniciándose"),
    "deactivating": Words(en="stopping", de="im Stopp", fr="en cours d'arrêt", es="deteniéndose"),
    "reloading": Words(en="reloading", de="beim Neuladen", fr="en cours de rechargement", es="recargándose"),
}


def unit_asked(ask: Asking, *, failing_if_unsaid: bool = False) -> str:
    """The unit's name, "" where it is not clear; then that has been said."""
    if ask.named.units:
        return ask.named.unit
    if ask.named.role:
        ask.say(NO_ROLE, role=ask.named.role)
        return ""
    if is_service(ask.named.unknown):  # PID 1 may know it by another name
        name = ask.named.unknown
        return name if "." in name else f"{name}.service"
    if ask.named.unknown:
        tell_absent(ask, ask.named.unknown)
        return ""
    failing = [unit.name for unit in ask.known.units.values() if is_failing(unit)]
    if failing_if_unsaid and len(failing) == 1:
        return failing[0]
    ask.say(WHICH, example=next(iter(failing), "ssh.service"))
    for name in failing:
        ask.row(name, subject=name)
    return ""


def tell_absent(ask: Asking, name: str, *by: Seen) -> None:
    """That there is no such unit, and which have a name like it."""
    ask.say(NO_UNIT, *by, name=name)
    if near := alike(name.removesuffix(".service"), ask.known.units):
        ask.say(NEAR, names=", ".join(near))


def state_in(ask: Asking, state: str) -> str:
    words = STATES.get(state)
    return words.in_(ask.language) if words else state


def exists(unit: UnitState | None) -> bool:
    return unit is not None and unit.load_state not in ("not-found", "")
