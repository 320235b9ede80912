"""After the database has lost something: what the spool has as settled and the database does not know is settled again.

That is so after a restore, and after a failover to a standby that lacked the last transactions. The applier looks at
its start, and whenever the database was away.

===================================  ==========================================================================
step                                 a crash behind it
===================================  ==========================================================================
the first unknown mail is found      nothing has happened; the next look finds it again
ticket numbers have jumped           they jump once more; those that customers were told are never given again
some mails are pending again         the others are still unknown to the database, and found by the next look
===================================  ==========================================================================

It reads the keys of the week's mail, some three seconds for a million.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailgate import logs
from mailgate.edges.spool.spool import Spool
from mailgate.store.database import Store


def reopen_lost(spool: Spool, store: Store) -> int:
    """Make pending again what the database has lost; returns how many mails. ``Temporary`` while either is away."""
    jumped = False

    def known(keys: Sequence[str]) -> set[str]:
        nonlocal jumped
        marked = store.known_entries(keys)
        if not jumped and len(marked) < len(set(keys)):
            store.jump_numbers()
            jumped = True
        return marked

    reopened = spool.reopen_done(known)
    if reopened:
        logs.get("applier").warning(
            "the database has lost mails that were settled: they are settled again", mails=reopened
        )
    return reopened
