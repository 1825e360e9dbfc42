// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Curation: whoever believes in a model deposits tokens on it and shares in what it earns.
/// @notice A deposit becomes *signal*, which can be sold back at any time. On the flat curve a token is
/// a signal, whoever comes when. On the square-root curve signal is the root of the reserve, so those who
/// come early buy cheaper and can sell to those who come late.
///
/// @dev A pool's reserve never falls below {reserveAt} of its signal. What rounding leaves above it goes
/// to whoever sells the last signal, never to whoever trades in between.
contract Curation is AccessControl, ReentrancyGuardTransient {
    using SafeERC20 for ERC20Burnable;

    /// @notice How much signal a reserve carries.
    enum Curve {
        Flat,
        SquareRoot
    }

    /// @notice The signal on one model, the wei behind it, and the fees a unit of signal has ever earned.
    struct Pool {
        uint256 signal;
        uint256 reserve;
        uint256 feesPerSignal;
    }

    /// @notice One curator's signal on one model, and the fees settled at `feesPerSignal`.
    struct Position {
        uint256 signal;
        uint256 feesPerSignal;
        uint256 fees;
    }

    /// @notice One signal, in its smallest units.
    uint256 public constant SIGNAL = 1e18;
    /// @notice Fixed point of fees for a unit of signal.
    uint256 public constant PRECISION = 1e36;
    /// @notice Basis points in one.
    uint16 public constant BASIS_POINTS = 10_000;
    /// @notice Highest tax, in basis points.
    uint16 public constant MAX_TAX_BPS = 1_000;
    /// @notice Largest {minimum}, in wei.
    uint256 public constant MAX_MINIMUM = 1e24;

    /// @notice The token of deposits and fees.
    ERC20Burnable public immutable token;
    /// @notice The curve of every pool.
    Curve public immutable curve;
    /// @notice Least wei, after tax, that open an empty pool. On the square-root curve they buy one signal.
    uint256 public immutable minimum;
    /// @notice Part of every deposit that is burned, in basis points.
    uint16 public taxBps;

    mapping(uint256 modelId => Pool) private _pools;
    mapping(uint256 modelId => mapping(address curator => Position)) private _positions;

    event TaxSet(uint16 oldTaxBps, uint16 newTaxBps);
    /// @param tax Wei of the deposit that were burned.
    event SignalBought(
        uint256 indexed modelId, address indexed curator, uint256 deposit, uint256 tax, uint256 signal
    );
    event SignalSold(uint256 indexed modelId, address indexed curator, uint256 signal, uint256 amount);
    event FeesDistributed(uint256 indexed modelId, address indexed payer, uint256 amount);
    event FeesClaimed(uint256 indexed modelId, address indexed curator, uint256 amount);

    error TaxTooHigh(uint16 taxBps, uint16 highest);
    error InvalidMinimum(uint256 minimum, uint256 largest);
    error DeadlinePassed(uint48 deadline, uint256 timestamp);
    error DepositTooSmall(uint256 deposit, uint256 minimum);
    error NothingToSell(uint256 modelId);
    error InsufficientSignal(uint256 modelId, uint256 signal, uint256 needed);
    error Slippage(uint256 amount, uint256 minimum);
    error NoCurators(uint256 modelId);

    /// @param token_ See {token}.
    /// @param curve_ See {curve}.
    /// @param minimum_ See {minimum}, at least 1.
    /// @param taxBps_ First {taxBps}.
    /// @param admin Account that sets the tax: the treasury once deployed.
    constructor(ERC20Burnable token_, Curve curve_, uint256 minimum_, uint16 taxBps_, address admin) {
        if (minimum_ == 0 || minimum_ > MAX_MINIMUM) revert InvalidMinimum(minimum_, MAX_MINIMUM);
        token = token_;
        curve = curve_;
        minimum = minimum_;
        _setTax(taxBps_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    // Trading

    /// @notice Deposits `deposit` wei of the caller's, who must have approved them, and signals on a model.
    /// @param minSignal Least signal the caller accepts.
    /// @param deadline Last second at which the caller still wants it.
    /// @return signal The signal bought.
    function buy(uint256 modelId, uint256 deposit, uint256 minSignal, uint48 deadline)
        external
        nonReentrant
        returns (uint256 signal)
    {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
        uint256 tax;
        (signal, tax) = previewBuy(modelId, deposit);
        if (signal < minSignal) revert Slippage(signal, minSignal);

        Position storage position = _settle(modelId, msg.sender);
        position.signal += signal;
        Pool storage pool = _pools[modelId];
        pool.signal += signal;
        pool.reserve += deposit - tax;
        emit SignalBought(modelId, msg.sender, deposit, tax, signal);
        token.safeTransferFrom(msg.sender, address(this), deposit);
        token.burn(tax);
    }

    /// @notice Sells `signal` of the caller's on a model and pays what it is worth. Fees stay claimable.
    /// @param minAmount Fewest wei the caller accepts.
    /// @param deadline Last second at which the caller still wants it.
    /// @return amount The wei paid.
    function sell(uint256 modelId, uint256 signal, uint256 minAmount, uint48 deadline)
        external
        nonReentrant
        returns (uint256 amount)
    {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
        if (signal == 0) revert NothingToSell(modelId);
        Position storage position = _settle(modelId, msg.sender);
        if (signal > position.signal) revert InsufficientSignal(modelId, position.signal, signal);
        amount = previewSell(modelId, signal);
        if (amount < minAmount) revert Slippage(amount, minAmount);

        position.signal -= signal;
        Pool storage pool = _pools[modelId];
        pool.signal -= signal;
        pool.reserve -= amount;
        emit SignalSold(modelId, msg.sender, signal, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @notice What a deposit would buy now.
    /// @return signal The signal, rounded down.
    /// @return tax The wei burned, rounded up.
    function previewBuy(uint256 modelId, uint256 deposit) public view returns (uint256 signal, uint256 tax) {
        tax = Math.mulDiv(deposit, taxBps, BASIS_POINTS, Math.Rounding.Ceil);
        uint256 held = _pools[modelId].signal;
        if (held == 0 && deposit - tax < minimum) revert DepositTooSmall(deposit, minimum);
        signal = signalAt(reserveAt(held) + deposit - tax) - held;
        if (signal == 0) revert DepositTooSmall(deposit, minimum);
    }

    /// @notice Wei that selling `signal` would pay now, rounded down; all that is left for the last signal.
    function previewSell(uint256 modelId, uint256 signal) public view returns (uint256 amount) {
        Pool memory pool = _pools[modelId];
        if (signal > pool.signal) revert InsufficientSignal(modelId, pool.signal, signal);
        if (signal == pool.signal) return pool.reserve;
        return reserveAt(pool.signal) - reserveAt(pool.signal - signal);
    }

    /// @notice Signal that `reserve` wei carry on the curve, rounded down.
    function signalAt(uint256 reserve) public view returns (uint256) {
        if (curve == Curve.Flat) return reserve;
        return Math.sqrt(Math.mulDiv(reserve, SIGNAL * SIGNAL, minimum));
    }

    /// @notice Wei that `signal` needs behind it on the curve, rounded up.
    function reserveAt(uint256 signal) public view returns (uint256) {
        if (curve == Curve.Flat) return signal;
        return Math.mulDiv(signal * signal, minimum, SIGNAL * SIGNAL, Math.Rounding.Ceil);
    }

    // Fees

    /// @notice Shares `amount` wei of the caller's, who must have approved them, among a model's curators
    /// by the signal they hold now.
    function distribute(uint256 modelId, uint256 amount) external nonReentrant {
        Pool storage pool = _pools[modelId];
        if (pool.signal == 0) revert NoCurators(modelId);
        pool.feesPerSignal += Math.mulDiv(amount, PRECISION, pool.signal);
        emit FeesDistributed(modelId, msg.sender, amount);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @notice Pays the caller the fees of its signal on a model. Does nothing when there are none.
    /// @return amount The wei paid.
    function claim(uint256 modelId) external nonReentrant returns (uint256 amount) {
        Position storage position = _settle(modelId, msg.sender);
        amount = position.fees;
        if (amount == 0) return 0;
        position.fees = 0;
        emit FeesClaimed(modelId, msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @notice Wei that {claim} would pay `curator` now.
    function claimable(uint256 modelId, address curator) public view returns (uint256) {
        Position memory position = _positions[modelId][curator];
        uint256 earned = _pools[modelId].feesPerSignal - position.feesPerSignal;
        return position.fees + Math.mulDiv(position.signal, earned, PRECISION);
    }

    // Reading and settings

    /// @notice Signal on a model, of all curators.
    function totalSignal(uint256 modelId) external view returns (uint256) {
        return _pools[modelId].signal;
    }

    /// @notice Wei behind the signal on a model.
    function reserveOf(uint256 modelId) external view returns (uint256) {
        return _pools[modelId].reserve;
    }

    /// @notice Signal of `curator` on a model.
    function signalOf(uint256 modelId, address curator) external view returns (uint256) {
        return _positions[modelId][curator].signal;
    }

    /// @notice Sets the tax of deposits from now on.
    function setTax(uint16 newTaxBps) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setTax(newTaxBps);
    }

    function _settle(uint256 modelId, address curator) private returns (Position storage position) {
        position = _positions[modelId][curator];
        position.fees = claimable(modelId, curator);
        position.feesPerSignal = _pools[modelId].feesPerSignal;
    }

    function _setTax(uint16 newTaxBps) private {
        if (newTaxBps > MAX_TAX_BPS) revert TaxTooHigh(newTaxBps, MAX_TAX_BPS);
        emit TaxSet(taxBps, newTaxBps);
        taxBps = newTaxBps;
    }
}
