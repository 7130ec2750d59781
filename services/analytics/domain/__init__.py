"""Pure arithmetic on arrays: series, valuation, returns, risk, indicators, scenarios.

No clock, no database, no web.

Definitions: finance.md's conventions, stated again at each function with their source.
Numbers are float64, days are ``datetime64[D]``; money enters and leaves as such only at the edge.
"""
