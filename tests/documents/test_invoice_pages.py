"""Pages of invoices: what each side reads and does, files with their hash, and what a lost file says."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from barterweb import clock
from barterweb.db import open_transaction, session
from barterweb.documents import queries
from barterweb.members.facts import RegionSettings
from barterweb.members.models import Company
from tests import build_members, build_trades
from tests.build_members import Member
from tests.page import Browser

Open = Callable[..., Browser]
InApp = Callable[..., Any]


@pytest.fixture
def buyer(in_app: InApp) -> Member:
    in_app(build_members.region, terms=RegionSettings(credit_limit_cents=800_000))
    return in_app(build_members.company, "Transports du Vercors")


@pytest.fixture
def seller(in_app: InApp, buyer: Member) -> Member:
    return in_app(build_members.company, "Cabinet Marcellin")


def change(company_id: str, **values: Any) -> None:
    with open_transaction():
        company = session.get_one(Company, company_id)
        for name, value in values.items():
            setattr(company, name, value)


def document_of(trade_id: str) -> str:
    return queries.documents_of_trade(trade_id)[-1].id


def archived(app: Flask) -> list[Path]:
    folder = app.config["SETTINGS"].documents_dir
    return [path for path in folder.rglob("*") if path.is_file()]


def test_both_sides_read_the_invoice_and_take_its_files(
    page: Open, in_app: InApp, buyer: Member, seller: Member
) -> None:
    document_id = in_app(document_of, in_app(build_trades.settled, buyer, seller))
    for member in (buyer, seller):
        browser = page(member.email)
        browser.get(f"/comptes/{member.company_id}/factures")
        shown = browser.follow(f"BC{clock.today().year}-00001")
        assert "6\u202f000,00\u00a0€ TTC" in shown
        xml = browser.get(f"/documents/factures/{document_id}.xml")
        assert xml.headers["Content-Type"] == "application/xml"
        assert b"CrossIndustryInvoice" in xml.data
    assert "Rectifier" in page(seller.email).get(f"/documents/factures/{document_id}")
    assert "Rectifier" not in page(buyer.email).get(f"/documents/factures/{document_id}")


def test_a_stranger_finds_nothing(page: Open, in_app: InApp, buyer: Member, seller: Member) -> None:
    document_id = in_app(document_of, in_app(build_trades.settled, buyer, seller))
    stranger = page(in_app(build_members.company, "Agence Quai Neuf").email)
    for ending in ("", ".pdf", ".xml", "/originale.pdf", "/rectification"):
        stranger.get(f"/documents/factures/{document_id}{ending}", status=404)


def test_files_are_served_by_hash_and_in_ranges(
    page: Open, in_app: InApp, buyer: Member, seller: Member
) -> None:
    document_id = in_app(document_of, in_app(build_trades.settled, buyer, seller))
    browser, url = page(buyer.email), f"/documents/factures/{document_id}.pdf"
    whole = browser.get(url)
    assert whole.headers["Accept-Ranges"] == "bytes"
    etag = whole.headers["ETag"]
    assert browser.get(url, headers={"If-None-Match": etag}, status=304).data == b""
    part = browser.get(url, headers={"Range": "bytes=0-9"}, status=206)
    assert part.data == whole.data[:10]
    assert browser.get(url, headers={"Range": "bytes=9-1"}).data == whole.data


@pytest.mark.parametrize("altered", [True, False])
def test_an_archived_file_lost_or_altered_is_told_and_never_served(
    app: Flask, page: Open, in_app: InApp, buyer: Member, seller: Member, altered: bool
) -> None:
    document_id = in_app(document_of, in_app(build_trades.settled, buyer, seller))
    browser, url = page(buyer.email), f"/documents/factures/{document_id}.pdf"
    browser.get(url)
    (path,) = archived(app)
    path.chmod(0o600)
    if altered:
        path.write_bytes(path.read_bytes() + b"\n")
    else:
        path.unlink()
    shown = browser.get(url, status=503)
    assert ("empreinte" in shown) == altered
    assert "L’exploitant est prévenu" in shown


def test_a_draft_says_what_is_missing_and_is_issued_once_complete(
    page: Open, in_app: InApp, buyer: Member, seller: Member
) -> None:
    in_app(change, seller.company_id, rcs_city="", capital_cents=None)
    trade_id = in_app(build_trades.settled, buyer, seller)
    browser = page(seller.email)
    draft_url = f"/documents/factures/{in_app(document_of, trade_id)}"
    shown = browser.get(draft_url)
    assert "le capital social du vendeur" in shown
    refused = browser.submit("Émettre la facture", status=422)
    assert (
        "il manque le capital social du vendeur, la ville du registre du commerce (RCS) du vendeur" in refused
    )
    assert browser.get(f"{draft_url}.pdf").data.startswith(b"%PDF-")
    browser.get(f"{draft_url}.xml", status=404)
    page(buyer.email).get(draft_url, status=404)

    in_app(change, seller.company_id, rcs_city="Grenoble", capital_cents=1_000_000)
    browser.get(draft_url)
    issued = browser.submit("Émettre la facture")
    assert f"Facture BC{clock.today().year}-00001" in issued
    assert "Facture émise" in issued


def test_a_seller_without_mandate_records_its_own_invoice(
    page: Open, in_app: InApp, buyer: Member, seller: Member
) -> None:
    in_app(change, seller.company_id, mandate_accepted_at=None)
    trade_id = in_app(build_trades.settled, buyer, seller)
    browser, url = page(seller.email), f"/documents/factures/{in_app(document_of, trade_id)}"
    browser.get(url)
    tomorrow = (clock.today() + timedelta(days=1)).strftime("%d/%m/%Y")
    refused = browser.submit("Enregistrer ma facture", number="été 17", issued_on=tomorrow, status=422)
    assert "35 caractères au plus" in refused
    assert "Cette date est à venir" in refused
    assert browser.page is not None
    assert browser.page.value_of("number") == "été 17"
    done = browser.submit(
        "Enregistrer ma facture", number="F2026-17", issued_on=clock.today().strftime("%d/%m/%Y")
    )
    assert "Facture du vendeur F2026-17" in done
    assert "F2026-17" in page(buyer.email).get(f"/comptes/{buyer.company_id}/factures")


def test_a_correction_is_typed_and_issued(page: Open, in_app: InApp, buyer: Member, seller: Member) -> None:
    document_id = in_app(document_of, in_app(build_trades.settled, buyer, seller))
    browser = page(seller.email)
    browser.get(f"/documents/factures/{document_id}")
    browser.follow("Rectifier cette facture")
    same = browser.submit("Émettre la facture rectificative", status=422)
    assert "rien n’est émis" in same
    wrong = browser.submit("Émettre la facture rectificative", postal_code="38", status=422)
    assert "cinq chiffres" in wrong
    done = browser.submit(
        "Émettre la facture rectificative", postal_code="38000", city="Grenoble", order_reference="C-9"
    )
    assert f"Facture rectificative BR{clock.today().year}-00001" in done
    assert f"BC{clock.today().year}-00001" in done
