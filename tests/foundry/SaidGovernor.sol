// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// @title A governor with one proposal for each version, in the state it is told.
contract SaidGovernor {
    mapping(uint256 id => IGovernor.ProposalState) public state;

    function say(uint256 id, IGovernor.ProposalState said) external {
        state[id] = said;
    }

    function getProposalId(address[] calldata, uint256[] calldata, bytes[] calldata, bytes32 text)
        external
        pure
        returns (uint256)
    {
        return uint256(text);
    }
}
