// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IModelGate} from "../../contracts/interfaces/IModelGate.sol";
import {SettableArbitrator} from "../../contracts/mocks/SettableArbitrator.sol";
import {AttestationGate} from "../../contracts/registry/AttestationGate.sol";
import {Attestations} from "../../contracts/registry/Attestations.sol";
import {ModelRecords} from "../../contracts/registry/ModelRecords.sol";
import {ModelRegistry} from "../../contracts/registry/ModelRegistry.sol";
import {MootToken} from "../../contracts/token/MootToken.sol";
import {VM} from "./Harness.sol";
import {RegistryActs} from "./RegistryActs.sol";
import {SaidGovernor} from "./SaidGovernor.sol";

/// @title A maker of models, five auditors, a challenger, a treasury and an arbitrator to order.
contract RegistryHandler is RegistryActs {
    struct Memory {
        uint256 version;
        uint256 timepoint;
        bool permitted;
        bytes32 evidence;
    }

    SaidGovernor private immutable governor;
    Memory[] public memories;
    /// @notice The state in which each version was last seen.
    mapping(uint256 version => ModelRecords.State) public seen;
    /// @notice Steps from state to state that are not allowed, and calls that should have been refused.
    uint256 public forbidden;
    uint256 public wrongs;

    constructor(
        ModelRegistry registry_,
        AttestationGate gate_,
        SettableArbitrator arbitrator_,
        SaidGovernor governor_,
        MootToken token
    ) RegistryActs(registry_, gate_, arbitrator_, token) {
        governor = governor_;
    }

    modifier watched() {
        _;
        for (uint256 id = 1; id <= registry.versionCount(); ++id) {
            ModelRecords.State now_ = registry.state(id);
            if (now_ != seen[id] && !_allowed(seen[id], now_)) ++forbidden;
            seen[id] = now_;
        }
    }

    // Versions

    function propose() external counted watched {
        _propose();
    }

    function draft() external counted watched {
        _draft();
    }

    function amendWrongly(uint256 which) external counted watched {
        uint256 id = _version(which);
        if (registry.version(id).stored == ModelRecords.State.Draft) return;
        ModelRecords.Record memory record = _record(id + 1_000);
        VM.prank(maker);
        try registry.amend(id, record) {
            ++wrongs;
        } catch {}
    }

    /// @dev Lets a vote pass, or its result change.
    function decide(uint256 which, uint256 state) external counted watched {
        uint256 id = _version(which);
        governor.say(id, IGovernor.ProposalState(state % 8));
        ModelRecords.Version memory found = registry.version(id);
        (address[] memory targets, bytes[] memory calls) = (new address[](1), new bytes[](1));
        bytes memory call =
            abi.encodeCall(registry.deploy, (id, found.record.hashes.weights, found.record.hashes.evaluation));
        (targets[0], calls[0]) = (address(registry), call);
        if (state % 8 == 4 || state % 8 == 5) {
            registry.recordApproval(id, targets, new uint256[](1), calls, bytes32(id));
        }
    }

    /// @dev All that a deployment needs, then the deployment.
    function deploy(uint256 which) external counted watched {
        uint256 id = _deployable(which);
        ModelRecords.Version memory found = registry.version(id);
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = 0; j < _needed(i); ++j) {
                _attest(j, id, i, 100, 60 days);
            }
        }
        if (_now() < found.windowEndsAt) VM.warp(found.windowEndsAt);
        _deploy(id);
    }

    /// @dev A deployment as things are. What lacks anything is refused.
    function deployAsIs(uint256 which, bool other) external counted watched {
        uint256 id = _version(which);
        ModelRecords.Version memory found = registry.version(id);
        bytes32 weights = other ? bytes32(0) : found.record.hashes.weights;
        bool may = !other && found.proposedAt != 0 && _now() >= found.windowEndsAt && found.closedAt == 0
            && registry.condemnedBy(id) == 0 && registry.openChallengeOf(id) == 0;
        VM.prank(treasury);
        try registry.deploy(id, weights, found.record.hashes.evaluation) {
            if (!may) ++wrongs;
            admittedAt[id] = _now();
        } catch {}
    }

    function deprecate(uint256 which) external counted watched {
        uint256 id = _version(which);
        if (which % 4 != 0) return;
        VM.prank(maker);
        registry.deprecate(id);
    }

    function revoke(uint256 which) external counted watched {
        uint256 id = _version(which);
        if (which % 4 != 0) return;
        VM.prank(treasury);
        registry.revoke(id, "");
    }

    function poke(uint256 which) external counted watched {
        registry.poke(_version(which));
    }

    // Attestations

    function attest(uint256 who, uint256 which, uint256 criterion, uint256 score, uint256 validity)
        external
        counted
        watched
    {
        _attest(who, _version(which), criterion % 3, uint8(score % 101), _bound(validity, 1 hours, 60 days));
    }

    function takeBack(uint256 seed) external counted watched {
        uint256 count = gate.attestationCount();
        for (uint256 i = 0; i < count; ++i) {
            uint256 id = 1 + (seed % 64 + i) % count;
            if (gate.endOf(id) <= _now()) continue;
            address auditor = gate.attestation(id).auditor;
            VM.prank(auditor);
            gate.revoke(id);
            return;
        }
    }

    function release(uint256 seed) external counted watched {
        uint256 count = gate.attestationCount();
        for (uint256 i = 0; i < count; ++i) {
            uint256 id = 1 + (seed % 64 + i) % count;
            Attestations.Attestation memory found = gate.attestation(id);
            (uint256 open,) = gate.holdOf(found.subject);
            if (found.stake == 0 || open > 0 || gate.endOf(id) > _now()) continue;
            if (seed % 2 == 0) _pass(gate.coolOff());
            gate.release(id);
            return;
        }
    }

    function turnTerm(uint256 who) external counted watched {
        address auditor = _actor(who);
        bool accredited = gate.isAccredited(auditor);
        VM.prank(treasury);
        if (accredited) gate.endAccreditation(auditor);
        else gate.accredit(auditor);
    }

    function setPolicy(uint256 seed) external counted watched {
        AttestationGate.Requirement[3] memory policy;
        for (uint256 i = 0; i < 3; ++i) {
            policy[i] = AttestationGate.Requirement(uint8(1 + (seed >> i) % 3), uint8(50 + (seed >> 8 * i) % 50));
        }
        VM.prank(treasury);
        gate.setPolicy(policy);
    }

    // Challenges

    function challenge(uint256 which, uint256 criterion) external counted watched {
        _challenge(which, criterion);
    }

    function rule(uint256 seed, uint256 ruling) external counted watched {
        if (_disputes.length == 0) _challenge(seed, seed / 8);
        uint256 place = seed % _disputes.length;
        uint256 dispute = _disputes[place];
        _disputes[place] = _disputes[_disputes.length - 1];
        _disputes.pop();
        arbitrator.giveRuling(dispute, ruling % 3);
    }

    function wait(uint256 time) external counted watched {
        _wait(time, 5 days);
    }

    function remember(uint256 which, uint256 ago) external counted {
        (uint256 id, uint256 timepoint) = (_version(which), _now() - _bound(ago, 1, 10 days));
        (bool permitted,, bytes32 evidence) = registry.wasDeployable(id, timepoint);
        memories.push(Memory(id, timepoint, permitted, evidence));
    }

    function memoryCount() external view returns (uint256) {
        return memories.length;
    }

    function openDisputes() external view returns (uint256) {
        return _disputes.length;
    }

    /// @dev What time, attestations and votes may do, and what takes a call of its own.
    function _allowed(ModelRecords.State from, ModelRecords.State to) private pure returns (bool) {
        bool pending = from >= ModelRecords.State.Proposed && from <= ModelRecords.State.Timelocked;
        bool deploying = msg.sig == this.deploy.selector || msg.sig == this.deployAsIs.selector;
        if (from >= ModelRecords.State.Deprecated) return false;
        if (to == ModelRecords.State.Deprecated) return msg.sig == this.deprecate.selector;
        if (to == ModelRecords.State.Revoked) return msg.sig == this.revoke.selector;
        if (to == ModelRecords.State.Deployable) return deploying;
        if (to == ModelRecords.State.Suspended) {
            return from == ModelRecords.State.Deployable || (pending && msg.sig == this.rule.selector);
        }
        if (from == ModelRecords.State.None || from == ModelRecords.State.Draft) {
            return to <= ModelRecords.State.Timelocked;
        }
        return pending && to >= ModelRecords.State.Proposed;
    }
}
