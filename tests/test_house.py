"""The house around the code: what is pinned, what is shipped, what the papers promise."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from enum import StrEnum
from pathlib import Path
from textwrap import dedent

import pytest

from mailgate import __version__
from mailgate.desk.effect import Cause
from mailgate.store.outbox import LetterState
from tests.cli.tree import COMMANDS, GROUPS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)

IMPORTED_AS = {
    "prometheus-client": "prometheus_client",
    "mail-parser": "mailparser",
    "charset-normalizer": "charset_normalizer",
    "flufl-bounce": "flufl",
    "google-re2": "re2",
    "dkimpy": "dkim",
    "dnspython": "dns",
    "css-inline": "css_inline",
}


def normal(requirement: str) -> str:
    """The normalised name of a requirement (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=\[; ]", requirement, maxsplit=1)[0]).lower()


def pins(lock: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / lock).read_text("utf-8")))


@pytest.mark.parametrize("lock", ["requirements.lock", "deploy/requirements.lock"])
def test_Q13_the_locks_pin_every_library_by_hash_and_name_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert {normal(each) for each in PROJECT["dependencies"]} | {"hatchling", "editables"} <= set(pins(lock))
    assert "://" not in text
    assert "--index" not in text
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_what_runs_is_what_was_tested() -> None:
    """The container's lock holds a part of the tests' lock, at the same versions."""
    assert pins("deploy/requirements.lock").items() <= pins("requirements.lock").items()
    assert "pytest" not in pins("deploy/requirements.lock")


def test_every_library_that_is_asked_for_is_used() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "mailgate").rglob("*.py"))
    for requirement in PROJECT["dependencies"]:
        name = normal(requirement)
        assert re.search(rf"\b{IMPORTED_AS.get(name, name)}\b", sources), name


def test_the_version_is_said_once() -> None:
    assert PROJECT["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def slug(heading: str) -> str:
    """The anchor that a heading gets, as GitHub and GitLab make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), target
    for target, heading in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", text):
        there = (page.parent / target if target else page).read_text("utf-8")
        assert heading in {slug(each) for each in re.findall(r"^#+ (.+)$", there, re.MULTILINE)}, f"{target}#{heading}"
    for name in re.findall(r"`((?:docs|deploy|tests|mailgate|templates)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), f"{page.name}: {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_toml_on_a_page_is_toml_that_the_schema_takes(page: Path) -> None:
    from mailgate.config.salvage import salvage
    from mailgate.config.schema import Config

    for block in re.findall(r"^ *```toml\n(.*?)^ *```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        found = salvage(tomllib.loads(dedent(block)), Config).complaints
        assert not found, f"{page.name}: {found}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_a_page_exists_with_its_options(page: Path) -> None:
    """In blocks, where each line is typed, and in the middle of a sentence."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"^ *```(?:sh|console)?\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    for typed in [*"\n".join(blocks).splitlines(), *re.findall(r"`(mailgate [^`\n]+)`", text)]:
        for said in re.findall(r"(?:^\s*|[$|/] ?)mailgate (?!is ready)([a-z][^|;#&]*)", typed):
            words = said.split()
            command = " ".join(words[: 2 if words[0] in GROUPS else 1])
            assert command in COMMANDS, f"{page.name}: {typed}"
            options = {option for each in COMMANDS[command].params for option in each.opts}
            asked = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
            assert asked <= options | {"-h", "--help"}, f"{page.name}: {typed}"


@pytest.mark.parametrize("names", [Cause, LetterState], ids=["causes", "letters"])
def test_the_admins_page_says_what_to_do_about_everything_that_waits(names: type[StrEnum]) -> None:
    """The page has a line for each cause of held mail and each state of a letter."""
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    told = {name for line in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for name in re.findall(r"`(.+?)`", line)}
    assert {name.value for name in names} <= told


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_the_scripts_are_executable_and_parse(script: str) -> None:
    shell = "bash" if script == ".ci/run" else "sh"
    assert os.access(ROOT / script, os.X_OK)
    assert subprocess.run([shell, "-n", str(ROOT / script)], check=False).returncode == 0


def test_run_says_in_one_sentence_what_is_missing(tmp_path: Path) -> None:
    """Without any Python on the PATH: exit 2 and one line that names the packages."""
    for tool in ("dirname", "sed", "cat", "cksum"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "run"), "test"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "python3-venv" in done.stderr


@pytest.mark.slow
def test_the_wheel_holds_all_it_needs(tmp_path: Path) -> None:
    """Built and installed elsewhere, it makes a desk, checks it, plays the demo: templates and example travel along."""
    source = tmp_path / "source"
    for name in ("mailgate", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "config.example.toml"):
        shutil.copy(ROOT / name, source / name)
    pytest.importorskip("hatchling", reason="the build backend: pip install hatchling editables")
    build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=source, check=True, capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    venv.create(tmp_path / "venv", system_site_packages=False, symlinks=True)
    site = next((tmp_path / "venv").glob("lib/python3*/site-packages"))
    shutil.unpack_archive(wheel, site, "zip")
    libraries = next(entry for entry in sys.path if entry.endswith("site-packages"))
    (site / "libraries.pth").write_text(libraries + "\n")
    python = tmp_path / "venv" / "bin" / "python"

    def mailgate(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(python), "-P", "-m", "mailgate", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
        )

    address, agent = ("--address", "support@acme.example"), ("--agent", "Ana <ana@acme.example>")
    made = mailgate("init", "desk", "--yes", *address, *agent)
    assert made.returncode == 0, made.stderr
    checked = mailgate("check", "-c", "desk/config.toml")
    assert checked.returncode == 0, checked.stderr
    played = mailgate("demo", "--once")
    assert played.returncode == 0, played.stderr
    assert "→ Carla Rossi <carla@client.example>: Re: [#1] Printer broken" in played.stdout
    assert (site / "mailgate" / "templates" / "en").is_dir()
    assert (site / "mailgate" / "config.example.toml").is_file()


def test_Q11_the_services_unit_exposes_little() -> None:
    """As systemd itself rates it, from 0 (nothing) to 10."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze here (Debian: systemd)")
    unit = ROOT / "deploy" / "mailgate.service"
    said = subprocess.run(
        [analyze, "security", "--offline=true", str(unit)], capture_output=True, text=True, check=False
    )
    rated = re.search(r"exposure level for mailgate.service: ([\d.]+)", said.stdout)
    if rated is None:
        pytest.skip(f"this systemd-analyze rates no files: {said.stderr.strip()[:100]}")
    assert float(rated[1]) <= 2.0


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ([{"name": "dkimpy", "vulns": [{"id": "CVE-0-0"}]}], 1, "dkimpy: CVE-0-0"),
        ([{"name": "dkimpy", "vulns": []}], 0, "1 of 1 libraries audited, 0 known vulnerabilities"),
        ([{"name": "dkimpy", "skip_reason": "not found"}], 0, "NOTHING WAS AUDITED"),
        (None, 0, "NOTHING WAS AUDITED"),
    ],
)
def test_Q13_the_audit_fails_on_a_known_vulnerability_and_claims_nothing_that_nobody_looked_at(
    tmp_path: Path, answer: object, code: int, said: str
) -> None:
    """With a pip-audit that gives each of the answers it can give, an end without any included."""
    told = f"open(sys.argv[sys.argv.index('-o') + 1], 'w').write({json.dumps({'dependencies': answer})!r})"
    (tmp_path / "pip_audit.py").write_text(f"import sys\n{told if answer else 'sys.exit(1)'}\n")
    found = subprocess.run(
        [sys.executable, ROOT / ".ci" / "audit"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert (found.returncode, said in found.stdout) == (code, True), found.stdout + found.stderr
