"""The twin: replays what a run did on the deployed bytecode and demands the same state."""

from simulations.twin.drift import Drift
from simulations.twin.log import ActionLog, read_log
from simulations.twin.replay import replay_log, replay_run
from simulations.twin.variable import BOUND_ABS, BOUND_REL

__all__ = ["BOUND_ABS", "BOUND_REL", "ActionLog", "Drift", "read_log", "replay_log", "replay_run"]
