// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A supply whose past is known.
interface IPastSupply {
    /// @notice The supply at the end of second `timepoint`, which must be past.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256);
}
