"""Rules of identifiers, quotes and search terms: no web, no database, no clock."""
