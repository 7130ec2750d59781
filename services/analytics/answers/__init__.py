"""What the routes answer, computed from what is kept: one file a question.

Each function takes the request's session, what its route has found, and what was asked; each
answer holds figures that are not rounded yet, and its warnings.
"""
