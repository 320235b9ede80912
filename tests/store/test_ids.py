"""Numbers come from the server that is there now."""

from __future__ import annotations

from mailgate.store.ids import Ids, jump
from mailgate.store.rows import Rows
from tests.databases import Postgres


def test_what_is_left_of_a_block_is_let_go_with_the_connection_that_brought_it(postgres: Postgres) -> None:
    """After a failover the server may be another, which gives the same numbers to somebody else."""
    with postgres.lend() as url:
        rows = Rows(url)
        ids = Ids(rows)
        with rows.transaction():
            ids.begin()
            first = ids.take("ticket_numbers")
        rows.close()
        with rows.transaction():
            ids.begin()
            jump(rows, 1000)
            assert ids.take("ticket_numbers") > first + 1000
        rows.close()
