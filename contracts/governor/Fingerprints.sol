// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What an account runs, as far as another contract can know.
library Fingerprints {
    /// @notice Hash of the code of `target`, and of the address and code of its implementation.
    /// @dev 0 for any account without code. `extcodehash` tells an unused account from one that holds a
    /// wei, so without this rule a stranger could change the fingerprint of a recipient by paying it.
    function fingerprint(address target, address implementation_) internal view returns (bytes32) {
        if (target.code.length == 0) return 0;
        return keccak256(abi.encode(target.codehash, implementation_, implementation_.codehash));
    }

    /// @notice What `target` answers to `implementation()`, if that is a contract.
    function implementation(address target) internal view returns (address) {
        return _ask(target, abi.encodeWithSignature("implementation()"));
    }

    /// @notice What `reader` answers to `selector(target)`, if that is a contract.
    function probed(address reader, bytes4 selector, address target) internal view returns (address) {
        return _ask(reader, abi.encodeWithSelector(selector, target));
    }

    /// @dev Copies one word of the answer at most, so that a long one costs the reader nothing.
    function _ask(address who, bytes memory question) private view returns (address) {
        if (who.code.length == 0) return address(0);
        bool answered;
        uint256 word;
        assembly ("memory-safe") {
            mstore(0, 0)
            answered := staticcall(gas(), who, add(question, 0x20), mload(question), 0, 0x20)
            answered := and(answered, gt(returndatasize(), 0x1f))
            word := mload(0)
        }
        if (!answered || word > type(uint160).max) return address(0);
        address found = address(uint160(word));
        return found.code.length == 0 ? address(0) : found;
    }
}
