"""Assets says what things are and what they cost: assets, prices, price history."""
