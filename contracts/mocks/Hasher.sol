// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Hashes many texts of one length at once. It holds nothing and can change nothing.
/// @notice The call is their length in bytes, a word, and then the texts one after the other. Back
/// come their Keccak hashes, a word each.
contract Hasher {
    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        assembly ("memory-safe") {
            let length := calldataload(0)
            let texts := sub(calldatasize(), 0x20)
            calldatacopy(0x80, 0x20, texts)
            let end := add(0x80, texts)
            let out := end
            for { let text := 0x80 } lt(text, end) { text := add(text, length) } {
                mstore(out, keccak256(text, length))
                out := add(out, 0x20)
            }
            return(end, sub(out, end))
        }
    }
}
