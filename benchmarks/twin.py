"""How fast a simulated year is replayed on the bytecode, where the time goes, and on what chain.

Every path gets the same transactions in the same order: those of one replay, from a tape. Plain
web3 gets the first of them, by ``transact``; Ape's chain, where only who has a key can send, gets
transfers of the same token. How fast the embedded chain is with comparisons is told by the size of
the DAO too: what is compared each day costs the same whatever the number of transactions.
"""

import statistics
import time
import warnings

from benchmarks import tape
from benchmarks.figures import Figure
from governance.chain.abi import artifact_of, contract
from governance.chain.anvil import OPTIONS, AnvilChain
from governance.constitution import load_constitution
from governance.deploy import deploy
from governance.units import TOKEN
from simulations.model import DaoModel
from simulations.scenario import Scenario, load_scenario
from simulations.twin import replay_run
from simulations.twin.court import Court
from simulations.twin.drift import Drift
from tests.chains import anvil, ape

REPETITIONS = 3
MEMBERS, MANY = 200, 10_000
"""Holders of a small DAO, and of one of many thousands."""
ONE_BY_ONE = 200
"""Transactions that the slow paths get."""
SPEED = "transactions/s"
YEAR = f"twin, a year of {MEMBERS} holders"
WITH, SHIPPED, LARGE = (
    f"replay, embedded, with comparisons, {who}"
    for who in (f"{MEMBERS} holders", "as shipped", f"{MANY:,} holders")
)
WITHOUT = "replay, embedded, transactions alone"
BARE, LOOKING = "replay, the EVM alone", "replay, the EVM alone, with what comparisons ask it"
BATCHED, PLAIN = "replay, anvil, a batch a day", "replay, anvil, plain web3"
SIMULATION, ENCODING = "simulation", "encoding of transactions"
SENDING, READING = "EVM, transactions", "EVM, what comparisons ask it"
APE = "transfers, Ape's test provider"


def measure() -> list[Figure]:
    """Replay years on all paths in turns, so that all see the same machine."""
    shipped = load_scenario()
    scenario, large = (
        shipped.with_value("world.population.holders", holders) for holders in (MEMBERS, MANY)
    )
    untaped = {SHIPPED: _speed(shipped), LARGE: _speed(large)}
    replayed, drift, court = _taped(scenario)
    rounds = [_round(scenario, replayed, court) for _ in range(REPETITIONS)]
    seconds = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    count, whole, sending = drift.transactions, seconds[YEAR], seconds[SENDING]
    speeds = {
        WITH: count / (whole - seconds[SIMULATION]),
        **untaped,
        WITHOUT: count / seconds[WITHOUT],
        BARE: count / sending,
        LOOKING: count / (sending + seconds[READING]),
        BATCHED: count / seconds[BATCHED],
        PLAIN: ONE_BY_ONE / seconds[PLAIN],
        APE: _transfers_on_ape(),
    }
    parts = {name: seconds[name] for name in (SIMULATION, SENDING, READING, ENCODING)}
    parts["comparison and the rest"] = whole - sum(parts.values())
    return [
        Figure(YEAR, whole, "s", None, None, REPETITIONS),
        *(
            Figure(f"of it {name}", taken, "s", YEAR, taken / whole, REPETITIONS)
            for name, taken in parts.items()
        ),
        *(
            Figure(name, speed, SPEED, None, None, REPETITIONS if name != APE else 1)
            for name, speed in speeds.items()
        ),
        *(
            Figure(mine, speeds[mine], SPEED, other, speeds[mine] / speeds[other], REPETITIONS)
            for mine in (WITH, LARGE)
            for other in (BATCHED, PLAIN, APE)
        ),
    ]


def _round(scenario: Scenario, replayed: list[tape.Operation], court: Court) -> dict[str, float]:
    """Seconds of each path and part, once."""
    sending, looking = tape.on_the_bare_evm(replayed)
    drift = replay_run(scenario)
    return {
        YEAR: drift.seconds,
        SIMULATION: drift.simulating,
        SENDING: sending,
        READING: looking,
        ENCODING: tape.encoding(replayed, court),
        WITHOUT: tape.on_the_embedded_chain(replayed),
        BATCHED: _batched(replayed),
        PLAIN: _plain(replayed, court),
    }


def _speed(scenario: Scenario) -> float:
    """Transactions a second with all comparisons, the simulation not counted.

    Measured before a tape is there, whose many objects the interpreter would look after as well.
    """
    speeds = []
    for _ in range(REPETITIONS):
        drift = replay_run(scenario)
        speeds.append(drift.transactions / (drift.seconds - drift.simulating))
    return statistics.median(speeds)


def _taped(scenario: Scenario) -> tuple[list[tape.Operation], Drift, Court]:
    chain = tape.Taped()
    drift = replay_run(scenario, chain=chain)
    model = DaoModel([scenario], [0])
    court = Court(scenario.constitution, model.ledger, 0, model.places["insiders"].indices)
    court.begin(model)
    return chain.tape, drift, court


def _batched(replayed: list[tape.Operation]) -> float:
    with anvil(OPTIONS) as url:
        return tape.on_anvil(replayed, AnvilChain(url))


def _plain(replayed: list[tape.Operation], court: Court) -> float:
    """Seconds for the first transactions, as one would write them with web3."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from web3 import Web3
    with anvil(OPTIONS) as url:
        chain, seconds, done = AnvilChain(url), 0.0, 0
        web3 = Web3(Web3.HTTPProvider(url))
        known = {
            address: (web3.eth.contract(address, abi=artifact_of(kind)["abi"]), contract(kind))
            for address, kind in ((at, court.kind_of(key)) for key, at in court.at.items())
        }
        for each in replayed:
            if done == ONE_BY_ONE:
                break
            if each.kind == tape.DEPLOY:
                chain.deploy(each.sender, each.data)
            elif each.kind != tape.VIEW:
                theirs, ours = known[each.to]
                function, arguments = ours.decode_call(each.data)
                call = theirs.get_function_by_signature(function.text)
                started = time.perf_counter()
                digest = call(*arguments).transact({"from": each.sender, "gasPrice": 0})
                web3.eth.wait_for_transaction_receipt(digest)
                seconds += time.perf_counter() - started
                done += 1
    return seconds


def _transfers_on_ape() -> float:
    with ape() as chain:
        sender = next(iter(chain._signers))
        at = deploy(chain, load_constitution("startup"), sender).addresses
        data = contract("MootToken").encode("transfer", at["treasury"], TOKEN)
        started = time.perf_counter()
        for _ in range(ONE_BY_ONE // 4):
            chain.send(sender, at["token"], data)
        return ONE_BY_ONE / 4 / (time.perf_counter() - started)
