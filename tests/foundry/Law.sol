// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Court} from "../../contracts/court/Court.sol";
import {CourtTerms} from "../../contracts/court/CourtTerms.sol";
import {MootGovernor} from "../../contracts/governor/MootGovernor.sol";
import {ProposalGuard} from "../../contracts/governor/ProposalGuard.sol";
import {ProposalKinds} from "../../contracts/governor/ProposalKinds.sol";
import {QuorumRule} from "../../contracts/governor/QuorumRule.sol";
import {Treasury} from "../../contracts/governor/Treasury.sol";
import {IDeployable} from "../../contracts/interfaces/IDeployable.sol";
import {IPastSupply} from "../../contracts/interfaces/IPastSupply.sol";
import {IUsageMeter} from "../../contracts/interfaces/IUsageMeter.sol";
import {IVotableSupply} from "../../contracts/interfaces/IVotableSupply.sol";
import {Curation} from "../../contracts/market/Curation.sol";
import {ExitModule} from "../../contracts/market/ExitModule.sol";
import {Grants} from "../../contracts/market/Grants.sol";
import {Market} from "../../contracts/market/Market.sol";
import {SettableRandomness} from "../../contracts/mocks/SettableRandomness.sol";
import {AttestationGate} from "../../contracts/registry/AttestationGate.sol";
import {DecisionLog, IVersionOperators} from "../../contracts/registry/DecisionLog.sol";
import {ModelRegistry} from "../../contracts/registry/ModelRegistry.sol";
import {Emissions} from "../../contracts/token/Emissions.sol";
import {MootToken} from "../../contracts/token/MootToken.sol";
import {StakedMoot} from "../../contracts/token/StakedMoot.sol";
import {Vesting} from "../../contracts/token/Vesting.sol";
import {Harness, VM} from "./Harness.sol";

/// @title The whole law, deployed and with its roles: the treasury administers everything.
/// @notice The suite holds the first supply. What a vote would do, a suite does as the treasury.
abstract contract Law is Harness {
    uint256 internal constant CAP = 1_000_000_000 * TOKEN;
    uint256 internal constant SUPPLY = 100_000_000 * TOKEN;
    uint48 internal constant MATURITY = 1 days;
    uint48 internal constant COOLDOWN = 7 days;
    uint256 internal constant TREASURY_DELAY = 2 days;
    uint48 internal constant REWARD_PERIOD = 7 days;
    bytes32 internal constant ADMIN_ROLE = 0;

    MootToken internal token;
    StakedMoot internal vault;
    ProposalKinds internal kinds;
    ProposalGuard internal guard;
    Treasury internal treasury;
    QuorumRule internal quorumRule;
    MootGovernor internal governor;
    Emissions internal emissions;
    Vesting internal vesting;
    SettableRandomness internal randomness;
    Court internal court;
    AttestationGate internal gate;
    ModelRegistry internal registry;
    DecisionLog internal decisions;
    Curation internal curation;
    Market internal market;
    Grants internal grants;
    ExitModule internal exits;

    function _deployLaw() internal {
        VM.warp(1_800_000_000);
        _deployCore();
        _deployCourt();
        _deployRegistry();
        _deployMarket();
        _wire();
    }

    function _deployCore() private {
        kinds = new ProposalKinds(_rules(), address(this));
        treasury = new Treasury(TREASURY_DELAY, new address[](0), new address[](0), address(this), kinds);
        token = new MootToken("Moot", "MOOT", CAP, address(treasury), address(this), SUPPLY);
        vault = new StakedMoot(token, "Staked Moot", "sMOOT", COOLDOWN, MATURITY, REWARD_PERIOD, address(treasury));
        guard = new ProposalGuard(10, address(treasury));
        quorumRule = _newQuorumRule(QuorumRule.Base.Staked);
        governor = new MootGovernor(vault, treasury, kinds, guard, quorumRule, "Moot", _settings());
        emissions = _newEmissions(Emissions.Curve.Halving, TOKEN, IUsageMeter(address(0)));
        vesting = new Vesting(token, address(treasury));
    }

    function _deployCourt() private {
        randomness = new SettableRandomness();
        CourtTerms.Terms[] memory terms = new CourtTerms.Terms[](2);
        terms[0] = _laneOfPeople();
        terms[1] = _laneOfAgents();
        court = new Court(vault, terms, randomness, address(treasury), address(treasury));
    }

    function _deployRegistry() private {
        AttestationGate.Requirement[3] memory policy = [
            AttestationGate.Requirement(2, 80),
            AttestationGate.Requirement(2, 70),
            AttestationGate.Requirement(1, 60)
        ];
        gate = new AttestationGate(vault, policy, 100 * SHARE, 14 days, 5_000, address(treasury));
        registry = new ModelRegistry(
            gate, token, court, "", address(treasury), governor, 3 days, 1_000 * TOKEN, 2_500, address(treasury)
        );
        decisions = new DecisionLog(IVersionOperators(address(registry)), 7 days, address(treasury));
    }

    function _deployMarket() private {
        curation = new Curation(token, Curation.Curve.SquareRoot, TOKEN, 250, address(treasury));
        market = _newMarket(registry);
        grants = new Grants(address(treasury), token, court, "", 7 days, address(treasury));
        exits = new ExitModule(token, address(treasury), 500, 30 days, 10 days, 60 days, 90 days, address(treasury));
    }

    function _wire() private {
        for (uint256 i = 0; i < 3; ++i) {
            bytes32[3] memory roles =
                [treasury.PROPOSER_ROLE(), treasury.CANCELLER_ROLE(), treasury.EXECUTOR_ROLE()];
            treasury.grantRole(roles[i], address(governor));
        }
        kinds.grantRole(ADMIN_ROLE, address(treasury));
        kinds.renounceRole(ADMIN_ROLE, address(this));
        treasury.renounceRole(ADMIN_ROLE, address(this));
        VM.startPrank(address(treasury));
        token.grantRole(token.MINTER_ROLE(), address(emissions));
        vault.grantRole(vault.LOCKER_ROLE(), address(court));
        vault.grantRole(vault.SLASHER_ROLE(), address(court));
        vault.grantRole(vault.LOCKER_ROLE(), address(gate));
        vault.grantRole(vault.SLASHER_ROLE(), address(gate));
        guard.grantRole(guard.GOVERNOR_ROLE(), address(governor));
        vesting.grantRole(vesting.GRANTOR_ROLE(), address(treasury));
        court.grantRole(court.TERMS_ROLE(), address(treasury));
        gate.grantRole(gate.ACCREDITOR_ROLE(), address(treasury));
        gate.grantRole(gate.REGISTRY_ROLE(), address(registry));
        registry.grantRole(registry.DEPLOYER_ROLE(), address(treasury));
        grants.grantRole(grants.GRANTOR_ROLE(), address(treasury));
        grants.grantRole(grants.APPROVER_ROLE(), address(treasury));
        exits.grantRole(exits.PINGER_ROLE(), address(treasury));
        VM.stopPrank();
    }

    /// @dev A tenth of the base, at least 100 shares and at most fifty million.
    function _newQuorumRule(QuorumRule.Base base) internal returns (QuorumRule) {
        (uint208 floor, uint208 cap) = (uint208(100 * SHARE), uint208(50_000_000 * SHARE));
        IVotableSupply staked = IVotableSupply(address(vault));
        return new QuorumRule(staked, IPastSupply(address(token)), base, 1_000, floor, cap, address(treasury));
    }

    /// @dev A schedule that halves in a month or has no periods, half of it for the stakers.
    function _newEmissions(Emissions.Curve curve, uint256 rate, IUsageMeter meter) internal returns (Emissions) {
        uint48 period = curve == Emissions.Curve.Usage ? 0 : 30 days;
        Emissions.Terms memory terms =
            Emissions.Terms(curve, uint128(rate), uint48(_now()), period, 9_000, meter, 5_000);
        return new Emissions(token, vault, address(treasury), terms);
    }

    /// @dev A market on any registry of versions.
    function _newMarket(IDeployable versions) internal returns (Market) {
        Market.Split memory split = Market.Split(1_000, 4_000, 2_000, 2_000, 1_000);
        return new Market(
            token, vault, curation, versions, address(treasury), split, 1, uint128(1_000 * TOKEN), address(treasury)
        );
    }

    /// @dev Gives an account tokens and lets it stake them.
    function _stake(address account, uint256 wei_) internal {
        token.transfer(account, wei_);
        VM.startPrank(account);
        token.approve(address(vault), wei_);
        vault.deposit(wei_, account);
        VM.stopPrank();
    }

    function _settings() private pure returns (MootGovernor.Settings memory) {
        return MootGovernor.Settings(1 days, 3 days, 100, 1 days, 14 days, 1 days, 0);
    }

    function _rules() private pure returns (ProposalKinds.Rule[5] memory rules) {
        for (uint256 i = 0; i < 5; ++i) {
            rules[i] = ProposalKinds.Rule(100, 400, 5_000, 0, 0, type(uint128).max);
        }
        rules[uint256(ProposalKinds.Kind.Constitutional)] =
            ProposalKinds.Rule(200, 1_000, 6_600, 5 days, 4 days, type(uint128).max);
    }

    function _laneOfPeople() private pure returns (CourtTerms.Terms memory) {
        return CourtTerms.Terms({
            evidence: 3 days,
            commit: 6 days,
            reveal: 6 days,
            appeal: 4 days,
            patience: 7 days,
            staking: 30 minutes,
            alpha: 10_000,
            winnerBps: 10_000,
            loserBps: 20_000,
            seats: 3,
            maxSeats: 15,
            minStake: uint128(2_300 * SHARE),
            fee: uint128(5 * TOKEN)
        });
    }

    function _laneOfAgents() private pure returns (CourtTerms.Terms memory) {
        return CourtTerms.Terms({
            evidence: 45 minutes,
            commit: 45 minutes,
            reveal: 30 minutes,
            appeal: 36 hours,
            patience: 6 hours,
            staking: 1 minutes,
            alpha: 170,
            winnerBps: 10_000,
            loserBps: 20_000,
            seats: 3,
            maxSeats: 7,
            minStake: uint128(11_000 * SHARE),
            fee: uint128(TOKEN / 100)
        });
    }
}
