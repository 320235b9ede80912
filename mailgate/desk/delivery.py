"""One mail to one brand: what is settled as a whole, and ends as exactly one outcome (promise 1)."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.desk.policy import Mailbox


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail to one brand: the mailbox that routes it (the first of the brand's that it was sent to), and the
    addresses of ours that it came to. ``confirmed``: the agent who is its author has confirmed it, which is as good as
    proof. ``released``: it was held, an admin has looked at it and wants it on a ticket."""

    brand: str
    mailbox: Mailbox
    recipients: tuple[str, ...] = ()
    confirmed: bool = False
    released: bool = False
