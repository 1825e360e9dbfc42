// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {VotesExtended} from "@openzeppelin/contracts/governance/utils/VotesExtended.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";

/// @title Staked tokens: one deposit carries votes, rewards and the risk of being slashed.
/// @notice An ERC-4626 vault whose shares vote (ERC-5805, clock in seconds). Rewards are tokens minted
/// or sent to the vault: they raise what every share is worth.
///
/// A stake goes through four states. *Fresh*: shares that do not vote yet. *Mature*: they vote, one
/// maturity period later. *Exiting*: {requestExit} moved them into the vault's own balance; they lose
/// their votes and leave the votable supply, but still earn and can still be slashed. *Ready*: one
/// cooldown later {redeem} and {withdraw} pay them out.
///
/// @dev Shares cannot be transferred, as EIP-4626 allows: they are only minted, burned and escrowed.
/// The balance the vault holds of its own shares is always the sum of all exits.
contract StakedMoot is ERC4626, ERC20Permit, ERC20Votes, VotesExtended, AccessControl, IStakeVault {
    /// @notice Shares on their way out, and when they may leave.
    struct Exit {
        uint208 shares;
        uint48 readyAt;
    }

    /// @notice May burn stakes. Meant for a court or an auditor the DAO appoints.
    bytes32 public constant SLASHER_ROLE = keccak256("SLASHER_ROLE");
    /// @notice May keep stakes from leaving. Meant for a court or a gate whose members answer with them.
    bytes32 public constant LOCKER_ROLE = keccak256("LOCKER_ROLE");
    /// @notice Longest cooldown and longest maturity, in seconds: no vote can lock stakes in for ever.
    uint48 public constant MAX_PERIOD = 365 days;

    /// @notice Seconds a stake must have been there before it votes. Fixed, since past votes follow from it.
    uint48 public immutable maturity;
    /// @notice Seconds between asking to leave and leaving.
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
    error NoSharesToExit(address account);
    error InsufficientStake(address account, uint256 stake, uint256 needed);
    error StakeLocked(address account, uint256 free, uint256 needed);
    error InsufficientLock(address account, address locker, uint256 locked, uint256 needed);

    /// @param asset_ The token to stake.
    /// @param name_ Name of the share, also that of the EIP-712 domain.
    /// @param symbol_ Ticker of the share.
    /// @param cooldown_ First {cooldown}, in seconds.
    /// @param maturity_ The {maturity}, in seconds; 0 lets a stake vote from the next second on.
    /// @param admin Account that grants roles and sets the cooldown: the treasury once deployed.
    constructor(
        IERC20 asset_,
        string memory name_,
        string memory symbol_,
        uint48 cooldown_,
        uint48 maturity_,
        address admin
    ) ERC20(name_, symbol_) ERC20Permit(name_) ERC4626(asset_) {
        _checkPeriod(maturity_);
        maturity = maturity_;
        _setCooldown(cooldown_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice Tokens that the shares stand for: none while there is no share, so that an emptied vault
    /// starts anew at one token a share. What rounding left behind goes to whoever stakes next.
    function totalAssets() public view override returns (uint256) {
        return totalSupply() == 0 ? 0 : super.totalAssets();
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

    /// @notice Active shares of an account that nobody locked. A slash can leave less than what is
    /// locked; then none are free.
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

    /// @notice Sets the cooldown of exits requested from now on, in seconds.
    function setCooldown(uint48 newCooldown) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setCooldown(newCooldown);
    }

    // Votes

    /// @notice The mature votes of `account` now: the lesser of what was delegated to it one maturity
    /// ago and what is delegated to it at this moment.
    /// @dev `DelegateVotesChanged` events carry the delegated shares before this minimum is taken.
    function getVotes(address account) public view override returns (uint256) {
        uint256 delegated = super.getVotes(account);
        uint48 timepoint = clock();
        if (maturity == 0) return delegated;
        if (timepoint < maturity) return 0;
        return Math.min(delegated, super.getPastVotes(account, timepoint - maturity));
    }

    /// @notice The mature votes of `account` at the end of second `timepoint`, which must be past.
    function getPastVotes(address account, uint256 timepoint) public view override returns (uint256) {
        uint256 delegated = super.getPastVotes(account, timepoint);
        if (timepoint < maturity) return 0;
        return Math.min(delegated, super.getPastVotes(account, timepoint - maturity));
    }

    /// @notice The votable supply at `timepoint`: shares that were staked and not exiting, then and one
    /// maturity before. Never less than the votes of all accounts together.
    function getPastTotalSupply(uint256 timepoint) public view override returns (uint256) {
        uint256 votable = super.getPastTotalSupply(timepoint);
        if (timepoint < maturity) return 0;
        return Math.min(votable, super.getPastTotalSupply(timepoint - maturity));
    }

    /// @notice The part of the mature votes of its delegate at `timepoint` that is the account's own: the
    /// lesser of its shares then and one maturity before, if it had the same delegate at both moments.
    /// @dev This is what a delegator can take back from a vote. All of these parts of one delegate together
    /// are never more than its mature votes, since a sum of minima is at most the minimum of the sums.
    function getPastBalanceOf(address account, uint256 timepoint) public view override returns (uint256) {
        if (timepoint < maturity) return 0;
        uint256 before = timepoint - maturity;
        if (getPastDelegate(account, timepoint) != getPastDelegate(account, before)) return 0;
        return Math.min(super.getPastBalanceOf(account, timepoint), super.getPastBalanceOf(account, before));
    }

    /// @notice Unix time in seconds (ERC-6372).
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice See {clock}.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
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
    function balanceOf(address account)
        public
        view
        override(ERC20, IERC20, IStakeVault)
        returns (uint256 shares)
    {
        return super.balanceOf(account);
    }

    /// @inheritdoc IStakeVault
    function convertToAssets(uint256 shares)
        public
        view
        override(ERC4626, IStakeVault)
        returns (uint256 assets)
    {
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
    function _transferVotingUnits(address from, address to, uint256 amount)
        internal
        override(Votes, VotesExtended)
    {
        address giver = from == address(this) ? address(0) : from;
        address taker = to == address(this) ? address(0) : to;
        if (giver != taker) super._transferVotingUnits(giver, taker, amount);
    }

    /// @inheritdoc VotesExtended
    function _delegate(address account, address delegatee) internal override(Votes, VotesExtended) {
        super._delegate(account, delegatee);
    }

    /// @inheritdoc ERC20Votes
    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    /// @dev A thousand virtual shares to a wei make inflating an empty vault cost more than it takes.
    function _decimalsOffset() internal pure override returns (uint8) {
        return 3;
    }

    function _setCooldown(uint48 newCooldown) private {
        _checkPeriod(newCooldown);
        emit CooldownSet(cooldown, newCooldown);
        cooldown = newCooldown;
    }

    function _checkPeriod(uint48 period) private pure {
        if (period > MAX_PERIOD) revert PeriodTooLong(period, MAX_PERIOD);
    }
}
