"""Questions answered: what is read for one, computed of it, and kept until it is another.

The room that analytics has more than other services, between its routes and its queries and
domain: no question of its is answered by rows, all by figures of whole ledgers and histories,
which nobody reads and computes twice while nothing has changed.

- `allocation`, `chart`, `correlation`, `curve`, `market_data`, `metrics`, `risk`, `scenarios`: one
  file a question. Each function takes the request's session, what its route has looked up, and
  what is asked; each answer holds figures that are not rounded yet, and its warnings.
- `watched`: all figures of a portfolio that a rule can watch.
- `questions`: what can be asked; `windows`: what answers over a window share.
- `memory/`: ledgers, histories and daily values, as long as what they rest on stands.
"""
