"""What the printed pages say and are: text, order, tags, and nothing loaded from anywhere."""

import io
import re
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from barterweb.documents import pdf
from barterweb.documents.facts import VAT_FRANCHISE_MENTION, Address, InvoiceFacts, StatementFacts
from barterweb.documents.pdf import child
from tests.documents import samples

PRINTER = pdf.Renderer(seconds=120)  # these tests ask what is printed, not how quickly on a busy machine


@cache
def read(facts: InvoiceFacts | StatementFacts) -> pypdf.PdfReader:
    made = PRINTER.render("invoice" if isinstance(facts, InvoiceFacts) else "statement", facts)
    return pypdf.PdfReader(io.BytesIO(made))


@cache
def page_texts(facts: InvoiceFacts | StatementFacts) -> tuple[str, ...]:
    """Return the text of each page with plain single spaces; U+200B, a place to break, is not text."""
    return tuple(plain(page.extract_text().replace("\u200b", "")) for page in read(facts).pages)


def text_of(facts: InvoiceFacts | StatementFacts) -> str:
    return " ".join(page_texts(facts))


def plain(text: str) -> str:
    return " ".join(text.split())


PART_BARTER = samples.invoice(
    samples.line(),
    samples.line(
        "Transport express Lyon – Grenoble", quantity_milli=2_500, unit="jour", unit_price_cents=68_000
    ),
    samples.line("Brochure imprimée", quantity_milli=120_000, unit_price_cents=215, vat_rate_bp=550),
    paid_cents=200_000,
    order_reference="BC-4512",
    delivery_address=Address(lines=("Quai 4",), postal_code="38130", city="Échirolles"),
    nature="mixed",
)
LONG = samples.invoice(
    *[samples.line(f"début {n}\n" + "Pièce usinée\n" * 3 + f"fin {n}") for n in range(1, 16)]
)
YEAR = samples.statement(*samples.operations(40))

# ------------------------------------------------------------------------------------------------------------- invoices


@pytest.mark.parametrize(
    "expected",
    [
        "Facture BC2026-00017 du 31 août 2026",
        "Transports Berthier 12, rue des Ateliers ZI Les Platières 69120 Vaulx-en-Velin",
        "SAS au capital de 50 000,00 €",
        "RCS Lyon 732 829 320",
        "SIRET 732 829 320 00074",
        "TVA FR44732829320",
        "Cabinet Valeyre & Associés 3, place du Marché 42000 Saint-Étienne",
        "SIREN 404 833 048",
        "Date de livraison 28 août 2026",
        "Échéance 30 septembre 2026",
        "Nature Biens et services",
        "Votre commande BC-4512",
        "Livré à Quai 4, 38130 Échirolles",
        f"Échange {samples.TRADE}",
        "Stockage de palettes 40 palette 12,50 € 20 % 500,00 €",
        "Transport express Lyon – Grenoble 2,5 jour 680,00 € 20 % 1 700,00 €",
        "20 % 2 200,00 € 440,00 €",
        "5,5 % 258,00 € 14,19 €",
        "Total HT 2 458,00 €",
        "Total TTC 2 912,19 €",
        "Payé en Barter le 31/08/2026 2 000,00 B",
        "Reste à payer en euros 912,19 €",
        "912,19 € au plus tard le 30 septembre 2026, par virement sur le compte FR76 3000 6000",
        f"Paiement par compensation via Barter clusters, opération n° {samples.OPERATION}, le 31/08/2026.",
        "1 Barter vaut 1 euro. Facture établie",
        "Indemnité forfaitaire pour frais de recouvrement en cas de retard : 40 €.",
        "majoré de 10 points",
        "Pas d’escompte pour paiement anticipé.",
        "Facture établie par France Clusters au nom et pour le compte de Transports Berthier.",
        "Page 1 / 1",
    ],
)
def test_an_invoice_prints_in_reading_order(expected: str) -> None:
    assert expected in text_of(PART_BARTER)


def test_an_invoice_paid_in_barter_asks_for_no_euros() -> None:
    text = text_of(samples.invoice(paid_cents=60_000))
    assert "Payé en Barter le 31/08/2026 600,00 B Reste à payer en euros 0,00 €" in text
    assert "virement" not in text
    assert "au plus tard" not in text


def test_an_unpaid_invoice_speaks_of_no_payment_in_barter() -> None:
    text = text_of(samples.invoice())
    assert "Reste à payer en euros 600,00 €" in text
    assert "Payé en Barter" not in text
    assert "compensation" not in text


def test_a_small_business_prints_its_exemption_beside_the_rate() -> None:
    trader = samples.seller(
        name="Camille Duret",
        is_sole_trader=True,
        legal_form="EI",
        capital_cents=None,
        rcs_city=None,
        vat_number=None,
    )
    lines = (samples.line(vat_rate_bp=0),)
    text = text_of(
        samples.invoice(*lines, seller=trader, exemption=VAT_FRANCHISE_MENTION, issued_on_behalf_by=None)
    )
    assert "0 % 500,00 € 0,00 € TVA non applicable, art. 293 B du CGI" in text
    assert "Camille Duret EI" in text
    assert "Entrepreneur individuel SIREN 732 829 320" in text
    assert "au nom et pour le compte" not in text


def test_the_words_of_the_templates_are_typeset_in_french() -> None:
    for path in child._TEMPLATES.glob("*.html"):
        words = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"'|\.\.\.|(?<!\u00a0)[:;!?»](?=\s|$)|«(?!\u00a0)", words, re.MULTILINE), path


# ----------------------------------------------------------------------------------------------------------- statements


@pytest.mark.parametrize(
    "expected",
    [
        "Relevé de compte du 1er janvier 2026 au 31 décembre 2026",
        "Titulaire Transports Berthier",
        "SIREN 732 829 320",
        "Compte acc_01k9x4v7m2q8r5t1w3y6z0a9bc",
        "Édité le 2 janvier 2027",
        "Ligne de crédit 2 000,00 B",
        "Montants réservés 1 500,00 B",
        "01/01/2026 Solde d’ouverture −1 234,56",
        "01/01/2026 Atelier du Pilat 0 12,50 −1 247,06 Usinage de prototypes · "
        "tfr_01k9x4v7m2q8r5t1w3y6z00000 · trd_01k9x4v7m2q8r5t1w3y6z00000",
        f"Empreinte du journal, scellé jusqu’à l’opération n° 1 234 : {samples.HEAD[:32]} {samples.HEAD[32:]}",
        "il n’est ni acheté, ni vendu, ni converti en euros",
    ],
)
def test_a_statement_prints_in_reading_order(expected: str) -> None:
    assert expected in text_of(YEAR)


def test_a_statement_prints_each_operation_once_and_the_totals_last() -> None:
    text = text_of(YEAR)
    assert [text.count(f"{line.operation_id} ") for line in YEAR.lines] == [1] * 40
    totals = [
        pdf_amount(cents) for cents in (YEAR.total_debit_cents, YEAR.total_credit_cents, YEAR.closing_cents)
    ]
    assert f"31/12/2026 Totaux et solde de clôture {' '.join(totals)}" in text


def pdf_amount(cents: int) -> str:
    sign = "−" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}".replace(",", " ") + f",{abs(cents) % 100:02d}"


def test_a_statement_without_operations_says_so() -> None:
    (text,) = page_texts(samples.statement())
    assert "Solde d’ouverture −1 234,56 Aucune opération sur la période." in text
    assert "Totaux et solde de clôture 0,00 0,00 −1 234,56" in text


# ---------------------------------------------------------------------------------------------------------------- pages


def test_each_page_carries_the_number_of_the_document_and_of_the_page() -> None:
    pages = page_texts(LONG)
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert "Facture BC2026-00017 – Transports Berthier" in text
        assert f"Page {number} / {len(pages)}" in text


@pytest.mark.parametrize(
    ("facts", "header"),
    [
        (LONG, "Désignation Quantité Unité Prix unit. HT TVA Total HT"),
        (YEAR, "Date Opération Débit (B) Crédit (B) Solde (B)"),
    ],
)
def test_the_headers_of_a_table_are_repeated_on_each_page(
    facts: InvoiceFacts | StatementFacts, header: str
) -> None:
    with_rows = [text for text in page_texts(facts) if re.search(r"début \d|Usinage", text)]
    assert len(with_rows) > 1
    assert all(header in text for text in with_rows)


def test_no_row_is_split_between_two_pages() -> None:
    for number in range(1, 16):
        (text,) = [text for text in page_texts(LONG) if f"début {number} " in text]
        assert re.search(rf"début {number} (Pièce usinée ){{3}}fin {number} 40 palette", text)


def test_a_row_taller_than_a_page_is_continued_rather_than_lost() -> None:
    words = [f"mot{n}" for n in range(1_500)]
    text = text_of(samples.invoice(samples.line(" ".join(words))))
    assert [word for word in words if word not in text] == []


# ------------------------------------------------------------------------------------------------------ the file itself


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        (PART_BARTER, "Facture BC2026-00017 – Transports Berthier"),
        (YEAR, "Relevé de compte du 1er janvier 2026 au 31 décembre 2026 – Transports Berthier"),
    ],
)
def test_the_file_is_a_tagged_french_pdf_a_3b_with_a_title(
    facts: InvoiceFacts | StatementFacts, title: str
) -> None:
    reader = read(facts)
    root = reader.root_object
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title == title
    xmp = reader.xmp_metadata
    assert xmp is not None
    assert (xmp.pdfaid_part, xmp.pdfaid_conformance) == ("3", "B")
    assert "/OutputIntents" in root


def test_the_file_is_dated_by_its_document_not_by_its_rendering() -> None:
    metadata = read(PART_BARTER).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == date(2026, 8, 31)


@pytest.mark.parametrize("facts", [PART_BARTER, YEAR])
def test_every_font_is_embedded(facts: InvoiceFacts | StatementFacts) -> None:
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in read(facts).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    assert all({"/FontFile2", "/FontFile3"} & set(font) for font in fonts)


def test_tables_are_tagged_with_rows_and_headers() -> None:
    names: list[str] = []

    def walk(element: object) -> None:
        found = element.get_object() if isinstance(element, pypdf.generic.IndirectObject) else element
        if isinstance(found, pypdf.generic.ArrayObject):
            for child in found:
                walk(child)
        elif isinstance(found, pypdf.generic.DictionaryObject):
            names.append(str(found.get("/S")))
            walk(found.get("/K"))

    walk(read(PART_BARTER).root_object["/StructTreeRoot"]["/K"])
    assert names.count("/H1") == 1
    assert names.count("/TH") == 6 + 3 + 6 + 3 + 5
    assert names.count("/Table") == 5


# ---------------------------------------------------------------------------------------------------------- hostile text

HOSTILE = [
    "<img src=file:///etc/passwd>",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css><style>body{display:none}</style>",
    "</td></tr></table><script>alert(1)</script>",
    "{{ 7*7 }}{% raw %} &amp; &lt;b&gt; \" ' \\",
    "<iframe src=//127.0.0.1/></iframe><object data=file:///etc/passwd></object>",
    "@page { size: 1px }",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_as_it_was_typed(text: str) -> None:
    address = Address(lines=(text,), postal_code=text, city=text)
    seller = samples.seller(name=text, address=address, legal_form=text, rcs_city=text)
    facts = samples.invoice(samples.line(text, unit=text), seller=seller, order_reference=text, iban=text)
    letters = text_of(facts).replace(" ", "")
    assert letters.count(text.replace(" ", "")) >= 10
    assert not [name for page in read(facts).pages for name in page["/Resources"].get("/XObject", {})]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1/", "https://example.org/x", "data:text/css,p{}", "x"]
)
def test_our_pages_may_load_nothing(url: str) -> None:
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    html = HTML(string=f"<img src='{url}'>", base_url="http://127.0.0.1/", url_fetcher=child._refuse_address)
    with pytest.raises(FatalURLFetchingError):
        html.write_pdf()


def test_the_style_sheet_and_the_templates_name_no_address() -> None:
    for path in Path(child._TEMPLATES).iterdir():
        text = path.read_text().replace('src="picture:', "")  # pictures are handed over with the facts
        assert not re.search(r"url\(|@import|@font-face|src=|href=|file:|https?:", text), path


def test_characters_that_no_font_has_become_replacement_characters() -> None:
    text = text_of(samples.invoice(samples.line("avant \U000f1234\ue123 après")))
    assert "avant \ufffd\ufffd après" in text


def test_controls_halves_of_characters_and_direction_overrides_are_dropped() -> None:
    text = text_of(samples.invoice(samples.line("a\x00b\x07c\x1bd\u202e100,00\u202c\u2066e\ud800f\ufffff")))
    assert "abcd100,00eff" in text


def test_right_to_left_text_and_emoji_are_printed() -> None:
    text = unicodedata.normalize("NFKC", text_of(samples.invoice(samples.line("שלום עולם 😀 fin"))))
    assert "fin" in text
    assert "😀" in text
    assert "שלום" in text or "םולש" in text


@pytest.mark.parametrize("text", ["A" * 10_000, "mot\u00a0" * 2_500])
def test_ten_thousand_letters_without_a_space_are_printed(text: str) -> None:
    letters = "".join(page_texts(samples.invoice(samples.line(text)))).replace(" ", "")
    wanted = plain(text).replace(" ", "")
    assert letters.count(wanted[0]) >= wanted.count(wanted[0])
    assert letters.count(wanted[-1]) >= wanted.count(wanted[-1])


@given(st.text(st.sampled_from("a€\u00a0 \n\u200b"), max_size=200))
def test_long_words_get_places_to_break_and_lose_nothing(text: str) -> None:
    printed = child._printable(text)
    assert printed.replace("\u200b", "") == text.replace("\u200b", "")
    assert all(len(word) <= 36 for word in re.split("[ \n\u200b]", printed))


def test_a_legal_number_and_an_identifier_are_never_broken() -> None:
    for text in ("A" * 35, samples.OPERATION, samples.IBAN, 1_000, None):
        assert child._printable(text) == text
