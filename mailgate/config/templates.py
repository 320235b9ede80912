"""Whether the letters can be written: every template filled with sample values, and every template that a rule names.

Apart from ``load``, since it takes the template engine, which only ``check``, ``serve`` and a reload need.
"""

from __future__ import annotations

from mailgate.config.settings import Settings
from mailgate.errors import ConfigError, Problem
from mailgate.letters.render import Templates


def template_problems(settings: Settings) -> list[Problem]:
    """Everything that is wrong with the templates; empty when all can be filled."""
    try:
        templates = Templates.load(settings.templates, settings.brand_templates)
    except ConfigError as error:
        return list(error.problems)
    missing = [
        Problem(
            rule.file,
            rule.line,
            "template",
            f'there is no template "{rule.then.template}"',
            "name one without its ending",
        )
        for rule in settings.policy.rules
        if rule.then.template and not templates.has(rule.then.template)
    ]
    return [*templates.check(), *missing]
