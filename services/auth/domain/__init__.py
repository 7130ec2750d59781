"""Rules of passwords and keys: no web, no database."""
