"""Analytics owns what follows from holdings and prices: valuations, returns and risk."""

import os

# Requests run side by side, so each has one core for its arithmetic: threads of the matrix library
# wait for each other (50 assets are correlated in 4 ms by one, in 25 to 130 ms by two on two busy
# cores). It reads this when numpy is imported, which is after this line.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
