"""The house stands as docs/design.md draws it: imports point one way, each library has one home, one reader of time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "mailgate").rglob("*.py"))

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "clock", "logs", "turnstile", "durable", "handing", "pacing", "__init__"),
    ("mail",),
    ("desk",),
    ("edges", "store", "letters"),
    ("config",),
    ("carry", "gateway", "outgoing", "duties"),
    ("*",),  # what puts the parts together: daemon, applier, roles, explain, doctor, demo …
    ("cli",),
    ("__main__",),
)
"""From the ground up. A part may import what stands below it, and itself."""

NEVER = {
    "edges": {"store", "letters"},
    "store": {"edges", "letters"},
    "letters": {"edges", "store"},
    "carry": {"config"},
    "gateway": {"config"},
    "outgoing": {"config"},
    "duties": {"config"},
    "mail": {"clock", "logs"},
    "desk": {"clock", "logs"},
}
"""Beyond the order of the layers: neighbours that must not know each other, and pure parts that get time as a value."""

HOMES = {
    "aiosmtpd": ("edges/smtp_*",),
    "authheaders": ("mail/*",),
    "bleach": ("letters/*",),
    "charset_normalizer": ("mail/*",),
    "css_inline": ("letters/render.py",),
    "dkim": ("mail/*", "letters/dkim.py"),
    "dns": ("edges/dns*",),
    "flufl": ("mail/*",),
    "holidays": ("config/*",),
    "imapclient": ("edges/imap_*",),
    "jinja2": ("letters/render.py",),
    "mailparser": ("mail/*",),
    "nh3": ("mail/*",),
    "olefile": ("mail/*",),
    "peewee": ("store/*",),
    "playhouse": ("store/*",),
    "prometheus_client": ("edges/metrics.py", "health.py"),
    "psycopg": ("store/*",),
    "pydantic": ("config/*",),
    "pydantic_core": ("config/*",),
    "re2": ("desk/*",),
    "rich": ("cli/*", "demo/*"),
    "schedule": ("timetable.py",),
    "selectolax": ("mail/*",),
    "structlog": ("logs.py",),
    "tnefparse": ("mail/*",),
    "typer": ("cli/*",),
    "uvloop": ("edges/smtp_*", "roles.py"),
}
"""Where a library may be imported, so that it can be replaced there."""

CLOCKS = {"time": {"*"}, "random": {"*"}, "secrets": {"*"}, "uuid": {"uuid1", "uuid4"}}


def part_of(path: Path) -> str:
    """``mail`` for mailgate/mail/parse.py, ``daemon`` for mailgate/daemon.py."""
    return path.relative_to(ROOT / "mailgate").parts[0].removesuffix(".py")


def layer(part: str) -> int:
    return next((height for height, parts in enumerate(LAYERS) if part in parts), LAYERS.index(("*",)))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in FILES}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, lazily or for types only too, with the line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield (inner if inner in MODULES else str(node.module)), node.lineno


def test_every_part_of_the_house_is_on_the_map() -> None:
    drawn = (ROOT / "docs" / "design.md").read_text("utf-8").partition("```\nmailgate/\n")[2].partition("```")[0]
    parts = {path.name + "/" * path.is_dir() for path in (ROOT / "mailgate").iterdir() if path.name[0] not in "_."}
    assert {part for part in parts if part not in drawn} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    here = part_of(path)
    for name, line in imports(path):
        if name.split(".")[0] != "mailgate" or name == "mailgate":
            continue
        there = name.split(".")[1]
        if there == here:
            continue
        assert layer(there) <= layer(here), f"{path}:{line}: {here} imports {there}, which stands above it"
        assert there not in NEVER.get(here, ()), f"{path}:{line}: {here} must not know {there}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_has_its_home(path: Path) -> None:
    here = str(path.relative_to(ROOT / "mailgate"))
    for name, line in imports(path):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or any(fnmatch(here, home) for home in homes), f"{path}:{line}: {name} belongs to {homes}"


def test_no_module_imports_itself_by_a_detour() -> None:
    """No cycles, not even through imports inside functions."""
    graph = {module_of(path): {name for name, _ in imports(path) if name in MODULES} for path in FILES}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " → ".join((*trail[trail.index(module) :], module))
        if module not in done:
            for target in sorted(graph[module] - {module}):
                visit(target, (*trail, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_clock_reads_time_and_chance(path: Path) -> None:
    if path.name == "clock.py" and part_of(path) == "clock":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names if alias.name in CLOCKS]
            assert not found, f"{path}:{node.lineno}: {found[0]} is read in clock.py alone"
        elif isinstance(node, ast.ImportFrom):
            banned = CLOCKS.get(str(node.module), set())
            found = [alias.name for alias in node.names if "*" in banned or alias.name in banned]
            assert not found, f"{path}:{node.lineno}: {node.module} is read in clock.py alone"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func)
            assert called not in NOW, f"{path}:{node.lineno}: {called} is read in clock.py alone"


NOW = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "os.urandom", "datetime.datetime.now"}
)
