"""Mail providers whose word on senders is known: what ``proof = "gmail"`` stands for.

==============  ====================================================================================================
provider        what it writes
==============  ====================================================================================================
gmail           ``Authentication-Results: mx.google.com; …``, below its border's Received line
microsoft365    one without a name, on top of its border's Received line; ``compauth`` in it is its own guess and
                proves nothing, only ``dmarc=pass`` does
fastmail        ``mx1.messagingengine.com`` and its brothers, on top of the border
opendmarc       the name that ``AuthservID`` says, by a milter, right below the server's own Received line
rspamd          the same, with the server's name
none            nobody is believed; our own DKIM check speaks
==============  ====================================================================================================

The names of one's own servers cannot be known here: with opendmarc and rspamd ``authserv_id`` has to be said too. What
is written beside a provider replaces what is known of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailgate.config.schema_mail import Proof
from mailgate.desk.policy import ProofProfile

PROVIDERS: Mapping[str, ProofProfile] = {
    "": ProofProfile(),
    "gmail": ProofProfile(authserv_id="mx.google.com"),
    "microsoft365": ProofProfile(topmost=True),
    "fastmail": ProofProfile(authserv_id=".messagingengine.com"),
    "opendmarc": ProofProfile(below=True),
    "rspamd": ProofProfile(below=True),
    "none": ProofProfile(),
}

NAMELESS = frozenset({"opendmarc", "rspamd"})
"""These run on one's own server, whose name only the admin knows."""


def proof_profile(written: Proof) -> ProofProfile:
    """The profile: the provider's, with what is written beside it."""
    known = PROVIDERS[written.provider]
    return ProofProfile(
        authserv_id=written.authserv_id or known.authserv_id,
        topmost=written.topmost or known.topmost,
        trusted_relays=tuple(written.trusted_relays),
        below=written.below or known.below,
    )
