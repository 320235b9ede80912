"""Statements as text: written once with ``?`` for parameters, then said as each database reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of ``Rows.write``: rows for a table, or with ``statement`` any SQL whose parameters are the one row.

    ``columns`` is the list as SQL writes it, ``conflict`` an ``ON CONFLICT`` clause, ``values`` what stands for one row
    where that is not a question mark a column.
    """

    table: str
    columns: str
    rows: Sequence[Sequence[object]]
    conflict: str = ""
    values: str = ""
    statement: str = ""

    def sql(self, rows: int) -> str:
        """The statement for so many rows."""
        return self.statement or insert_into(self.table, self.columns, rows, self.conflict, self.values)


def among(column: str, values: Sequence[object]) -> str:
    """A condition that ``column`` is one of the values (at least one); they are its parameters."""
    return f"{column} = ?" if len(values) == 1 else f"{column} IN ({', '.join('?' * len(values))})"


def literal(text: str) -> str:
    """A text as ``LIKE … ESCAPE '!'`` finds it, and nothing else."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def pieces(values: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """The values in groups that one statement takes."""
    return (values[start : start + size] for start in range(0, len(values), size))


@lru_cache(maxsize=512)
def numbered(sql: str) -> bytes:
    """The same statement with PostgreSQL's own parameters, ``$1`` and on; our SQL has no ``?`` but for parameters."""
    first, *others = sql.split("?")
    return "".join([first, *(f"${number}{text}" for number, text in enumerate(others, start=1))]).encode()


@lru_cache(maxsize=512)
def insert_into(table: str, columns: str, rows: int, conflict: str, values: str = "") -> str:
    """An ``INSERT`` of so many rows; ``values`` is what stands for one of them, by default a ``?`` a column."""
    values = f"({values or ', '.join('?' * (columns.count(',') + 1))})"
    return f"INSERT INTO {table} ({columns}) VALUES {', '.join([values] * rows)} {conflict}"  # noqa: S608
