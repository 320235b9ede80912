"""``python -m tests.torture.lost_dns serve …``: the real daemon; its name server is on loopback, ``MAILGATE_DNS_PORT``.

Nothing in mailgate knows of this: the machine's own name servers are what it would ask, and they are left alone.
"""

from __future__ import annotations

import os
import sys
from functools import partialmethod

from mailgate.cli import main
from mailgate.edges.dns import DnsResolver

if __name__ == "__main__":
    port = int(os.environ["MAILGATE_DNS_PORT"])
    here = partialmethod(DnsResolver.__init__, nameservers=("127.0.0.1",), port=port)
    DnsResolver.__init__ = here  # type: ignore[method-assign,assignment]
    sys.exit(main())
