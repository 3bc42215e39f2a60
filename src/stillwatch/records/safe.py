"""Text that may go where it would do something. Each kind is made in `untrusted/` alone, and every sink asks for it."""

from __future__ import annotations


class ForModel(str):
    """May stand in a prompt (R16). Made by untrusted/for_model.py."""

    __slots__ = ()


class ForHtml(str):
    """May stand in a page as markup. Made by untrusted/for_html.py."""

    __slots__ = ()


class ForNotice(str):
    """May be sent to people by whatever messenger (R17). Made by untrusted/for_notice.py."""

    __slots__ = ()
