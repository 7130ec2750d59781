"""Analytics owns what follows from holdings and prices: valuations, returns and risk."""
