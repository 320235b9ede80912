"""All clues of a delivery: the mail's own, and before them those of a letter that came back."""

from __future__ import annotations

from dataclasses import replace

from mailgate.desk.facts import Carrier, Clue
from mailgate.desk.identity.token import split_address, split_message_id
from mailgate.desk.policy import Policy
from mailgate.desk.threading.clue import CLUE_LIMIT, clues, tag_number
from mailgate.mail.model import Bounce, Reading


def all_clues(reading: Reading, policy: Policy) -> tuple[Clue, ...]:
    """The mail's own clues; those of a returned letter first where the mail is a bounce."""
    own = clues(reading.mail, reading.envelope, policy)
    bounce = reading.verdict.bounce
    return own if bounce is None else tuple(dict.fromkeys((*_returned(bounce, policy), *own)))


def _returned(bounce: Bounce, policy: Policy) -> tuple[Clue, ...]:
    """Clues in the returned letter: the address that it was sent from, its Message-IDs, its subject."""
    splits = (split_address(address, policy.mailboxes) for address in bounce.addressed_to)
    carried = [(Carrier.ADDRESS, split.token) for split in splits if split and split.token]
    ids = bounce.message_ids[:CLUE_LIMIT]
    carried += [(Carrier.MESSAGE_ID, token) for one in ids if (token := split_message_id(one))]
    found = [
        Clue(
            carrier, token.number or None, token.purpose.value, token.mac, token.mac[:1], shown="of the returned letter"
        )
        for carrier, token in carried
    ]
    found += [Clue(Carrier.KNOWN_ID, message_id=one, shown=f"<{one}> returned") for one in ids]
    tags = {tag_number(bounce.subject, brand.tags) for brand in policy.brands.values()} - {None}
    tagged = Clue(Carrier.TAG, header="subject")
    found += [replace(tagged, number=number, shown=f"#{number} returned") for number in sorted(filter(None, tags))]
    return tuple(found)
