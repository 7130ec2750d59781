"""Ways out of the service."""
