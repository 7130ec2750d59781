"""Ways out of the portfolio service: to the owner of what it copies."""
