// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Proxy} from "@openzeppelin/contracts/proxy/Proxy.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";

/// @title A test double: an ERC-1967 proxy whose code anyone swaps, and which may keep silent about it.
contract SwappableTarget is Proxy {
    /// @notice Whether `implementation()` is passed on instead of answered.
    bool public immutable silent;

    constructor(address first, bool silent_) {
        ERC1967Utils.upgradeToAndCall(first, "");
        silent = silent_;
    }

    /// @notice Swaps the code.
    function swap(address next) external {
        ERC1967Utils.upgradeToAndCall(next, "");
    }

    /// @notice What a probe can ask, whether or not the proxy is silent.
    function current(address) external view returns (address) {
        return _implementation();
    }

    /// @notice What it forwards to; a silent one forwards the question.
    function implementation() external returns (address) {
        if (silent) _fallback();
        return _implementation();
    }

    receive() external payable {}

    function _implementation() internal view override returns (address) {
        return ERC1967Utils.getImplementation();
    }
}
