// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingOverridable} from "@openzeppelin/contracts/governance/extensions/GovernorCountingOverridable.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {GovernorKinds} from "../../../contracts/governor/GovernorKinds.sol";
import {ProposalKinds} from "../../../contracts/governor/ProposalKinds.sol";
import {SaidVotes, VM} from "./Stubs.sol";

/// @title The counting and the deciding part of the governor, open to the check.
contract Counter is GovernorCountingOverridable, GovernorKinds {
    uint256 public constant ID = 1;
    uint256 private _quorum;
    uint256[3] private _said;

    constructor(SaidVotes votes) Governor("") GovernorVotes(IVotes(address(votes))) GovernorKinds(ProposalKinds(address(1))) {}

    function vote(uint256 id, address voter, uint8 support, uint256 weight) external {
        _countVote(id, voter, support, weight, "");
    }

    function takeBack(uint256 id, address voter, uint8 support) external {
        _countOverride(id, voter, support);
    }

    function tally(uint256 id) external view returns (uint256) {
        (uint256 against, uint256 inFavour, uint256 abstaining) = GovernorCountingOverridable.proposalVotes(id);
        return against + inFavour + abstaining;
    }

    function say(uint256 against, uint256 inFavour, uint256 abstaining, uint256 quorum_, uint16 approvalBps) external {
        (_said, _quorum) = ([against, inFavour, abstaining], quorum_);
        _terms[ID].approvalBps = approvalBps;
    }

    function succeeded() external view returns (bool) {
        return _voteSucceeded(ID);
    }

    function quorate() external view returns (bool) {
        return _quorumReached(ID);
    }

    function proposalVotes(uint256)
        public
        view
        override(GovernorCountingOverridable, GovernorKinds)
        returns (uint256, uint256, uint256)
    {
        return (_said[0], _said[1], _said[2]);
    }

    function quorum(uint256) public view override returns (uint256) {
        return _quorum;
    }

    function votingDelay() public pure override returns (uint256) {
        return 0;
    }

    function votingPeriod() public pure override returns (uint256) {
        return 1;
    }

    function _quorumReached(uint256 id)
        internal
        view
        override(GovernorCountingOverridable, GovernorKinds)
        returns (bool)
    {
        return GovernorKinds._quorumReached(id);
    }

    function _voteSucceeded(uint256 id)
        internal
        view
        override(GovernorCountingOverridable, GovernorKinds)
        returns (bool)
    {
        return GovernorKinds._voteSucceeded(id);
    }

    function _propose(address[] memory a, uint256[] memory b, bytes[] memory c, string memory d, address e)
        internal
        override(Governor, GovernorKinds)
        returns (uint256)
    {
        return GovernorKinds._propose(a, b, c, d, e);
    }
}

/// @title Counting and deciding, for every number of votes.
contract TallyChecks {
    address private constant DELEGATE = address(0xd);
    address private constant FIRST = address(0x1);
    address private constant SECOND = address(0x2);

    SaidVotes private votes;
    Counter private counter;

    function setUp() public {
        VM.warp(1_000_000);
        votes = new SaidVotes();
        counter = new Counter(votes);
    }

    /// @dev A delegate holds the votes of an account and perhaps more. Each makes every choice, in any order.
    function check_taking_votes_back_creates_none(uint208 all, uint208 own) external {
        VM.assume(own <= all);
        votes.set(DELEGATE, all, 0, DELEGATE);
        votes.set(FIRST, 0, own, DELEGATE);
        for (uint256 id = 0; id < 18; ++id) {
            if (id % 2 == 0) counter.vote(id, DELEGATE, uint8(id / 2 % 3), all);
            counter.takeBack(id, FIRST, uint8(id / 6));
            assert(counter.tally(id) == (id % 2 == 0 ? all : own));
            if (id % 2 == 1) counter.vote(id, DELEGATE, uint8(id / 2 % 3), all);
            assert(counter.tally(id) == all);
        }
    }

    function check_two_delegators_take_back_their_own_and_no_more(uint208 all, uint208 first, uint208 second) external {
        VM.assume(first <= all && second <= all - first);
        votes.set(DELEGATE, all, 0, DELEGATE);
        votes.set(FIRST, 0, first, DELEGATE);
        votes.set(SECOND, 0, second, DELEGATE);
        counter.takeBack(counter.ID(), FIRST, 0);
        counter.vote(counter.ID(), DELEGATE, 1, all);
        counter.takeBack(counter.ID(), SECOND, 2);
        assert(counter.tally(counter.ID()) == all);
    }

    function check_nobody_votes_twice(uint208 all) external {
        votes.set(DELEGATE, all, 0, DELEGATE);
        for (uint256 id = 0; id < 9; ++id) {
            counter.vote(id, DELEGATE, uint8(id / 3), all);
            try counter.vote(id, DELEGATE, uint8(id % 3), all) {
                assert(false);
            } catch {}
        }
    }

    function check_nobody_takes_back_twice(uint208 own) external {
        votes.set(FIRST, 0, own, DELEGATE);
        for (uint256 id = 0; id < 9; ++id) {
            counter.takeBack(id, FIRST, uint8(id / 3));
            try counter.takeBack(id, FIRST, uint8(id % 3)) {
                assert(false);
            } catch {}
        }
    }

    function check_what_succeeds_has_more_for_and_its_approval(uint208 against, uint208 inFavour, uint16 bps) external {
        VM.assume(bps >= 5_000 && bps <= 10_000);
        counter.say(against, inFavour, 0, 0, bps);
        if (!counter.succeeded()) return;
        assert(inFavour > against);
        assert(uint256(inFavour) * 10_000 >= (uint256(inFavour) + against) * bps);
    }

    function check_a_vote_against_never_carries(uint48 against, uint48 inFavour, uint48 more) external {
        for (uint16 bps = 5_000; bps <= 10_000; bps += 2_500) {
            counter.say(against, inFavour, 0, 0, bps);
            bool before = counter.succeeded();
            counter.say(uint256(against) + more, inFavour, 0, 0, bps);
            assert(before || !counter.succeeded());
        }
    }

    function check_a_vote_for_never_defeats(uint48 against, uint48 inFavour, uint48 more) external {
        for (uint16 bps = 5_000; bps <= 10_000; bps += 2_500) {
            counter.say(against, inFavour, 0, 0, bps);
            bool before = counter.succeeded();
            counter.say(against, uint256(inFavour) + more, 0, 0, bps);
            assert(!before || counter.succeeded());
        }
    }

    function check_votes_against_never_fill_the_quorum(uint208 against, uint208 inFavour, uint208 abstaining, uint208 needed)
        external
    {
        counter.say(against, inFavour, abstaining, needed, 5_000);
        assert(counter.quorate() == (uint256(inFavour) + abstaining >= needed));
    }
}
