"""An alert: something that only an admin can mend, told to every admin by mail."""

from __future__ import annotations

from mailgate.desk.agent_letter import for_admins
from mailgate.desk.phrase import phrase
from mailgate.desk.plan import Outcome, Plan
from mailgate.desk.policy import Policy


def broken_template(template: str, brand: str, policy: Policy) -> Plan:
    """A template failed while a letter was written; the built-in text went out in its place."""
    values: dict[str, object] = {
        "what": phrase("the template {template} is broken", template=template),
        "detail": phrase("It failed while a letter was written. The plain built-in letter goes out in its place."),
        "advice": phrase("mend the template, run `mailgate check`, and reload with SIGHUP, or write #reload."),
    }
    return Plan(Outcome.EVENT, letters=for_admins(policy.brands[brand], values, policy))


def reloaded(agent: str, wrong: str, policy: Policy) -> Plan:
    """How the reading of the config went that an admin asked for by mail; ``wrong`` is empty when it went well."""
    values: dict[str, object] = {
        "what": phrase("the new configuration is not used") if wrong else phrase("the new configuration is in force"),
        "detail": phrase("What is wrong: {problems}", problems=wrong)
        if wrong
        else phrase("It was read and found good."),
        "advice": phrase("mend it and send #reload again; until then the old one stays in force.") if wrong else "",
    }
    orders = for_admins(next(iter(policy.brands.values())), values, policy)
    return Plan(Outcome.EVENT, letters=tuple(order for order in orders if order.agent == agent))


def served(agent: str, right: str, address: str, out: str, policy: Policy) -> Plan:
    """That the export or the erasing of a person's data, which an admin asked for by mail, is done."""
    erased = right == "erase"
    done = phrase("the data of {address} are erased", address=address)
    values: dict[str, object] = {
        "what": done if erased else phrase("the data of {address} are exported", address=address),
        "detail": phrase("The export is in {out} on the server, for its owner only.", out=out),
        "advice": phrase("hand it over by a way that you trust, then delete it."),
    }
    orders = for_admins(next(iter(policy.brands.values())), values, policy)
    return Plan(Outcome.EVENT, letters=tuple(order for order in orders if order.agent == agent))


def stays_held(held: int, agent: str, why: str, brand: str, policy: Policy) -> Plan:
    """An admin released a mail, by mail, and it is held all the same."""
    values: dict[str, object] = {
        "what": phrase("the held mail {number} stays held", number=held),
        "detail": why,
        "advice": phrase("see what stands in the way with #held show {number}.", number=held),
        "commands": (f"#held show {held}",),
    }
    orders = for_admins(policy.brands[brand], values, policy)
    return Plan(Outcome.EVENT, letters=tuple(order for order in orders if order.agent == agent))
