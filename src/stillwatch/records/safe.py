"""Text that may go where it would do something. Each kind is made in `untrusted/` alone, and every sink asks for it.

The type checker alone tells them from other text: when the program runs they are plain strings, which can be stored and
sent as such.
"""

from __future__ import annotations

from typing import NewType

ForModel = NewType("ForModel", str)
"""May stand in a prompt (R16). Made by untrusted/for_model.py."""
ForHtml = NewType("ForHtml", str)
"""May stand in a page as markup. Made by untrusted/for_html.py."""
ForNotice = NewType("ForNotice", str)
"""May be sent to people by whatever messenger (R17). Made by untrusted/for_notice.py."""
ForTerminal = NewType("ForTerminal", str)
"""May be printed: nothing in it that a terminal obeys (R16). Made by untrusted/for_terminal.py."""
