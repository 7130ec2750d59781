"""What every service stands on. No business words live here."""
