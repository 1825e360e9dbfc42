"""Chances: shares of runs, how far they may be off, and the chance that a treasury runs dry."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from simulations.randomness import Floats, Ints


@dataclass(frozen=True)
class Chance:
    """A share of runs and its interval, all of one shape.

    Attributes
    ----------
    share
        Runs in which it happened, over all.
    low, high
        Wilson's interval; where it never happened ``high`` is also about the rule of three's.
    """

    share: Floats
    low: Floats
    high: Floats


def wilson(successes: Floats, trials: int | Ints, confidence: float = 0.95) -> Chance:
    """Share of trials with its interval, of the successes' shape.

    ``(p + z**2 / 2n +- z sqrt(p (1 - p) / n + z**2 / 4n**2)) / (1 + z**2 / n)``, Wilson 1927.
    """
    z = float(ndtri(0.5 + confidence / 2.0))
    share = np.asarray(successes, np.float64) / trials
    spread = z * np.sqrt(share * (1.0 - share) / trials + z * z / (4.0 * trials * trials))
    centre, scale = share + z * z / (2.0 * trials), 1.0 + z * z / trials
    low = np.where(share > 0.0, (centre - spread) / scale, 0.0)
    high = np.where(share < 1.0, (centre + spread) / scale, 1.0)
    return Chance(share, low, high)


def never_seen(trials: int | Ints, confidence: float = 0.95) -> Floats:
    """Largest chance of what was never seen in so many trials, at a confidence.

    ``1 - (1 - confidence)**(1 / n)``: about ``3 / n`` at 95 %, the rule of three (Hanley and
    Lippman-Hand 1983).
    """
    return 1.0 - (1.0 - confidence) ** (1.0 / np.asarray(trials))


def first_empty(balances: Floats, least: float = 0.0) -> Floats:
    """First step at which each run's treasury holds at most ``least``; infinite if never.

    Balances in tokens, shape ``(runs, steps)``; steps of shape ``(runs,)``, from 0.
    """
    empty = balances <= least
    return np.where(empty.any(axis=1), empty.argmax(axis=1).astype(float), np.inf)


def empty_by(first: Floats, steps: Ints, confidence: float = 0.95) -> Chance:
    """Chance that the treasury has been empty by each of some steps, with Wilson's interval.

    ``first`` is of shape ``(runs,)``, see :func:`first_empty`; ``steps`` of ``(times,)``, like the
    result.
    """
    return wilson((first[:, None] <= steps).sum(axis=0), len(first), confidence)


def ruin(buffer: Floats, drift: Floats, deviation: Floats) -> Floats:
    """Chance that a treasury ever runs dry, ``exp(-2 drift buffer / deviation**2)``.

    For Brownian motion with a drift above zero; 1 for any other drift. Steps in days or months stay
    below it, because they do not see a dip within a step. ``buffer`` in tokens, ``drift`` and
    ``deviation`` in tokens a step, of any one shape. It is what :func:`empty_by` must approach.
    """
    return np.exp(np.minimum(-2.0 * drift * buffer / deviation**2, 0.0))


def ruin_by(buffer: Floats, drift: Floats, deviation: Floats, steps: Floats) -> Floats:
    """Chance that a treasury runs dry within some steps, of the arguments' shape.

    ``N((-x - m t) / (s sqrt t)) + exp(-2 m x / s**2) N((-x + m t) / (s sqrt t))``, the first
    passage of Brownian motion (inverse Gaussian law); :func:`ruin` is its limit. ``steps`` are
    above zero.
    """
    scale = deviation * np.sqrt(steps)
    direct = ndtr((-buffer - drift * steps) / scale)
    reflected = log_ndtr((-buffer + drift * steps) / scale) - 2.0 * drift * buffer / deviation**2
    return direct + np.exp(reflected)
