"""After the database has lost something: what the spool has as settled and the database does not know is settled again.

That is so after a restore, and after a failover to a standby that lacked the last transactions. The applier looks at
its start, and whenever the database was away.

===================================  ==========================================================================
step                                 a crash behind it
===================================  ==========================================================================
the first unknown mail is found      nothing has happened; the next look finds it again
ticket numbers have jumped           they jump once more; those that customers were told are never given again
some mails are pending again         the others are still unknown to the database: the next look finds them
===================================  ==========================================================================

What a database loses is the latest, so the newest mails are looked at before anything is settled: some hundred keys,
and on from there while some are unknown. The rest of the week's mail is looked through when there is nothing to do,
for a failover that nobody noticed may leave a gap further back; so a start takes no longer with a full spool.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from mailgate import logs
from mailgate.edges.spool.spool import Spool
from mailgate.store.database import Store


def look_back(spool: Spool, store: Store) -> Iterator[int]:
    """Make pending again what the database has lost, the newest first; yields how many mails in a row were, 0 after
    some hundred that are all there. ``Temporary`` while either is away; a new look begins anew then."""
    jumped = False

    def known(keys: Sequence[str]) -> set[str]:
        nonlocal jumped
        marked = store.known_entries(keys)
        if not jumped and len(marked) < len(set(keys)):
            store.jump_numbers()
            jumped = True
        return marked

    pieces = spool.reopen_done(known)
    for piece in pieces:
        reopened = piece + sum(takewhile(bool, pieces)) if piece else 0
        if reopened:
            logs.get("applier").warning(
                "the database has lost mails that were settled: they are settled again", mails=reopened
            )
        yield reopened
