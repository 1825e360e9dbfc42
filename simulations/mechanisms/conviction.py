"""Conviction voting: support that gathers force the longer it stays on a request.

No contract of this project has this rule; it is here to compare with those that do. Members lay
tokens on requests at any time. A request's conviction decays by ``a`` a step and gains what lies
on it; it is paid once its conviction reaches a threshold that rises with the share of the pool it
asks for (Emmett 2019; the formulas are those of 1Hive and Gardens). Half-lives are kept in seconds,
because a decay per block means other days on another chain. Every argument is of shape ``(runs,)``
or of any one shape that broadcasts, and so is every result.
"""

import numpy as np

from governance.units import DAY
from simulations.randomness import Floats


def decay(half_life: Floats, step: float = DAY) -> Floats:
    """Conviction that is left after a step, ``a = 2**(-step / half_life)``, both in seconds."""
    return np.exp2(-step / half_life)


def conviction(before: Floats, support: Floats, kept: Floats, steps: float) -> Floats:
    """Conviction after some steps of unchanged support, in token steps.

    ``y a**t + x (1 - a**t) / (1 - a)``.

    Parameters
    ----------
    before
        Conviction ``y`` at the last change of support.
    support
        Tokens ``x`` that lie on the request since.
    kept
        Decay ``a`` below 1, see :func:`decay`.
    steps
        Steps ``t`` since, which need not be whole.
    """
    left: Floats = np.power(kept, steps)
    return before * left + most(support, kept) * (1.0 - left)


def most(support: Floats, kept: Floats) -> Floats:
    """Conviction that support tends to, ``x / (1 - a)``, in token steps."""
    return support / (1.0 - kept)


def threshold(share: Floats, supply: Floats, kept: Floats, rho: Floats, beta: Floats) -> Floats:
    """Conviction a request needs, in token steps; infinite from the limit on.

    ``rho S / ((1 - a) (beta - r)**2)``.

    Parameters
    ----------
    share
        Requested tokens over those in the pool, ``r``.
    supply
        Tokens ``S`` that could support; of late, or a run's exit lowers the threshold at once
        (see :func:`averaged`).
    kept
        Decay ``a``, see :func:`decay`.
    rho
        Weight: ``rho / beta**2`` is the least share of all conviction that passes anything.
    beta
        Largest share of the pool that one request may ask for, exclusive.
    """
    room = np.maximum(beta - share, 0.0)
    with np.errstate(divide="ignore"):
        return rho * most(supply, kept) / room**2


def largest_share(support: Floats, supply: Floats, rho: Floats, beta: Floats) -> Floats:
    """Largest share of the pool that lasting support can pass, 0 if none.

    ``beta - sqrt(rho S / x)``, from the threshold at the conviction that support tends to.
    """
    with np.errstate(divide="ignore"):
        return np.maximum(beta - np.sqrt(rho * supply / support), 0.0)


def steps_to_pass(before: Floats, support: Floats, kept: Floats, needed: Floats) -> Floats:
    """Steps until conviction reaches a threshold; 0 if it has, infinite if it never will.

    ``log((y* - T) / (y* - y)) / log(a)`` with ``y* = x / (1 - a)``, the inverse of
    :func:`conviction`.
    """
    limit = most(support, kept)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.log((limit - needed) / (limit - before)) / np.log(kept)
    return np.where(before >= needed, 0.0, np.where(limit > needed, steps, np.inf))


def averaged(before: Floats, supply: Floats, kept: Floats, steps: float) -> Floats:
    """Supply averaged over time like conviction itself, ``S' a**t + S (1 - a**t)``, in tokens.

    As the threshold's supply it keeps a large exit from lowering the threshold faster than the
    conviction that left can decay (Gardens v2, issue 369).
    """
    left: Floats = np.power(kept, steps)
    return before * left + supply * (1.0 - left)
