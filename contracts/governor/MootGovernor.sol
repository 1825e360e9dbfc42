// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingOverridable} from "@openzeppelin/contracts/governance/extensions/GovernorCountingOverridable.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {GovernorBounds} from "./GovernorBounds.sol";
import {GovernorExpiry} from "./GovernorExpiry.sol";
import {GovernorGuarded} from "./GovernorGuarded.sol";
import {GovernorKindDelay} from "./GovernorKindDelay.sol";
import {GovernorKinds} from "./GovernorKinds.sol";
import {GovernorOneLive} from "./GovernorOneLive.sol";
import {GovernorOpening} from "./GovernorOpening.sol";
import {GovernorThresholdFraction} from "./GovernorThresholdFraction.sol";
import {ProposalGuard} from "./ProposalGuard.sol";
import {ProposalKinds} from "./ProposalKinds.sol";
import {QuorumRule} from "./QuorumRule.sol";

/// @title The governor: stakers propose and vote, the treasury waits and executes.
/// @notice One vote per mature share; against, for and abstain, of which the last two count towards the
/// quorum, which {QuorumRule} tells. The proposal threshold is basis points of the votable supply; the kinds
/// of a proposal's calls may ask for more of both. A quorum reached late extends the vote. Targets are
/// pinned when a proposal is made and checked when it is executed. Settings change by a proposal only.
contract MootGovernor is
    Governor,
    GovernorBounds,
    GovernorVotes,
    GovernorCountingOverridable,
    GovernorThresholdFraction,
    GovernorPreventLateQuorum,
    GovernorTimelockControl,
    GovernorKindDelay,
    GovernorKinds,
    GovernorGuarded,
    GovernorOneLive,
    GovernorExpiry,
    GovernorOpening
{
    /// @notice The settings. Votes can change all but the last later.
    /// @param votingDelay Seconds from proposal to the snapshot of votes, at most 30 days.
    /// @param votingPeriod Seconds from the snapshot to the end of the vote, from 1 minute to 60 days.
    /// @param proposalThresholdBps Votes needed to propose, in basis points of the votable supply, at most
    /// 5,000.
    /// @param lateQuorumExtension Seconds the vote goes on at least once the quorum is reached, at most
    /// the voting period.
    /// @param gracePeriod Seconds after the vote in which a proposal that succeeded can be queued.
    /// @param proposalCooldown Seconds after the vote in which a proposal that failed is not put again.
    /// @param opensAt First second in which anyone can propose; 0 for at once.
    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint16 proposalThresholdBps;
        uint48 lateQuorumExtension;
        uint32 gracePeriod;
        uint32 proposalCooldown;
        uint48 opensAt;
    }

    /// @notice Tells the quorum of any snapshot.
    QuorumRule public immutable quorumRule;

    error GovernorThresholdIsFraction();

    /// @param token_ Source of votes: {StakedMoot}.
    /// @param treasury Timelock that executes: {Treasury}.
    /// @param kinds Rules by the kinds of calls: those of the treasury.
    /// @param guard Pins targets and limits spending.
    /// @param quorumRule_ Tells the quorum, of the same votes.
    /// @param name_ Name, also that of the EIP-712 domain ballots are signed for.
    /// @param settings First settings.
    constructor(
        IVotes token_,
        TimelockController treasury,
        ProposalKinds kinds,
        ProposalGuard guard,
        QuorumRule quorumRule_,
        string memory name_,
        Settings memory settings
    )
        Governor(name_)
        GovernorSettings(settings.votingDelay, settings.votingPeriod, 0)
        GovernorVotes(token_)
        GovernorThresholdFraction(settings.proposalThresholdBps)
        GovernorPreventLateQuorum(settings.lateQuorumExtension)
        GovernorTimelockControl(treasury)
        GovernorKinds(kinds)
        GovernorGuarded(guard)
        GovernorOneLive(settings.proposalCooldown)
        GovernorExpiry(settings.gracePeriod)
        GovernorOpening(settings.opensAt)
    {
        quorumRule = quorumRule_;
    }

    /// @notice Always reverts: the threshold is a fraction, set by `setProposalThresholdBps`.
    function setProposalThreshold(uint256) public pure override {
        revert GovernorThresholdIsFraction();
    }

    /// @notice Votes for and abstaining that any vote with the snapshot `timepoint` needs. A proposal's kinds
    /// may ask for more, see {proposalQuorum}.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return quorumRule.quorumAt(timepoint);
    }

    /// @notice Seconds to vote on a proposal whose kinds ask for no more.
    function votingPeriod() public view override(Governor, GovernorSettings) returns (uint256) {
        return Math.max(GovernorSettings.votingPeriod(), _kindPeriod());
    }

    /// @inheritdoc GovernorCountingOverridable
    function proposalVotes(uint256 proposalId)
        public
        view
        override(GovernorCountingOverridable, GovernorKinds)
        returns (uint256 against, uint256 inFavour, uint256 abstaining)
    {
        return GovernorCountingOverridable.proposalVotes(proposalId);
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

    /// @inheritdoc GovernorExpiry
    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl, GovernorExpiry)
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

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override(Governor, GovernorKinds, GovernorGuarded, GovernorOneLive, GovernorOpening) returns (uint256) {
        return super._propose(targets, values, calldatas, description, proposer);
    }

    function _quorumReached(uint256 proposalId)
        internal
        view
        override(Governor, GovernorCountingOverridable, GovernorKinds)
        returns (bool)
    {
        return GovernorKinds._quorumReached(proposalId);
    }

    function _voteSucceeded(uint256 proposalId)
        internal
        view
        override(Governor, GovernorCountingOverridable, GovernorKinds)
        returns (bool)
    {
        return GovernorKinds._voteSucceeded(proposalId);
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
    ) internal override(Governor, GovernorTimelockControl, GovernorKindDelay) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl, GovernorGuarded) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl, GovernorOneLive) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _validateCancel(uint256 proposalId, address caller)
        internal
        view
        override(Governor, GovernorOneLive)
        returns (bool)
    {
        return super._validateCancel(proposalId, caller);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
