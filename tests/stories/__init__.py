"""Four lives that a DAO of models can lead, told on local chains by the deployment's own code.

Each is told on Ape's local chain and on anvil: ``pytest tests/stories``. Nobody in them has a role
but the contracts themselves: whatever needs one is proposed, voted on, queued and carried out.
Begin with ``people`` and ``stage``; then each story reads from the top.
"""
