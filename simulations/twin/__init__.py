"""The twin: replays what a run did on the deployed bytecode and demands the same state."""

from simulations.twin.drift import BOUND_ABS, BOUND_REL, Drift
from simulations.twin.log import ActionLog, read_log
from simulations.twin.replay import replay_log, replay_run

__all__ = ["BOUND_ABS", "BOUND_REL", "ActionLog", "Drift", "read_log", "replay_log", "replay_run"]
