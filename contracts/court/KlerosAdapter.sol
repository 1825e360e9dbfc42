// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";
import {IKlerosCore} from "../interfaces/IKlerosCore.sol";

/// @title Puts a Kleros v2 court behind {IArbitrator}, so that a project can switch to it.
/// @notice Kleros is paid in the chain's own coin, our arbitrables pay in the DAO's token. The adapter
/// holds coins that the treasury sent it, pays Kleros from them, and passes the token on to the treasury
/// at a price the treasury sets. Only arbitrables with a role may spend the coins.
/// @dev Evidence and appeals take place at Kleros, under the dispute's number there: {klerosDisputeOf}.
contract KlerosAdapter is IArbitrator, AccessControl, ReentrancyGuard {
    using SafeERC20 for IERC20;

    /// @notice A dispute here: whose it is, its number at Kleros, and whether it was ruled on.
    struct Case {
        IArbitrable arbitrable;
        bool ruled;
        uint256 klerosDisputeID;
        uint256 ruling;
    }

    /// @notice May open disputes on the coins held here. Meant for the DAO's own contracts.
    bytes32 public constant ARBITRABLE_ROLE = keccak256("ARBITRABLE_ROLE");
    /// @notice May set the price and take coins back. Meant for the treasury.
    bytes32 public constant TREASURER_ROLE = keccak256("TREASURER_ROLE");
    /// @notice The scale of {price}: one coin in wei.
    uint256 public constant COIN = 1 ether;
    /// @notice Highest {price}.
    uint256 public constant MAX_PRICE = type(uint128).max;

    /// @notice The Kleros court.
    IKlerosCore public immutable kleros;
    /// @notice Token that fees are paid in here.
    IERC20 public immutable token;
    /// @notice Receives the fees.
    address public immutable treasury;
    /// @notice Dispute kit at Kleros: 1 is the classic one.
    uint256 public immutable disputeKit;

    /// @notice Wei of the token for one coin.
    uint256 public price;

    uint96[] private _courts;
    Case[] private _cases;
    mapping(uint256 klerosDisputeID => uint256) private _casePlusOne;

    event PriceSet(uint256 oldPrice, uint256 newPrice);
    event CoinsReceived(address indexed sender, uint256 amount);
    event CoinsReturned(address indexed recipient, uint256 amount);
    event DisputeForwarded(uint256 indexed disputeID, uint256 indexed klerosDisputeID, uint256 coins, uint256 fee);

    error InvalidAddress(address given);
    error NoCourts();
    error PriceOutOfBounds(uint256 price, uint256 least, uint256 most);
    error UnknownLane(uint256 lane, uint256 lanes);
    error InvalidExtraData(bytes extraData);
    error UnsupportedToken(IERC20 given, IERC20 supported);
    error FeeTooLow(uint256 given, uint256 cost);
    error InsufficientCoins(uint256 held, uint256 needed);
    error UnknownDispute(uint256 disputeID);
    error NotKleros(address caller, address kleros);
    error AlreadyRuled(uint256 disputeID);

    /// @param kleros_ See {kleros}.
    /// @param token_ See {token}.
    /// @param treasury_ See {treasury}.
    /// @param courts_ Numbers of the Kleros courts that stand for our lanes, in their order.
    /// @param disputeKit_ See {disputeKit}.
    /// @param price_ First {price}.
    /// @param admin Account that grants roles: the treasury once deployed.
    constructor(
        IKlerosCore kleros_,
        IERC20 token_,
        address treasury_,
        uint96[] memory courts_,
        uint256 disputeKit_,
        uint256 price_,
        address admin
    ) {
        if (address(kleros_).code.length == 0) revert InvalidAddress(address(kleros_));
        if (treasury_ == address(0)) revert InvalidAddress(treasury_);
        if (courts_.length == 0) revert NoCourts();
        kleros = kleros_;
        token = token_;
        treasury = treasury_;
        disputeKit = disputeKit_;
        _courts = courts_;
        _setPrice(price_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice Adds coins to pay Kleros from.
    receive() external payable {
        emit CoinsReceived(msg.sender, msg.value);
    }

    /// @notice The Kleros courts that stand for the lanes, in the lanes' order.
    function courts() external view returns (uint96[] memory) {
        return _courts;
    }

    /// @notice Sets the {price}.
    function setPrice(uint256 newPrice) external onlyRole(TREASURER_ROLE) {
        _setPrice(newPrice);
    }

    /// @notice Sends coins back to the treasury.
    function returnCoins(uint256 amount) external nonReentrant onlyRole(TREASURER_ROLE) {
        emit CoinsReturned(treasury, amount);
        Address.sendValue(payable(treasury), amount);
    }

    /// @inheritdoc IArbitrator
    /// @dev `extraData` is ours: empty, or the lane and the least seats.
    function createDispute(uint256 choices, bytes calldata extraData, IERC20 feeToken, uint256 feeAmount)
        external
        nonReentrant
        onlyRole(ARBITRABLE_ROLE)
        returns (uint256 disputeID)
    {
        (bytes memory klerosData, uint256 coins, uint256 fee) = _quote(extraData, feeToken);
        if (feeAmount < fee) revert FeeTooLow(feeAmount, fee);
        if (address(this).balance < coins) revert InsufficientCoins(address(this).balance, coins);
        disputeID = _cases.length;
        Case storage case_ = _cases.push();
        case_.arbitrable = IArbitrable(msg.sender);
        emit DisputeCreation(disputeID, IArbitrable(msg.sender));
        token.safeTransferFrom(msg.sender, treasury, fee);
        // slither-disable-next-line reentrancy-benign: the number comes from the call, and nothing here can be entered again
        uint256 klerosDisputeID = kleros.createDispute{value: coins}(choices, klerosData);
        case_.klerosDisputeID = klerosDisputeID;
        _casePlusOne[klerosDisputeID] = disputeID + 1;
        emit DisputeForwarded(disputeID, klerosDisputeID, coins, fee);
    }

    /// @notice Passes a ruling on to the arbitrable; only Kleros calls it. If the arbitrable reverts, so
    /// does this, and Kleros can execute the ruling again.
    function rule(uint256 klerosDisputeID, uint256 ruling) external nonReentrant {
        if (msg.sender != address(kleros)) revert NotKleros(msg.sender, address(kleros));
        uint256 found = _casePlusOne[klerosDisputeID];
        if (found == 0) revert UnknownDispute(klerosDisputeID);
        uint256 disputeID = found - 1;
        Case storage case_ = _cases[disputeID];
        if (case_.ruled) revert AlreadyRuled(disputeID);
        case_.ruled = true;
        case_.ruling = ruling;
        emit Ruling(case_.arbitrable, disputeID, ruling);
        case_.arbitrable.rule(disputeID, ruling);
    }

    /// @inheritdoc IArbitrator
    function arbitrationCost(bytes calldata extraData, IERC20 feeToken) external view returns (uint256 cost) {
        (,, cost) = _quote(extraData, feeToken);
    }

    /// @inheritdoc IArbitrator
    function currentRuling(uint256 disputeID) external view returns (uint256 ruling, bool tied, bool overridden) {
        return kleros.currentRuling(klerosDisputeOf(disputeID));
    }

    /// @notice A dispute's number at Kleros.
    function klerosDisputeOf(uint256 disputeID) public view returns (uint256 klerosDisputeID) {
        return caseOf(disputeID).klerosDisputeID;
    }

    /// @notice A dispute.
    function caseOf(uint256 disputeID) public view returns (Case memory) {
        if (disputeID >= _cases.length) revert UnknownDispute(disputeID);
        return _cases[disputeID];
    }

    /// @dev What Kleros is told, what it costs in coins, and what that is in the token, rounded up.
    function _quote(bytes calldata extraData, IERC20 feeToken)
        private
        view
        returns (bytes memory klerosData, uint256 coins, uint256 fee)
    {
        if (address(feeToken) != address(token)) revert UnsupportedToken(feeToken, token);
        uint256 lane = 0;
        uint256 seats = 0;
        if (extraData.length >= 64) (lane, seats) = abi.decode(extraData, (uint256, uint256));
        else if (extraData.length > 0) revert InvalidExtraData(extraData);
        if (lane >= _courts.length) revert UnknownLane(lane, _courts.length);
        klerosData = abi.encode(uint256(_courts[lane]), seats, disputeKit);
        coins = kleros.arbitrationCost(klerosData);
        fee = Math.mulDiv(coins, price, COIN, Math.Rounding.Ceil);
    }

    function _setPrice(uint256 newPrice) private {
        if (newPrice == 0 || newPrice > MAX_PRICE) revert PriceOutOfBounds(newPrice, 1, MAX_PRICE);
        emit PriceSet(price, newPrice);
        price = newPrice;
    }
}
