"""The ``moot deploy`` command at work: fresh, resumed, or done already."""

from collections.abc import Mapping

from governance import checks
from governance.chain.protocol import Chain
from governance.constitution import Constitution, load_constitution
from governance.deploy import Step, apply, begin, plan
from governance.errors import CheckRefused, InputError
from governance.files import touching
from governance.format import tokens
from governance.manifest import Manifest
from governance.session import Session
from governance.verify import verify


def launch(session: Session, source: str, beneficiaries: Mapping[str, str]) -> None:
    """Deploy, or resume, or confirm that this very DAO already stands; then verify.

    Raises
    ------
    CheckRefused
        If another DAO was deployed with this state folder.
    """
    rules = load_constitution(source)
    chain, path = session.chain, session.manifest_path
    deployer = session.account.address
    with touching(path, "read"):
        exists = path.exists()
    if exists:
        manifest = _existing(session, rules)
    else:
        manifest = begin(chain, rules, deployer, beneficiaries=beneficiaries)
        _doubt(session, beneficiaries)
    steps = plan(rules, manifest.start)
    left = steps[manifest.steps_done :]
    if left:
        session.confirm(f"Send {len(left)} transactions on chain {chain.chain_id}?")

    def on_step(step: Step, progress: Manifest) -> None:
        session.say(f"{progress.steps_done:>2}/{len(steps)} {step.sentence}")
        if not session.embedded:
            progress.save(path)

    manifest = apply(chain, manifest, on_step)
    verified = verify(chain, manifest, rules)
    session.save()
    manifest.save(path)
    _report(session, chain, manifest, rules, len(verified))


def _doubt(session: Session, named: Mapping[str, str]) -> None:
    """Warn of what nobody named, where it would be for good."""
    if session.chain.local:
        return
    consequences = {
        "council": "nobody can cancel a decision in the first months",
        "team": "the team's tokens vest to the deployer",
        "investors": "the investors' tokens vest to the deployer",
    }
    for who, consequence in consequences.items():
        if who not in named:
            session.warn(f"no --{who}: {consequence}")


def _existing(session: Session, rules: Constitution) -> Manifest:
    path = session.manifest_path
    manifest = Manifest.load(path)
    if manifest.constitution_hash != rules.hash():
        raise CheckRefused(
            f"{path}: a DAO with another constitution was deployed here: give another --state "
            "folder, or remove this one"
        )
    if not manifest.complete and manifest.deployer != session.account.address:
        raise CheckRefused(
            f"{path}: {manifest.deployer} began this deployment: resume it with --from"
        )
    if manifest.chain_id == session.chain.chain_id:
        try:
            checks.still_stands(session.chain, manifest)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
    word = "Already deployed" if manifest.complete else "Resuming"
    session.say(f"{word}: {rules.token.name}, step {manifest.steps_done}")
    return manifest


def _report(
    session: Session, chain: Chain, manifest: Manifest, rules: Constitution, checked: int
) -> None:
    session.say(f"Verified: {checked} rules and roles read back as the constitution says")
    for key, address in manifest.addresses.items():
        session.say(f"  {key:<12}{address}")
    community = tokens(rules.allocated("community"))
    session.say(
        f"{manifest.deployer} holds the community's {community} {rules.token.symbol}, "
        "to be handed out with `moot transfer`: until then it has the votes they would have"
    )
    session.emit(
        {
            "command": "deploy",
            "chain_id": chain.chain_id,
            "deployer": manifest.deployer,
            "addresses": dict(manifest.addresses),
            "grants": dict(manifest.grants),
            "constitution_hash": manifest.constitution_hash,
            "checks": checked,
            "manifest": str(session.manifest_path),
        }
    )
