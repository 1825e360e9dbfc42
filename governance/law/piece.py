"""One contract of the law: how it is made, what it then says, and who may do what with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Addresses = Mapping[str, str]
"""Addresses by key: contracts made so far, the deployer, beneficiaries and the guardian."""
Arguments = Callable[[Addresses], tuple[Any, ...]]
Reads = Callable[[Addresses], list[tuple[str, tuple[Any, ...], Any]]]
"""Getters: function, arguments, and the answer the constitution asks for."""


@dataclass(frozen=True)
class Done:
    """A read that tells whether a step already happened: its answer reached ``least``."""

    contract: str
    function: str
    arguments: Arguments
    least: int


@dataclass(frozen=True)
class Step:
    """One transaction of a plan.

    ``function`` is empty for the creation of the contract. A step that must not happen twice
    says how to see that it was done, asked when a deployment resumes.
    """

    sentence: str
    contract: str
    function: str
    arguments: Arguments = field(repr=False)
    done: Done | None = None
    grant: str = ""


@dataclass(frozen=True)
class Power:
    """A role of a contract, the key of who holds it, and a sentence that says so."""

    role: bytes
    holder: str
    sentence: str


@dataclass(frozen=True)
class Piece:
    """One contract of the law.

    Attributes
    ----------
    key
        Its name in the manifest.
    name
        Its name for people.
    sentence
        What its creation does.
    arguments
        Constructor arguments from the addresses known by then.
    reads
        Getters and what they must answer after the deployment.
    powers
        Roles granted while the deployer is admin.
    calls
        Calls made before the treasury becomes admin.
    governed
        Whether it has an admin role to hand over.
    """

    key: str
    name: str
    sentence: str
    arguments: Arguments = field(repr=False)
    reads: Reads = field(repr=False)
    powers: tuple[Power, ...] = ()
    calls: tuple[Step, ...] = ()
    governed: bool = True
