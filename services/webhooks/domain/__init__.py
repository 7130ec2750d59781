"""Rules of addresses, signatures, schedules and alerts: no web, no database, no clock."""
