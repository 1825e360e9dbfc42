// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IPulse} from "../interfaces/IPulse.sol";

/// @title When a way out opens: escrow that reaches a threshold, or a DAO that fell silent.
/// @notice Holders escrow tokens in rounds. A round opens when enough were escrowed within the window, or,
/// whatever was escrowed, when the DAO has given no sign of life for too long. While it is open others may
/// join and nobody may leave.
abstract contract ExitRounds is AccessControl, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice The states of a round: no escrow yet; escrow may open it; the window has passed and escrow
    /// can only be withdrawn; open for joining; waiting to be settled; settled.
    enum State {
        Idle,
        Gathering,
        Lapsed,
        Open,
        Closing,
        Settled
    }

    /// @notice One round. A time of 0 means not yet.
    struct Round {
        uint48 startedAt;
        uint48 openUntil;
        uint48 settledAt;
        uint256 escrowed;
    }

    /// @notice May say that the DAO is alive. Meant for the treasury.
    bytes32 public constant PINGER_ROLE = keccak256("PINGER_ROLE");
    /// @notice Basis points in one.
    uint16 public constant BASIS_POINTS = 10_000;
    /// @notice Least threshold, in basis points.
    uint16 public constant MIN_THRESHOLD_BPS = 100;
    /// @notice Shortest window and opening, in seconds.
    uint48 public constant MIN_PERIOD = 1 days;
    /// @notice Longest window and opening, in seconds.
    uint48 public constant MAX_PERIOD = 90 days;
    /// @notice Shortest silence, in seconds.
    uint48 public constant MIN_SILENCE = 30 days;
    /// @notice Longest silence, in seconds.
    uint48 public constant MAX_SILENCE = 3_653 days;
    /// @notice The token that is burned.
    ERC20Burnable public immutable token;
    /// @notice Whose assets are paid out. The tokens it holds count as not issued.
    address public immutable treasury;
    /// @notice Escrow that opens an exit, in basis points of the supply outside the treasury.
    uint16 public immutable thresholdBps;
    /// @notice Seconds, from the first escrow, in which the threshold must be reached.
    uint48 public immutable window;
    /// @notice Seconds in which others may join.
    uint48 public immutable opening;
    /// @notice Seconds without a sign of life after which anyone may open an exit.
    uint48 public immutable silence;

    /// @notice Last {ping}.
    uint48 public lastPing;
    /// @notice Number of the latest round.
    uint256 public current;
    /// @notice Wei escrowed by an account in a round.
    mapping(uint256 round => mapping(address account => uint256)) public escrowOf;

    mapping(uint256 round => Round) internal _rounds;

    event Pinged(address indexed account);
    event Escrowed(uint256 indexed round, address indexed account, uint256 amount);
    event EscrowWithdrawn(uint256 indexed round, address indexed account, uint256 amount);
    /// @param silent Whether it opened because the DAO gave no sign of life.
    event ExitOpened(uint256 indexed round, uint48 openUntil, bool silent);

    error InvalidTreasury(address treasury);
    error ThresholdOutOfBounds(uint16 thresholdBps, uint16 lowest, uint16 highest);
    error PeriodOutOfBounds(uint48 period, uint48 shortest, uint48 longest);
    error WrongState(uint256 round, State state);
    error NothingEscrowed(uint256 round, address account);
    error StillAlive(uint256 silentAt);
    error NothingListed();

    /// @param token_ See {token}.
    /// @param treasury_ See {treasury}.
    /// @param thresholdBps_ See {thresholdBps}.
    /// @param window_ See {window}.
    /// @param opening_ See {opening}.
    /// @param silence_ See {silence}.
    constructor(
        ERC20Burnable token_,
        address treasury_,
        uint16 thresholdBps_,
        uint48 window_,
        uint48 opening_,
        uint48 silence_
    ) {
        if (treasury_ == address(0) || treasury_ == address(this)) revert InvalidTreasury(treasury_);
        if (thresholdBps_ < MIN_THRESHOLD_BPS || thresholdBps_ > BASIS_POINTS) {
            revert ThresholdOutOfBounds(thresholdBps_, MIN_THRESHOLD_BPS, BASIS_POINTS);
        }
        _checkPeriod(window_, MIN_PERIOD, MAX_PERIOD);
        _checkPeriod(opening_, MIN_PERIOD, MAX_PERIOD);
        _checkPeriod(silence_, MIN_SILENCE, MAX_SILENCE);
        token = token_;
        treasury = treasury_;
        thresholdBps = thresholdBps_;
        window = window_;
        opening = opening_;
        silence = silence_;
        _ping();
    }

    /// @notice Escrows `amount` wei of the caller's, who must have approved them, in the latest round or,
    /// if that is over, in a new one. Once the exit is open, escrow can no longer be withdrawn. While no asset
    /// is listed, escrow that would open it is refused.
    function escrow(uint256 amount) external nonReentrant {
        (uint256 id, State state_) = _freshRound();
        if (amount == 0) revert NothingEscrowed(id, msg.sender);
        Round storage round_ = _rounds[id];
        if (state_ == State.Idle) round_.startedAt = uint48(block.timestamp);
        round_.escrowed += amount;
        escrowOf[id][msg.sender] += amount;
        emit Escrowed(id, msg.sender, amount);
        if (state_ != State.Open && round_.escrowed >= threshold()) _open(id, false);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Takes back the caller's escrow of a round that did not open.
    function withdraw(uint256 id) external nonReentrant {
        State state_ = state(id);
        if (state_ != State.Gathering && state_ != State.Lapsed) revert WrongState(id, state_);
        uint256 amount = escrowOf[id][msg.sender];
        if (amount == 0) revert NothingEscrowed(id, msg.sender);
        escrowOf[id][msg.sender] = 0;
        _rounds[id].escrowed -= amount;
        emit EscrowWithdrawn(id, msg.sender, amount);
        IERC20(token).safeTransfer(msg.sender, amount);
    }

    /// @notice Opens an exit because the DAO has been silent for too long and an asset is listed.
    function trigger() external nonReentrant {
        uint256 silentAt = uint256(lastSign()) + silence;
        if (block.timestamp < silentAt) revert StillAlive(silentAt);
        (uint256 id, State state_) = _freshRound();
        if (state_ == State.Open) revert WrongState(id, state_);
        _open(id, true);
    }

    /// @notice Says that the DAO is alive.
    function ping() external onlyRole(PINGER_ROLE) {
        _ping();
    }

    /// @notice Last sign of life: a ping, or a decision that the treasury executed.
    function lastSign() public view returns (uint48) {
        if (treasury.code.length == 0) return lastPing;
        try IPulse(treasury).lastExecution() returns (uint48 executed) {
            return executed > lastPing ? executed : lastPing;
        } catch {
            return lastPing;
        }
    }

    /// @notice State of a round.
    function state(uint256 id) public view returns (State) {
        Round memory round_ = _rounds[id];
        if (round_.settledAt != 0) return State.Settled;
        if (round_.openUntil != 0) return block.timestamp < round_.openUntil ? State.Open : State.Closing;
        // slither-disable-next-line incorrect-equality: 0 stands for never
        if (round_.startedAt == 0) return State.Idle;
        return block.timestamp < uint256(round_.startedAt) + window ? State.Gathering : State.Lapsed;
    }

    /// @notice A round.
    function round(uint256 id) external view returns (Round memory) {
        return _rounds[id];
    }

    /// @notice The supply outside the treasury, escrowed tokens included: what shares in the assets.
    function circulating() public view returns (uint256) {
        return token.totalSupply() - token.balanceOf(treasury);
    }

    /// @notice Wei of escrow that open an exit now.
    function threshold() public view returns (uint256) {
        return Math.mulDiv(circulating(), thresholdBps, BASIS_POINTS, Math.Rounding.Ceil);
    }

    /// @dev The round that takes escrow now, a new one if the latest is over.
    function _freshRound() private returns (uint256 id, State state_) {
        id = current;
        state_ = state(id);
        if (state_ == State.Closing) revert WrongState(id, state_);
        if (state_ == State.Lapsed || state_ == State.Settled) {
            id = ++current;
            state_ = State.Idle;
        }
    }

    /// @dev Whether there is an asset to pay out.
    function _anyListed() internal view virtual returns (bool);

    function _open(uint256 id, bool silent) private {
        if (!_anyListed()) revert NothingListed();
        uint48 openUntil = uint48(block.timestamp) + opening;
        _rounds[id].openUntil = openUntil;
        emit ExitOpened(id, openUntil, silent);
    }

    function _ping() private {
        lastPing = uint48(block.timestamp);
        emit Pinged(msg.sender);
    }

    function _checkPeriod(uint48 period, uint48 shortest, uint48 longest) internal pure {
        if (period < shortest || period > longest) revert PeriodOutOfBounds(period, shortest, longest);
    }
}
