"""Ways out of analytics: to the owners of what it copies."""
