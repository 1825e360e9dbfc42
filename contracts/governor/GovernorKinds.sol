// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ProposalKinds} from "./ProposalKinds.sol";

/// @title Threshold, quorum, approval and period by the kinds of a proposal's calls.
/// @notice The terms of a proposal are taken when it is made and stay, whatever is voted meanwhile.
/// The voting period has to be at least {_kindPeriod}. The delay by kind is the treasury's.
abstract contract GovernorKinds is GovernorVotes {
    uint256 private constant BASIS_POINTS = 10_000;

    /// @notice Tells the kinds of calls and their rules.
    ProposalKinds public immutable proposalKinds;

    uint32 private transient _periodOfKind;
    // slither-disable-next-line uninitialized-state: {_propose} writes it
    mapping(uint256 proposalId => ProposalKinds.Terms) internal _terms;

    event ProposalTermsSet(uint256 indexed proposalId, ProposalKinds.Terms terms);

    /// @param kinds_ Rules of the kinds.
    constructor(ProposalKinds kinds_) {
        proposalKinds = kinds_;
    }

    /// @notice Votes against, for and abstaining: those of the counting module.
    function proposalVotes(uint256 proposalId)
        public
        view
        virtual
        returns (uint256 against, uint256 inFavour, uint256 abstaining);

    /// @notice What a proposal is held to.
    function proposalTerms(uint256 proposalId) public view returns (ProposalKinds.Terms memory) {
        return _terms[proposalId];
    }

    /// @notice Votes for and abstaining that a proposal needs: the quorum of its snapshot, or that of its
    /// kinds if it is more. Known once the snapshot is past.
    function proposalQuorum(uint256 proposalId) public view returns (uint256) {
        uint256 snapshot = proposalSnapshot(proposalId);
        uint256 ofKind = token().getPastTotalSupply(snapshot) * _terms[proposalId].quorumBps / BASIS_POINTS;
        return Math.max(quorum(snapshot), ofKind);
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal virtual override returns (uint256 proposalId) {
        ProposalKinds.Terms memory terms;
        (terms, _periodOfKind) =
            proposalKinds.termsFor(token(), proposer, proposalThreshold(), targets, values, calldatas);
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        _periodOfKind = 0;
        _terms[proposalId] = terms;
        emit ProposalTermsSet(proposalId, terms);
    }

    /// @dev Seconds that the kinds of the proposal being made ask for; 0 at any other time.
    function _kindPeriod() internal view returns (uint256) {
        return _periodOfKind;
    }

    function _quorumReached(uint256 proposalId) internal view virtual override returns (bool) {
        (, uint256 inFavour, uint256 abstaining) = proposalVotes(proposalId);
        return inFavour + abstaining >= proposalQuorum(proposalId);
    }

    function _voteSucceeded(uint256 proposalId) internal view virtual override returns (bool) {
        (uint256 against, uint256 inFavour,) = proposalVotes(proposalId);
        return inFavour > against
            && inFavour * BASIS_POINTS >= (inFavour + against) * _terms[proposalId].approvalBps;
    }
}
