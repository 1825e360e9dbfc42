// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {IRandomness} from "../interfaces/IRandomness.sol";

/// @title Random numbers from the beacon chain: the prevrandao of a block that was fixed beforehand.
/// @notice A request names a block to come. Once that block is there, anyone proves what its header
/// holds. `block.prevrandao` itself is not read: it is that of the block in which the caller happens to
/// call, so the caller could try blocks until it likes the number.
/// @dev A header can be proved as long as its hash can be looked up: 256 blocks, 8,191 where EIP-2935 is
/// active. The id of a request is the number of its block.
contract PrevrandaoSource is IRandomness {
    /// @notice Blocks before the fixed one from which its proposers may foresee the number.
    uint256 public constant FORESIGHT = 4;
    /// @notice Longest {delay}, in blocks.
    uint256 public constant MAX_DELAY = 7_200;

    /// @notice Blocks between a request and the block it fixes.
    uint256 public immutable delay;

    /// @notice Numbers proved so far, by block.
    mapping(uint256 id => uint256 value) public valueOf;

    event Requested(uint256 indexed id);
    event Proved(uint256 indexed id, uint256 value);

    error DelayOutOfBounds(uint256 delay, uint256 least, uint256 most);
    error NotTheBlock(uint256 id, bytes32 expected, bytes32 given);

    /// @param delay_ See {delay}; more than {FORESIGHT}.
    constructor(uint256 delay_) {
        if (delay_ <= FORESIGHT || delay_ > MAX_DELAY) revert DelayOutOfBounds(delay_, FORESIGHT + 1, MAX_DELAY);
        delay = delay_;
    }

    /// @inheritdoc IRandomness
    function request() external returns (uint256 id) {
        id = block.number + delay;
        emit Requested(id);
    }

    /// @notice Records the number of block `id`.
    /// @param header The block's header in RLP, whose hash the chain knows.
    function prove(uint256 id, bytes calldata header) external {
        bytes32 expected = Blockhash.blockHash(id);
        bytes32 given = keccak256(header);
        if (expected == 0 || given != expected) revert NotTheBlock(id, expected, given);
        // 0 stands for an unknown number, so a zero, which never comes, is recorded as its hash.
        uint256 value = uint256(BlockHeader.getPrevRandao(header));
        if (value == 0) value = uint256(expected);
        valueOf[id] = value;
        emit Proved(id, value);
    }

    /// @inheritdoc IRandomness
    function statusOf(uint256 id) external view returns (Status status) {
        if (valueOf[id] != 0) return Status.Known;
        if (block.number + FORESIGHT < id) return Status.Sealed;
        if (block.number > id && Blockhash.blockHash(id) == 0) return Status.Lost;
        return Status.Due;
    }
}
