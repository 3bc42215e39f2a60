"""What comes of an order in a person's own words: the thing that is named is proposed, and nothing else ever is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stillwatch.chat.chat_commands import READ_ONLY, ChatCommands
from stillwatch.errors import StillwatchError
from stillwatch.records.action import Proposal
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Incident
from stillwatch.think.talk.named import alike
from stillwatch.think.talk.orders import Order
from stillwatch.think.talk.topic import Known, Words
from stillwatch.think.talk.unit_asked import NEAR as MEANT
from stillwatch.think.talk.words import Language, language_of

if TYPE_CHECKING:
    from stillwatch.chat.conversation import Turn

HOURS_UNSAID: Final = 4
UNTYPED: Final = Words(
    en="I have no action for that, and did nothing. A person would type: `{command}`",
    de="Dafür habe ich keine Aktion, und ich habe nichts getan. Ein Mensch würde tippen: `{command}`",
    fr="Je n'ai pas d'action pour cela et je n'ai rien fait. Une personne taperait : `{command}`",
    es="No tengo ninguna acción para eso y no hice nada. Una persona escribiría: `{command}`",
)
NEAR: Final = Words(
    en="Nothing was done, since the order says more or other than I know. Write exactly: `{command}`",
    de="Nichts wurde getan, denn der Befehl sagt mehr oder anderes, als ich kenne. Bitte genau so schreiben: `{command}`",
    fr="Rien n'a été fait, car l'ordre dit autre chose que ce que je connais. Écrivez exactement : `{command}`",
    es="No se hizo nada, pues la orden dice más u otra cosa de lo que conozco. Escriba exactamente: `{command}`",
)
NO_UNIT: Final = Words(
    en="There is no unit named {name} on this host, and nothing was done.",
    de="Auf diesem Host gibt es keine Unit namens {name}, und nichts wurde getan.",
    fr="Il n'y a pas d'unité nommée {name} sur cet hôte, et rien n'a été fait.",
    es="En este equipo no hay ninguna unidad llamada {name}, y no se hizo nada.",
)
LEFT: Final = Words(
    en="Good: nothing was done.", de="Gut: nichts wurde getan.", fr="Bien : rien n'a été fait.", es="Bien: no se hizo nada."
)  # fmt: skip
APPROVAL: Final = Words(
    en="Nothing was approved. To approve, write only `approve {id} CODE` with the six digits that your authenticator shows; to drop it: `reject {id}`",
    de="Nichts wurde freigegeben. Zum Freigeben nur `approve {id} CODE` mit den sechs Ziffern des Authenticators schreiben; zum Verwerfen: `reject {id}`",
    fr="Rien n'a été approuvé. Pour approuver, écrivez seulement `approve {id} CODE` avec les six chiffres ; pour abandonner : `reject {id}`",
    es="No se aprobó nada. Para aprobar escriba solo `approve {id} CODE` con los seis dígitos; para descartar: `reject {id}`",
)
MUTE_WHAT: Final = Words(
    en="Mute what? Name one incident:", de="Was stummschalten? Bitte einen Vorfall nennen:", fr="Mettre quoi en sourdine ? Nommez un incident :",
    es="¿Silenciar qué? Nombre un incidente:",
)  # fmt: skip
NOTHING_OPEN: Final = Words(
    en="There is no open incident to mute.", de="Es gibt keinen offenen Vorfall zum Stummschalten.", fr="Il n'y a aucun incident ouvert à mettre en sourdine.",
    es="No hay ningún incidente abierto que silenciar.",
)  # fmt: skip
CONFIRM: Final = Words(
    en="{id} is {what}. Muted, you would not hear of it; the host stays at attention. To confirm write: `{command}`",
    de="{id} ist {what}. Stummgeschaltet wird es nicht gemeldet; der Host bleibt auf Achtung. Zum Bestätigen schreiben: `{command}`",
    fr="{id} : {what}. En sourdine, il ne sera plus signalé ; l'hôte reste en attention. Pour confirmer, écrivez : `{command}`",
    es="{id}: {what}. Silenciado, no se avisará; el equipo sigue en atención. Para confirmar escriba: `{command}`",
)
UNMUTE: Final = Words(
    en="`unmute {id}` undoes it.", de="`unmute {id}` nimmt das zurück.", fr="`unmute {id}` annule cela.", es="`unmute {id}` lo deshace."
)  # fmt: skip
SHORT: Final[Mapping[str, str]] = {
    "restart_unit": "restart",
    "start_unit": "start",
    "stop_unit": "stop",
    "reload_unit": "reload",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatOrders:
    """Every answer is what to tell the person; nothing raises."""

    commands: ChatCommands

    async def carry_out(self, order: Order, turn: Turn, known: Known) -> str:
        questions = [message.content for message in turn.history if message.role == "user"]
        language = language_of(turn.message, language_of(questions[-1]) if questions else "en")
        if order.kind in ("refusal", "untyped", "near"):
            return self._told(order, known, language)
        if order.kind == "consent":
            return await self.commands.consent(known.incidents)
        if not turn.may_order:
            return READ_ONLY
        if order.kind == "act":
            because = Untrusted("a person asked for it in a chat")
            return await self.commands.proposed(Proposal(action=order.action, target=order.target, because=because))
        if order.kind == "fix":
            return await self.commands.fix(known.incidents, order.incident)
        if order.kind == "undo":
            return await self.commands.undo()
        if order.kind == "unmute":
            return self._unmute(order, known, language)
        return self._mute(order, known, language, turn.by)

    def _told(self, order: Order, known: Known, language: Language) -> str:
        if order.kind == "refusal":
            return LEFT.in_(language)
        if order.kind == "untyped":
            return UNTYPED.in_(language).format(command=order.command)
        if order.target:
            return APPROVAL.in_(language).format(id=order.target)
        if order.unknown:
            near = alike(order.unknown, known.units)
            meant = f" {MEANT.in_(language).format(names=', '.join(near))}" if near else ""
            return f"{NO_UNIT.in_(language).format(name=order.unknown)}{meant}"
        return NEAR.in_(language).format(command=order.command)

    def _mute(self, order: Order, known: Known, language: Language, by: str) -> str:
        """Twice said is once done: first what it would mean and how to confirm."""
        incident = meant(order, known.incidents)
        if incident is None:
            rows = "\n".join(
                f"- `mute {one.id} for {HOURS_UNSAID} hours`: {one.subject}: {one.summary}" for one in known.incidents
            )
            return f"{MUTE_WHAT.in_(language)}\n\n{rows}" if rows else NOTHING_OPEN.in_(language)
        hours = order.hours or HOURS_UNSAID
        if not order.confirmed:
            command = f"confirm mute {incident.id} for {hours} hours"
            what = f"{incident.severity}, {incident.subject}: {incident.summary}"
            return CONFIRM.in_(language).format(id=incident.id, what=what, command=command)
        return f"{self.commands.mute(incident, hours, by)} {UNMUTE.in_(language).format(id=incident.id)}"

    def _unmute(self, order: Order, known: Known, language: Language) -> str:
        incident = meant(order, known.incidents)
        pattern = incident.id if incident else order.incident or order.target
        if not pattern:
            return MUTE_WHAT.in_(language) + "".join(f"\n- `unmute {one}`" for one in known.mutes())
        try:
            return f"{self.commands.service.unmute(pattern)}."
        except StillwatchError as error:
            return f"{error}."


def meant(order: Order, incidents: Sequence[Incident]) -> Incident | None:
    """The one incident that the words name by its id or its subject; None where they name none, or several."""
    if order.incident:
        return next((one for one in incidents if one.id == order.incident), None)
    name = order.target.casefold()
    found = [
        one for one in incidents if name and name in (one.subject.casefold(), one.subject.casefold().rpartition(".")[0])
    ]
    return found[0] if len(found) == 1 else None
