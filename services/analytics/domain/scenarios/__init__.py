"""What would happen to today's holdings: past windows, invented shocks, simulated futures."""
