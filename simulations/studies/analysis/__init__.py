"""What a study's runs say. Plain tables in, plain tables out: no runner, no files, no pages.

A table of *runs* has one row per point and replicate: the columns ``point`` and ``replicate``, one
column for each axis by its dotted path, one for each metric. A *lever* is an axis over the
constitution, an *uncertainty* one over the world. Replicates share their draws across points.
"""
