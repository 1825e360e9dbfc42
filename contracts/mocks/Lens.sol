// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Asks many views at once. It holds nothing and can change nothing.
/// @notice The call is a list of groups, each a word of its own and then its arguments. The word is
/// the address asked (20 bytes), the selector (4), how often it is asked (4), and how many words its
/// arguments (2) and its answer (2) have; the arguments of one question follow those of another.
/// For each question come back a word that is 1 if it was answered, and the words of the answer;
/// at the end how many were not.
contract Lens {
    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        assembly ("memory-safe") {
            let at := 0
            // A question is written at 0x80, its 4 bytes and at most 31 words; answers come after.
            let start := 0x480
            let out := start
            let missed := 0
            for {} lt(at, calldatasize()) {} {
                let head := calldataload(at)
                at := add(at, 0x20)
                let target := shr(96, head)
                let taken := shl(5, and(shr(16, head), 0xffff))
                let given := shl(5, and(head, 0xffff))
                mstore(0x80, shl(160, head))
                for { let left := and(shr(32, head), 0xffffffff) } left { left := sub(left, 1) } {
                    calldatacopy(0x84, at, taken)
                    at := add(at, taken)
                    let known := staticcall(
                        gas(), target, 0x80, add(taken, 4), add(out, 0x20), given
                    )
                    known := and(known, iszero(lt(returndatasize(), given)))
                    missed := add(missed, iszero(known))
                    mstore(out, known)
                    out := add(add(out, 0x20), given)
                }
            }
            mstore(out, missed)
            return(start, sub(add(out, 0x20), start))
        }
    }
}
