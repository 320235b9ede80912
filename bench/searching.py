"""A search over 100,000 tickets, in English and in Chinese: how long the slowest twentieth takes.

The messages are filled with words that are as unequally frequent as those of a language (Zipf's law): 20,000 English
ones, and Chinese text of 2,000 characters without spaces. Searched are one or two words, or two to four characters that
follow each other, taken out of messages of the desk: rare ones, and ones that stand in every tenth message. A search is
all that ``mailgate search`` does but starting: matching, the number of hits, the newest thirty with their snippets.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from bench.growth import Bench, fill, open_desk
from bench.load import percentile
from mailgate.desk.query import Ask, Order, Query, Terms
from mailgate.store.queries import answer
from mailgate.store.words import words_of

ENGLISH = 20_000
CHINESE = 2_000
WORDS_A_MESSAGE = 60
SHOWN = 30
PAGE = 5_000


class Writer:
    """Texts, the same for the same seed; every third is Chinese."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        syllables = [a + b for a in "bcdfghklmnprstvw" for b in "aeiou"]
        names = ["".join(self.chance.choices(syllables, k=3)) for _ in range(2 * ENGLISH)]
        self.words = list(dict.fromkeys(names))[:ENGLISH]
        self.characters = [chr(0x4E00 + 7 * number) for number in range(CHINESE)]
        self.word_weights = [1 / (place + 10) for place in range(len(self.words))]
        self.character_weights = [1 / (place + 10) for place in range(CHINESE)]

    def text(self, number: int) -> str:
        """The text of the number-th message."""
        if is_chinese(number):
            return "".join(self.chance.choices(self.characters, self.character_weights, k=WORDS_A_MESSAGE))
        return " ".join(self.chance.choices(self.words, self.word_weights, k=WORDS_A_MESSAGE))


def is_chinese(number: int) -> bool:
    """Whether the message of that number is; messages and their two letters share one row of numbers."""
    return number // 3 % 3 == 0


def run(count: int, searches: int) -> dict[str, object]:
    """Milliseconds of a search: the median, the 95th percentile and the slowest, by language."""
    with tempfile.TemporaryDirectory(prefix="bench-search-") as folder:
        bench = open_desk(Path(folder) / "desk", "")
        tickets = fill(bench, count)
        texts = _write(bench, Writer())
        chance = random.Random(11)
        spent = {
            "english": [_search(bench, _words(chance, texts[0])) for _ in range(searches)],
            "chinese": [_search(bench, _characters(chance, texts[1])) for _ in range(searches)],
        }
    found: dict[str, object] = {"figure": "search", "tickets": tickets, "searches": 2 * searches}
    for language, times in spent.items():
        found |= {
            f"{language}_p50_ms": round(percentile(times, 0.5), 1),
            f"{language}_p95_ms": round(percentile(times, 0.95), 1),
            f"{language}_worst_ms": round(max(times), 1),
        }
    return found


def _write(bench: Bench, writer: Writer) -> tuple[list[str], list[str]]:
    """Give every message its text and its words in the index; some texts of either language to search for."""
    rows, english, chinese = bench.store.rows, [], []
    ids = [number for (number,) in rows.all("SELECT id FROM messages ORDER BY id")]
    with rows.transaction():
        rows.run("INSERT INTO search (search) VALUES ('delete-all')")
    for start in range(0, len(ids), PAGE):
        texts = [(number, writer.text(number)) for number in ids[start : start + PAGE]]
        with rows.transaction():
            rows.many(
                "UPDATE messages SET text = ?, new_text = NULL WHERE id = ?", [(text, id_) for id_, text in texts]
            )
            rows.insert("search", "rowid, words", [(number, " ".join(words_of(text))) for number, text in texts])
        english += [text for number, text in texts[:100] if not is_chinese(number)]
        chinese += [text for number, text in texts[:100] if is_chinese(number)]
    rows.run("ANALYZE")
    return english, chinese


def _words(chance: random.Random, texts: list[str]) -> str:
    return " ".join(chance.sample(chance.choice(texts).split(), chance.choice((1, 2))))


def _characters(chance: random.Random, texts: list[str]) -> str:
    text, length = chance.choice(texts), chance.choice((2, 3, 4))
    start = chance.randrange(len(text) - length)
    return text[start : start + length]


def _search(bench: Bench, words: str) -> float:
    """Milliseconds; what was taken out of a message must be found."""
    query = Query(Ask.TICKETS, words=words, order=Order.RELEVANCE, limit=SHOWN)
    start = time.perf_counter()
    found = answer(bench.store.rows, query, Terms())
    spent = 1000 * (time.perf_counter() - start)
    assert found.rows, f"nothing found for {words}"
    return spent
