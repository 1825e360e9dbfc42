// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title A vault whose rewards stream to the shares in a straight line.
/// @notice What has not streamed yet counts for no share, so staking just before a reward and leaving just
/// after it gains nothing. A reward joins what is left of earlier ones; both then end at the mean of what
/// was left of the old time and the whole {rewardPeriod}, weighted by their tokens. So nobody can hold the
/// stream back with rewards of a wei.
///
/// While there are no shares the stream stands still, and it goes on with the next. Whoever stakes first
/// earns it by the second like everybody else.
/// @dev The asset must not call anybody during a transfer. What is unstreamed is rounded up, so the value of
/// a share never falls as a reward comes in or streams.
abstract contract RewardStream is ERC4626 {
    /// @dev `assets` were unstreamed at second `since`, with `remaining` seconds to go.
    struct Stream {
        uint160 assets;
        uint48 since;
        uint48 remaining;
    }

    /// @notice Seconds over which a reward streams; 0 lets later rewards count at once.
    uint48 public rewardPeriod;

    Stream private _stream;

    event RewardPeriodSet(uint48 oldPeriod, uint48 newPeriod);
    /// @param unstreamed Wei that stream from now on, this reward included.
    /// @param until Second at which all of it has streamed.
    event Rewarded(address indexed giver, uint256 assets, uint256 unstreamed, uint48 until);
    event StreamPaused(uint256 unstreamed, uint48 remaining);
    event StreamResumed(uint256 unstreamed, uint48 until);

    error EmptyReward(uint256 assets, uint256 shares);

    /// @notice Tokens that the shares stand for, without those that have not streamed yet. None while there
    /// is no share, so that an emptied vault starts anew at one token a share. What rounding left behind goes
    /// to whoever stakes next.
    function totalAssets() public view virtual override returns (uint256) {
        if (totalSupply() == 0) return 0;
        (uint256 assets,) = unstreamed();
        return super.totalAssets() - assets;
    }

    /// @notice What has not streamed yet, and how long it takes from now on while there are shares.
    /// @return assets Wei.
    /// @return remaining Seconds.
    function unstreamed() public view returns (uint256 assets, uint48 remaining) {
        Stream memory stream = _stream;
        if (totalSupply() == 0) return (stream.assets, stream.remaining);
        uint256 elapsed = block.timestamp - stream.since;
        if (elapsed >= stream.remaining) return (0, 0);
        remaining = stream.remaining - uint48(elapsed);
        assets = Math.ceilDiv(uint256(stream.assets) * remaining, stream.remaining);
    }

    function _reward(uint256 reward) internal {
        uint256 shares = totalSupply();
        if (reward == 0 || shares == 0) revert EmptyReward(reward, shares);
        uint48 period = rewardPeriod;
        (uint256 assets, uint48 remaining) = unstreamed();
        _transferIn(msg.sender, reward);
        if (period != 0) {
            uint256 sum = assets + reward;
            remaining = uint48((assets * remaining + reward * period) / sum);
            assets = sum;
            _write(assets, remaining);
        }
        emit Rewarded(msg.sender, reward, assets, Time.timestamp() + remaining);
    }

    function _setRewardPeriod(uint48 newPeriod) internal {
        emit RewardPeriodSet(rewardPeriod, newPeriod);
        rewardPeriod = newPeriod;
    }

    /// @dev Stops the stream as the last share goes, and lets it go on as the first one comes.
    function _update(address from, address to, uint256 value) internal virtual override {
        uint256 supply = totalSupply();
        bool fills = from == address(0) && supply == 0 && value != 0;
        bool empties = to == address(0) && value == supply && value != 0;
        if (fills || empties) _turn(fills);
        super._update(from, to, value);
    }

    function _turn(bool on) private {
        // slither-disable-next-line incorrect-equality: there is either something streaming or nothing
        if (_stream.assets == 0) return;
        (uint256 assets, uint48 remaining) = unstreamed();
        _write(assets, remaining);
        // slither-disable-next-line incorrect-equality: there is either something streaming or nothing
        if (assets == 0) return;
        if (on) emit StreamResumed(assets, Time.timestamp() + remaining);
        else emit StreamPaused(assets, remaining);
    }

    function _write(uint256 assets, uint48 remaining) private {
        _stream = Stream(SafeCast.toUint160(assets), Time.timestamp(), remaining);
    }
}
