"""Read-only windows on the mechanisms' arrays."""

import numpy as np


def frozen[A: np.ndarray](array: A) -> A:
    """Return the array itself, but not to be written to."""
    window = array.view()
    window.flags.writeable = False
    return window
