"""A plain Django REST Framework build of the everyday calls, to measure the product beside.

Written plainly, but not badly: `select_related`, sums in SQL, pandas for the metrics. It has tokens
but neither gateway, quota, events, currencies nor a ledger that is replayed.
"""
