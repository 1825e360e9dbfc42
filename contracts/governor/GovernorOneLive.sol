// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GovernorKinds} from "./GovernorKinds.sol";

/// @title Attention is scarce: one vote at a time for each proposer, and no asking until it is given.
/// @notice A proposer has at most one proposal that is pending or open, and neither that proposer nor
/// anyone with the same calls comes back within the cooldown after a defeat, or after a proposal that was
/// canceled once its vote had opened. Withdrawing before the vote opens costs nothing. A proposer that
/// does not keep the threshold can be canceled by anyone until the vote ends.
abstract contract GovernorOneLive is GovernorKinds {
    /// @dev Longest cooldown, in seconds.
    uint32 private constant MAX_COOLDOWN = 90 days;

    uint32 private _cooldown;
    mapping(address proposer => uint256) private _lastOf;
    mapping(uint256 calls => uint256) private _lastWith;

    event ProposalCooldownSet(uint32 oldCooldown, uint32 newCooldown);

    error GovernorCooldownTooLong(uint32 cooldown, uint32 longest);
    error GovernorProposalStillOpen(uint256 proposalId);
    error GovernorProposalOnCooldown(uint256 proposalId, uint256 until);

    /// @param cooldown First cooldown, in seconds.
    constructor(uint32 cooldown) {
        _setProposalCooldown(cooldown);
    }

    /// @notice Seconds after the vote on a proposal that failed in which it is not put again.
    function proposalCooldown() public view returns (uint256) {
        return _cooldown;
    }

    /// @notice The proposal that an account made last and did not withdraw, 0 for none.
    function lastProposalOf(address proposer) public view returns (uint256) {
        return _lastOf[proposer];
    }

    /// @notice Sets the cooldown, by a proposal.
    function setProposalCooldown(uint32 cooldown) external onlyGovernance {
        _setProposalCooldown(cooldown);
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal virtual override returns (uint256 proposalId) {
        uint256 calls = hashProposal(targets, values, calldatas, 0);
        _checkOver(_lastOf[proposer]);
        _checkOver(_lastWith[calls]);
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        _lastOf[proposer] = proposalId;
        _lastWith[calls] = proposalId;
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal virtual override returns (uint256) {
        uint256 proposalId = getProposalId(targets, values, calldatas, descriptionHash);
        if (state(proposalId) == ProposalState.Pending) {
            delete _lastOf[proposalProposer(proposalId)];
            delete _lastWith[hashProposal(targets, values, calldatas, 0)];
        }
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _validateCancel(uint256 proposalId, address caller) internal view virtual override returns (bool) {
        if (super._validateCancel(proposalId, caller)) return true;
        return _isOpen(state(proposalId))
            && getVotes(proposalProposer(proposalId), clock() - 1) < _terms[proposalId].threshold;
    }

    function _checkOver(uint256 proposalId) private view {
        if (proposalId == 0) return;
        ProposalState current = state(proposalId);
        if (_isOpen(current)) revert GovernorProposalStillOpen(proposalId);
        if (current != ProposalState.Defeated && current != ProposalState.Canceled) return;
        uint256 until = proposalDeadline(proposalId) + _cooldown;
        if (clock() <= until) revert GovernorProposalOnCooldown(proposalId, until);
    }

    function _isOpen(ProposalState current) private pure returns (bool) {
        return current == ProposalState.Pending || current == ProposalState.Active;
    }

    function _setProposalCooldown(uint32 cooldown) private {
        if (cooldown > MAX_COOLDOWN) revert GovernorCooldownTooLong(cooldown, MAX_COOLDOWN);
        emit ProposalCooldownSet(_cooldown, cooldown);
        _cooldown = cooldown;
    }
}
