// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {ExitRounds} from "./ExitRounds.sol";

/// @title The way out: tokens are burned for their part of the treasury.
/// @notice When a round's opening is over, all its escrow is burned at one moment, for the same part of
/// every listed asset. The part vests in a straight line and never expires.
///
/// @dev The treasury approves this contract for the assets it lists. Everybody's part is fixed when the
/// round settles, so claiming early or late, or one asset and not another, changes nothing for anyone.
contract ExitModule is ExitRounds {
    using EnumerableSet for EnumerableSet.AddressSet;
    using SafeERC20 for IERC20;

    /// @notice A settled round's part of one asset: wei the treasury still has, and wei received from it.
    struct Part {
        uint256 due;
        uint256 collected;
    }

    /// @notice Longest vesting, in seconds.
    uint48 public constant MAX_VESTING = 730 days;
    /// @notice Most assets that can be listed.
    uint256 public constant MAX_ASSETS = 16;
    /// @notice Gas an asset may use to tell a balance.
    uint256 public constant BALANCE_GAS = 200_000;

    /// @notice Seconds over which a part vests.
    uint48 public immutable vesting;
    /// @notice Wei of an asset that settled rounds have not collected from the treasury yet.
    mapping(address asset => uint256) public outstanding;
    /// @notice Wei of an asset that an account has claimed of a round.
    mapping(uint256 round => mapping(address asset => mapping(address account => uint256))) public claimed;

    EnumerableSet.AddressSet private _assets;
    mapping(uint256 round => mapping(address asset => Part)) private _parts;

    event AssetListed(address indexed asset);
    event AssetUnlisted(address indexed asset);
    event ExitSettled(uint256 indexed round, uint256 burned, uint256 supply);
    /// @param readable Whether the asset told its balance; if not, nothing is due.
    event PartFixed(uint256 indexed round, address indexed asset, uint256 due, bool readable);
    event PartCollected(uint256 indexed round, address indexed asset, uint256 amount, uint256 received);
    event Claimed(uint256 indexed round, address indexed account, address indexed asset, uint256 amount);

    error InvalidAsset(address asset);
    error TooManyAssets(uint256 most);
    error NotEnoughGas(uint256 left, uint256 needed);

    /// @param token_ See {token}.
    /// @param treasury_ See {treasury}.
    /// @param thresholdBps_ See {thresholdBps}.
    /// @param window_ See {window}.
    /// @param opening_ See {opening}.
    /// @param vesting_ See {vesting}.
    /// @param silence_ See {silence}.
    /// @param admin Account that lists assets and grants roles: the treasury once deployed.
    constructor(
        ERC20Burnable token_,
        address treasury_,
        uint16 thresholdBps_,
        uint48 window_,
        uint48 opening_,
        uint48 vesting_,
        uint48 silence_,
        address admin
    ) ExitRounds(token_, treasury_, thresholdBps_, window_, opening_, silence_) {
        _checkPeriod(vesting_, 0, MAX_VESTING);
        vesting = vesting_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice Ends the latest round once its opening is over: burns its escrow and fixes its part of
    /// every listed asset. Anyone may.
    function settle() external nonReentrant {
        uint256 id = current;
        State state_ = state(id);
        if (state_ != State.Closing) revert WrongState(id, state_);
        Round storage round_ = _rounds[id];
        uint256 burned = round_.escrowed;
        uint256 supply = circulating();
        round_.settledAt = uint48(block.timestamp);
        emit ExitSettled(id, burned, supply);
        if (burned == 0) return;
        address[] memory listed = _assets.values();
        for (uint256 i = 0; i < listed.length; ++i) {
            (uint256 balance, bool readable) = _treasuryBalance(listed[i]);
            uint256 due = Math.mulDiv(Math.saturatingSub(balance, outstanding[listed[i]]), burned, supply);
            _parts[id][listed[i]].due = due;
            outstanding[listed[i]] += due;
            emit PartFixed(id, listed[i], due, readable);
        }
        token.burn(burned);
    }

    /// @notice Moves what a settled round is due of an asset here, as far as the treasury has it and has
    /// approved it. Anyone may, again and again.
    /// @return received The wei that arrived.
    function collect(uint256 id, address asset) external nonReentrant returns (uint256 received) {
        return _collect(id, asset);
    }

    /// @notice Pays the caller what has vested of its part of a settled round, in the assets it names.
    /// Those it does not name stay claimable for ever.
    function claim(uint256 id, address[] calldata chosen) external nonReentrant {
        State state_ = state(id);
        if (state_ != State.Settled) revert WrongState(id, state_);
        for (uint256 i = 0; i < chosen.length; ++i) {
            _collect(id, chosen[i]);
            uint256 amount = claimable(id, chosen[i], msg.sender);
            // slither-disable-next-line incorrect-equality: there is either something to send or nothing
            if (amount == 0) continue;
            claimed[id][chosen[i]][msg.sender] += amount;
            emit Claimed(id, msg.sender, chosen[i], amount);
            IERC20(chosen[i]).safeTransfer(msg.sender, amount);
        }
    }

    /// @notice Wei of what was collected of an asset that `account` could claim of a round now.
    function claimable(uint256 id, address asset, address account) public view returns (uint256) {
        Round memory round_ = _rounds[id];
        // slither-disable-next-line incorrect-equality: 0 stands for never and for nobody
        if (round_.settledAt == 0 || round_.escrowed == 0) return 0;
        uint256 share = Math.mulDiv(_parts[id][asset].collected, escrowOf[id][account], round_.escrowed);
        uint256 elapsed = block.timestamp - round_.settledAt;
        if (elapsed < vesting) share = Math.mulDiv(share, elapsed, vesting);
        return share - claimed[id][asset][account];
    }

    /// @notice Wei of an asset that `account` has in a settled round, vested or not, collected or not,
    /// claimed or not.
    function entitlement(uint256 id, address asset, address account) external view returns (uint256) {
        Round memory round_ = _rounds[id];
        // slither-disable-next-line incorrect-equality: 0 stands for never and for nobody
        if (round_.settledAt == 0 || round_.escrowed == 0) return 0;
        Part memory part_ = _parts[id][asset];
        return Math.mulDiv(part_.due + part_.collected, escrowOf[id][account], round_.escrowed);
    }

    /// @notice A round's part of an asset.
    function part(uint256 id, address asset) external view returns (Part memory) {
        return _parts[id][asset];
    }

    /// @notice The listed assets.
    function assets() external view returns (address[] memory) {
        return _assets.values();
    }

    /// @notice Lists an asset, which the treasury should also approve for this contract. The list stands
    /// still while an exit is open.
    function list(address asset) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _checkListOpen();
        if (asset == address(token) || asset.code.length == 0) revert InvalidAsset(asset);
        if (_assets.length() == MAX_ASSETS) revert TooManyAssets(MAX_ASSETS);
        if (!_assets.add(asset)) revert InvalidAsset(asset);
        emit AssetListed(asset);
    }

    /// @notice Takes an asset off the list. What settled rounds are due of it stays due.
    function unlist(address asset) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _checkListOpen();
        if (!_assets.remove(asset)) revert InvalidAsset(asset);
        emit AssetUnlisted(asset);
    }

    // slither-disable-next-line calls-loop: whoever claims names the assets, and fails alone if one of them does
    function _collect(uint256 id, address asset) private returns (uint256 received) {
        Part storage part_ = _parts[id][asset];
        if (part_.due == 0) return 0;
        uint256 approved = IERC20(asset).allowance(treasury, address(this));
        uint256 amount = Math.min(part_.due, Math.min(approved, IERC20(asset).balanceOf(treasury)));
        // slither-disable-next-line incorrect-equality: there is either something to move or nothing
        if (amount == 0) return 0;
        part_.due -= amount;
        outstanding[asset] -= amount;
        uint256 before = IERC20(asset).balanceOf(address(this));
        // slither-disable-next-line arbitrary-send-erc20: the treasury approves this contract to pay exits
        IERC20(asset).safeTransferFrom(treasury, address(this), amount);
        received = IERC20(asset).balanceOf(address(this)) - before;
        part_.collected += received;
        emit PartCollected(id, asset, amount, received);
    }

    /// @dev An asset that fails, or uses up its gas, must not hold the others back; and whoever settles
    /// must not be able to make one fail by sending too little gas.
    function _treasuryBalance(address asset) private view returns (uint256 balance, bool readable) {
        if (gasleft() < 2 * BALANCE_GAS) revert NotEnoughGas(gasleft(), 2 * BALANCE_GAS);
        bytes memory call = abi.encodeCall(IERC20.balanceOf, (treasury));
        bytes memory answer;
        // slither-disable-next-line calls-loop: at most {MAX_ASSETS}, and none that fails holds the others back
        (readable, answer) = asset.staticcall{gas: BALANCE_GAS}(call);
        if (!readable || answer.length < 32) return (0, false);
        return (abi.decode(answer, (uint256)), true);
    }

    /// @inheritdoc ExitRounds
    function _anyListed() internal view override returns (bool) {
        return _assets.length() != 0;
    }

    function _checkListOpen() private view {
        State state_ = state(current);
        if (state_ == State.Open || state_ == State.Closing) revert WrongState(current, state_);
    }
}
