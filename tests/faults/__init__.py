"""Faults, one after the other, on the whole product under load; `make faults`.

`workload` posts and keeps a `journal`, `faults/` break something meanwhile, `evidence` collects
what is there when all is quiet again, and `checker` compares the two.
"""
