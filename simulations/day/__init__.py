"""A day, block by block: cohorts decide, mechanisms apply, variables are what they return.

Each module but :mod:`~simulations.day.acting` is one partial state update block: ``VARIABLES`` says
what it updates, and ``policy`` does it. :mod:`simulations.economy` says in what order.
"""
