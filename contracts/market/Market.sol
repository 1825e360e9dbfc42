// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IDeployable} from "../interfaces/IDeployable.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {IUsageMeter} from "../interfaces/IUsageMeter.sol";
import {Curation} from "./Curation.sol";

/// @title The market: users pay for a deployed version, by the use or by the period.
/// @notice Every payment is split at once among burning, the developer, the model's curators, the stakers
/// and the treasury. A version that may not run cannot be paid for.
contract Market is AccessControl, ReentrancyGuardTransient, IUsageMeter {
    using SafeERC20 for ERC20Burnable;

    /// @notice Parts of a payment, in basis points that sum to 10,000.
    struct Split {
        uint16 burned;
        uint16 developer;
        uint16 curators;
        uint16 stakers;
        uint16 treasury;
    }

    /// @notice What a version costs. A price of 0 means it is not sold that way.
    /// @param perUse Wei for one use.
    /// @param perPeriod Wei for one period.
    /// @param period Seconds in a period.
    /// @param stake Vault shares that give access without paying; 0 if none do.
    struct Offer {
        uint128 perUse;
        uint128 perPeriod;
        uint48 period;
        uint256 stake;
    }

    /// @notice Basis points in one.
    uint16 public constant BASIS_POINTS = 10_000;
    /// @notice Least of a payment that is burned or goes to the treasury together, in basis points: what
    /// using one's own model costs for certain.
    uint16 public constant MIN_LOST_BPS = 100;
    /// @notice Longest time that can be paid ahead, in seconds.
    uint48 public constant MAX_PREPAID = 366 days;

    /// @notice The token of payments.
    ERC20Burnable public immutable token;
    /// @notice The vault of stakes: streams the stakers' part to its shares, which also give access.
    IStakeVault public immutable vault;
    /// @notice Receives the curators' part.
    Curation public immutable curation;
    /// @notice Says what may run.
    IDeployable public immutable registry;
    /// @notice Receives the treasury's part and what rounding leaves.
    address public immutable treasury;

    /// @notice Lowest price of a use or a period, in wei.
    uint128 public minPrice;
    /// @notice Highest price of a use or a period, in wei.
    uint128 public maxPrice;
    /// @inheritdoc IUsageMeter
    uint256 public usage;
    /// @notice Uses an account has paid for, ever.
    mapping(uint256 versionId => mapping(address account => uint256)) public paidUses;
    /// @notice Second at which an account's subscription ends.
    mapping(uint256 versionId => mapping(address account => uint48)) public subscribedUntil;
    /// @notice Wei a developer can withdraw.
    mapping(address developer => uint256) public earned;

    Split private _split;
    mapping(uint256 versionId => Offer) private _offers;

    event SplitSet(Split split);
    event PriceBoundsSet(uint128 minPrice, uint128 maxPrice);
    event OfferSet(uint256 indexed versionId, address indexed developer, Offer offer);
    event UsesPaid(uint256 indexed versionId, address indexed account, uint256 uses, uint256 cost);
    event Subscribed(uint256 indexed versionId, address indexed account, uint48 until, uint256 cost);
    /// @notice How a payment was split, in wei; the treasury's part includes what rounding left.
    event PaymentSplit(
        uint256 indexed versionId,
        address indexed developer,
        uint256 burned,
        uint256 toDeveloper,
        uint256 toCurators,
        uint256 toStakers,
        uint256 toTreasury
    );
    event Withdrawn(address indexed account, uint256 amount);

    error InvalidTreasury(address treasury);
    error SplitNotWhole(uint256 sum, uint16 whole);
    error TooLittleLost(uint256 lostBps, uint16 least);
    error InvalidPriceBounds(uint128 minPrice, uint128 maxPrice);
    error PriceOutOfBounds(uint128 price, uint128 minPrice, uint128 maxPrice);
    error InvalidPeriod(uint48 period, uint48 longest);
    error NotDeveloper(uint256 versionId, address account, address developer);
    error NotDeployable(uint256 versionId);
    error NotForSale(uint256 versionId);
    error NothingBought(uint256 versionId);
    error CostAboveMaximum(uint256 cost, uint256 maximum);
    error PaidTooFarAhead(uint256 until, uint256 latest);

    /// @param token_ See {token}.
    /// @param vault_ See {vault}.
    /// @param curation_ See {curation}.
    /// @param registry_ See {registry}.
    /// @param treasury_ See {treasury}.
    /// @param split_ How payments are split.
    /// @param minPrice_ See {minPrice}.
    /// @param maxPrice_ See {maxPrice}.
    /// @param admin Account that sets the split and the bounds: the treasury once deployed.
    constructor(
        ERC20Burnable token_,
        IStakeVault vault_,
        Curation curation_,
        IDeployable registry_,
        address treasury_,
        Split memory split_,
        uint128 minPrice_,
        uint128 maxPrice_,
        address admin
    ) {
        if (treasury_ == address(0) || treasury_ == address(this)) revert InvalidTreasury(treasury_);
        token = token_;
        vault = vault_;
        curation = curation_;
        registry = registry_;
        treasury = treasury_;
        _setSplit(split_);
        _setPriceBounds(minPrice_, maxPrice_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        token_.forceApprove(address(curation_), type(uint256).max);
        token_.forceApprove(address(vault_), type(uint256).max);
    }

    // Selling

    /// @notice Sets what a version costs from now on; only its developer may.
    function setOffer(uint256 versionId, Offer calldata newOffer) external {
        address developer = registry.developerOf(versionId);
        if (msg.sender != developer) revert NotDeveloper(versionId, msg.sender, developer);
        if (newOffer.perUse != 0) _checkPrice(newOffer.perUse);
        if (newOffer.perPeriod != 0) {
            _checkPrice(newOffer.perPeriod);
            if (newOffer.period == 0 || newOffer.period > MAX_PREPAID) {
                revert InvalidPeriod(newOffer.period, MAX_PREPAID);
            }
        }
        _offers[versionId] = newOffer;
        emit OfferSet(versionId, developer, newOffer);
    }

    /// @notice Pays the caller what its versions have earned. Does nothing when they earned nothing.
    /// @return amount The wei paid.
    function withdraw() external nonReentrant returns (uint256 amount) {
        amount = earned[msg.sender];
        if (amount == 0) return 0;
        earned[msg.sender] = 0;
        emit Withdrawn(msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    // Buying

    /// @notice Pays for `uses` of a version; the caller must have approved the cost.
    /// @param maxCost Most wei the caller pays.
    /// @return cost The wei paid.
    function payUses(uint256 versionId, uint32 uses, uint256 maxCost) external nonReentrant returns (uint256 cost) {
        cost = _cost(versionId, _offers[versionId].perUse, uses, maxCost);
        paidUses[versionId][msg.sender] += uses;
        emit UsesPaid(versionId, msg.sender, uses, cost);
        _pay(versionId, cost);
    }

    /// @notice Pays for `periods` of a version, from now or from the end of the caller's subscription.
    /// @param maxCost Most wei the caller pays.
    /// @return cost The wei paid.
    function subscribe(uint256 versionId, uint32 periods, uint256 maxCost)
        external
        nonReentrant
        returns (uint256 cost)
    {
        Offer memory offer_ = _offers[versionId];
        cost = _cost(versionId, offer_.perPeriod, periods, maxCost);
        uint256 until = Math.max(subscribedUntil[versionId][msg.sender], block.timestamp);
        until += uint256(offer_.period) * periods;
        uint256 latest = block.timestamp + MAX_PREPAID;
        if (until > latest) revert PaidTooFarAhead(until, latest);
        subscribedUntil[versionId][msg.sender] = uint48(until);
        emit Subscribed(versionId, msg.sender, uint48(until), cost);
        _pay(versionId, cost);
    }

    /// @notice Whether `account` may use a version now without paying for the use: it may run, and the
    /// account has subscribed or holds the stake that is asked for.
    function hasAccess(uint256 versionId, address account) external view returns (bool) {
        if (!registry.isDeployable(versionId)) return false;
        if (subscribedUntil[versionId][account] > block.timestamp) return true;
        uint256 stake = _offers[versionId].stake;
        return stake != 0 && vault.balanceOf(account) >= stake;
    }

    /// @notice What a version costs.
    function offer(uint256 versionId) external view returns (Offer memory) {
        return _offers[versionId];
    }

    /// @notice How payments are split.
    function split() external view returns (Split memory) {
        return _split;
    }

    // Settings

    /// @notice Sets how payments are split from now on.
    function setSplit(Split calldata newSplit) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setSplit(newSplit);
    }

    /// @notice Sets the bounds of prices. An offer outside them cannot be paid until it is set anew.
    function setPriceBounds(uint128 newMinPrice, uint128 newMaxPrice) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setPriceBounds(newMinPrice, newMaxPrice);
    }

    function _cost(uint256 versionId, uint128 price, uint32 amount, uint256 maxCost)
        private
        view
        returns (uint256 cost)
    {
        if (!registry.isDeployable(versionId)) revert NotDeployable(versionId);
        if (price == 0) revert NotForSale(versionId);
        if (amount == 0) revert NothingBought(versionId);
        _checkPrice(price);
        cost = uint256(price) * amount;
        if (cost > maxCost) revert CostAboveMaximum(cost, maxCost);
    }

    /// @dev A part that nobody is there to receive goes to the treasury.
    function _pay(uint256 versionId, uint256 cost) private {
        Split memory parts = _split;
        uint256 modelId = registry.modelOf(versionId);
        address developer = registry.developerOf(versionId);
        uint256 burned = Math.mulDiv(cost, parts.burned, BASIS_POINTS);
        uint256 toDeveloper = developer == address(0) ? 0 : Math.mulDiv(cost, parts.developer, BASIS_POINTS);
        uint256 toCurators =
            curation.totalSignal(modelId) == 0 ? 0 : Math.mulDiv(cost, parts.curators, BASIS_POINTS);
        uint256 toStakers = vault.totalSupply() == 0 ? 0 : Math.mulDiv(cost, parts.stakers, BASIS_POINTS);
        uint256 toTreasury = cost - burned - toDeveloper - toCurators - toStakers;
        usage += burned;
        earned[developer] += toDeveloper;
        emit PaymentSplit(versionId, developer, burned, toDeveloper, toCurators, toStakers, toTreasury);

        token.safeTransferFrom(msg.sender, address(this), cost);
        token.burn(burned);
        if (toCurators != 0) curation.distribute(modelId, toCurators);
        if (toStakers != 0) vault.reward(toStakers);
        token.safeTransfer(treasury, toTreasury);
    }

    function _checkPrice(uint128 price) private view {
        if (price < minPrice || price > maxPrice) revert PriceOutOfBounds(price, minPrice, maxPrice);
    }

    function _setSplit(Split memory newSplit) private {
        uint256 lost = uint256(newSplit.burned) + newSplit.treasury;
        uint256 sum = lost + newSplit.developer + newSplit.curators + newSplit.stakers;
        if (sum != BASIS_POINTS) revert SplitNotWhole(sum, BASIS_POINTS);
        if (lost < MIN_LOST_BPS) revert TooLittleLost(lost, MIN_LOST_BPS);
        _split = newSplit;
        emit SplitSet(newSplit);
    }

    function _setPriceBounds(uint128 newMinPrice, uint128 newMaxPrice) private {
        if (newMinPrice == 0 || newMinPrice > newMaxPrice) revert InvalidPriceBounds(newMinPrice, newMaxPrice);
        minPrice = newMinPrice;
        maxPrice = newMaxPrice;
        emit PriceBoundsSet(newMinPrice, newMaxPrice);
    }
}
