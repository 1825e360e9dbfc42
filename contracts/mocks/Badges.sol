// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";

/// @title A test double: many tokens in one contract that anyone mints.
contract Badges is ERC1155 {
    constructor() ERC1155("") {}

    /// @notice Mints one kind, asking the receiver whether it takes it.
    function mint(address to, uint256 id, uint256 value) external {
        _mint(to, id, value, "");
    }

    /// @notice Mints many kinds, asking the receiver whether it takes them.
    function mintBatch(address to, uint256[] calldata ids, uint256[] calldata values) external {
        _mintBatch(to, ids, values, "");
    }
}
