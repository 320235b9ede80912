"""What is left of a file when the wrong values are taken out, so that the checks between values can run all the same.

An admin who made three mistakes wants to hear of three, not of one after another. ``salvage`` validates; where that
fails it keeps the complaints, drops what they are about, and validates the rest, until it holds. Lists become shorter
by that, so ``Salvaged.original`` leads a path in what is left back to the path in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from mailgate.config.lines import Path
from mailgate.config.problems import Complaint, complaints_of

Model = TypeVar("Model", bound=BaseModel)
ROUNDS = 8
"""Each round drops what one validation found; a second one is needed only where a dropped value was itself required."""


@dataclass(frozen=True, slots=True)
class Salvaged(Generic[Model]):
    """The model of what was right, the complaints about the rest, and the way back to the file's own indices."""

    model: Model
    complaints: tuple[Complaint, ...]
    kept: Mapping[Path, list[int]]

    def original(self, path: Path) -> Path:
        """The path in the file of a path in ``model``."""
        found: Path = ()
        for position, step in enumerate(path):
            indices = self.kept.get(path[:position])
            known = isinstance(step, int) and indices is not None and step < len(indices)
            found = (*found, indices[step] if known and indices and isinstance(step, int) else step)
        return found


def salvage(data: Mapping[str, Any], model: type[Model]) -> Salvaged[Model]:
    """Validate, dropping what is wrong; whatever the data, a model comes back."""
    complaints: list[Complaint] = []
    bad: set[Path] = set()
    left: Any = data
    kept: dict[Path, list[int]] = {}
    for _ in range(ROUNDS):
        try:
            return Salvaged(model.model_validate(left), tuple(complaints), kept)
        except ValidationError as error:
            so_far: Salvaged[Any] = Salvaged(error, (), kept)
            for found in complaints_of(error, model):
                path = so_far.original(found.path)
                if path in bad:  # it is missing only because we dropped it, and that was told
                    bad.add(path[:-1])
                    continue
                complaints.append(Complaint(path, found.wrong, found.right))
                bad.add(path[:-1] if found.wrong == "is missing" else path)
            kept = {}
            left = _without(data, bad, (), (), kept)
    return Salvaged(model.model_validate({}), tuple(complaints), {})


def _without(value: Any, bad: set[Path], old: Path, new: Path, kept: dict[Path, list[int]]) -> Any:
    """A copy without the bad paths; ``old`` is where it stands in the file, ``new`` where in the copy."""
    if isinstance(value, dict):
        return {
            key: _without(inner, bad, (*old, key), (*new, key), kept)
            for key, inner in value.items()
            if (*old, key) not in bad
        }
    if isinstance(value, list):
        indices = [index for index in range(len(value)) if (*old, index) not in bad]
        if len(indices) < len(value):
            kept[new] = indices
        return [_without(value[index], bad, (*old, index), (*new, place), kept) for place, index in enumerate(indices)]
    return value
