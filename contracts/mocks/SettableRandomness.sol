// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRandomness} from "../interfaces/IRandomness.sol";

/// @title Random numbers that anyone sets. For tests and rehearsals alone.
contract SettableRandomness is IRandomness {
    /// @notice The latest request, counted from 1.
    uint256 public latest;

    /// @inheritdoc IRandomness
    mapping(uint256 id => Status status) public statusOf;
    /// @inheritdoc IRandomness
    mapping(uint256 id => uint256 value) public valueOf;

    event Requested(uint256 indexed id);
    event NumberSet(uint256 indexed id, Status status, uint256 value);

    /// @inheritdoc IRandomness
    function request() external returns (uint256 id) {
        id = ++latest;
        emit Requested(id);
    }

    /// @notice Sets how far a request is and what its number is.
    function set(uint256 id, Status status, uint256 value) external {
        statusOf[id] = status;
        valueOf[id] = value;
        emit NumberSet(id, status, value);
    }
}
