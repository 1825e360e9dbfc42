// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Market} from "../../contracts/market/Market.sol";
import {Curation} from "../../contracts/market/Curation.sol";
import {ListedVersions} from "../../contracts/mocks/ListedVersions.sol";
import {MootToken} from "../../contracts/token/MootToken.sol";
import {StakedMoot} from "../../contracts/token/StakedMoot.sol";
import {Handler, VM} from "./Harness.sol";
import {Law} from "./Law.sol";

/// @title Users, developers and curators around a market of four versions of two models.
contract MarketHandler is Handler {
    uint256 private constant VERSIONS = 4;

    Market private immutable market;
    Curation private immutable curation;
    ListedVersions private immutable versions;
    MootToken private immutable token;
    StakedMoot private immutable vault;
    address private immutable treasury;

    /// @notice Wei paid in all, and what became of them.
    uint256 public paid;
    uint256 public burned;
    uint256 public toCurators;
    uint256 public toStakers;
    uint256 public toTreasury;
    uint256 public toDevelopers;
    uint256 public withdrawn;
    /// @notice How often a version was sold that may not run, or to someone who named less.
    uint256 public wrongs;

    constructor(Market market_, Curation curation_, ListedVersions versions_, MootToken token_, StakedMoot vault_) {
        (market, curation, versions, token, vault) = (market_, curation_, versions_, token_, vault_);
        treasury = market_.treasury();
        _people("user", 4);
        _allow(token_, address(market_));
        _allow(token_, address(curation_));
        _allow(token_, address(vault_));
    }

    function setOffer(uint256 version, uint128 price, uint48 period, uint256 least) external counted {
        version %= VERSIONS;
        address developer = versions.developerOf(version);
        uint128 perUse = uint128(_bound(price, market.minPrice(), market.maxPrice()));
        Market.Offer memory offer = Market.Offer(perUse, perUse, uint48(_bound(period, 1, 100 days)), least % SHARE);
        VM.prank(developer);
        market.setOffer(version, offer);
    }

    function payUses(uint256 who, uint256 version, uint32 uses) external counted {
        (address account, uint256 deployed) = (_actor(who), _deployed(version));
        uint32 number = uint32(_bound(uses, 1, 1_000));
        token.transfer(account, uint256(market.offer(deployed).perUse) * number);
        uint256[5] memory before = _balances(deployed);
        VM.prank(account);
        uint256 cost = market.payUses(deployed, number, type(uint256).max);
        _book(deployed, cost, before);
    }

    function subscribe(uint256 who, uint256 version, uint32 periods) external counted {
        (address account, uint256 deployed) = (_actor(who), _deployed(version));
        uint32 number = uint32(_bound(periods, 1, 3));
        token.transfer(account, uint256(market.offer(deployed).perPeriod) * number);
        uint256[5] memory before = _balances(deployed);
        VM.prank(account);
        uint256 cost = market.subscribe(deployed, number, type(uint256).max);
        _book(deployed, cost, before);
        if (!market.hasAccess(deployed, account)) ++wrongs;
    }

    /// @dev What may not run is not sold, and nobody pays more than they named.
    function payWrongly(uint256 who, uint256 version, bool mean) external counted {
        (address account, uint256 found) = (_actor(who), version % VERSIONS);
        if (!mean) versions.set(found, versions.modelOf(found), versions.developerOf(found), false);
        uint256 price = market.offer(found).perUse;
        token.transfer(account, price);
        VM.prank(account);
        try market.payUses(found, 1, mean ? price - 1 : price) {
            ++wrongs;
        } catch {}
    }

    function withdraw(uint256 who) external counted {
        address account = _actor(who);
        VM.prank(account);
        withdrawn += market.withdraw();
    }

    function setVersion(uint256 version, uint256 developer, bool deployable) external counted {
        address account = developer % 8 == 0 ? address(0) : _actor(developer);
        versions.set(version % VERSIONS, version % 2, account, deployable || developer % 4 != 1);
    }

    function signal(uint256 who, uint256 model, uint256 amount) external counted {
        address account = _actor(who);
        amount = _bound(amount, 2 * TOKEN, 100 * TOKEN);
        token.transfer(account, amount);
        VM.prank(account);
        curation.buy(model % 2, amount, 0, uint48(_now()));
    }

    /// @dev Everyone sells, so that a model has no curators.
    function unsignal(uint256 model) external counted {
        for (uint256 i = 0; i < actors.length; ++i) {
            uint256 held = curation.signalOf(model % 2, actors[i]);
            if (held == 0) continue;
            VM.prank(actors[i]);
            curation.sell(model % 2, held, 0, uint48(_now()));
        }
    }

    function stake(uint256 who, uint256 amount) external counted {
        address account = _actor(who);
        amount = _bound(amount, 1, 100 * TOKEN);
        token.transfer(account, amount);
        VM.prank(account);
        vault.deposit(amount, account);
    }

    /// @dev Everyone leaves, so that there are no stakers.
    function unstake() external counted {
        for (uint256 i = 0; i < actors.length; ++i) {
            uint256 shares = vault.balanceOf(actors[i]);
            if (shares == 0) continue;
            VM.prank(actors[i]);
            vault.requestExit(shares);
            _pass(vault.cooldown());
            VM.prank(actors[i]);
            vault.redeem(shares, actors[i], actors[i]);
        }
    }

    function setSplit(uint256 seed) external counted {
        Market.Split memory split;
        uint16 left = 10_000;
        uint16[5] memory parts;
        for (uint256 i = 0; i < 4; ++i) {
            parts[i] = uint16(seed >> 16 * i) % (left + 1);
            left -= parts[i];
        }
        if (uint256(parts[0]) + left < 100) (parts[0], parts[1], parts[2], parts[3], left) = (100, 0, 0, 0, 9_900);
        split = Market.Split(parts[0], parts[1], parts[2], parts[3], left);
        VM.prank(treasury);
        market.setSplit(split);
    }

    function wait(uint256 time) external counted {
        _wait(time, 30 days);
    }

    /// @dev A version that may run, is developed by somebody and has a price.
    function _deployed(uint256 seed) private returns (uint256 version) {
        version = seed % VERSIONS;
        address developer = versions.developerOf(version);
        versions.set(version, version % 2, developer, true);
        if (market.offer(version).perUse != 0) return version;
        if (developer == address(0)) versions.set(version, version % 2, developer = actors[0], true);
        VM.prank(developer);
        market.setOffer(version, Market.Offer(uint128(TOKEN), uint128(TOKEN), 30 days, 0));
    }

    function _balances(uint256 version) private view returns (uint256[5] memory found) {
        found[0] = token.totalSupply();
        found[1] = token.balanceOf(address(curation));
        found[2] = token.balanceOf(address(vault));
        found[3] = token.balanceOf(treasury);
        found[4] = market.earned(versions.developerOf(version));
    }

    function _book(uint256 version, uint256 cost, uint256[5] memory before) private {
        uint256[5] memory found = _balances(version);
        paid += cost;
        burned += before[0] - found[0];
        toCurators += found[1] - before[1];
        toStakers += found[2] - before[2];
        toTreasury += found[3] - before[3];
        toDevelopers += found[4] - before[4];
    }
}

/// @title What must hold of the market.
contract MarketTest is Law {
    MarketHandler private handler;
    Market private shop;

    function setUp() external {
        _deployLaw();
        ListedVersions versions = new ListedVersions();
        shop = _newMarket(versions);
        handler = new MarketHandler(shop, curation, versions, token, vault);
        token.transfer(address(handler), SUPPLY);
        for (uint256 i = 0; i < 4; ++i) {
            versions.set(i, i % 2, handler.actors(i), true);
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_payments_are_the_sum_of_their_parts() external view {
        uint256 sum = handler.burned() + handler.toCurators() + handler.toStakers();
        _equal(sum + handler.toTreasury() + handler.toDevelopers(), handler.paid(), "parts");
        _equal(shop.usage(), handler.burned(), "usage");
    }

    function invariant_the_market_holds_what_developers_can_withdraw() external view {
        uint256 sum = shop.earned(address(0));
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            sum += shop.earned(handler.actors(i));
        }
        _equal(token.balanceOf(address(shop)), sum, "held");
        _equal(sum + handler.withdrawn(), handler.toDevelopers(), "earned");
    }

    function invariant_what_may_not_run_is_not_sold() external view {
        _equal(handler.wrongs(), 0, "wrongs");
    }

    /// @dev In the end the developers withdraw, and nothing stays.
    function afterInvariant() external {
        _atMost(1, handler.doneInAll(), "calls");
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            address developer = handler.actors(i);
            VM.prank(developer);
            shop.withdraw();
        }
        _equal(token.balanceOf(address(shop)), 0, "left behind");
    }
}
