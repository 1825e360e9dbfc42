// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What is left of one after some time, if half of it is left after each period.
/// @dev Fractions are fixed-point numbers with 128 bits behind the point. With k whole periods and a rest
/// of r seconds, 2**-(k + r/period) is e**-z >> k for z = ln 2 * r / period. The series of e**-z is summed
/// from its last term: 1 - z(1 - z/2(1 - z/3(...))), every value of which lies between 0 and 1.
///
/// In units of the last place, z is short by less than 1.3. A step passes on z/n of the error it receives
/// and adds less than 1, which makes less than 2.1 in all; the terms left out are less than 2**-11 and the
/// shift takes less than 1. Together that is less than 5. A second more makes the exact value before the
/// shift smaller by more than 2**78, as the period fits 48 bits; so what is returned never grows with time.
library HalfLife {
    /// @notice One.
    uint256 internal constant ONE = 1 << 128;
    /// @notice The natural logarithm of 2, to half a unit of the last place.
    uint256 internal constant LN2 = 0xb17217f7d1cf79abc9e3b39803f2f6af;
    /// @notice Terms of the series: z**33 / 33! is below 2**-139 for any z up to ln 2.
    uint256 internal constant TERMS = 32;

    /// @notice The part of one that is left after `elapsed` seconds; `period` is more than 0.
    function left(uint256 elapsed, uint48 period) internal pure returns (uint256 part) {
        unchecked {
            uint256 z = elapsed % period * LN2 / period;
            part = ONE;
            for (uint256 n = TERMS; n > 0; --n) {
                // slither-disable-next-line divide-before-multiply: the series is summed from its far end, and the bound above counts each rounding
                part = ONE - (part * z >> 128) / n;
            }
            part >>= elapsed / period;
        }
    }
}
