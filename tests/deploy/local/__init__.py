"""The embedded run: its parts, each with what is real underneath."""
