"""The twin: replays what a run did on the deployed bytecode and demands the same state."""

from simulations.twin.drift import BOUND_ABS, BOUND_REL, Drift
from simulations.twin.replay import replay_run

__all__ = ["BOUND_ABS", "BOUND_REL", "Drift", "replay_run"]
