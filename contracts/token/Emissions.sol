// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IUsageMeter} from "../interfaces/IUsageMeter.sol";
import {HalfLife} from "./HalfLife.sol";
import {MootToken} from "./MootToken.sol";
import {StakedMoot} from "./StakedMoot.sol";

/// @title The schedule of new tokens, on one of three curves.
/// @notice *Halving*: a rate that halves every period at once, as Bitcoin's does. *Exponential*: one that
/// falls all the time and halves within every period. *Usage*: a part of what use has burned, at most a
/// rate. Anyone may call {release}: what is due is minted to the stakers and the treasury. Nothing here can
/// be changed once deployed; the token's admin can stop it by revoking its minter role.
contract Emissions {
    /// @notice How the tokens that are due follow from time or use.
    enum Curve {
        Halving,
        Exponential,
        Usage
    }

    /// @notice The schedule.
    /// @param curve See {Curve}.
    /// @param rate Wei per second: the first, or the highest on the usage curve.
    /// @param start Second from which tokens are due.
    /// @param period Seconds in which the rate halves. 0 keeps it on the halving curve; the usage curve has
    /// none.
    /// @param usageBps What is due of the wei that use has burned, in basis points; on the usage curve only.
    /// @param meter Knows the wei that use has burned; on the usage curve only.
    /// @param stakersBps The stakers' part, in basis points.
    struct Terms {
        Curve curve;
        uint128 rate;
        uint48 start;
        uint48 period;
        uint16 usageBps;
        IUsageMeter meter;
        uint16 stakersBps;
    }

    /// @notice Basis points in one. No more is minted than use has burned, so whoever burns for the sake of
    /// what is minted cannot gain.
    uint16 public constant BASIS_POINTS = 10_000;

    /// @notice The token that is minted.
    MootToken public immutable token;
    /// @notice The vault that receives the stakers' part.
    StakedMoot public immutable vault;
    /// @notice Receives the rest.
    address public immutable treasury;
    /// @notice See {Terms}.
    Curve public immutable curve;
    /// @notice See {Terms}.
    uint128 public immutable rate;
    /// @notice See {Terms}.
    uint48 public immutable start;
    /// @notice See {Terms}.
    uint48 public immutable period;
    /// @notice See {Terms}.
    uint16 public immutable usageBps;
    /// @notice See {Terms}.
    IUsageMeter public immutable meter;
    /// @notice See {Terms}.
    uint16 public immutable stakersBps;

    /// @notice Wei minted so far.
    uint256 public released;

    event Released(uint256 toStakers, uint256 toTreasury);

    error InvalidTreasury(address treasury);
    error InvalidPeriod(uint48 period);
    error InvalidMeter(address meter);
    error ShareTooLarge(uint16 share, uint16 largest);

    /// @param token_ See {token}; this contract needs its minter role.
    /// @param vault_ See {vault}.
    /// @param treasury_ See {treasury}.
    /// @param terms The schedule.
    constructor(MootToken token_, StakedMoot vault_, address treasury_, Terms memory terms) {
        if (treasury_ == address(0)) revert InvalidTreasury(treasury_);
        if (terms.stakersBps > BASIS_POINTS) revert ShareTooLarge(terms.stakersBps, BASIS_POINTS);
        if (terms.usageBps > BASIS_POINTS) revert ShareTooLarge(terms.usageBps, BASIS_POINTS);
        if (terms.curve == Curve.Exponential && terms.period == 0) revert InvalidPeriod(terms.period);
        if (terms.curve == Curve.Usage && address(terms.meter).code.length == 0) {
            revert InvalidMeter(address(terms.meter));
        }
        token = token_;
        vault = vault_;
        treasury = treasury_;
        curve = terms.curve;
        rate = terms.rate;
        start = terms.start;
        period = terms.period;
        usageBps = terms.usageBps;
        meter = terms.meter;
        stakersBps = terms.stakersBps;
    }

    /// @notice Mints what is due. Does nothing when nothing is.
    /// @return amount The wei minted.
    function release() external returns (uint256 amount) {
        amount = pending();
        // slither-disable-next-line incorrect-equality: there is either something to mint or nothing
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
        uint256 due = Math.saturatingSub(scheduled(block.timestamp), released);
        return Math.min(due, token.cap() - token.totalSupply());
    }

    /// @notice Wei due in total at `timestamp`, whether released or not and whatever the cap; on the usage
    /// curve, if use burned nothing more after this moment.
    function scheduled(uint256 timestamp) public view returns (uint256 total) {
        if (timestamp <= start) return 0;
        uint256 elapsed = timestamp - start;
        if (curve == Curve.Exponential) return _exponential(elapsed);
        if (curve == Curve.Halving && period != 0) return _halving(elapsed);
        total = rate * elapsed;
        if (curve == Curve.Usage) {
            total = Math.min(total, Math.mulDiv(meter.usage(), usageBps, BASIS_POINTS));
        }
    }

    /// @dev Period k pays `rate >> k` a second, so it ends after at most 128 periods.
    function _halving(uint256 elapsed) private view returns (uint256 total) {
        uint256 current = rate;
        while (elapsed > 0 && current > 0) {
            uint256 span = Math.min(elapsed, period);
            total += current * span;
            elapsed -= span;
            current >>= 1;
        }
    }

    /// @dev rate * period / ln 2 is all that will ever be due. What is due now falls short of the exact
    /// number by less than a wei and the 2**125th part of that all, and exceeds it by less than that part.
    function _exponential(uint256 elapsed) private view returns (uint256 total) {
        uint256 passed = HalfLife.ONE - HalfLife.left(elapsed, period);
        return Math.mulDiv(uint256(rate) * period, passed, HalfLife.LN2);
    }
}
