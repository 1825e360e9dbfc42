"""The rules, vectorised over runs: pure numpy, no Mesa, no cadCAD, no chain.

A module is named after the contract that enforces the same rule. What is of the world (amm, bribes,
lending) and the rules that are here to compare with (conviction, hatch, locks, optimistic,
quadratic) have no contract, and say so. All work on arrays whose first axis is the run. Day ``d``
is ``86,400 d`` seconds after launch; what accrues per second on chain is evaluated at day ends.
"""
