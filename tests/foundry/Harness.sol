// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The cheat codes of Forge that the suites use.
interface Vm {
    function prank(address sender) external;
    function startPrank(address sender) external;
    function stopPrank() external;
    function warp(uint256 timestamp) external;
    function getBlockTimestamp() external view returns (uint256);
}

Vm constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @title What handlers and suites share.
abstract contract Harness {
    uint256 internal constant TOKEN = 1e18;
    uint256 internal constant SHARE = 1e21;

    /// @notice The accounts that act.
    address[] public actors;

    function actorCount() public view returns (uint256) {
        return actors.length;
    }

    function _people(string memory kind, uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            actors.push(address(uint160(uint256(keccak256(abi.encode(kind, i))))));
        }
    }

    function _actor(uint256 seed) internal view returns (address) {
        return actors[seed % actors.length];
    }

    /// @dev A number from `least` to `most` that follows from a seed.
    function _bound(uint256 seed, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + seed % (most - least + 1);
    }

    /// @dev A part of an amount: one time in four all of it, else something from 1 on.
    function _part(uint256 seed, uint256 amount) internal pure returns (uint256) {
        if (amount == 0 || seed % 4 == 0) return amount;
        return _bound(seed / 4, 1, amount);
    }

    /// @dev The time. The compiler takes `block.timestamp` for the same throughout a call, which it is not here.
    function _now() internal view returns (uint256) {
        return VM.getBlockTimestamp();
    }

    function _pass(uint256 time) internal {
        VM.warp(_now() + time);
    }

    function _equal(uint256 found, uint256 expected, string memory what) internal pure {
        if (found != expected) revert Unequal(what, found, expected);
    }

    function _atMost(uint256 found, uint256 most, string memory what) internal pure {
        if (found > most) revert TooMuch(what, found, most);
    }

    error Unequal(string what, uint256 found, uint256 expected);
    error TooMuch(string what, uint256 found, uint256 most);
}

/// @title What the handlers share: they count what they did, and each call is legal most of the time.
/// @dev A call that reverts counts as none. Their share is measured where the suites are run. A handler
/// never starts a prank that lasts: one that a revert leaves behind would speak for the calls to come.
abstract contract Handler is Harness {
    /// @notice How often each function came to its end.
    mapping(bytes4 selector => uint256) public done;
    /// @notice How often all of them did.
    uint256 public doneInAll;

    modifier counted() {
        _;
        ++done[msg.sig];
        ++doneInAll;
    }

    /// @dev Lets everyone who acts, and the handler, be charged by some contracts.
    function _allow(IERC20 token, address spender) internal {
        token.approve(spender, type(uint256).max);
        for (uint256 i = 0; i < actors.length; ++i) {
            VM.prank(actors[i]);
            token.approve(spender, type(uint256).max);
        }
    }

    /// @dev Time that passes by itself. Anything in a run may happen a second or a month later.
    function _wait(uint256 seed, uint256 longest) internal {
        _pass(_bound(seed, 1, longest));
    }
}
