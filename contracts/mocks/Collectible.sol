// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title A test double: single pieces that anyone mints.
contract Collectible is ERC721 {
    constructor() ERC721("Collectible", "ONE") {}

    /// @notice Mints a piece, asking the receiver whether it takes it.
    function mint(address to, uint256 tokenId) external {
        _safeMint(to, tokenId);
    }
}
