"""The actors: Mesa agents, each a cohort of many similar members.

A cohort reads a view, draws from its own stream and returns actions; it never writes a
balance. To add one, write a file here and name it in :data:`simulations.assembly`.
"""
