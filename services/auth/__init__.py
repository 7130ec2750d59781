"""Auth says who is asking: users, tokens, scopes and quotas."""
