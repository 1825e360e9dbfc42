// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Curation} from "../../contracts/market/Curation.sol";
import {MootToken} from "../../contracts/token/MootToken.sol";
import {Handler, VM} from "./Harness.sol";
import {Law} from "./Law.sol";

/// @title Curators of three models, on both curves.
contract CurationHandler is Handler {
    uint256 public constant MODELS = 3;

    Curation[2] public pools;
    MootToken private immutable token;
    address private immutable admin;

    /// @notice Wei that went into each contract for good, and that came out.
    uint256[2] public paidIn;
    uint256[2] public paidOut;
    /// @notice Settlements of fees, each of which may round a wei away.
    uint256[2] public roundings;
    /// @notice Most wei that anyone got out of buying and selling at once beyond the deposit after tax.
    uint256 public profit;

    constructor(Curation[2] memory pools_, MootToken token_, address admin_) {
        (pools, token, admin) = (pools_, token_, admin_);
        _people("curator", 4);
        _allow(token_, address(pools_[0]));
        _allow(token_, address(pools_[1]));
    }

    function buy(uint256 who, uint256 curve, uint256 model, uint256 deposit) external counted {
        _buy(_actor(who), curve % 2, model % MODELS, _bound(deposit, 2 * TOKEN, 1_000 * TOKEN));
    }

    /// @dev A few wei, where rounding is all; refused in an empty pool on the square-root curve.
    function buyLittle(uint256 who, uint256 curve, uint256 model, uint256 deposit) external counted {
        _buy(_actor(who), curve % 2, model % MODELS, _bound(deposit, 10, 100_000));
    }

    function sell(uint256 who, uint256 curve, uint256 part) external counted {
        for (uint256 i = 0; i < actors.length * MODELS; ++i) {
            (address account, uint256 model) = (_actor(who % 64 + i), (who % 64 + i) / actors.length % MODELS);
            uint256 signal = pools[curve % 2].signalOf(model, account);
            if (signal == 0) continue;
            _sell(account, curve % 2, model, _part(part, signal));
            return;
        }
        revert("nobody holds signal");
    }

    function roundTrip(uint256 who, uint256 curve, uint256 model, uint256 deposit) external counted {
        deposit = _bound(deposit, 2 * TOKEN, 100 * TOKEN);
        (uint256 signal, uint256 tax) = _buy(_actor(who), curve % 2, model % MODELS, deposit);
        uint256 back = _sell(_actor(who), curve % 2, model % MODELS, signal);
        if (back > deposit - tax + profit) profit = back - (deposit - tax);
    }

    function distribute(uint256 curve, uint256 model, uint256 amount) external counted {
        (curve, model, amount) = (curve % 2, model % MODELS, _bound(amount, 1, 1_000 * TOKEN));
        if (pools[curve].totalSignal(model) == 0) _buy(actors[0], curve, model, 2 * TOKEN);
        pools[curve].distribute(model, amount);
        paidIn[curve] += amount;
        ++roundings[curve];
    }

    function claim(uint256 who, uint256 curve, uint256 model) external counted {
        Curation pool = pools[curve % 2];
        VM.prank(_actor(who));
        paidOut[curve % 2] += pool.claim(model % MODELS);
        ++roundings[curve % 2];
    }

    function setTax(uint256 curve, uint16 bps) external counted {
        VM.prank(admin);
        pools[curve % 2].setTax(bps % 1_001);
    }

    function _buy(address who, uint256 curve, uint256 model, uint256 deposit)
        private
        returns (uint256 signal, uint256 tax)
    {
        (, tax) = pools[curve].previewBuy(model, deposit);
        token.transfer(who, deposit);
        VM.prank(who);
        signal = pools[curve].buy(model, deposit, 0, uint48(_now()));
        paidIn[curve] += deposit - tax;
        ++roundings[curve];
    }

    function _sell(address who, uint256 curve, uint256 model, uint256 signal) private returns (uint256 amount) {
        VM.prank(who);
        amount = pools[curve].sell(model, signal, 0, uint48(_now()));
        paidOut[curve] += amount;
        ++roundings[curve];
    }
}

/// @title What must hold of curation.
contract CurationTest is Law {
    CurationHandler private handler;
    Curation[2] private pools;
    uint256 private constant SIGNAL = 1e18;

    function setUp() external {
        _deployLaw();
        pools = [new Curation(token, Curation.Curve.Flat, 1, 100, address(treasury)), curation];
        handler = new CurationHandler(pools, token, address(treasury));
        token.transfer(address(handler), SUPPLY / 2);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_reserves_cover_all_signal() external view {
        for (uint256 curve = 0; curve < 2; ++curve) {
            for (uint256 model = 0; model < handler.MODELS(); ++model) {
                (uint256 signal, uint256 reserve) = _pool(pools[curve], model);
                _atMost(pools[curve].reserveAt(signal), reserve, "asked by the curve");
                if (signal == 0) _equal(reserve, 0, "reserve without signal");
                if (curve == 1) _atMost(signal * signal * pools[1].minimum(), reserve * SIGNAL ** 2, "curve");
            }
        }
    }

    function invariant_signal_adds_up() external view {
        for (uint256 curve = 0; curve < 2; ++curve) {
            for (uint256 model = 0; model < handler.MODELS(); ++model) {
                uint256 sum;
                for (uint256 i = 0; i < handler.actorCount(); ++i) {
                    sum += pools[curve].signalOf(model, handler.actors(i));
                }
                _equal(pools[curve].totalSignal(model), sum, "signal");
            }
        }
    }

    function invariant_every_wei_is_somebodys() external view {
        for (uint256 curve = 0; curve < 2; ++curve) {
            uint256 held = token.balanceOf(address(pools[curve]));
            _equal(held, handler.paidIn(curve) - handler.paidOut(curve), "held");
            uint256 due = _due(pools[curve]);
            _atMost(due, held, "due");
            _atMost(held, due + handler.roundings(curve), "held");
        }
    }

    function invariant_a_round_trip_never_profits() external view {
        _equal(handler.profit(), 0, "profit");
    }

    /// @dev In the end everyone can leave, and only what rounding took stays.
    function afterInvariant() external {
        _atMost(1, handler.doneInAll(), "calls");
        for (uint256 i = 0; i < handler.actorCount() * 2; ++i) {
            _leave(handler.actors(i / 2), pools[i % 2]);
        }
        for (uint256 curve = 0; curve < 2; ++curve) {
            uint256 most = handler.roundings(curve) + 2 * handler.actorCount() * handler.MODELS();
            _atMost(token.balanceOf(address(pools[curve])), most, "left behind");
        }
    }

    function _leave(address account, Curation pool) private {
        for (uint256 model = 0; model < handler.MODELS(); ++model) {
            uint256 signal = pool.signalOf(model, account);
            VM.startPrank(account);
            if (signal > 0) pool.sell(model, signal, 0, uint48(_now()));
            pool.claim(model);
            VM.stopPrank();
        }
    }

    function _pool(Curation pool, uint256 model) private view returns (uint256 signal, uint256 reserve) {
        return (pool.totalSignal(model), pool.reserveOf(model));
    }

    function _due(Curation pool) private view returns (uint256 due) {
        for (uint256 model = 0; model < handler.MODELS(); ++model) {
            due += pool.reserveOf(model);
            for (uint256 i = 0; i < handler.actorCount(); ++i) {
                due += pool.claimable(model, handler.actors(i));
            }
        }
    }
}
