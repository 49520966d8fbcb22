"""searchable.pdf of PDFs that somebody signed: pyHanko signs and checks them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import keys, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from outputs.books import book_of, page_of
from outputs.found_text import box_of, is_near, poppler_text, problems_of, text_of
from outputs.searchables import PLACE, line, read, searchable
from pagemill.testing.documents import picture_pdf, text_pdf

NAME = certificates.Name([certificates.NameAttribute(certificates.NameOID.COMMON_NAME, "Somebody")])


@pytest.fixture(scope="module")
def signer() -> signers.SimpleSigner:
    """Somebody with a certificate of his own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    usage = certificates.KeyUsage(True, True, *[False] * 7)
    made = (
        certificates.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(made.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),
    )


@pytest.fixture(params=["table", "stream"])
def sign(signer: signers.SimpleSigner, tmp_path: Path, request) -> Callable[[bytes], Path]:
    """Signs a PDF whose cross-references are a table, or a stream."""

    def signed(data: bytes) -> Path:
        packed = io.BytesIO()
        mode = {"table": "disable", "stream": "generate"}[request.param]
        with pikepdf.open(io.BytesIO(data)) as pdf:
            pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode[mode])
        writer = IncrementalPdfFileWriter(packed)
        fields.append_signature_field(writer, fields.SigFieldSpec("Signed"))
        about = signers.PdfSignatureMetadata(field_name="Signed")
        path = tmp_path / "signed.pdf"
        with path.open("w+b") as file:
            signers.sign_pdf(writer, about, signer=signer, output=file)
        return path

    return signed


def checked(data: bytes, signer: signers.SimpleSigner) -> PdfSignatureStatus:
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    context = ValidationContext(trust_roots=[signer.signing_cert])
    return validate_pdf_signature(signature, context)


def test_a_signed_document_that_has_its_text_stays_as_it_is(sign, signer) -> None:
    path = sign(text_pdf(["signed words"]))
    result = searchable(book_of([page_of("signed words")], path))
    assert result == path.read_bytes()
    assert checked(result, signer).bottom_line


def test_a_signed_scan_gets_its_text_behind_what_was_signed(sign, signer, tmp_path: Path) -> None:
    path = sign(picture_pdf(["dots"]))
    result = searchable(book_of([read(line("Found here"))], path))
    assert result.startswith(path.read_bytes())
    status = checked(result, signer)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert is_near(box_of(result, "Found here"), PLACE)
    assert "Found here" in poppler_text(result, tmp_path)
    assert problems_of(result) == []


def test_a_signed_scan_of_many_pages_gets_text_on_each(sign, signer) -> None:
    path = sign(picture_pdf(["one", "two", "three"]))
    pages = [read(line("first")), read(line("third \U0001f600"), number=3)]
    result = searchable(book_of(pages, path))
    assert checked(result, signer).intact
    assert (text_of(result, 1), text_of(result, 2)) == ("first", "")
    assert "third" in text_of(result, 3)


def test_a_signed_document_with_a_page_listed_twice_is_written_anew(sign) -> None:
    path = sign(picture_pdf(["one"]))
    with pikepdf.open(path) as pdf:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages.Kids[0])
        pdf.Root.Pages.Count = 2
        path = path.with_name("twice.pdf")
        pdf.save(path)
    result = searchable(book_of([read(line("one")), read(line("two"), number=2)], path))
    assert [text_of(result, number) for number in (1, 2)] == ["one", "two"]
    assert problems_of(result) == []
