// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {QuorumRule} from "../../../contracts/governor/QuorumRule.sol";
import {IPastSupply} from "../../../contracts/interfaces/IPastSupply.sol";
import {IVotableSupply} from "../../../contracts/interfaces/IVotableSupply.sol";
import {SaidVotes, VM} from "./Stubs.sol";

/// @title The quorum, for every base, fraction, floor and cap.
contract QuorumChecks {
    SaidVotes private votes;

    function setUp() public {
        VM.warp(1_000_000);
        votes = new SaidVotes();
    }

    function check_the_quorum_is_within_floor_and_cap(uint16 bps, uint208 floor, uint208 cap, uint208 supply) external {
        votes.setSupply(supply);
        for (uint8 base = 0; base < 3; ++base) {
            uint256 quorum = _rule(base, bps, floor, cap).quorumAt(999_999);
            assert(quorum >= floor);
            assert(cap == 0 || quorum <= cap);
        }
    }

    function check_a_new_rule_changes_no_past_quorum(uint16 bps, uint208 floor, uint208 cap, uint208 supply) external {
        QuorumRule rule = _rule(0, 1_000, 100, 0);
        votes.setSupply(supply);
        uint256 before = rule.quorumAt(999_999);
        VM.warp(1_000_001);
        rule.setRule(QuorumRule.Base.Supply, bps, floor, cap);
        assert(rule.quorumAt(999_999) == before);
        assert(rule.quorumAt(1_000_000) == before);
    }

    function _rule(uint8 base, uint16 bps, uint208 floor, uint208 cap) private returns (QuorumRule) {
        IVotableSupply vault = IVotableSupply(address(votes));
        IPastSupply token = IPastSupply(address(votes));
        return new QuorumRule(vault, token, QuorumRule.Base(base), bps, floor, cap, address(this));
    }
}
