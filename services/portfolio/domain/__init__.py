"""The ledger: what each entry does to quantities, costs and cash. No web, database or clock."""
