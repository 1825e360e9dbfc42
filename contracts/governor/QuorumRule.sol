// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IPastSupply} from "../interfaces/IPastSupply.sol";
import {IVotableSupply} from "../interfaces/IVotableSupply.sol";

/// @title The quorum: a fraction of a base, between a floor and a cap.
/// @notice The base is what is staked and can vote, the supply of the token, or the part of the stake that
/// has a delegate. A fraction alone lets the first staker of a young DAO decide alone, and one of the supply
/// can ask for more votes than there are: floor and cap are numbers of votes. A rule holds from the second
/// it is set; every second keeps its rule and its quorum for ever.
contract QuorumRule is AccessControl {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice What the fraction is taken of: shares that can vote, tokens, shares that have a delegate.
    enum Base {
        Staked,
        Supply,
        Delegated
    }

    /// @notice How many votes for and abstaining a vote needs.
    /// @param base What the fraction is taken of.
    /// @param bps The fraction, in basis points.
    /// @param floor Least quorum, in votes, however small the base.
    /// @param cap Largest quorum, in votes, however large the base; 0 for none.
    struct Rule {
        Base base;
        uint16 bps;
        uint208 floor;
        uint208 cap;
    }

    /// @notice Votes that a wei of supply counts as: those it had if it was the first to be staked.
    uint256 public constant VOTES_PER_WEI = 1_000;

    uint16 private constant BASIS_POINTS = 10_000;

    /// @notice Source of votes.
    IVotableSupply public immutable vault;
    /// @notice The token that is staked for them.
    IPastSupply public immutable token;

    Rule[] private _rules;
    /// @dev Position of the rule that holds from a second on.
    Checkpoints.Trace208 private _since;

    event QuorumRuleSet(Rule oldRule, Rule newRule);

    error QuorumFractionOutOfBounds(uint16 bps, uint16 largest);
    error QuorumCapBelowFloor(uint208 cap, uint208 floor);

    /// @param vault_ Source of votes: {StakedMoot}.
    /// @param token_ The token staked in it: {MootToken}.
    /// @param base First base.
    /// @param bps First fraction, in basis points of the base.
    /// @param floor First floor, in votes.
    /// @param cap First cap, in votes; 0 for none.
    /// @param admin Account that sets the rule: the treasury once deployed.
    constructor(
        IVotableSupply vault_,
        IPastSupply token_,
        Base base,
        uint16 bps,
        uint208 floor,
        uint208 cap,
        address admin
    ) {
        (vault, token) = (vault_, token_);
        // slither-disable-next-line uninitialized-local: the rule before the first is nothing
        Rule memory none;
        _setRule(none, Rule(base, bps, floor, cap));
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice The quorum of votes with the snapshot `timepoint`, which must be past, in votes.
    function quorumAt(uint256 timepoint) external view returns (uint256) {
        Rule memory held = ruleAt(timepoint);
        uint256 part = baseAt(held.base, timepoint) * held.bps / BASIS_POINTS;
        uint256 quorum = Math.max(part, held.floor);
        return held.cap == 0 ? quorum : Math.min(quorum, held.cap);
    }

    /// @notice What a base was at the end of second `timepoint`, which must be past, in votes.
    function baseAt(Base base, uint256 timepoint) public view returns (uint256) {
        if (base == Base.Supply) return token.getPastTotalSupply(timepoint) * VOTES_PER_WEI;
        if (base == Base.Delegated) return vault.getPastDelegatedSupply(timepoint);
        return vault.getPastTotalSupply(timepoint);
    }

    /// @notice The rule that held at the end of second `timepoint`, which must be past; the first one for
    /// all seconds before it was set.
    function ruleAt(uint256 timepoint) public view returns (Rule memory) {
        uint48 now_ = Time.timestamp();
        if (timepoint >= now_) revert Votes.ERC5805FutureLookup(timepoint, now_);
        return _rules[_since.upperLookupRecent(uint48(timepoint))];
    }

    /// @notice The rule now.
    function rule() public view returns (Rule memory) {
        return _rules[_rules.length - 1];
    }

    /// @notice Sets base, fraction, floor and cap for votes whose snapshot is yet to come.
    function setRule(Base base, uint16 bps, uint208 floor, uint208 cap) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setRule(rule(), Rule(base, bps, floor, cap));
    }

    function _setRule(Rule memory oldRule, Rule memory newRule) private {
        if (newRule.bps > BASIS_POINTS) revert QuorumFractionOutOfBounds(newRule.bps, BASIS_POINTS);
        if (newRule.cap != 0 && newRule.cap < newRule.floor) {
            revert QuorumCapBelowFloor(newRule.cap, newRule.floor);
        }
        // slither-disable-next-line unused-return: the event tells both rules
        _since.push(Time.timestamp(), uint208(_rules.length));
        _rules.push(newRule);
        emit QuorumRuleSet(oldRule, newRule);
    }
}
