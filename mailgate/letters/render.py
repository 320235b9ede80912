"""Templates and what becomes of them: the only module that knows Jinja.

A letter called ``answer`` is ``answer.txt``, with ``answer.html`` beside it if it has an HTML part, and
``answer.subject.txt`` if the plain ``subject.txt`` will not do. Files are looked for in this order, first found wins::

    BRAND/LANGUAGE/   BRAND/   TEMPLATES/LANGUAGE/   TEMPLATES/

so a brand overrides as little as it likes, and a language is added by adding a folder. A language without the letter
falls back from ``zh-Hant`` to ``zh`` to ``en``. A brand that has its own ``.txt`` but no ``.html`` sends plain text,
since the common HTML would say something else. ``letter.css`` is written into the elements at load.

Templates are the admin's files, not a stranger's, and still run in a sandbox with limits: nothing of Python can be
reached, no more than 10,000 steps of ``range`` and 8 MiB of output are made, text cannot be multiplied. What is filled
in is escaped in HTML. ``mailgate.letters.values`` lists what may be filled in.

When a template fails, the plain letter of ``mailgate.letters.builtin`` goes out in its place and ``Rendered.failed``
says why: a letter is never lost over a template.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import css_inline
import jinja2
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.nodes import Expr
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailgate.desk.letter import LetterKind
from mailgate.errors import ConfigError, Problem
from mailgate.letters import builtin, values, when, words

MAX_STEPS = 10_000
MAX_OUTPUT = 8 * 1024 * 1024
MAX_PIECES = 200_000
FALLBACK = "en"

_FILTERS = (
    *("abs", "capitalize", "count", "d", "default", "e", "escape", "first", "int", "join", "last", "length", "list"),
    *("lower", "map", "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "string"),
    *("title", "trim", "truncate", "unique", "upper"),
)
_METHODS = frozenset(
    {"endswith", "lower", "replace", "split", "startswith", "strip", "title", "upper", "get", "items", "keys", "values"}
)
_LOOP = frozenset({"first", "index", "last", "length"})
_KINDS = frozenset(kind.value for kind in LetterKind)
_TAGS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_RAW_TEXT = re.compile(r"<(?:title|style|textarea)\b[^<]*\Z", re.IGNORECASE)
_STAND_IN = re.compile(r"<!--mg-(\d+)-->|mg-(\d+)-mg")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter's three texts. ``html`` may be empty. ``failed`` names the template that broke and how, else empty."""

    subject: str
    text: str
    html: str
    failed: str = ""


@dataclass(frozen=True, slots=True)
class _Files:
    """The compiled templates of one letter in one language for one brand, and where they run."""

    sandbox: _Sandbox
    subject: jinja2.Template
    text: jinja2.Template
    html: jinja2.Template | None


class Templates:
    """All letters in all languages for all brands, read once; a reload makes a new one."""

    def __init__(self, environments: Mapping[tuple[str, str], _Sandbox], languages: tuple[str, ...]) -> None:
        """Use ``Templates.load``."""
        self._environments = environments
        self._languages = languages
        self._chosen: dict[tuple[str, str, str], str] = {}
        self._compiled: dict[tuple[str, str, str], _Files] = {}

    @classmethod
    def load(cls, folder: Path, brands: Mapping[str, Path] | None = None) -> Templates:
        """Read every file of ``folder`` and of the brands' override folders (by brand id).

        ``ConfigError`` when a folder is not there or a file is not UTF-8. What is wrong inside a template is not raised
        here: ``check`` tells of it.
        """
        brands = brands or {}
        found = {path.name for root in (folder, *brands.values()) for path in _subfolders(root)}
        environments = {
            (brand, language): _Sandbox(_gather(folder, override, language))
            for brand, override in {"": None, **brands}.items()
            for language in sorted(found | {FALLBACK})
        }
        return cls(environments, tuple(sorted(found)))

    def language_of(self, name: str, language: str, brand: str) -> str:
        """The language that letter will be in: the one asked for, a wider one (``zh`` for ``zh-Hant``), or ``en``."""
        key = (name, language, brand)
        if key not in self._chosen:
            known = (one for one in _widening(language) if one in self._languages)
            self._chosen[key] = next((one for one in known if self._sandbox(one, brand).has(f"{name}.txt")), FALLBACK)
        return self._chosen[key]

    def has(self, name: str) -> bool:
        """Whether there is a letter of that name at all."""
        return any(sandbox.has(f"{name}.txt") for sandbox in self._environments.values())

    def render(
        self, kind: LetterKind, language: str, brand: str, context: Mapping[str, Any], name: str = ""
    ) -> Rendered:
        """The letter of ``kind`` (or the template ``name`` in its place) filled with ``context``; never raises."""
        name = name or kind.value
        try:
            files = self._files(name, language, brand)
            fill, known = files.sandbox.fill, {**files.sandbox.globals, **context}
            html = fill(files.html, known) if files.html else ""
            return Rendered(fill(files.subject, known), fill(files.text, known).strip() + "\n", html)
        except Exception as error:  # a template may raise whatever Python can; the letter goes out all the same
            plain = builtin.letter(kind, language, context)
            return Rendered(plain.subject, plain.text, "", f"{name}: {_complaint(error)}")

    def check(self) -> list[Problem]:
        """Fill every template of every brand and language with sample values: what is wrong, and in which line."""
        problems: list[Problem] = []
        for (_brand, language), sandbox in self._environments.items():
            for name in sandbox.letters():
                problems += self._check_one(sandbox, name, language)
        return list(dict.fromkeys(problems))

    def _check_one(self, sandbox: _Sandbox, name: str, language: str) -> Iterator[Problem]:
        # A letter of a name of its own takes the place of the acknowledgement: rules can order nothing else.
        kind = LetterKind(name) if name in _KINDS else LetterKind.ACKNOWLEDGEMENT
        context = {**sandbox.globals, **values.sample(kind), "language": language}
        for file in (f"{name}.subject.txt", f"{name}.txt", f"{name}.html"):
            if sandbox.has(file):
                try:
                    sandbox.fill(sandbox.get_template(file), context)
                except Exception as error:  # see render: told to the admin instead of raised
                    path = sandbox.path_of(file)
                    yield Problem(str(path), _line_of(error, path), "", _complaint(error), _advice(error, context))

    def _files(self, name: str, language: str, brand: str) -> _Files:
        key = (name, language, brand)
        if key not in self._compiled:
            sandbox = self._sandbox(self.language_of(name, language, brand), brand)
            subject = f"{name}.subject.txt" if sandbox.has(f"{name}.subject.txt") else "subject.txt"
            html = sandbox.get_template(f"{name}.html") if sandbox.has(f"{name}.html") else None
            text = sandbox.get_template(f"{name}.txt")
            self._compiled[key] = _Files(sandbox, sandbox.get_template(subject), text, html)
        return self._compiled[key]

    def _sandbox(self, language: str, brand: str) -> _Sandbox:
        for key in ((brand, language), ("", language), (brand, FALLBACK)):
            if key in self._environments:
                return self._environments[key]
        return self._environments["", FALLBACK]


class _Code(CodeGenerator):
    """Jinja's code, but what is filled in is escaped to plain text: to mark each piece as safe costs twice what
    escaping it does, and all pieces are only joined."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


class _Sandbox(ImmutableSandboxedEnvironment):
    """One brand in one language: its sources, and the limits within which they run."""

    code_generator_class = _Code
    escaped = staticmethod(words.escaped)
    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, sources: Mapping[str, tuple[str, Path]]) -> None:
        super().__init__(
            loader=jinja2.FunctionLoader(lambda name: self._source(name)),
            undefined=jinja2.StrictUndefined,
            autoescape=lambda name: bool(name and name.endswith(".html")),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._sources = sources
        self._steps = 0
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters.update(
            words=words.to_html, quoted=words.quoted, cut=words.cut, size=when.size, sentence=words.sentence
        )
        self.globals = {"range": self._range}

    def has(self, file: str) -> bool:
        """Whether that file is among the sources."""
        return file in self._sources

    def letters(self) -> list[str]:
        """The names of the letters, in order."""
        texts = [name.removesuffix(".txt") for name in self._sources if name.endswith(".txt")]
        return sorted(name for name in texts if not name.endswith("subject"))

    def path_of(self, file: str) -> Path:
        """Where that source was read."""
        return self._sources[file][1]

    def fill(self, template: jinja2.Template, known: dict[str, Any]) -> str:
        """The template filled with what is ``known``, ``globals`` and all; ``SecurityError`` past a limit, and whatever
        the template raises."""
        self._steps = 0
        try:
            pieces = list(islice(template.root_render_func(template.new_context(known, shared=True)), MAX_PIECES))
        except Exception:
            self.handle_exception()  # the same error, with the template's lines in its traceback
        if len(pieces) == MAX_PIECES or sum(map(len, pieces)) > MAX_OUTPUT:
            raise SecurityError(f"the letter grew past {MAX_OUTPUT} characters")
        return "".join(pieces)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Sums of numbers only, and no powers: text and lists are not multiplied here."""
        del context
        if operator == "**" or not all(isinstance(side, int | float) for side in (left, right)):
            raise SecurityError(f"{operator!r} is only for numbers here; join text with ~")
        return self.binop_table[operator](left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Nothing of an object but its data, and a few harmless methods of text and tables."""
        if callable(value) and attr not in _METHODS and not isinstance(obj, jinja2.runtime.LoopContext):
            return isinstance(obj, jinja2.runtime.TemplateReference) or type(obj).__name__ == "TemplateModule"
        return super().is_safe_attribute(obj, attr, value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a table holds comes before the methods that it has; nearly all that is filled in are tables."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        if type(obj) is jinja2.runtime.LoopContext and attribute in _LOOP:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One plain table: Jinja's chain of two costs more to copy for a letter than the letter's subject to fill."""
        return {**self.globals, **(d or {})}

    def wrap_str_format(self, value: Any) -> None:
        """No ``format``: a width in it makes text of any length."""
        del value

    def _range(self, *bounds: int) -> range:
        steps = range(*bounds)
        self._steps += len(steps)
        if self._steps > MAX_STEPS:
            raise SecurityError(f"range goes past {MAX_STEPS} steps in one letter")
        return steps

    def _source(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        found = self._sources.get(name)
        return (found[0], str(found[1]), lambda: True) if found else None


def _gather(folder: Path, override: Path | None, language: str) -> dict[str, tuple[str, Path]]:
    """The files that one brand has in one language, each from the first folder that has it, with the css written in."""
    files = {**_read(folder), **_read(folder / language)}
    if override:
        own = {**_read(override), **_read(override / language)}
        for name in own:
            if name.endswith(".txt") and not name.endswith("subject.txt"):
                files.pop(name.removesuffix(".txt") + ".html", None)
        files.update(own)
    css = files.pop("letter.css", ("", folder))[0]
    return {
        name: (_styled(source, css), path) if name.endswith(".html") else (source, path)
        for name, (source, path) in files.items()
    }


def _read(folder: Path) -> dict[str, tuple[str, Path]]:
    if not folder.is_dir():
        return {}
    try:
        return {path.name: (path.read_text("utf-8"), path) for path in sorted(folder.iterdir()) if path.is_file()}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((Problem(str(folder), 0, "", f"a template cannot be read: {error}"),)) from error


def _subfolders(root: Path) -> Iterator[Path]:
    if not root.is_dir():
        raise ConfigError((Problem(str(root), 0, "templates", "there is no such folder"),))
    return (path for path in root.iterdir() if path.is_dir())


def _styled(source: str, css: str) -> str:
    """``source`` with the rules of ``css`` as style attributes: mail clients know nothing else reliably.

    The inliner parses HTML, so Jinja's tags step aside for it: in text as comments, elsewhere as a word.
    """
    kept: list[str] = []

    def aside(match: re.Match[str]) -> str:
        kept.append(match.group())
        before = source[: match.start()]
        inside = before.rfind("<") > before.rfind(">") or _RAW_TEXT.search(before)
        return f"mg-{len(kept) - 1}-mg" if inside else f"<!--mg-{len(kept) - 1}-->"

    plain = _TAGS.sub(aside, source)
    inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False, extra_css=css)
    whole = "<html" in plain.lower()
    styled = inliner.inline(plain) if whole else inliner.inline_fragment(plain, css)
    return _STAND_IN.sub(lambda match: kept[int(match.group(1) or match.group(2))], styled)


def _widening(language: str) -> Iterator[str]:
    """``zh-Hant-TW``, ``zh-Hant``, ``zh``, ``en``."""
    parts = language.split("-")
    for length in count(len(parts), -1):
        if length <= 0:
            break
        yield "-".join(parts[:length])
    yield FALLBACK


def _complaint(error: Exception) -> str:
    if isinstance(error, jinja2.TemplateNotFound):
        return f"there is no template {error.message}"
    return str(error) or type(error).__name__


def _advice(error: Exception, known: Mapping[str, Any]) -> str:
    """The nearest name that there is, where a template used one that there is not."""
    found = re.match("'([^']+)' is undefined", str(error)) if isinstance(error, jinja2.UndefinedError) else None
    near = difflib.get_close_matches(found[1], known, 1, 0.5) if found else []
    return f'did you mean "{near[0]}"?' if near else ""


def _line_of(error: Exception, path: Path) -> int:
    """The template's own line: Jinja writes it into the traceback."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    line, trace = 0, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
