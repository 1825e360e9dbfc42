// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {MatureVotes} from "./MatureVotes.sol";
import {RewardStream} from "./RewardStream.sol";

/// @title Staked tokens: one deposit carries votes, rewards and the risk of being slashed.
/// @notice An ERC-4626 vault whose shares vote (ERC-5805, clock in seconds). Rewards raise what every share
/// is worth: at once if they are minted or sent to the vault, bit by bit if they come by {reward}.
///
/// A stake goes through four states. *Fresh*: shares that do not vote yet. *Mature*: they vote, one maturity
/// later. *Exiting*: {requestExit} moved them into the vault's own balance; they lose their votes and leave
/// the votable supply, but still earn and can be slashed. *Ready*: a cooldown later {redeem} and {withdraw} pay.
///
/// @dev Shares cannot be transferred, as EIP-4626 allows: they are only minted, burned and escrowed.
/// The balance the vault holds of its own shares is always the sum of all exits.
contract StakedMoot is RewardStream, ERC20Permit, MatureVotes, AccessControl, IStakeVault {
    /// @notice Shares on their way out, and when they may leave.
    struct Exit {
        uint208 shares;
        uint48 readyAt;
    }

    /// @notice May burn stakes. Meant for a court or an auditor the DAO appoints.
    bytes32 public constant SLASHER_ROLE = keccak256("SLASHER_ROLE");
    /// @notice May keep stakes from leaving. Meant for a court or a gate whose members answer with them.
    bytes32 public constant LOCKER_ROLE = keccak256("LOCKER_ROLE");
    /// @notice Longest cooldown, maturity and reward period, in seconds: no vote can lock anything in for ever.
    uint48 public constant MAX_PERIOD = 365 days;

    /// @notice Seconds between asking to leave and leaving, never fewer than the {maturity}.
    uint48 public cooldown;

    mapping(address account => Exit) private _exits;
    mapping(address account => uint256) private _locked;
    mapping(address account => mapping(address locker => uint256)) private _lockedBy;

    event CooldownSet(uint48 oldCooldown, uint48 newCooldown);
    event ExitRequested(address indexed account, uint256 shares, uint48 readyAt);
    event ExitCanceled(address indexed account, uint256 shares);
    event Locked(address indexed account, address indexed locker, uint256 shares);
    event Unlocked(address indexed account, address indexed locker, uint256 shares);
    /// @param active Shares burned that could vote or were maturing.
    /// @param exiting Shares burned that were on their way out.
    /// @param assets Tokens they stood for, in wei, sent to the recipient.
    event Slashed(
        address indexed account, address indexed recipient, uint256 active, uint256 exiting, uint256 assets
    );

    error SharesNotTransferable();
    error PeriodTooLong(uint48 period, uint48 longest);
    error CooldownTooShort(uint48 cooldown, uint48 shortest);
    error NoSharesToExit(address account);
    error InsufficientStake(address account, uint256 stake, uint256 needed);
    error StakeLocked(address account, uint256 free, uint256 needed);
    error InsufficientLock(address account, address locker, uint256 locked, uint256 needed);

    /// @param asset_ The token to stake.
    /// @param name_ Name of the share, also that of the EIP-712 domain.
    /// @param symbol_ Ticker of the share.
    /// @param cooldown_ First {cooldown}, in seconds, at least the maturity.
    /// @param maturity_ The {maturity}, in seconds; 0 lets a stake vote from the next second on.
    /// @param rewardPeriod_ First {rewardPeriod}, in seconds.
    /// @param admin Account that grants roles and sets both periods: the treasury once deployed.
    constructor(
        IERC20 asset_,
        string memory name_,
        string memory symbol_,
        uint48 cooldown_,
        uint48 maturity_,
        uint48 rewardPeriod_,
        address admin
    ) ERC20(name_, symbol_) ERC20Permit(name_) ERC4626(asset_) MatureVotes(maturity_) {
        _checkPeriod(maturity_);
        _checkPeriod(rewardPeriod_);
        _setCooldown(cooldown_);
        _setRewardPeriod(rewardPeriod_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IStakeVault
    /// @dev See {RewardStream}. Reverts with `EmptyReward` if there is nothing to give or nobody to earn it.
    function reward(uint256 assets) external {
        _reward(assets);
    }

    // Leaving

    /// @notice Starts the way out for `shares` of the caller's: no votes from now on, tokens after the
    /// cooldown. Asking again adds to the same exit and starts its cooldown anew.
    function requestExit(uint256 shares) external {
        if (shares == 0) revert NoSharesToExit(msg.sender);
        uint256 free = freeOf(msg.sender);
        if (_locked[msg.sender] > 0 && shares > free) revert StakeLocked(msg.sender, free, shares);
        Exit storage exit_ = _exits[msg.sender];
        uint48 readyAt = clock() + cooldown;
        _transfer(msg.sender, address(this), shares);
        exit_.shares += SafeCast.toUint208(shares);
        exit_.readyAt = readyAt;
        emit ExitRequested(msg.sender, shares, readyAt);
    }

    /// @notice Takes back the caller's whole exit. The shares are staked again and vote once mature.
    function cancelExit() external {
        uint256 shares = _exits[msg.sender].shares;
        if (shares == 0) revert NoSharesToExit(msg.sender);
        delete _exits[msg.sender];
        _transfer(address(this), msg.sender, shares);
        emit ExitCanceled(msg.sender, shares);
    }

    /// @notice The shares `account` is taking out and the second from which they can be redeemed.
    function exitOf(address account) external view returns (uint256 shares, uint48 readyAt) {
        Exit memory exit_ = _exits[account];
        return (exit_.shares, exit_.readyAt);
    }

    /// @notice Shares that `owner` can redeem now: those of a ready exit, else none.
    function maxRedeem(address owner) public view override returns (uint256) {
        Exit memory exit_ = _exits[owner];
        return clock() < exit_.readyAt ? 0 : exit_.shares;
    }

    /// @notice Nothing can be staked on behalf of the vault itself: its balance is the exits'.
    function maxDeposit(address receiver) public view override returns (uint256) {
        return receiver == address(this) ? 0 : super.maxDeposit(receiver);
    }

    /// @notice See {maxDeposit}.
    function maxMint(address receiver) public view override returns (uint256) {
        return receiver == address(this) ? 0 : super.maxMint(receiver);
    }

    // Locks

    /// @inheritdoc IStakeVault
    function lock(address account, uint256 shares) external onlyRole(LOCKER_ROLE) {
        uint256 free = freeOf(account);
        if (shares > free) revert InsufficientStake(account, free, shares);
        _locked[account] += shares;
        _lockedBy[account][msg.sender] += shares;
        emit Locked(account, msg.sender, shares);
    }

    /// @inheritdoc IStakeVault
    /// @dev Needs no role: whoever lost it can still let go of what it locked.
    function unlock(address account, uint256 shares) external {
        uint256 mine = _lockedBy[account][msg.sender];
        if (shares > mine) revert InsufficientLock(account, msg.sender, mine, shares);
        _lockedBy[account][msg.sender] = mine - shares;
        _locked[account] -= shares;
        emit Unlocked(account, msg.sender, shares);
    }

    /// @inheritdoc IStakeVault
    function lockedOf(address account) external view returns (uint256 shares) {
        return _locked[account];
    }

    /// @notice Shares of an account that `locker` locked.
    function lockedBy(address account, address locker) external view returns (uint256 shares) {
        return _lockedBy[account][locker];
    }

    /// @notice Active shares of an account that nobody locked; none once a slash left less than is locked.
    function freeOf(address account) public view returns (uint256 shares) {
        return Math.saturatingSub(balanceOf(account), _locked[account]);
    }

    // Slashing and settings

    /// @notice Burns `shares` of the stake of `account`, active ones first and then those of its exit,
    /// and sends the tokens they stand for to `recipient`.
    /// @return assets The tokens sent, in wei.
    function slash(address account, uint256 shares, address recipient)
        external
        onlyRole(SLASHER_ROLE)
        returns (uint256 assets)
    {
        uint256 active = account == address(this) ? 0 : Math.min(shares, balanceOf(account));
        uint256 exiting = shares - active;
        Exit storage exit_ = _exits[account];
        if (exiting > exit_.shares) revert InsufficientStake(account, active + exit_.shares, shares);

        assets = previewRedeem(shares);
        exit_.shares -= uint208(exiting);
        _burn(account, active);
        _burn(address(this), exiting);
        _transferOut(recipient, assets);
        emit Slashed(account, recipient, active, exiting, assets);
    }

    /// @notice Sets the cooldown of exits requested from now on, in seconds, at least the {maturity}.
    function setCooldown(uint48 newCooldown) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setCooldown(newCooldown);
    }

    /// @notice Sets the {rewardPeriod} of rewards given from now on.
    function setRewardPeriod(uint48 newPeriod) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _checkPeriod(newPeriod);
        _setRewardPeriod(newPeriod);
    }

    // What the parents must agree on

    /// @notice Always reverts with `SharesNotTransferable`.
    function transfer(address, uint256) public pure override(ERC20, IERC20) returns (bool) {
        revert SharesNotTransferable();
    }

    /// @notice Always reverts with `SharesNotTransferable`.
    function transferFrom(address, address, uint256) public pure override(ERC20, IERC20) returns (bool) {
        revert SharesNotTransferable();
    }

    /// @inheritdoc ERC4626
    function decimals() public view override(ERC20, ERC4626) returns (uint8) {
        return super.decimals();
    }

    /// @inheritdoc IStakeVault
    function balanceOf(address account) public view override(ERC20, IERC20, IStakeVault) returns (uint256) {
        return super.balanceOf(account);
    }

    /// @inheritdoc IStakeVault
    function totalSupply() public view override(ERC20, IERC20, IStakeVault) returns (uint256) {
        return super.totalSupply();
    }

    /// @inheritdoc IStakeVault
    function convertToAssets(uint256 shares) public view override(ERC4626, IStakeVault) returns (uint256) {
        return super.convertToAssets(shares);
    }

    /// @inheritdoc ERC20Permit
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev Whoever receives a first stake votes with it, unless it was delegated before.
    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override {
        if (delegates(receiver) == address(0)) _delegate(receiver, receiver);
        super._deposit(caller, receiver, assets, shares);
    }

    /// @dev Pays from the exit of `owner`: the shares to burn are in the vault's own balance.
    function _withdraw(address caller, address receiver, address owner, uint256 assets, uint256 shares)
        internal
        override
    {
        if (caller != owner) _spendAllowance(owner, caller, shares);
        _exits[owner].shares -= SafeCast.toUint208(shares);
        _burn(address(this), shares);
        _transferOut(receiver, assets);
        emit Withdraw(caller, receiver, owner, assets, shares);
    }

    /// @dev Exiting shares leave the votable supply, so the vault counts as the zero address does.
    function _transferVotingUnits(address from, address to, uint256 amount) internal override {
        address giver = from == address(this) ? address(0) : from;
        address taker = to == address(this) ? address(0) : to;
        if (giver != taker) super._transferVotingUnits(giver, taker, amount);
    }

    /// @inheritdoc ERC20Votes
    function _update(address from, address to, uint256 value)
        internal
        override(ERC20, ERC20Votes, RewardStream)
    {
        super._update(from, to, value);
    }

    /// @dev A thousand virtual shares to a wei make inflating an empty vault cost more than it takes.
    function _decimalsOffset() internal pure override returns (uint8) {
        return 3;
    }

    function _setCooldown(uint48 newCooldown) private {
        _checkPeriod(newCooldown);
        if (newCooldown < maturity) revert CooldownTooShort(newCooldown, maturity);
        emit CooldownSet(cooldown, newCooldown);
        cooldown = newCooldown;
    }

    function _checkPeriod(uint48 period) private pure {
        if (period > MAX_PERIOD) revert PeriodTooLong(period, MAX_PERIOD);
    }
}
