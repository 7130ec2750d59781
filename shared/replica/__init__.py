"""Copies of other services' rows: followed, asked for where one is missing, compared, made anew.

A service declares in its `replicas.py` what it copies of whom, and says in its `handlers.py` what
each event does to it. The order of a copy is one of two: a `Latest` takes the newest event, which
carries all; a `Stepwise` takes one event after the other, and asks the owner where one is missing.

    event ──> handler ── it is its turn ──────────────────────────────────────> the row changes
                 └────── something is missing ─> `Missing` ─> nothing of it stays, and no
                         transaction is open ─> the owner is asked ─> the answer is stored in a
                         unit of its own ─> the handler once more
"""

from shared.replica.asking import Missing, answered, with_owners
from shared.replica.comparing import Compared, Comparison, Differing, Row
from shared.replica.copies import (
    Handler,
    Latest,
    Replica,
    Stepwise,
    columns_of,
    each,
    put,
    put_several,
    row_of,
)
from shared.replica.rebuilding import Incomplete, Rebuild, Report

__all__ = [
    "Compared",
    "Comparison",
    "Differing",
    "Handler",
    "Incomplete",
    "Latest",
    "Missing",
    "Rebuild",
    "Replica",
    "Report",
    "Row",
    "Stepwise",
    "answered",
    "columns_of",
    "each",
    "put",
    "put_several",
    "row_of",
    "with_owners",
]
