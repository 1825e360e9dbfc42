// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Draws an account with a probability proportional to its weight.
/// @notice A tree of sums with six children to a node: setting a weight and drawing both take a number
/// of steps that grows with the logarithm of the number of accounts.
/// @dev Level 0 holds the weights, each level above the sums of six nodes below, the top one sum. An
/// account keeps its leaf for ever, a weight of 0 included, so leaves never move and the same ticket
/// finds the same account as long as no weight changes.
library SortitionTree {
    /// @notice Children of a node.
    uint256 internal constant CHILDREN = 6;

    /// @notice The tree.
    struct Tree {
        uint256 height;
        address[] accounts;
        mapping(address account => uint256) leafPlusOne;
        mapping(uint256 level => mapping(uint256 index => uint256)) sums;
    }

    error TicketOutOfRange(uint256 ticket, uint256 total);

    /// @notice Sets the weight of an account.
    function set(Tree storage self, address account, uint256 weight) internal {
        uint256 leaf = self.leafPlusOne[account];
        if (leaf == 0) {
            if (weight == 0) return;
            leaf = _grow(self, account);
        }
        uint256 index = leaf - 1;
        uint256 old = self.sums[0][index];
        if (old == weight) return;
        uint256 height = self.height;
        for (uint256 level = 0; level <= height; ++level) {
            self.sums[level][index] = self.sums[level][index] + weight - old;
            index /= CHILDREN;
        }
    }

    /// @notice The account that `ticket` falls on, if all weights are laid end to end in the order of
    /// their leaves.
    /// @param ticket Less than {total}. Drawn evenly, it finds each account in proportion to its weight.
    function draw(Tree storage self, uint256 ticket) internal view returns (address account) {
        uint256 sum = total(self);
        if (ticket >= sum) revert TicketOutOfRange(ticket, sum);
        uint256 index = 0;
        for (uint256 level = self.height; level > 0; --level) {
            index *= CHILDREN;
            uint256 part = self.sums[level - 1][index];
            while (ticket >= part) {
                ticket -= part;
                part = self.sums[level - 1][++index];
            }
        }
        return self.accounts[index];
    }

    /// @notice Weight of an account.
    function weightOf(Tree storage self, address account) internal view returns (uint256) {
        uint256 leaf = self.leafPlusOne[account];
        return leaf == 0 ? 0 : self.sums[0][leaf - 1];
    }

    /// @notice Sum of all weights.
    function total(Tree storage self) internal view returns (uint256) {
        return self.sums[self.height][0];
    }

    /// @dev Adds a leaf, and a level above once the leaves no longer fit under the top.
    function _grow(Tree storage self, address account) private returns (uint256 leafPlusOne) {
        self.accounts.push(account);
        leafPlusOne = self.accounts.length;
        self.leafPlusOne[account] = leafPlusOne;
        uint256 height = self.height;
        if (leafPlusOne > CHILDREN ** height) {
            self.sums[height + 1][0] = self.sums[height][0];
            self.height = height + 1;
        }
    }
}
