"""The actors: Mesa agents, each a cohort of many similar members.

A cohort reads a view, draws from its own stream and returns actions; it never writes a
balance. To add one, write a file here and name it in :mod:`simulations.assembly`.

Beside the cohorts stand what they see (``view`` and the ``*_view`` modules, ``money``, ``windows``)
and how several of them judge (``judgement``, ``findings``, ``opinions``, ``choice``, ``motions``).
"""
