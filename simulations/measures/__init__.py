"""Measures: what is concentrated, who has power, what capture costs, how sure a figure is.

Pure functions on arrays whose first axis is the run, with no state, no engine and no chain. Each
docstring gives the unit, the formula and its source.
"""
