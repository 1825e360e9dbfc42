// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GovernorKinds} from "./GovernorKinds.sol";
import {ProposalGuard} from "./ProposalGuard.sol";

/// @title What was voted on is what is executed.
/// @notice The guard pins the code of every target when a proposal is made, and has to agree before it is
/// executed. The treasury must let only the governor execute, or the guard could be passed by.
abstract contract GovernorGuarded is GovernorKinds {
    /// @notice Pins targets, and limits bundles and spending.
    ProposalGuard public immutable proposalGuard;

    /// @param guard The guard, which has to grant the governor its role.
    constructor(ProposalGuard guard) {
        proposalGuard = guard;
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal virtual override returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        proposalGuard.pin(proposalId, _terms[proposalId].kinds, targets, values, calldatas);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal virtual override {
        proposalGuard.check(proposalId, targets, values, calldatas);
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }
}
