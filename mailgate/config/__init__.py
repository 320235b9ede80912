"""``config.toml`` → ``Settings``, or every error in it at once: file, line, key, what is wrong, what would be right.

==================  =================================================================================
module              what it knows
==================  =================================================================================
``load``            the story: read, validate, include, build, check
``schema``          every key, its default, limit and a sentence (also ``schema_mail``, ``schema_rules``)
``fields, units``   the sorts of value: addresses, durations, sizes, secrets …
``salvage``         what is left without the wrong values, so that the checks between values still run
``rulebook``        rules and tests of all files
``rules``           a rule's TOML → ``desk.routing.rule.Rule``
``rule_tests``      a test of the rules, as a value
``templates``       whether the letters can be written
``keys``            the secret file
``build``           models → the plain values that the rest of mailgate takes
``checks``          what no single value shows: unknown names, doubles, files that are missing
``lines``           on which line a key stands
``problems``        from an error to a sentence
==================  =================================================================================
"""
