"""``python -m mailgate``: the same as the ``mailgate`` command."""

from __future__ import annotations

import sys

from mailgate.cli import main

sys.exit(main())
