"""Ways out of assets: to where prices come from."""
