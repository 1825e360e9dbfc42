"""The rules, vectorised over runs: pure numpy, no Mesa, no cadCAD, no chain.

Each module is named after the contract that enforces the same rule, and works on arrays
whose first axis is the run. Day ``d`` is ``86,400 d`` seconds after launch; what accrues
per second on chain is evaluated at day boundaries.
"""
