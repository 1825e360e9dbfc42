// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {GovernorQuorumFloor} from "./GovernorQuorumFloor.sol";
import {GovernorThresholdFraction} from "./GovernorThresholdFraction.sol";

/// @title The governor: stakers propose and vote, the treasury waits and executes.
/// @notice One vote per mature share; against, for and abstain, of which the last two count towards the
/// quorum. Quorum and proposal threshold are basis points of the votable supply, the quorum never less
/// than a floor. A quorum reached late extends the vote. Every setting changes by a proposal only.
contract MootGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorQuorumFloor,
    GovernorThresholdFraction,
    GovernorPreventLateQuorum,
    GovernorTimelockControl
{
    error GovernorThresholdIsFraction();

    /// @param token_ Source of votes: {StakedMoot}.
    /// @param treasury Timelock that executes: {Treasury}.
    /// @param name_ Name, also that of the EIP-712 domain ballots are signed for.
    /// @param votingDelay_ Seconds from proposal to the snapshot of votes.
    /// @param votingPeriod_ Seconds from the snapshot to the end of the vote, more than 0.
    /// @param proposalThresholdBps_ Votes needed to propose, in basis points of the votable supply.
    /// @param quorumBps Votes for and abstaining needed to pass, in basis points of the votable supply.
    /// @param quorumFloor_ Least quorum, in votes, however little can vote.
    /// @param lateQuorumExtension Seconds the vote goes on at least once the quorum is reached, at most
    /// the voting period.
    constructor(
        IVotes token_,
        TimelockController treasury,
        string memory name_,
        uint48 votingDelay_,
        uint32 votingPeriod_,
        uint16 proposalThresholdBps_,
        uint16 quorumBps,
        uint208 quorumFloor_,
        uint48 lateQuorumExtension
    )
        Governor(name_)
        GovernorSettings(votingDelay_, votingPeriod_, 0)
        GovernorVotes(token_)
        GovernorVotesQuorumFraction(quorumBps)
        GovernorQuorumFloor(quorumFloor_)
        GovernorThresholdFraction(proposalThresholdBps_)
        GovernorPreventLateQuorum(lateQuorumExtension)
        GovernorTimelockControl(treasury)
    {}

    /// @notice Always reverts: the threshold is a fraction, set by `setProposalThresholdBps`.
    function setProposalThreshold(uint256) public pure override {
        revert GovernorThresholdIsFraction();
    }

    /// @notice Votes for and abstaining that a vote with the snapshot `timepoint` needs: the fraction of
    /// the votable supply then, or the floor then if that is more.
    function quorum(uint256 timepoint)
        public
        view
        override(Governor, GovernorVotesQuorumFraction)
        returns (uint256)
    {
        return Math.max(GovernorVotesQuorumFraction.quorum(timepoint), quorumFloorAt(timepoint));
    }

    /// @notice Basis points in one, the unit of the quorum's fraction.
    function quorumDenominator() public pure override returns (uint256) {
        return 10_000;
    }

    /// @inheritdoc GovernorThresholdFraction
    function proposalThreshold()
        public
        view
        override(Governor, GovernorSettings, GovernorThresholdFraction)
        returns (uint256)
    {
        return GovernorThresholdFraction.proposalThreshold();
    }

    /// @inheritdoc GovernorPreventLateQuorum
    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    /// @inheritdoc GovernorTimelockControl
    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState)
    {
        return super.state(proposalId);
    }

    /// @inheritdoc GovernorTimelockControl
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
