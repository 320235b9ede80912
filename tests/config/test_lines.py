"""Every key of a TOML text is found on the line where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path as File

from hypothesis import given
from hypothesis import strategies as st

from mailgate.config.lines import Path, line_of, lines_of

ODD = '''\
# a comment with [brackets] and "quotes
title = "x # no comment ] }"   # and one = here
"quoted \\u006bey" = 1
'literal' = 'a \\ b'
a.b . c = 2

[table]   # [not.this]
multi = """
[[fooled]]
key = "x" \\""" not the end
"""
raw = \'\'\'
k = 1
\'\'\'
list = [
  1, # ]
  "two, ]",
  [3, 4],
  { deep = { deeper = true },
    },
]
inline = { x = 1, y = [ { z = 2 } ] }
when = 2026-11-20 09:30:00

[[team]]
id = 1
[team.sub]
k = 1
[[team.sub2]]
k = 1

[[team]]
id = 2
[[team.sub2]]
k = 1
[[team.sub2]]
k = 2
'''.replace("  { deep = { deeper = true },\n    },", "  { deep = { deeper = true } },")


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """The path of every key and list element that tomllib sees."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield (*path, step)
        yield from paths(inner, (*path, step))


def test_odd_but_valid_toml_is_not_fooling() -> None:
    lines, texts = lines_of(ODD), ODD.splitlines()
    assert set(paths(tomllib.loads(ODD))) <= set(lines)
    expected = {
        ("quoted key",): '"quoted',
        ("a", "b", "c"): "a.b",
        ("table", "multi"): "multi",
        ("table", "raw"): "raw",
        ("table", "list", 2): "  [3",
        ("table", "list", 3, "deep", "deeper"): "  { deep",
        ("table", "inline", "y", 0, "z"): "inline",
        ("table", "when"): "when",
    }
    for path, start in expected.items():
        assert texts[lines[path] - 1].startswith(start), path
    assert [texts[lines["team", index, "id"] - 1] for index in (0, 1)] == ["id = 1", "id = 2"]
    assert texts[lines["team", 1, "sub2", 1, "k"] - 1] == "k = 2"
    assert lines["team", 1, "sub2", 1, "k"] == len(texts)


def test_the_shipped_example_is_known_line_by_line() -> None:
    text = (File(__file__).parents[2] / "config.example.toml").read_text("utf-8")
    lines = lines_of(text)
    for path in paths(tomllib.loads(text)):
        assert path in lines
        name = str(path[-1])
        assert isinstance(path[-1], int) or name in text.splitlines()[lines[path] - 1], path


def test_a_key_that_is_missing_is_told_by_the_table_around_it() -> None:
    lines = lines_of("[desk]\nname = 1\n[[team]]\nid = 1\n")
    assert line_of(lines, ("team", 0, "name")) == 3
    assert line_of(lines, ("nowhere", "at all")) == 0


KEYS = st.text(alphabet="abc-_\"'é 1", min_size=1, max_size=4)
VALUES = st.recursive(
    st.integers() | st.booleans() | st.text(alphabet="ab#[]{}=,\"'\\\n", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def quoted(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
    return '"' + "".join(escapes.get(char, char) for char in text) + '"'


def inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(inline, value)) + "]"
    return quoted(value) if isinstance(value, str) else str(value).lower()


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_whatever_is_written_every_key_has_its_line(data: dict[str, object]) -> None:
    text = "\n".join(f"{quoted(key)} = {inline(value)}  # [x]" for key, value in data.items())
    assert tomllib.loads(text) == data
    lines = lines_of(text)
    assert set(lines) == set(paths(data))
    for key in data:
        assert text.splitlines()[lines[key,] - 1].startswith(quoted(key))
