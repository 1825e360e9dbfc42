// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IUsageMeter} from "../interfaces/IUsageMeter.sol";

/// @title A meter that says what it was told.
contract SettableMeter is IUsageMeter {
    /// @inheritdoc IUsageMeter
    uint256 public usage;

    /// @notice Sets the wei that use has burned.
    function set(uint256 burned) external {
        usage = burned;
    }
}
