"""``config.toml`` → ``Settings``, or every error in it at once: file, line, key, what is wrong, what would be right.

==================  =================================================================================
module              what it knows
==================  =================================================================================
``load``            the story: read, validate, include, build, check
``source, lines``   one file: its values, and on which line each key stands
``schema``          every key, its default, limit and a sentence (``schema_…``: those of a subject)
``fields, units``   the sorts of value: addresses, durations, sizes, secrets …
``salvage``         what is left without the wrong values, so that the checks between values still run
``rulebook``        rules and tests of all files
``rules``           a rule's TOML → ``desk.routing.rule.Rule`` (``rule_actions``: what it does)
``rule_tests``      a test of the rules, as a value
``templates``       whether the letters can be written
``keys``            the secret file
``canned``          the ready replies, in the config and in files
``providers``       what ``proof = "gmail"`` stands for
``build``           models → the plain values that the rest of mailgate takes (``build_…``: those of a subject)
``settings``        what comes out of all this
``checks``          what no single value shows: unknown names, doubles, missing files (``checks_…``: of a subject)
``shipped``         the templates and the example that travel with mailgate
``problems``        from an error to a sentence
==================  =================================================================================
"""
