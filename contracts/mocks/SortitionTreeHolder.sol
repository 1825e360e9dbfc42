// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SortitionTree} from "../court/SortitionTree.sol";

/// @title Holds one {SortitionTree} that anyone may change. For tests alone.
contract SortitionTreeHolder {
    using SortitionTree for SortitionTree.Tree;

    SortitionTree.Tree private _tree;

    /// @notice Sets the weight of an account.
    function set(address account, uint256 weight) external {
        _tree.set(account, weight);
    }

    /// @notice The account a ticket falls on.
    function draw(uint256 ticket) external view returns (address account) {
        return _tree.draw(ticket);
    }

    /// @notice The accounts that each ticket from `first` to before `last` falls on.
    function drawAll(uint256 first, uint256 last) external view returns (address[] memory accounts) {
        accounts = new address[](last - first);
        for (uint256 i = 0; i < accounts.length; ++i) {
            accounts[i] = _tree.draw(first + i);
        }
    }

    /// @notice Weight of an account.
    function weightOf(address account) external view returns (uint256 weight) {
        return _tree.weightOf(account);
    }

    /// @notice Sum of all weights.
    function total() external view returns (uint256 weight) {
        return _tree.total();
    }

    /// @notice Levels above the leaves.
    function height() external view returns (uint256 levels) {
        return _tree.height;
    }
}
