"""How each kind of letter behaves towards other machines: one row a kind, and nothing else decides it.

=============== ======================= =============== ==================== ================
kind            Auto-Submitted          Precedence      envelope sender      reply marker
=============== ======================= =============== ==================== ================
ack. (both)     auto-replied            auto_reply      ``<>``               yes
answer, copy    none: a person wrote it none            the token's address  no
notification    auto-generated          bulk            the token's address  yes
reminder        auto-generated          bulk            the token's address  yes
survey          auto-generated          bulk            the token's address  yes
transcript      auto-replied            auto_reply      ``<>``               no
confirmation    auto-replied            auto_reply      ``<>``               yes
undelivered     auto-generated          auto_reply      ``<>``               no
alert, welcome  auto-generated          auto_reply      ``<>``               no
status          auto-replied            auto_reply      ``<>``               yes
resolution      none: a person wrote it none            the token's address  yes
ask             none: a person wrote it none            the token's address  no
closing         auto-generated          bulk            the token's address  yes
customer rem.   auto-generated          bulk            the token's address  yes
warning         auto-generated          bulk            the token's address  yes
handover        auto-generated          bulk            the token's address  yes
digest          auto-generated          bulk            the token's address  no
notice          auto-generated          bulk            the token's address  yes
=============== ======================= =============== ==================== ================

Notices about a mail go out under the null sender, so that nothing ever answers them (RFC 3834 section 3.3, RFC 5321
section 4.5.5). Where we must learn that a letter did not arrive, its envelope sender is the ticket's own token address
instead, so that a bounce finds its way even when it names no Message-ID. ``bulk`` keeps the older vacation programs
quiet that do not know ``Auto-Submitted``. An answer has no marker: the customer may well write between our lines. A
resolution has one, since a yes or a no is what it asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.desk.letter import LetterKind


@dataclass(frozen=True, slots=True)
class Manner:
    """One row of the table; ``submitted`` is empty for what a person wrote (RFC 3834 section 5)."""

    submitted: str = ""
    precedence: str = ""
    null_sender: bool = False
    marker: bool = False

    @property
    def automatic(self) -> bool:
        """Whether a machine wrote it."""
        return bool(self.submitted)


_ACKNOWLEDGEMENT = Manner("auto-replied", "auto_reply", null_sender=True, marker=True)
_PERSON = Manner()
_NOTICE = Manner("auto-generated", "auto_reply", null_sender=True)
_PUSHED = Manner("auto-generated", "bulk", marker=True)

MANNERS: dict[LetterKind, Manner] = {
    LetterKind.ACKNOWLEDGEMENT: _ACKNOWLEDGEMENT,
    LetterKind.NEUTRAL_ACKNOWLEDGEMENT: _ACKNOWLEDGEMENT,
    LetterKind.ANSWER: _PERSON,
    LetterKind.COPY: _PERSON,
    LetterKind.NOTIFICATION: _PUSHED,
    LetterKind.REMINDER: _PUSHED,
    LetterKind.SURVEY: _PUSHED,
    LetterKind.TRANSCRIPT: Manner("auto-replied", "auto_reply", null_sender=True),
    LetterKind.CONFIRMATION: Manner("auto-replied", "auto_reply", null_sender=True, marker=True),
    LetterKind.UNDELIVERED: _NOTICE,
    LetterKind.ALERT: _NOTICE,
    LetterKind.WELCOME: _NOTICE,
    LetterKind.STATUS: Manner("auto-replied", "auto_reply", null_sender=True, marker=True),
    LetterKind.RESOLUTION: Manner(marker=True),
    LetterKind.ASK: _PERSON,
    LetterKind.CLOSING: _PUSHED,
    LetterKind.CUSTOMER_REMINDER: _PUSHED,
    LetterKind.WARNING: _PUSHED,
    LetterKind.HANDOVER: _PUSHED,
    LetterKind.DIGEST: Manner("auto-generated", "bulk"),
    LetterKind.NOTICE: _PUSHED,
}
