// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IModelGate} from "../../contracts/interfaces/IModelGate.sol";
import {SettableArbitrator} from "../../contracts/mocks/SettableArbitrator.sol";
import {AttestationGate} from "../../contracts/registry/AttestationGate.sol";
import {Attestations} from "../../contracts/registry/Attestations.sol";
import {ModelRecords} from "../../contracts/registry/ModelRecords.sol";
import {VM} from "./Harness.sol";
import {Law} from "./Law.sol";
import {RegistryHandler} from "./RegistryHandler.sol";
import {SaidGovernor} from "./SaidGovernor.sol";

/// @title What must hold of the registry of models and its gate.
contract RegistryTest is Law {
    RegistryHandler private handler;

    function setUp() external {
        _deployLaw();
        SettableArbitrator arbitrator = new SettableArbitrator(50 * TOKEN);
        SaidGovernor governor_ = new SaidGovernor();
        handler = new RegistryHandler(registry, gate, arbitrator, governor_, token);
        VM.startPrank(address(treasury));
        registry.setArbitrator(arbitrator, "");
        registry.setGovernor(IGovernor(address(governor_)));
        VM.stopPrank();
        token.transfer(address(handler), SUPPLY / 2);
        for (uint256 i = 0; i < handler.AUDITORS(); ++i) {
            _stake(handler.actors(i), 100_000 * TOKEN);
        }
        handler.propose();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_what_is_deployable_meets_every_condition_now() external view {
        for (uint256 id = 1; id <= registry.versionCount(); ++id) {
            if (!registry.isDeployable(id)) continue;
            ModelRecords.Version memory found = registry.version(id);
            _atMost(found.windowEndsAt, handler.admittedAt(id), "end of the window");
            _equal(found.closedAt, 0, "closed");
            _equal(registry.condemnedBy(id), 0, "condemned by");
            AttestationGate.Admission memory admission = gate.admission(registry.subjectOf(id));
            _equal(admission.admittedAt, handler.admittedAt(id), "admitted");
            AttestationGate.Requirement[3] memory policy = gate.policy(admission.policyId);
            for (uint256 i = 0; i < 3; ++i) {
                _atMost(policy[i].auditors, _vouching(registry.subjectOf(id), i, policy[i].score), "auditors needed");
            }
        }
    }

    function invariant_states_only_move_along_their_edges() external view {
        _equal(handler.forbidden(), 0, "forbidden steps");
        _equal(handler.wrongs(), 0, "wrongs");
    }

    function invariant_the_past_never_changes() external view {
        for (uint256 i = 0; i < handler.memoryCount(); ++i) {
            (uint256 id, uint256 timepoint, bool permitted, bytes32 evidence) = handler.memories(i);
            (bool now_,, bytes32 evidenceNow) = registry.wasDeployable(id, timepoint);
            if (now_ != permitted || evidenceNow != evidence) revert("the past changed");
        }
    }

    function invariant_locked_stakes_are_those_of_the_attestations() external view {
        for (uint256 i = 0; i < handler.AUDITORS(); ++i) {
            address auditor = handler.actors(i);
            uint256 sum;
            for (uint256 id = 1; id <= gate.attestationCount(); ++id) {
                Attestations.Attestation memory found = gate.attestation(id);
                if (found.auditor == auditor) sum += found.stake;
            }
            _equal(vault.lockedBy(auditor, address(gate)), sum, "locked");
        }
    }

    function invariant_every_wei_of_the_registry_is_somebodys() external view {
        uint256 sum = registry.creditOf(address(treasury)) + registry.creditOf(address(handler));
        for (uint256 id = 1; id <= registry.challengeCount(); ++id) {
            if (!registry.challengeAt(id).ruled) sum += registry.challengeAt(id).bond;
        }
        _equal(token.balanceOf(address(registry)), sum, "held");
        _equal(token.balanceOf(address(gate)), 0, "held by the gate");
    }

    /// @dev In the end all disputes are ruled on, all stakes come back, and nothing stays.
    function afterInvariant() external {
        _atMost(1, handler.doneInAll(), "calls");
        while (handler.openDisputes() > 0) {
            handler.rule(0, handler.openDisputes());
        }
        _pass(500 days);
        for (uint256 id = 1; id <= gate.attestationCount(); ++id) {
            if (gate.attestation(id).stake > 0) gate.release(id);
        }
        for (uint256 i = 0; i < handler.AUDITORS(); ++i) {
            _equal(vault.lockedOf(handler.actors(i)), 0, "still locked");
        }
        registry.withdraw(address(treasury));
        registry.withdraw(address(handler));
        _equal(token.balanceOf(address(registry)), 0, "left behind");
    }

    /// @dev Distinct auditors whose attestations count now, found without the gate's seats.
    function _vouching(bytes32 subject, uint256 criterion, uint8 score) private view returns (uint256 count) {
        address[] memory counted = new address[](handler.AUDITORS());
        for (uint256 id = 1; id <= gate.attestationCount(); ++id) {
            Attestations.Attestation memory found = gate.attestation(id);
            if (found.subject != subject || found.criterion != IModelGate.Criterion(criterion)) continue;
            if (found.score < score || gate.endOf(id) <= _now()) continue;
            uint256 place = 0;
            while (place < count && counted[place] != found.auditor) ++place;
            if (place == count) counted[count++] = found.auditor;
        }
    }
}
