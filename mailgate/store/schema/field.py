"""What all tables share: JSON and flags in columns, and how a table is called."""

from __future__ import annotations

from typing import Any

from peewee import IntegerField, Model, TextField

from mailgate.store.rows import from_json, to_json


class Json(TextField):
    """A list or map as JSON text, the same on both databases."""

    def db_value(self, value: Any) -> str | None:
        return None if value is None else to_json(value)

    def python_value(self, value: str | None) -> Any:
        return from_json(value)


class Flag(IntegerField):
    """0 or 1."""

    def python_value(self, value: int) -> bool:
        return bool(value)


class Kept(Model):
    """What all rows share: a table is called like its class, in snake case."""

    class Meta:
        legacy_table_names = False
