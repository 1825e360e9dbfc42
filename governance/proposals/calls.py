"""Calls a proposal makes, and their reading back into sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

from governance.chain.abi import contract
from governance.law import CONTRACTS
from governance.printing import one_line


@dataclass(frozen=True)
class Call:
    """One call the treasury makes: target, wei of the chain's own coin, calldata."""

    target: str
    value: int
    data: bytes


@dataclass(frozen=True)
class Action:
    """A call, what it does in one sentence, and how many wei of the token the treasury pays."""

    sentence: str
    call: Call
    pays: int = 0


def describe(call: Call, addresses: Mapping[str, str]) -> str:
    """Say what a call does from its calldata alone; unknown calls are shown as raw data."""
    keys = {address: key for key, address in addresses.items()}
    key = keys.get(call.target)
    coins = f" with {call.value} wei" if call.value else ""
    decoded = contract(CONTRACTS[key]).decode_call(call.data) if key else None
    if key is None or decoded is None:
        raw = f"data 0x{call.data.hex()}" if call.data else "no data"
        return f"Call {call.target}{coins} with {raw}, which no known contract explains"
    function, args = decoded
    shown = ", ".join(f"{n}={_show(a)}" for n, a in zip(function.names, args, strict=True))
    return f"Call {key}.{function.name}({shown}){coins}"


def _show(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else one_line(str(value))
