"""What printed documents of the demonstration show: bank accounts for euro parts, a logo; and an insolvent company."""

import hashlib
import io
from datetime import timedelta

from PIL import Image, ImageDraw
from stdnum import iban

from barterweb import clock, ledger
from barterweb.demo import corpus
from barterweb.demo.cast import NAMED
from barterweb.demo.network import Member, Network
from barterweb.demo.timeline import Story, midnight, working_day_before
from barterweb.members import queries as directory
from barterweb.members import service as members
from barterweb.members.facts import CompanyChanges
from barterweb.standing import service as standing

WITH_LOGO = corpus.STORY.haulier
REASON_FOR_INSOLVENCY = (
    "Jugement d’ouverture de redressement judiciaire, tribunal de commerce (démonstration)."
)

_INVENTED_BANK = "00000" * 2
"""Bank and branch of no account that exists, as in the operator's."""
_GREEN, _LIGHT = (11, 93, 78, 255), (130, 216, 192, 255)
_FIRST_DAYS, _EVERY_DAYS, _INSOLVENT_DAYS = 14, 30, 40


def arrange_papers(network: Network) -> None:
    """Add these stories to what is arranged."""
    rng = network.random("papers")
    network.timeline.tell(midnight(network.opens_on + timedelta(days=_FIRST_DAYS)), _give_accounts(network))
    network.timeline.tell(
        working_day_before(network.today, _INSOLVENT_DAYS, rng), _becomes_insolvent(network)
    )


def logo() -> bytes:
    """Return the haulier's logo as PNG, the same bytes each time: a mountain above a road, with transparent parts."""
    drawn = Image.new("RGBA", (420, 160), (0, 0, 0, 0))
    pen = ImageDraw.Draw(drawn)
    pen.polygon([(10, 120), (95, 15), (150, 80), (190, 40), (260, 120)], fill=_GREEN)
    pen.polygon([(95, 15), (118, 42), (98, 52), (80, 38)], fill=_LIGHT)
    pen.rectangle([(10, 130), (410, 146)], fill=_GREEN)
    for left in range(20, 400, 40):
        pen.rectangle([(left, 136), (left + 20, 140)], fill=_LIGHT)
    pen.rounded_rectangle([(285, 70), (355, 122)], radius=6, fill=_GREEN)
    pen.rounded_rectangle([(360, 88), (400, 122)], radius=6, fill=_GREEN)
    for centre in (305, 385):
        pen.ellipse([(centre - 11, 112), (centre + 11, 134)], fill=_LIGHT, outline=_GREEN, width=4)
    written = io.BytesIO()
    drawn.save(written, "PNG")
    return written.getvalue()


def account_number(siren: str) -> str:
    """Return the IBAN of an account that no bank keeps, from a company's SIREN; its keys are right."""
    account = siren.rjust(11, "0")
    key = (
        97 - int(f"{_INVENTED_BANK}{account}00") % 97
    )  # RIB: 89 × bank + 15 × branch + 3 × account, modulo 97
    number = f"FR00{_INVENTED_BANK}{account}{key:02d}"
    return f"FR{iban.calc_check_digits(number)}{number[4:]}"


def _give_accounts(network: Network) -> Story:
    """Companies write down where euros are paid to them, each once it has joined; the haulier shows its logo."""
    done: set[str] = set()
    while True:
        for slug, member in sorted(network.members.items()):
            if slug not in done:
                done.add(slug)
                _give_account(member)
                if slug == WITH_LOGO:
                    sha256 = hashlib.sha256(logo()).hexdigest()
                    members.set_logo(actor=member.administrator, sha256=sha256)
        yield midnight(clock.today() + timedelta(days=_EVERY_DAYS))


def _give_account(member: Member) -> None:
    company = directory.company(member.company_id)
    members.edit_company(
        actor=member.administrator,
        changes=CompanyChanges(
            description=company.description,
            street=company.street,
            postal_code=company.postal_code,
            city=company.city,
            legal_form=company.legal_form,
            capital_cents=company.capital_cents,
            rcs_city=company.rcs_city,
            vat_number=company.vat_number,
            vat_regime=company.vat_regime,
            vat_on_debits=company.vat_on_debits,
            iban=account_number(company.siren),
        ),
    )


def _becomes_insolvent(network: Network) -> Story:
    """Of those nobody plays and nothing is arranged for, the one that owes most is in collective proceedings."""
    kept = {*NAMED, *network.careful, *network.punctual, *network.keeps}
    others = [member for slug, member in network.members.items() if slug not in kept and member.sells]
    owing = min(others, key=lambda member: ledger.account_view(member.account_id).balance_cents, default=None)
    if owing is not None:
        owing.buys = owing.sells = owing.publishes = False
        standing.declare_insolvency(
            actor=network.operator,
            company_id=owing.company_id,
            opened_on=clock.today(),
            reason=REASON_FOR_INSOLVENCY,
        )
    yield from ()
