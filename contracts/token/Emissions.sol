// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MootToken} from "./MootToken.sol";
import {StakedMoot} from "./StakedMoot.sol";

/// @title The schedule of new tokens: a rate per second that halves every period, as Bitcoin's does.
/// @notice Anyone may call {release}: what is due is minted to the stakers and the treasury. Nothing
/// here can be changed once deployed; the token's admin can stop it by revoking its minter role.
contract Emissions {
    /// @notice Basis points in one.
    uint16 public constant BASIS_POINTS = 10_000;
    /// @notice Highest first rate: no sum over times that fit 48 bits can overflow.
    uint256 public constant MAX_RATE = type(uint128).max;

    /// @notice The token that is minted.
    MootToken public immutable token;
    /// @notice The vault that receives the stakers' part.
    StakedMoot public immutable vault;
    /// @notice Receives the rest.
    address public immutable treasury;
    /// @notice Wei per second in the first period.
    uint256 public immutable initialRate;
    /// @notice Second from which tokens are due.
    uint48 public immutable start;
    /// @notice Seconds between halvings; 0 keeps the rate constant.
    uint48 public immutable halvingPeriod;
    /// @notice The stakers' part, in basis points.
    uint16 public immutable stakersBps;

    /// @notice Wei minted so far.
    uint256 public released;

    event Released(uint256 toStakers, uint256 toTreasury);

    error InvalidTreasury(address treasury);
    error RateTooHigh(uint256 rate, uint256 highest);
    error ShareTooLarge(uint16 share, uint16 largest);

    /// @param token_ See {token}; this contract needs its minter role.
    /// @param vault_ See {vault}.
    /// @param treasury_ See {treasury}.
    /// @param initialRate_ See {initialRate}.
    /// @param start_ See {start}.
    /// @param halvingPeriod_ See {halvingPeriod}.
    /// @param stakersBps_ See {stakersBps}.
    constructor(
        MootToken token_,
        StakedMoot vault_,
        address treasury_,
        uint256 initialRate_,
        uint48 start_,
        uint48 halvingPeriod_,
        uint16 stakersBps_
    ) {
        if (treasury_ == address(0)) revert InvalidTreasury(treasury_);
        if (initialRate_ > MAX_RATE) revert RateTooHigh(initialRate_, MAX_RATE);
        if (stakersBps_ > BASIS_POINTS) revert ShareTooLarge(stakersBps_, BASIS_POINTS);
        token = token_;
        vault = vault_;
        treasury = treasury_;
        initialRate = initialRate_;
        start = start_;
        halvingPeriod = halvingPeriod_;
        stakersBps = stakersBps_;
    }

    /// @notice Mints what is due. Does nothing when nothing is.
    /// @return amount The wei minted.
    function release() external returns (uint256 amount) {
        amount = pending();
        if (amount == 0) return 0;
        uint256 toStakers = vault.totalSupply() == 0 ? 0 : amount * stakersBps / BASIS_POINTS;
        uint256 toTreasury = amount - toStakers;
        released += amount;
        emit Released(toStakers, toTreasury);
        token.mint(address(vault), toStakers);
        token.mint(treasury, toTreasury);
    }

    /// @notice Wei that {release} would mint now: what is scheduled and not yet released, within the cap.
    function pending() public view returns (uint256) {
        return Math.min(scheduled(block.timestamp) - released, token.cap() - token.totalSupply());
    }

    /// @notice Wei due in total at `timestamp`, whether released or not and whatever the cap.
    /// @dev Period k pays `initialRate >> k` a second, so it ends after at most 128 periods.
    function scheduled(uint256 timestamp) public view returns (uint256 total) {
        if (timestamp <= start) return 0;
        uint256 left = timestamp - start;
        uint256 rate = initialRate;
        if (halvingPeriod == 0) return rate * left;
        while (left > 0 && rate > 0) {
            uint256 span = Math.min(left, halvingPeriod);
            total += rate * span;
            left -= span;
            rate >>= 1;
        }
    }
}
