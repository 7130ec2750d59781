"""Portfolio owns what people hold: portfolios, their ledgers, and the positions they add up to."""
