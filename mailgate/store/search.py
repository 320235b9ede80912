"""The index that searches go to: one document a message, of the tokens of its subject, its new text and its files.

What a document holds is a function of its row (``document``), so that it can be written again, and taken out again,
from the row alone. ``words`` says what a token is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailgate.mail.model import Mail
from mailgate.store.rows import Rows
from mailgate.store.sql import Part, among
from mailgate.store.words import words_of

PAGE = 1000
SHOW_EVERY = 20_000

SNIPPET = 160
"""Characters of a text that are shown around a hit."""

LOOKED_THROUGH = 20_000
"""Characters of a text that are looked through for it."""

Document = tuple[int, str]
"""A message's id and its distinct tokens, a blank between them."""


def document(number: int, subject: str, new_text: str, filenames: Iterable[str]) -> Document:
    """What is searched of one message; a note has neither subject nor files."""
    return number, " ".join(words_of("\n".join(filter(None, (subject, *filenames, new_text)))))


def words_of_mail(mail: Mail) -> str:
    """The tokens of a mail, as ``document`` will have them: gathered where it is read, since it is the applier that
    limits a desk's rate."""
    return document(0, mail.subject, mail.reply_text, [part.filename for part in mail.attachments])[1]


def index_parts(rows: Rows, documents: Sequence[Document]) -> Iterator[Part]:
    """The rows of new documents, for ``Rows.write``."""
    if documents and rows.postgres:
        yield Part("search", "message_id, words", documents, values="?, array_to_tsvector(string_to_array(?, ' '))")
    elif documents:
        yield Part("search", "rowid, words", documents)


def unindex(rows: Rows, documents: Sequence[Document]) -> None:
    """Take documents out, in a transaction of the caller; they must be exactly what was put in (``documents_of``)."""
    if not documents:
        return
    if rows.postgres:
        ids = [number for number, _ in documents]
        rows.run(f"DELETE FROM search WHERE {among('message_id', ids)}", ids)  # noqa: S608
        return
    gone = [("delete", *document) for document in documents]
    rows.many("INSERT INTO search (search, rowid, words) VALUES (?, ?, ?)", gone)


def documents_of(rows: Rows, message_ids: Sequence[int]) -> list[Document]:
    """The documents of these messages (at most a page of them), read from their rows."""
    if not message_ids:
        return []
    files = files_of(rows, message_ids)
    texts = f"SELECT id, subject, COALESCE(new_text, text, '') FROM messages WHERE {among('id', message_ids)}"  # noqa: S608
    found = rows.all(f"{texts} ORDER BY id", message_ids)
    return [document(number, subject, text, files.get(number, ())) for number, subject, text in found]


def files_of(rows: Rows, message_ids: Sequence[int], *, noise: bool = True) -> dict[int, list[str]]:
    """The names of the messages' files, by message, in their order; without ``noise`` those that agents see."""
    wanted = among("message_id", message_ids) + ("" if noise else " AND noise = 0")
    sql = f"SELECT message_id, filename FROM attachments WHERE {wanted} ORDER BY message_id, place"  # noqa: S608
    files: dict[int, list[str]] = {}
    for number, filename in rows.all(sql, message_ids):
        files.setdefault(number, []).append(filename)
    return files


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


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket that a search found, and its newest message that has the words."""

    ticket_id: int
    message_id: int


def hits(rows: Rows, text: str, limit: int) -> list[Hit]:
    """The tickets with a message that has all the words of ``text``, newest message first; empty for no words.

    Case, width and accents do not matter; in scripts without spaces any two characters or more are found. No more
    than three times ``limit`` messages are looked at.
    """
    words = words_of(text)
    if not words:
        return []
    if rows.postgres:
        asked = " & ".join(f"'{word}'" for word in words)
        matching = "SELECT message_id FROM search WHERE words @@ CAST(? AS tsquery) ORDER BY message_id DESC LIMIT ?"
    else:
        asked = " AND ".join(f'"{word}"' for word in words)
        matching = "SELECT rowid AS message_id FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?"
    found = rows.planned(
        f"SELECT m.ticket_id, m.id FROM ({matching}) AS hit JOIN messages m ON m.id = hit.message_id "  # noqa: S608
        "ORDER BY m.id DESC",
        (asked, limit * 3),
    )
    newest: dict[int, int] = {}
    for ticket_id, message_id in found:
        newest.setdefault(ticket_id, message_id)
    return [Hit(ticket_id, message_id) for ticket_id, message_id in newest.items()][:limit]


def snippets(rows: Rows, message_ids: Sequence[int], words: str) -> dict[int, str]:
    """By message: its text around the first of the words that stands in it, on one line; else the file or the subject
    that has it."""
    if not message_ids:
        return {}
    wanted = [word.casefold() for word in words.split()]
    files = files_of(rows, message_ids)
    found = rows.all(
        "SELECT id, subject, substr(COALESCE(new_text, text, ''), 1, CAST(? AS INTEGER)) FROM messages "  # noqa: S608
        f"WHERE {among('id', message_ids)}",
        (LOOKED_THROUGH, *message_ids),
    )
    return {number: _snippet((text, *files.get(number, ()), subject), wanted) for number, subject, text in found}


def _snippet(texts: Sequence[str], wanted: Sequence[str]) -> str:
    lines = [" ".join(text.split()) for text in texts]
    for line in lines:
        folded = line.casefold()
        at = min((place for word in wanted if (place := folded.find(word)) >= 0), default=-1)
        if at >= 0:
            return _around(line, at)
    return _around(lines[0], 0)


def _around(line: str, at: int) -> str:
    start = max(0, at - SNIPPET // 3)
    end = start + SNIPPET
    return f"{'…' if start else ''}{line[start:end].strip()}{'…' if end < len(line) else ''}"
