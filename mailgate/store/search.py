"""The index that searches go to: one document a message, of the tokens of its subject, its new text and its files.

What a document holds is a function of its row (``document``), so that it can be written again, and taken out again,
from the row alone. ``words`` says what a token is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mailgate.store.rows import Rows
from mailgate.store.sql import Part, among
from mailgate.store.words import words_of

PAGE = 1000
SHOW_EVERY = 20_000

Document = tuple[int, list[str]]
"""A message's id and its distinct tokens."""


def document(number: int, subject: str, new_text: str, filenames: Iterable[str]) -> Document:
    """What is searched of one message; a note has neither subject nor files."""
    return number, words_of("\n".join(filter(None, (subject, *filenames, new_text))))


def index_parts(rows: Rows, documents: Sequence[Document]) -> Iterator[Part]:
    """The rows of new documents, for ``Rows.write``."""
    words = [(number, " ".join(tokens)) for number, tokens in documents]
    if words and rows.postgres:
        yield Part("search", "message_id, words", words, values="?, array_to_tsvector(string_to_array(?, ' '))")
    elif words:
        yield Part("search", "rowid, words", words)


def unindex(rows: Rows, documents: Sequence[Document]) -> None:
    """Take documents out, in a transaction of the caller; they must be exactly what was put in (``documents_of``)."""
    if not documents:
        return
    if rows.postgres:
        ids = [number for number, _ in documents]
        rows.run(f"DELETE FROM search WHERE {among('message_id', ids)}", ids)  # noqa: S608
        return
    gone = [("delete", number, " ".join(tokens)) for number, tokens in documents]
    rows.many("INSERT INTO search (search, rowid, words) VALUES (?, ?, ?)", gone)


def documents_of(rows: Rows, message_ids: Sequence[int]) -> list[Document]:
    """The documents of these messages (at most a page of them), read from their rows."""
    if not message_ids:
        return []
    files: dict[int, list[str]] = {}
    named = f"SELECT message_id, filename FROM attachments WHERE {among('message_id', message_ids)} ORDER BY 1, place"  # noqa: S608
    for number, filename in rows.all(named, message_ids):
        files.setdefault(number, []).append(filename)
    texts = f"SELECT id, subject, COALESCE(new_text, text, '') FROM messages WHERE {among('id', message_ids)}"  # noqa: S608
    found = rows.all(f"{texts} ORDER BY id", message_ids)
    return [document(number, subject, text, files.get(number, ())) for number, subject, text in found]


def reindex(rows: Rows, announce: Callable[[str], None]) -> None:
    """Fill an empty index from all messages, a page at a time, and say how far it is."""
    last, done = 0, 0
    while True:
        page = rows.all("SELECT id FROM messages WHERE id > ? ORDER BY id LIMIT ?", (last, PAGE))
        if not page:
            return
        for part in index_parts(rows, documents_of(rows, [number for (number,) in page])):
            rows.write((part,))
        last, done = page[-1][0], done + len(page)
        if done % SHOW_EVERY == 0:
            announce(f"the search index has {done} messages")
