"""Who is in the stories, and what each brings. All are development accounts."""

from governance.accounts import dev_signer
from governance.units import TOKEN


def _person(number: int) -> str:
    return dev_signer(number).address


FOUNDER = _person(0)
"""Deploys the DAO and hands out the community's tokens."""
ANN, BOB, CID = MEMBERS = _person(1), _person(2), _person(3)
"""Hospitals: they stake and vote."""
DANA = _person(4)
"""Makes models and runs them."""
IRA, JUNE, KOFI = AUDITORS = _person(5), _person(6), _person(7)
"""Audit models, once the members accredit them."""
LEA, MAX, NIA, OLE, PIA = JURORS = tuple(_person(number) for number in range(8, 13))
"""Sit in the court."""
RAY, SUE = CURATORS = _person(13), _person(14)
"""Signal which models they believe in."""
TOM = _person(15)
"""Uses models and pays for it."""
UMA = _person(16)
"""Looks closely, and goes to court."""
VIC = _person(17)
"""Asks the DAO for a grant."""
ZOE = _person(18)
"""Nobody in particular: does what everyone may."""

EVERYONE = (
    FOUNDER, *MEMBERS, DANA, *AUDITORS, *JURORS, *CURATORS, TOM, UMA, VIC, ZOE,
)  # fmt: skip
STAKES = {
    ANN: 6_000_000 * TOKEN,
    BOB: 4_000_000 * TOKEN,
    CID: 2_000_000 * TOKEN,
    **dict.fromkeys(AUDITORS, 60_000 * TOKEN),
    **{juror: (20_000 + 4_000 * number) * TOKEN for number, juror in enumerate(JURORS)},
}
"""Wei of the token that each stakes at first, getting a thousand units of shares for a wei."""
POCKETS = dict.fromkeys((*CURATORS, TOM, UMA), 30_000 * TOKEN)
"""Wei of the token that each has at first."""
