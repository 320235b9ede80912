"""From an error to a sentence that lets the admin mend it: file, line, key, what is wrong, what would be right.

Every check of the configuration yields ``Complaint``s, by the path of the key; ``source.Source`` knows the text they
are about and turns them into ``errors.Problem``s with a line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mailgate.config.lines import Path
from mailgate.config.schema_mail import Section
from mailgate.config.units import Wrong


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong at one path of one source. A warning is told and does not stop the start."""

    path: Path
    wrong: str
    right: str = ""
    warning: bool = False


def dotted(path: Path) -> str:
    """``("teams", 0, "members")`` as ``teams[0].members``."""
    shown = ""
    for step in path:
        shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else step
    return shown


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean "anna"?`` for the closest of the known names, or which there are, or an empty string."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"there is: {', '.join(names[:12])}{' …' if len(names) > 12 else ''}" if names else ""


_WAYS = re.compile(r"\[key\]|(?:function-\w+|list|literal)\[.*\]")
"""Steps of pydantic's that stand in no file: which of several ways to write a value it tried."""


def complaints_of(error: ValidationError, model: type[BaseModel]) -> Iterator[Complaint]:
    """What pydantic found, in our words. Of a value that may be written in several ways, only what is wrong with the
    way in which it was written is told."""
    details = [(_path(detail["loc"]), detail) for detail in error.errors(include_url=False)]
    meant = [path for path, detail in details if not _other_way(detail)]
    for path, detail in details:
        if not (_other_way(detail) and any(other[: len(path)] == path for other in meant)):
            yield Complaint(path, *_words(detail, path, model))


def _path(steps: Path) -> Path:
    """The keys that lead there in the file."""
    tried = {each.__name__ for each in Section.__subclasses__()}
    return tuple(step for step in steps if isinstance(step, int) or not (_WAYS.fullmatch(step) or step in tried))


def _other_way(detail: ErrorDetails) -> bool:
    """Whether it says only that the value is no list, table or word that might have stood there as well."""
    return detail["type"] in ("list_type", "model_type", "literal_error") and not _path(detail["loc"][-1:])


def _words(detail: ErrorDetails, path: Path, model: type[BaseModel]) -> tuple[str, str]:
    """(wrong, right) of one error of pydantic's; what was written is not repeated unless the check does so itself."""
    context: Mapping[str, Any] = detail.get("ctx", {})
    sort = detail["type"]
    if isinstance(context.get("error"), Wrong):
        return context["error"].wrong, context["error"].right
    if sort == "extra_forbidden":
        return "no such key", nearest(str(path[-1]), _keys_at(model, path[:-1]))
    if sort == "missing":
        return "is missing", _description(model, path)
    if sort in ("dict_type", "model_type"):
        return "must be a table", f"write [{dotted(path)}]" if all(isinstance(step, str) for step in path) else ""
    return _PLAIN.get(sort, "cannot be used: {message}").format(message=detail["msg"], **context), ""


_PLAIN: Mapping[str, str] = {
    "string_type": "must be text, in quotes",
    "int_type": "must be a whole number, without quotes",
    "float_type": "must be a number, without quotes",
    "bool_type": "must be true or false, without quotes",
    "list_type": "must be a list, in [ ]",
    "date_type": "must be a date, as 2026-12-24, without quotes",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must have at least {min_length}",
}


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model of the table at that path, following lists and named tables."""
    current: type[BaseModel] | None = model
    for step in path:
        if current is None:
            return None
        if isinstance(step, str) and step in _fields(current):
            current_annotation = current.model_fields[_fields(current)[step]].annotation
            current = _model_in(current_annotation)
    return current


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation such as ``list[Team]`` or ``Imap | None`` speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _fields(model: type[BaseModel]) -> dict[str, str]:
    """Key in the file → name of the field."""
    return {info.alias or name: name for name, info in model.model_fields.items()}


def _keys_at(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    found = _model_at(model, path)
    return tuple(_fields(found)) if found else ()


def _description(model: type[BaseModel], path: Path) -> str:
    found = _model_at(model, path[:-1])
    name = _fields(found).get(str(path[-1]), "") if found else ""
    said = (found.model_fields[name].description or "") if found and name else ""
    lowered = said[:1].lower() if said[1:2].islower() or said[1:2] == " " else said[:1]
    return lowered + said[1:].removesuffix(".")
