// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MootToken} from "../../contracts/token/MootToken.sol";
import {StakedMoot} from "../../contracts/token/StakedMoot.sol";
import {Handler, VM} from "./Harness.sol";

/// @title A locker: keeps stakes of others from leaving, as a court or a gate does.
contract Locker {
    StakedMoot private immutable vault;

    constructor(StakedMoot vault_) {
        vault = vault_;
    }

    function lock(address account, uint256 shares) external {
        vault.lock(account, shares);
    }

    function unlock(address account, uint256 shares) external {
        vault.unlock(account, shares);
    }
}

/// @title Stakers of a vault, two lockers, a slasher and those who reward.
contract VaultHandler is Handler {
    struct Memory {
        uint48 timepoint;
        address account;
        uint256 votes;
        uint256 supply;
        uint256 delegated;
    }

    StakedMoot public immutable vault;
    Locker[2] public lockers;
    MootToken private immutable token;
    address private immutable admin;

    /// @notice Wei that went into the vault, and that came out.
    uint256 public paidIn;
    uint256 public paidOut;
    /// @notice Wei given to stream.
    uint256 public rewarded;
    /// @notice Shares that each locker should have locked of an account.
    mapping(address locker => mapping(address account => uint256)) public locked;
    /// @notice How often a share left too early, a lock did not hold, a share lost worth, or a reward that
    /// streams counted at once.
    uint256 public wrongs;
    /// @notice What was once known of past votes.
    Memory[] public memories;

    constructor(StakedMoot vault_, MootToken token_, address admin_) {
        (vault, token, admin) = (vault_, token_, admin_);
        lockers = [new Locker(vault_), new Locker(vault_)];
        _people("staker", 5);
        _allow(token_, address(vault_));
    }

    /// @dev A share is never worth less than before, but when the vault is emptied and starts anew.
    modifier keepsWorth() {
        (uint256 assets, uint256 shares) = (vault.totalAssets() + 1, vault.totalSupply() + 1_000);
        _;
        bool emptied = shares == 1_000 || vault.totalSupply() == 0;
        if (!emptied && (vault.totalAssets() + 1) * shares < assets * (vault.totalSupply() + 1_000)) ++wrongs;
    }

    function deposit(uint256 who, uint256 assets) external counted keepsWorth {
        _deposit(_actor(who), _bound(assets, 1, 1_000_000 * TOKEN));
    }

    function requestExit(uint256 who, uint256 part) external counted keepsWorth {
        address account = _with(who, true);
        if (vault.freeOf(account) == 0) _deposit(account, vault.previewMint(vault.lockedOf(account)) + TOKEN);
        _requestExit(account, part);
    }

    function cancelExit(uint256 who) external counted keepsWorth {
        address account = _with(who, false);
        (uint256 shares,) = vault.exitOf(account);
        if (shares == 0) {
            _deposit(account, vault.previewMint(vault.lockedOf(account)) + TOKEN);
            _requestExit(account, who);
        }
        VM.prank(account);
        vault.cancelExit();
    }

    function redeem(uint256 who, uint256 part) external counted keepsWorth {
        address account = _with(who, false);
        (uint256 shares, uint48 readyAt) = vault.exitOf(account);
        if (part % 2 == 0 && _now() < readyAt) VM.warp(readyAt);
        uint256 before = token.balanceOf(account);
        VM.prank(account);
        vault.redeem(_part(part / 2, shares), account, account);
        if (_now() < readyAt) ++wrongs;
        paidOut += token.balanceOf(account) - before;
    }

    function slash(uint256 who, uint256 part) external counted keepsWorth {
        address account = _actor(who);
        (uint256 exiting,) = vault.exitOf(account);
        uint256 shares = _part(part, vault.balanceOf(account) + exiting) / (part % 16 == 0 ? 1 : 10);
        paidOut += vault.slash(account, shares, admin);
    }

    function lock(uint256 which, uint256 who, uint256 part) external counted keepsWorth {
        (Locker locker, address account) = (lockers[which % 2], _with(who, true));
        uint256 shares = _part(part, vault.freeOf(account));
        locker.lock(account, shares);
        locked[address(locker)][account] += shares;
    }

    function unlock(uint256 which, uint256 who, uint256 part) external counted keepsWorth {
        (Locker locker, address account) = (lockers[which % 2], _actor(who));
        uint256 shares = _part(part, locked[address(locker)][account]);
        locker.unlock(account, shares);
        locked[address(locker)][account] -= shares;
    }

    /// @dev The other locker never gives away what this one locked.
    function unlockTooMuch(uint256 which, uint256 who) external counted {
        (Locker locker, address account) = (lockers[which % 2], _actor(who));
        try locker.unlock(account, locked[address(locker)][account] + 1) {
            ++wrongs;
        } catch {}
    }

    function delegate(uint256 who, uint256 to) external counted {
        VM.prank(_actor(who));
        vault.delegate(_actor(to));
    }

    function give(uint256 assets) external counted keepsWorth {
        uint256 amount = _bound(assets, 1, 100_000 * TOKEN);
        token.transfer(address(vault), amount);
        paidIn += amount;
    }

    function reward(uint256 assets) external counted keepsWorth {
        uint256 amount = _bound(assets, 1, 100_000 * TOKEN);
        if (vault.totalSupply() == 0) _deposit(actors[0], TOKEN);
        uint256 before = vault.totalAssets();
        vault.reward(amount);
        if (vault.totalAssets() != before + (vault.rewardPeriod() == 0 ? amount : 0)) ++wrongs;
        paidIn += amount;
        rewarded += amount;
    }

    function setRewardPeriod(uint256 period) external counted keepsWorth {
        VM.prank(admin);
        vault.setRewardPeriod(uint48(period % 30 days));
    }

    function setCooldown(uint256 period) external counted {
        VM.prank(admin);
        vault.setCooldown(uint48(period % 30 days));
    }

    function wait(uint256 time) external counted keepsWorth {
        _wait(time, 3 days);
    }

    /// @dev Remembers what is known of a past second.
    function remember(uint256 who, uint256 ago) external counted {
        uint256 timepoint = _now() - _bound(ago, 1, 2 days);
        (address account, uint256 votes) = (_actor(who), vault.getPastVotes(_actor(who), timepoint));
        uint256 delegated = vault.getPastDelegatedSupply(timepoint);
        memories.push(Memory(uint48(timepoint), account, votes, vault.getPastTotalSupply(timepoint), delegated));
    }

    function memoryCount() external view returns (uint256) {
        return memories.length;
    }

    function _deposit(address account, uint256 amount) private {
        vault.deposit(amount, account);
        paidIn += amount;
    }

    function _requestExit(address account, uint256 part) private {
        bool covered = vault.balanceOf(account) >= vault.lockedOf(account);
        uint256 shares = _part(part, vault.freeOf(account));
        VM.prank(account);
        vault.requestExit(shares);
        if (covered && vault.balanceOf(account) < vault.lockedOf(account)) ++wrongs;
    }

    /// @dev An account with free shares, or with an exit, if there is one.
    function _with(uint256 seed, bool free) private view returns (address account) {
        for (uint256 i = 0; i < actors.length; ++i) {
            account = _actor(seed % 64 + i);
            (uint256 exiting,) = vault.exitOf(account);
            if (free ? vault.freeOf(account) > 0 : exiting > 0) return account;
        }
    }
}
