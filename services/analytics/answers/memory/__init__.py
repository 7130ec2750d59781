"""What one process reads and values once, and keeps while the sequences that it rests on stand.

- `market`: assets, their prices, rates and benchmarks.
- `portfolios`: ledgers and their daily values.
"""
