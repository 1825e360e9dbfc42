"""DecisionLog: commitments, proofs of inclusion, and the duty to explain."""

from dataclasses import dataclass

import pytest
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from governance.units import DAY
from tests.contracts.law import ADMIN, ALICE, BOB, EVE, Contract, deploy, only, refused
from tests.contracts.registries import MAKER, NOWHERE, Models, digest, models

HOURS = 3_600
TIME = 2 * DAY
OPEN, ANSWERED, MISSED, LATE = range(4)


class Tree:
    """A Merkle tree of decisions, its pairs sorted and its leaves hashed once more."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves
        self.levels = [[keccak(leaf) for leaf in leaves]]
        while len(self.levels[-1]) > 1:
            level = self.levels[-1]
            pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
            self.levels.append(
                [keccak(b"".join(sorted(pair))) if pair[1:] else pair[0] for pair in pairs]
            )

    @property
    def root(self) -> bytes:
        """The root."""
        return self.levels[-1][0]

    def proof(self, index: int) -> list[bytes]:
        """Siblings of a leaf on the way up."""
        siblings = []
        for level in self.levels[:-1]:
            if index ^ 1 < len(level):
                siblings.append(level[index ^ 1])
            index //= 2
        return siblings


def decisions(count: int, name: str = "decision") -> Tree:
    """Make up a log."""
    return Tree([digest(f"{name} {number}") for number in range(count)])


@dataclass(frozen=True)
class Desk:
    """A decision log and one version, run by `MAKER`."""

    world: Models
    log: Contract
    version: int

    def commit(self, tree: Tree) -> int:
        """Commit the decisions since the last batch."""
        count = self.log.read("batchCount", self.version)
        begin = self.log.read("batch", self.version, count - 1)[2] if count else 0
        now = self.log.chain.timestamp()
        args = (self.version, tree.root, begin, now, len(tree.leaves), "ipfs://log")
        return int(only(self.log.send(MAKER, "commit", *args), "Committed")["index"])

    def ask(self, index: int, tree: Tree, leaf: int) -> int:
        """Ask for an explanation."""
        args = (self.version, index, tree.leaves[leaf], tree.proof(leaf))
        return int(
            only(self.log.send(ALICE, "requestExplanation", *args), "ExplanationRequested")["id"]
        )


@pytest.fixture
def desk() -> Desk:
    """Deploy a log on a registry with a version."""
    return new_desk()


def new_desk() -> Desk:
    """Deploy a log on a registry with a version."""
    world = models()
    log = deploy(world.chain, "DecisionLog", world.registry.address, TIME, ADMIN)
    return Desk(world, log, world.propose())


def test_a_batch_says_everything(desk: Desk) -> None:
    now = desk.log.chain.timestamp()
    tree = decisions(5)
    events = desk.log.send(MAKER, "commit", 1, tree.root, now - DAY, now, 5, "ipfs://log")
    assert only(events, "Committed") == {
        "versionId": 1, "index": 0, "root": tree.root, "from": now - DAY, "to": now,
        "decisions": 5, "uri": "ipfs://log",
    }  # fmt: skip
    assert desk.log.read("batch", 1, 0) == (tree.root, now - DAY, now, now, 5)
    with refused("UnknownBatch", 1, 1, 1):
        desk.log.read("batch", 1, 1)


def test_only_the_operator_commits(desk: Desk) -> None:
    now = desk.log.chain.timestamp()
    args = (desk.version, digest("root"), now - 1, now, 1, "")
    with refused("NotOperator", desk.version, EVE):
        desk.log.send(EVE, "commit", *args)
    desk.world.registry.send(MAKER, "setOperator", desk.version, BOB)
    with refused("NotOperator", desk.version, MAKER):
        desk.log.send(MAKER, "commit", *args)
    desk.log.send(BOB, "commit", *args)
    with refused("UnknownVersion", 7, 1):
        desk.log.send(BOB, "commit", 7, *args[1:])


def test_periods_follow_one_another_and_are_over(desk: Desk) -> None:
    now = desk.log.chain.timestamp()
    root = digest("root")
    desk.log.send(MAKER, "commit", 1, root, now - 2 * DAY, now - DAY, 1, "")
    for begin, end in ((now - DAY - 1, now), (now, now), (now - DAY, now + 1)):
        with refused("InvalidPeriod", begin, end, now - DAY, now):
            desk.log.send(MAKER, "commit", 1, root, begin, end, 1, "")
    desk.log.send(MAKER, "commit", 1, root, now - DAY, now, 1, "")
    for empty in ((NOWHERE, 1), (root, 0)):
        with refused("EmptyBatch"):
            desk.log.send(MAKER, "commit", 1, empty[0], now, now + 1, empty[1], "")


@given(count=st.integers(1, 20), data=st.data())
@settings(max_examples=40, deadline=None)
def test_every_decision_is_proved_and_no_other(count: int, data: st.DataObject) -> None:
    desk, tree = new_desk(), decisions(count)
    index = desk.commit(tree)
    leaf = data.draw(st.integers(0, count - 1))
    proof = tree.proof(leaf)
    assert desk.log.read("verify", 1, index, tree.leaves[leaf], proof)
    assert not desk.log.read("verify", 1, index, digest("forged"), proof)
    for level in range(len(tree.levels) - 1):
        wrong = [*proof[:level], digest("wrong"), *proof[level + 1 :]]
        assert not desk.log.read("verify", 1, index, tree.leaves[leaf], wrong)


def test_no_inner_node_passes_for_a_decision(desk: Desk) -> None:
    tree = decisions(4)
    index = desk.commit(tree)
    for node, proof in ((tree.root, []), (tree.levels[1][0], [tree.levels[1][1]])):
        assert not desk.log.read("verify", 1, index, node, proof)
    hashed = tree.levels[0][0]
    assert not desk.log.read("verify", 1, index, hashed, tree.proof(0))


def test_a_user_asks_and_the_operator_explains_in_time(desk: Desk) -> None:
    tree = decisions(3)
    index = desk.commit(tree)
    now = desk.log.chain.timestamp()
    number = desk.ask(index, tree, 1)
    assert desk.log.read("statusOf", number) == OPEN
    assert desk.log.read("request", number) == (
        1, index, tree.leaves[1], ALICE, now + TIME, 0, False, NOWHERE,
    )  # fmt: skip
    desk.log.chain.set_time(now + TIME)
    with refused("NotOverdue", number, now + TIME):
        desk.log.send(EVE, "recordMiss", number)
    answer = digest("income, debts, history")
    events = desk.log.send(MAKER, "explain", number, answer, "ipfs://why")
    assert only(events, "Explained") == {
        "id": number, "versionId": 1, "answer": answer, "uri": "ipfs://why",
    }  # fmt: skip
    desk.log.chain.advance(DAY)
    assert desk.log.read("statusOf", number) == ANSWERED
    assert desk.log.read("missed", 1) == 0
    with refused("AlreadyAnswered", number, now + TIME):
        desk.log.send(MAKER, "explain", number, answer, "")
    with refused("AlreadyAnswered", number, now + TIME):
        desk.log.send(EVE, "recordMiss", number)


def test_a_missed_duty_is_seen_at_once_and_recorded_once(desk: Desk) -> None:
    tree = decisions(3)
    number = desk.ask(desk.commit(tree), tree, 0)
    desk.log.chain.advance(TIME + 1)
    assert desk.log.read("statusOf", number) == MISSED
    assert only(desk.log.send(EVE, "recordMiss", number), "DutyMissed") == {
        "id": number, "versionId": 1, "missed": 1,
    }  # fmt: skip
    with refused("AlreadyMissed", number):
        desk.log.send(EVE, "recordMiss", number)
    desk.log.send(MAKER, "explain", number, digest("late"), "")
    assert desk.log.read("statusOf", number) == LATE
    assert desk.log.read("missed", 1) == 1


def test_a_late_answer_records_the_miss_itself(desk: Desk) -> None:
    tree = decisions(1)
    number = desk.ask(desk.commit(tree), tree, 0)
    desk.log.chain.advance(TIME + 1)
    events = desk.log.send(MAKER, "explain", number, digest("late"), "")
    assert only(events, "DutyMissed")["missed"] == 1
    with refused("AlreadyMissed", number):
        desk.log.send(EVE, "recordMiss", number)


def test_what_is_not_in_the_log_need_not_be_explained(desk: Desk) -> None:
    tree = decisions(3)
    index = desk.commit(tree)
    with refused("NotInLog", 1, index, digest("forged")):
        desk.log.send(ALICE, "requestExplanation", 1, index, digest("forged"), tree.proof(0))
    number = desk.ask(index, tree, 0)
    with refused("AlreadyRequested", number):
        desk.log.send(BOB, "requestExplanation", 1, index, tree.leaves[0], tree.proof(0))
    with refused("NotOperator", 1, EVE):
        desk.log.send(EVE, "explain", number, digest("answer"), "")
    with refused("EmptyAnswer"):
        desk.log.send(MAKER, "explain", number, NOWHERE, "")
    for unknown in (0, number + 1):
        with refused("UnknownRequest", unknown, number):
            desk.log.read("request", unknown)


def test_a_new_operator_inherits_the_duty(desk: Desk) -> None:
    tree = decisions(1)
    number = desk.ask(desk.commit(tree), tree, 0)
    desk.world.registry.send(MAKER, "setOperator", 1, BOB)
    with refused("NotOperator", 1, MAKER):
        desk.log.send(MAKER, "explain", number, digest("answer"), "")
    desk.log.send(BOB, "explain", number, digest("answer"), "")
    assert desk.log.read("statusOf", number) == ANSWERED


def test_the_time_to_answer_has_bounds_and_holds_for_later_requests(desk: Desk) -> None:
    tree = decisions(2)
    index = desk.commit(tree)
    now = desk.log.chain.timestamp()
    first = desk.ask(index, tree, 0)
    events = desk.log.send(ADMIN, "setTimeToAnswer", HOURS)
    assert only(events, "TimeToAnswerSet") == {"oldTime": TIME, "newTime": HOURS}
    second = desk.ask(index, tree, 1)
    assert [desk.log.read("request", n)[4] - now for n in (first, second)] == [TIME, HOURS]
    for bad in (HOURS - 1, 90 * DAY + 1):
        with refused("InvalidTime", bad, HOURS, 90 * DAY):
            desk.log.send(ADMIN, "setTimeToAnswer", bad)
    with refused("AccessControlUnauthorizedAccount", EVE, bytes(32)):
        desk.log.send(EVE, "setTimeToAnswer", DAY)


class Duties(RuleBasedStateMachine):
    """An operator that commits and explains when it likes, and users that ask."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = new_desk()
        self.log = self.desk.log
        self.trees: list[Tree] = []
        self.requests: dict[tuple[int, int], int] = {}
        self.deadlines: dict[int, int] = {}
        self.answers: dict[int, int] = {}
        self.recorded: set[int] = set()

    @property
    def now(self) -> int:
        """The chain's time."""
        return self.log.chain.timestamp()

    @rule(count=st.integers(1, 6))
    def commit(self, count: int) -> None:
        """Commit what was decided since the last batch."""
        self.log.chain.advance(1)
        tree = decisions(count, f"batch {len(self.trees)}")
        assert self.desk.commit(tree) == len(self.trees)
        self.trees.append(tree)

    @precondition(lambda self: self.trees)
    @rule(batch=st.integers(0, 20), leaf=st.integers(0, 20))
    def ask(self, batch: int, leaf: int) -> None:
        """Ask about a decision, the second time in vain."""
        batch %= len(self.trees)
        tree = self.trees[batch]
        leaf %= len(tree.leaves)
        if (batch, leaf) in self.requests:
            with refused("AlreadyRequested", self.requests[batch, leaf]):
                self.desk.ask(batch, tree, leaf)
            return
        number = self.desk.ask(batch, tree, leaf)
        self.requests[batch, leaf] = number
        self.deadlines[number] = self.now + TIME

    @precondition(lambda self: self.trees)
    @rule(batch=st.integers(0, 20), leaf=st.integers(0, 20))
    def ask_by_another_batchs_proof(self, batch: int, leaf: int) -> None:
        """Ask about a decision that is in no log."""
        batch %= len(self.trees)
        tree = self.trees[batch]
        leaf %= len(tree.leaves)
        forged = digest("forged")
        with refused("NotInLog", 1, batch, forged):
            self.log.send(EVE, "requestExplanation", 1, batch, forged, tree.proof(leaf))

    @precondition(lambda self: self.deadlines)
    @rule(number=st.integers(0, 40), mine=st.booleans())
    def explain(self, number: int, mine: bool) -> None:
        """Answer, by the operator or in vain."""
        number = number % len(self.deadlines) + 1
        call = ("explain", number, digest("answer"), "")
        if not mine:
            with refused("NotOperator", 1, EVE):
                self.log.send(EVE, *call)
        elif number in self.answers:
            with refused("AlreadyAnswered", number, self.answers[number]):
                self.log.send(MAKER, *call)
        else:
            self.log.send(MAKER, *call)
            self.answers[number] = self.now
            if self.now > self.deadlines[number]:
                self.recorded.add(number)

    @precondition(lambda self: self.deadlines)
    @rule(number=st.integers(0, 40))
    def record_miss(self, number: int) -> None:
        """Record a missed duty, or fail."""
        number = number % len(self.deadlines) + 1
        error: tuple[object, ...] = ()
        if number in self.recorded:
            error = ("AlreadyMissed", number)
        elif number in self.answers:
            error = ("AlreadyAnswered", number, self.answers[number])
        elif self.now <= self.deadlines[number]:
            error = ("NotOverdue", number, self.deadlines[number])
        if error:
            with refused(str(error[0]), *error[1:]):
                self.log.send(BOB, "recordMiss", number)
            return
        self.log.send(BOB, "recordMiss", number)
        self.recorded.add(number)

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.log.chain.advance(hours * HOURS)

    @invariant()
    def every_duty_stands_as_it_should(self) -> None:
        """Status follows from deadline, answer and clock alone."""
        for number, deadline in self.deadlines.items():
            answered = self.answers.get(number)
            if answered is None:
                expected = MISSED if self.now > deadline else OPEN
            else:
                expected = LATE if answered > deadline else ANSWERED
            assert self.log.read("statusOf", number) == expected
            assert self.log.read("request", number)[6] == (number in self.recorded)

    @invariant()
    def misses_are_counted_once(self) -> None:
        """The count is the number of recorded misses, and none of them was in time."""
        assert self.log.read("missed", 1) == len(self.recorded)
        for number in self.recorded:
            assert self.answers.get(number, self.now) > self.deadlines[number]

    @invariant()
    def every_root_stays(self) -> None:
        """Batches are never rewritten."""
        assert self.log.read("batchCount", 1) == len(self.trees)
        for index, tree in enumerate(self.trees):
            assert self.log.read("batch", 1, index)[0] == tree.root


TestDuties = Duties.TestCase
TestDuties.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
