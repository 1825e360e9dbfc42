// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPastSupply} from "./IPastSupply.sol";

/// @title What can vote, and what of it has a delegate.
/// @notice Of a vault, {getPastTotalSupply} is the votable supply.
interface IVotableSupply is IPastSupply {
    /// @notice The part of the votable supply that had a delegate at the end of second `timepoint`, which
    /// must be past.
    function getPastDelegatedSupply(uint256 timepoint) external view returns (uint256);
}
