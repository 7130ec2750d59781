"""A second opinion: the definitions of every figure, written again in exact fractions.

Nothing here knows how the services compute. `generator` makes a market and a ledger from a seed,
the modules beside it say what every printed figure must be, and the tests compare that with what
the real services answer, to the printed digit.
"""
