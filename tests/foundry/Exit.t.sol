// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ExitModule} from "../../contracts/market/ExitModule.sol";
import {ExitRounds} from "../../contracts/market/ExitRounds.sol";
import {MootToken} from "../../contracts/token/MootToken.sol";
import {Handler, VM} from "./Harness.sol";
import {Law} from "./Law.sol";

/// @title Holders who leave, and a treasury that earns, spends and approves.
contract ExitHandler is Handler {
    uint256 public constant ASSETS = 2;

    ExitModule private immutable exits;
    MootToken private immutable token;
    address private immutable treasury;
    MootToken[ASSETS] public assets;

    /// @notice Most that a round may pay of an asset: what the treasury has and owes no earlier round,
    /// times escrow over supply.
    mapping(uint256 round => mapping(address asset => uint256)) public mostOf;
    /// @notice Wei claimed of an asset, by round and in all, and wei collected.
    mapping(uint256 round => mapping(address asset => uint256)) public claimedOf;
    mapping(address asset => uint256) public claimed;
    mapping(address asset => uint256) public collected;
    /// @notice Rounds that opened too early, and escrow that left an open exit.
    uint256 public wrongs;

    constructor(ExitModule exits_, MootToken token_, MootToken[ASSETS] memory assets_) {
        (exits, token, assets) = (exits_, token_, assets_);
        treasury = exits_.treasury();
        _people("leaver", 4);
        _allow(token_, address(exits_));
    }

    function escrow(uint256 who, uint256 amount) external counted {
        _settleIfClosing();
        address account = _actor(who);
        amount = _bound(amount, 1, exits.threshold() / 3);
        token.transfer(account, amount);
        VM.prank(account);
        exits.escrow(amount);
        _checkOpening();
    }

    function withdraw(uint256 who) external counted {
        for (uint256 i = 0; i < actors.length * 3; ++i) {
            (address account, uint256 id) = (_actor(who % 64 + i), exits.current());
            if (i / actors.length > id) break;
            id -= i / actors.length;
            ExitRounds.State state = exits.state(id);
            bool open = state != ExitRounds.State.Gathering && state != ExitRounds.State.Lapsed;
            if (exits.escrowOf(id, account) == 0 || (open && who % 4 != 0)) continue;
            VM.prank(account);
            try exits.withdraw(id) {
                if (open) ++wrongs;
            } catch {
                if (!open) ++wrongs;
            }
            return;
        }
    }

    function trigger() external counted {
        _settleIfClosing();
        if (exits.state(exits.current()) == ExitRounds.State.Open) _pass(exits.opening());
        _settleIfClosing();
        uint256 silentAt = uint256(exits.lastPing()) + exits.silence();
        if (_now() < silentAt) VM.warp(silentAt);
        exits.trigger();
    }

    function ping() external counted {
        VM.prank(treasury);
        exits.ping();
    }

    /// @dev Ends an open exit and settles it.
    function settle() external counted {
        if (exits.state(exits.current()) == ExitRounds.State.Open) _pass(exits.opening());
        _settleIfClosing();
    }

    function collect(uint256 seed, uint256 asset) external counted {
        (uint256 id, address chosen) = (seed % (exits.current() + 1), address(assets[asset % ASSETS]));
        collected[chosen] += exits.collect(id, chosen);
    }

    function claim(uint256 who, uint256 seed, uint256 which) external counted {
        address[] memory chosen = new address[](ASSETS);
        (uint256 id, address account) = (_settled(seed), _actor(who));
        uint256[ASSETS] memory before;
        for (uint256 i = 0; i < ASSETS; ++i) {
            chosen[i] = address(assets[which % 2 == 0 ? i : which / 2 % ASSETS]);
            collected[chosen[i]] += exits.collect(id, chosen[i]);
        }
        for (uint256 i = 0; i < ASSETS; ++i) {
            before[i] = assets[i].balanceOf(account);
        }
        VM.prank(account);
        exits.claim(id, chosen);
        for (uint256 i = 0; i < ASSETS; ++i) {
            uint256 amount = assets[i].balanceOf(account) - before[i];
            claimed[address(assets[i])] += amount;
            claimedOf[id][address(assets[i])] += amount;
        }
    }

    function earn(uint256 asset, uint256 amount) external counted {
        assets[asset % ASSETS].transfer(treasury, _bound(amount, 1, 1_000 * TOKEN));
    }

    function spend(uint256 asset, uint256 part) external counted {
        MootToken chosen = assets[asset % ASSETS];
        uint256 amount = _part(part, chosen.balanceOf(treasury)) / 2;
        VM.prank(treasury);
        chosen.transfer(address(this), amount);
    }

    function approve(uint256 asset, uint256 amount) external counted {
        VM.prank(treasury);
        assets[asset % ASSETS].approve(address(exits), amount % 2 == 0 ? type(uint256).max : amount % TOKEN);
    }

    function relist(uint256 asset) external counted {
        _settleIfClosing();
        if (exits.state(exits.current()) == ExitRounds.State.Open) return;
        address chosen = address(assets[asset % ASSETS]);
        bool listed = _isListed(chosen);
        // Without any asset no exit opens; a suite in which none ever does would try nothing.
        if (listed && exits.assets().length == 1) return;
        VM.prank(treasury);
        if (listed) exits.unlist(chosen);
        else exits.list(chosen);
    }

    function wait(uint256 time) external counted {
        _wait(time, 20 days);
    }

    function _settleIfClosing() private {
        uint256 id = exits.current();
        if (exits.state(id) != ExitRounds.State.Closing) return;
        uint256 escrowed = exits.round(id).escrowed;
        for (uint256 i = 0; i < ASSETS; ++i) {
            uint256 balance = assets[i].balanceOf(treasury);
            for (uint256 earlier = 0; earlier < id; ++earlier) {
                uint256 due = exits.part(earlier, address(assets[i])).due;
                balance = balance > due ? balance - due : 0;
            }
            if (_isListed(address(assets[i])) && escrowed != 0) {
                mostOf[id][address(assets[i])] = balance * escrowed / exits.circulating();
            }
        }
        exits.settle();
    }

    /// @dev By escrow an exit opens at the threshold and not before.
    function _checkOpening() private {
        uint256 id = exits.current();
        bool open = exits.state(id) == ExitRounds.State.Open;
        if (!open && exits.round(id).escrowed >= exits.threshold()) ++wrongs;
    }

    function _settled(uint256 seed) private view returns (uint256 id) {
        uint256 count = exits.current() + 1;
        for (uint256 i = 0; i < count; ++i) {
            id = (seed % 64 + i) % count;
            if (exits.state(id) == ExitRounds.State.Settled) return id;
        }
        revert("no settled round");
    }

    function _isListed(address asset) private view returns (bool) {
        address[] memory listed = exits.assets();
        for (uint256 i = 0; i < listed.length; ++i) {
            if (listed[i] == asset) return true;
        }
        return false;
    }
}

/// @title What must hold of the way out.
contract ExitTest is Law {
    ExitHandler private handler;

    function setUp() external {
        _deployLaw();
        MootToken[2] memory assets;
        for (uint256 i = 0; i < 2; ++i) {
            assets[i] = new MootToken("Asset", "A", CAP, address(this), address(this), SUPPLY);
            assets[i].transfer(address(treasury), 10_000 * TOKEN + i);
        }
        handler = new ExitHandler(exits, token, assets);
        token.transfer(address(treasury), SUPPLY / 3);
        token.transfer(address(handler), SUPPLY / 2);
        for (uint256 i = 0; i < 2; ++i) {
            assets[i].transfer(address(handler), SUPPLY / 2);
            VM.startPrank(address(treasury));
            assets[i].approve(address(exits), type(uint256).max);
            exits.list(address(assets[i]));
            VM.stopPrank();
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_nobody_is_paid_more_than_pro_rata() external view {
        for (uint256 id = 0; id <= exits.current(); ++id) {
            for (uint256 i = 0; i < handler.ASSETS(); ++i) {
                address asset = address(handler.assets(i));
                ExitModule.Part memory part = exits.part(id, asset);
                _atMost(part.due + part.collected, handler.mostOf(id, asset), "part of a round");
                _atMost(handler.claimedOf(id, asset), part.collected, "claimed of a round");
                _checkEntitlements(id, asset, part.due + part.collected);
            }
        }
        _equal(handler.wrongs(), 0, "wrongs");
    }

    function invariant_escrow_is_held_until_it_is_burned() external view {
        uint256 sum;
        for (uint256 id = 0; id <= exits.current(); ++id) {
            if (exits.round(id).settledAt == 0) sum += exits.round(id).escrowed;
        }
        _equal(token.balanceOf(address(exits)), sum, "escrow");
    }

    function invariant_what_was_collected_and_not_claimed_is_here() external view {
        for (uint256 i = 0; i < handler.ASSETS(); ++i) {
            MootToken asset = handler.assets(i);
            uint256 due;
            for (uint256 id = 0; id <= exits.current(); ++id) {
                due += exits.part(id, address(asset)).due;
            }
            uint256 here = handler.collected(address(asset)) - handler.claimed(address(asset));
            _equal(asset.balanceOf(address(exits)), here, "held of an asset");
            _equal(exits.outstanding(address(asset)), due, "outstanding");
        }
    }

    /// @dev In the end an exit by silence opens, everyone joins, and it settles.
    function afterInvariant() external {
        _atMost(1, handler.doneInAll(), "calls");
        handler.trigger();
        handler.escrow(1, 1 ether);
        handler.settle();
        _pass(exits.vesting());
        uint256 last = exits.current();
        handler.claim(1, last, 0);
        for (uint256 i = 0; i < handler.ASSETS(); ++i) {
            address asset = address(handler.assets(i));
            _equal(exits.claimable(last, asset, handler.actors(1)), 0, "left to claim");
        }
    }

    function _checkEntitlements(uint256 id, address asset, uint256 whole) private view {
        uint256 sum;
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            sum += exits.entitlement(id, asset, handler.actors(i));
        }
        _atMost(sum, whole, "entitlements");
    }
}
