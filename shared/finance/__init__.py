"""The rules of money that more than one service goes by: pure, exact, each of them once.

Only `pairs` knows a database, which finds the closes that the rates rest on.
"""
