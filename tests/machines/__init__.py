"""Machines of Hypothesis: whatever is done in whatever order, what must hold holds after each step.

MACHINES=500 python -m pytest tests/machines    # so many sequences of each, new ones each time
"""
