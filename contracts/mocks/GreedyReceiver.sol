// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {ITokenReceiver} from "./HookedToken.sol";

/// @title A test double: an account that makes prepared calls whenever it is paid anything, and takes what
/// it is paid whatever became of them.
contract GreedyReceiver is ERC721Holder, ERC1155Holder, ITokenReceiver {
    /// @notice A call, and what became of it.
    struct Attempt {
        address target;
        bytes data;
        bool made;
        bool succeeded;
        bytes answer;
    }

    Attempt[] private _attempts;

    /// @notice Adds a call to those that are made.
    function prepare(address target, bytes calldata data) external {
        _attempts.push(Attempt(target, data, false, false, ""));
    }

    /// @notice What became of each call.
    function attempts() external view returns (Attempt[] memory) {
        return _attempts;
    }

    receive() external payable {
        _try();
    }

    /// @inheritdoc ITokenReceiver
    function tokensReceived(address, uint256) external {
        _try();
    }

    /// @inheritdoc ERC721Holder
    function onERC721Received(address from, address by, uint256 tokenId, bytes memory data)
        public
        override
        returns (bytes4)
    {
        _try();
        return super.onERC721Received(from, by, tokenId, data);
    }

    /// @inheritdoc ERC1155Holder
    function onERC1155Received(address from, address by, uint256 id, uint256 value, bytes memory data)
        public
        override
        returns (bytes4)
    {
        _try();
        return super.onERC1155Received(from, by, id, value, data);
    }

    /// @inheritdoc ERC1155Holder
    function onERC1155BatchReceived(
        address from,
        address by,
        uint256[] memory ids,
        uint256[] memory values,
        bytes memory data
    ) public override returns (bytes4) {
        _try();
        return super.onERC1155BatchReceived(from, by, ids, values, data);
    }

    /// @dev Each call is made once.
    function _try() private {
        for (uint256 i = 0; i < _attempts.length; ++i) {
            Attempt storage attempt = _attempts[i];
            if (attempt.made) continue;
            attempt.made = true;
            (attempt.succeeded, attempt.answer) = attempt.target.call(attempt.data);
        }
    }
}
