from __future__ import annotations

import pytest

from stillwatch.think.talk.orders import VERBS, order_in, verb_in

from .hosts import UNITS


@pytest.mark.parametrize(
    ("message", "action", "target"),
    [
        ("restart nginx", "restart_unit", "nginx.service"),
        ("Please restart nginx.", "restart_unit", "nginx.service"),
        ("starte nginx neu", "restart_unit", "nginx.service"),
        ("nginx bitte neu starten", "restart_unit", "nginx.service"),
        ("tu peux redémarrer nginx svp ?", "restart_unit", "nginx.service"),
        ("hazle un restart a nginx", "restart_unit", "nginx.service"),
        ("give nginx a kick please", "restart_unit", "nginx.service"),
        ("bitte den nginx dienst kurz durchstarten", "restart_unit", "nginx.service"),
        ("redémarre le service nginx s'il te plaît", "restart_unit", "nginx.service"),
        ("reinicia nginx", "restart_unit", "nginx.service"),
        ("could you please restart nginx?", "restart_unit", "nginx.service"),
        ("restart the web server", "restart_unit", "nginx.service"),
        ("stop postgresql", "stop_unit", "postgresql.service"),
        ("lade nginx neu", "reload_unit", "nginx.service"),
    ],
)
def test_the_named_thing_is_meant(message: str, action: str, target: str) -> None:
    order = order_in(message, UNITS)
    assert order is not None and (order.kind, order.action, order.target) == ("act", action, target)


@pytest.mark.parametrize(
    "message",
    [
        "did you restart nginx?",
        "why did nginx restart",
        "should I restart nginx",
        "can you restart nginx?",
        "tu peux relancer nginx ?",
        "who gave nginx a restart",
        "kannst du nginx neu starten?",
        "how do I restart nginx",
        "if I restart nginx, what happens",
        "who restarted nginx",
        "would it help to restart nginx",
        "doit-on redémarrer la machine",
        "puis-je redémarrer nginx",
        "darfst du nginx neu starten",
        "thanks",
        "pause",
        "",
        "restart nginx\nand stop ssh",
        "what stops nginx",
        "nginx restarted yesterday",
        "x" * 300,
        "reinicié postgresql y sigue sin levantar",
        "restart nginx if it is down",
    ],
)
def test_a_question_or_a_tale_is_no_order(message: str) -> None:
    assert order_in(message, UNITS) is None


@pytest.mark.parametrize(
    ("message", "kind", "said"),
    [
        ("install htop", "untyped", "apt-get install htop"),
        ("kill process 407", "untyped", "kill 407"),
        ("reboot", "untyped", "reboot"),
        ("restart the server", "untyped", "reboot"),
        ("delete /var/log/x", "untyped", "rm -i /var/log/x"),
        ("delete the video in /srv/media", "untyped", "rm -i NAME"),
        ("install htop vim", "untyped", "apt-get install htop vim"),
        ("restart nginx because it hangs", "near", "restart nginx"),
        ("restart nginx and ssh", "near", "restart nginx"),
        ("Please restart nginx now, I have tested the config.", "near", "restart nginx"),
        ("could you please fire up cron right now?", "near", "start cron"),
        ("start nginx, but not now", "near", "start nginx"),
        ("Bitte die Kiste jetzt rebooten.", "untyped", "reboot"),
        ("unban 203.0.113.44", "untyped", "unban 203.0.113.44"),
        ("renew the certificate of shop.example.org", "untyped", "certbot renew"),
        ("restart foobar", "near", "restart NAME"),
        ("restart", "near", "restart NAME"),
        ("approve A-17", "near", "approve"),
        ("do not restart nginx", "refusal", ""),
        ("nein", "refusal", ""),
        ("yes please", "consent", ""),
        ("ja", "consent", ""),
        ("undo", "undo", ""),
        ("mach das rückgängig", "undo", ""),
        ("fix it", "fix", ""),
        ("repariere das", "fix", ""),
        ("mute I7 for 4 hours", "mute", ""),
        ("unmute I7", "unmute", ""),
        ("mets I7 en sourdine", "mute", ""),
    ],
)
def test_other_orders(message: str, kind: str, said: str) -> None:
    order = order_in(message, UNITS)
    assert order is not None and order.kind == kind and said in order.command


def test_a_mute_names_its_incident_its_hours_and_whether_it_was_confirmed() -> None:
    first, second = order_in("mute I7 for 2 days", UNITS), order_in("confirm mute I7 for 48 hours", UNITS)
    assert first is not None and (first.incident, first.hours, first.confirmed) == ("I7", 48, False)
    assert second is not None and (second.incident, second.hours, second.confirmed) == ("I7", 48, True)
    by_name = order_in("mute nginx for 3h", UNITS)
    assert by_name is not None and (by_name.target, by_name.hours) == ("nginx", 3)


@pytest.mark.parametrize(
    ("question", "action"),
    [
        ("darfst du postgresql neu starten?", "restart_unit"),
        ("kannst du nginx neustarten?", "restart_unit"),
        ("bist du befugt, nginx neu zu starten?", "restart_unit"),
        ("would it help to start nginx again?", "restart_unit"),
        ("¿puedes volver a arrancar nginx?", "restart_unit"),
        ("peux-tu démarrer nginx à nouveau ?", "restart_unit"),
        ("darfst du nginx starten?", "start_unit"),
        ("darfst du nginx neu laden?", "reload_unit"),
    ],
)
def test_a_question_about_an_order_is_about_its_action(question: str, action: str) -> None:
    assert VERBS[verb_in(question)] == action
