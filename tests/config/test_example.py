"""``config.example.toml`` and the schema say the same, in both directions."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from mailgate.config import schema, schema_events, schema_mail
from mailgate.config.salvage import salvage
from mailgate.config.schema import Config
from mailgate.config.units import Duration
from mailgate.desk import policy
from mailgate.edges import settings as edge

TEXT = (Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")
DEFAULT = re.compile(r"^#(?=[a-z_]+ = )", re.MULTILINE)
WHOLE = DEFAULT.sub("", TEXT)
"""The example with the keys that stand at their defaults switched on."""

FREE = {"hours": Any, "sla": Any, "priorities": Any, "by_brand": Any}


def models(model: type[BaseModel], where: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every section of the schema, by its place: ``mailboxes.imap``."""
    yield where, model
    for name, info in model.model_fields.items():
        inner = next(model_in(info.annotation), None)
        if inner is not None:
            yield from models(inner, f"{where}.{info.alias or name}".strip("."))


def model_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from model_in(part)


def tables(data: Any, where: str) -> list[dict[str, Any]]:
    """The example's tables at that place; a list or named tables are looked into."""
    found = [data]
    for step in filter(None, where.split(".")):
        found = [item[step] for item in found if step in item]
        found = [each for item in found for each in (item if isinstance(item, list) else [item])]
        if step in FREE:
            found = [each for item in found for each in item.values()]
    return found


def plain(value: Any) -> Any:
    """The values alone, "5 min" and "300s" being the same."""
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Duration):
        return value.ms()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def spans(*names: str) -> dict[str, str]:
    """Lengths of time: milliseconds in the value, with their unit in the file."""
    return {f"{name}_ms": name for name in names}


def test_every_key_of_the_schema_stands_in_the_example() -> None:
    data = tomllib.loads(WHOLE)
    for where, model in models(Config):
        shown = {key for table in tables(data, where) for key in table}
        keys = {info.alias or name for name, info in model.model_fields.items()}
        assert keys <= shown, f"[{where}]"


def test_every_key_of_the_example_is_one_of_the_schema() -> None:
    assert [str(complaint) for complaint in salvage(tomllib.loads(WHOLE), Config).complaints] == []
    assert [str(complaint) for complaint in salvage(tomllib.loads(TEXT), Config).complaints] == []


def test_a_key_behind_a_hash_stands_at_its_default() -> None:
    """Switching on what is commented out changes nothing."""
    whole, short = (salvage(tomllib.loads(text), Config).model for text in (WHOLE, TEXT))
    assert plain(whole) == plain(short)
    assert len(DEFAULT.findall(TEXT)) > 80


def test_every_key_of_the_schema_has_a_sentence() -> None:
    for where, model in models(Config):
        for name, info in model.model_fields.items():
            assert info.description, f"{where}.{name}"
            assert info.description.strip().endswith((".", ":", "?")) or where == "", f"{where}.{name}"
            assert info.default is not PydanticUndefined or info.default_factory or info.is_required()


def test_every_setting_of_an_edge_can_be_written() -> None:
    """What an edge can be told, the configuration can say; renamed keys are named here."""
    pairs: tuple[tuple[type[Any], type[BaseModel], dict[str, str]], ...] = (
        (edge.SmtpIn, schema_mail.SmtpIn, {}),
        (edge.Relay, schema_mail.SmtpOut, {}),
        (edge.ImapAccount, schema_mail.Imap, {"since_days": "since", "mailbox": ""}),
        (edge.OAuth, schema_mail.OAuth, {}),
        (edge.Dkim, schema_mail.Dkim, {}),
        (edge.WorkerLimits, schema.Limits, {}),
        (policy.Budgets, schema.LetterLimits, {}),
        (policy.Survey, schema.Survey, spans("every", "answer_within", "delay", "change_within")),
        (policy.Closing, schema.Closing, spans("confirm_after", "remind_after", "close_after")),
        (policy.Brand, schema.Brand, {}),
        (policy.ProofProfile, schema_mail.Proof, {}),
        (policy.Agent, schema.Agent, {}),
        (edge.Webhook, schema_events.Webhook, {}),
        (policy.Scheduled, schema_events.Scheduled, spans("due_after")),
        (policy.Retention, schema_events.Retention, spans("raws", "tickets", "spam", "held")),
    )
    for value, model, renamed in pairs:
        for field in dataclasses.fields(value):
            key = renamed.get(field.name, field.name)
            assert not key or key in model.model_fields, f"{value.__name__}.{field.name}"
