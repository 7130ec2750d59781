"""HTTP as every service speaks it, through a small service on a real database."""
