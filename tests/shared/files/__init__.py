"""The reader of other programs' files."""
