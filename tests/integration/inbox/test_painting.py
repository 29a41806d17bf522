"""Pages of scans are drawn by a process that hostile ones cannot get out of."""

import io
import json
import subprocess
import sys
import textwrap
import threading
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

from archsearch.errors import BusyError
from archsearch.services.painting import PNG, Painted, Painter

SRC = Path(__file__).parents[3] / "src"


def scan(kind: str, *pages: Image.Image, **more: object) -> bytes:
    file = io.BytesIO()
    first, *others = pages
    first.save(file, kind, save_all=True, append_images=others, **more)
    return file.getvalue()


def drawn(content: bytes, page: int = 1) -> Image.Image:
    painted = Painter().paint([content], page)
    assert painted.fault == ""
    assert painted.picture.startswith(PNG)
    return Image.open(io.BytesIO(painted.picture))


@pytest.mark.parametrize(
    ("mode", "compression"),
    [
        ("1", "group4"),
        ("1", "raw"),
        ("L", "tiff_lzw"),
        ("P", "tiff_adobe_deflate"),
        ("I;16", "raw"),
        ("RGB", "jpeg"),
        ("RGBA", "tiff_lzw"),
        ("CMYK", "raw"),
    ],
)
def test_every_kind_of_tiff_is_drawn(mode: str, compression: str) -> None:
    page = Image.new(mode, (60, 90))

    picture = drawn(scan("TIFF", page, compression=compression))

    assert picture.size == (60, 90)
    assert picture.mode in {"L", "RGB"}


def test_large_pages_become_as_large_as_is_of_use_and_faxes_get_their_shape_back() -> None:
    large = drawn(scan("TIFF", Image.new("1", (4960, 7016), 1), compression="group4"))
    fax = drawn(scan("TIFF", Image.new("1", (1728, 1100), 1), compression="group4", dpi=(204, 98)))
    document = drawn(scan("PDF", Image.new("L", (1240, 1754), 255), resolution=150))

    assert large.size == (1697, 2400)
    assert fax.width / fax.height == pytest.approx(1728 / 204 / (1100 / 98), abs=0.01)
    assert document.height == pytest.approx(2400, abs=1)


def test_pages_are_counted_without_being_drawn() -> None:
    pages = [Image.new("1", (9, 9)) for _ in range(3)]

    for kind in ("TIFF", "PDF"):
        assert Painter().paint([scan(kind, *pages)], 0) == (b"", 3, "")
        assert Painter().paint([scan(kind, *pages)], 4).fault == "no_page"


def tiff_that_claims(width: int, height: int) -> bytes:
    """Write a TIFF whose head claims a size."""
    small = bytearray(scan("TIFF", Image.new("L", (8, 8)), compression="tiff_adobe_deflate"))
    start = int.from_bytes(small[4:8], "little")
    for at in range(start + 2, start + 2 + 12 * small[start], 12):
        tag = int.from_bytes(small[at : at + 2], "little")
        if tag in {256, 257}:
            claimed = width if tag == 256 else height
            small[at + 2 : at + 4] = (4).to_bytes(2, "little")
            small[at + 8 : at + 12] = claimed.to_bytes(4, "little")
    return bytes(small)


def pdf_that_grows() -> bytes:
    """Write a document whose one page is a stream of a few kilobytes that becomes gigabytes."""
    packed = zlib.compressobj(9)
    content = b"".join(packed.compress(b"0 0 m 9 9 l S " * 100_000) for _ in range(400))
    content += packed.flush()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
        b"<< /Filter /FlateDecode /Length %d >> stream\n%s\nendstream" % (len(content), content),
    ]
    body = b"%PDF-1.4\n" + b"".join(
        b"%d 0 obj %s endobj\n" % (number, part) for number, part in enumerate(parts, 1)
    )
    return body + b"trailer << /Root 1 0 R /Size 5 >>\n%%EOF"


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"%PDF-1.7 nothing %%EOF", {"damaged"}),
        (b"II*\0\xff\xff\xff\xff", {"damaged"}),
        (b"GIF89a", {"damaged"}),
        (b"\0", {"damaged"}),
        (tiff_that_claims(60_000, 60_000), {"too_large"}),
        (tiff_that_claims(11_000, 10_000), {"damaged"}),
        (scan("TIFF", Image.new("L", (400, 400)))[:900], {"damaged"}),
    ],
)
def test_what_cannot_be_drawn_is_told_apart(content: bytes, faults: set[str]) -> None:
    painted = Painter().paint([content], 1)

    assert painted.picture == b""
    assert painted.fault in faults


def test_a_document_with_a_password_says_so() -> None:
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415

    writer = PdfWriter(PdfReader(io.BytesIO(scan("PDF", Image.new("L", (9, 9))))))
    writer.encrypt("secret", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)

    assert Painter().paint([file.getvalue()], 1).fault == "encrypted"


def test_what_takes_too_long_or_grows_without_end_is_ended() -> None:
    painted = Painter(seconds=2).paint([pdf_that_grows()], 1)

    assert painted.fault in {"too_slow", "damaged", "too_large"}
    assert threading.active_count() < 20


def test_the_process_can_open_nothing_and_reach_nobody() -> None:
    tried = textwrap.dedent(
        """
        import os, socket
        from archsearch.entrypoints.painter import confine
        confine(5)
        out = []
        for deed in (
            lambda: open("/etc/passwd"),
            lambda: open("/dev/null", "w"),
            lambda: socket.socket(),
            lambda: os.pipe(),
            lambda: os.memfd_create("x"),
            lambda: bytearray(2 << 30),
        ):
            try:
                deed()
                out.append("done")
            except (OSError, MemoryError):
                out.append("refused")
        print(*out)
        """
    )

    answer = subprocess.run(
        [sys.executable, "-c", tried],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(SRC)},
    )

    assert answer.stdout.split() == ["refused"] * 6


def test_the_process_can_change_nothing_and_end_nobody(tmp_path: Path) -> None:
    tried = textwrap.dedent(
        """
        import os, sys
        from archsearch.entrypoints.painter import confine
        book, other = sys.argv[1], sys.argv[1] + "2"
        confine(5)
        out = []
        for deed in (
            lambda: os.rename(book, other),
            lambda: os.unlink(book),
            lambda: os.truncate(book, 0),
            lambda: os.chmod(book, 0o777),
            lambda: os.link(book, other),
            lambda: os.symlink(book, other),
            lambda: os.mkdir(other),
            lambda: os.listdir(os.path.dirname(book)),
            lambda: os.stat(book),
            lambda: os.kill(os.getppid(), 0),
            lambda: os.fork(),
            lambda: os.execv(sys.executable, ["python", "-c", "print('another')"]),
        ):
            try:
                deed()
                out.append("done")
            except OSError:
                out.append("refused")
        print(*out)
        """
    )
    book = tmp_path / "book"
    book.write_text("of the archive")

    answer = subprocess.run(
        [sys.executable, "-c", tried, str(book)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(SRC)},
    )

    assert answer.stdout.split() == ["refused"] * 12
    assert [path.name for path in tmp_path.iterdir()] == ["book"]
    assert book.read_text() == "of the archive"


@pytest.mark.parametrize(
    "says",
    [
        "print('{}')",
        "print('[]')",
        "print('{\"pages\": 1}'); print('<script>')",
        "print('{\"pages\": 99999999}')",
        'print(\'{"fault": "<script>"}\')',
        "print('x' * 10_000_000)",
        "raise SystemExit(1)",
        "import os; os.kill(os.getpid(), 11)",
    ],
)
def test_an_answer_is_believed_only_as_far_as_it_is_one(says: str, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\n{says}\n")
    python.chmod(0o700)

    painted = Painter(python=str(python)).paint([b"%PDF-"], 1)

    assert (painted.picture, painted.fault) == (b"", "damaged")


def test_the_process_is_told_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHSEARCH_KEYS", "of the archive")
    monkeypatch.setenv("VAULT_TOKEN", "of the keys of the archive")
    python, told = tmp_path / "python", tmp_path / "told"
    tell = f"import json, os\nprint(json.dumps([*os.environ]), file=open({str(told)!r}, 'w'))"
    python.write_text(f"#!{sys.executable}\n{tell}\n")
    python.chmod(0o700)

    Painter(python=str(python)).paint([b"%PDF-"], 1)

    assert set(json.loads(told.read_text())) == {"PYTHONPATH", "LC_ALL"}


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(600)\n")
    python.chmod(0o700)

    assert Painter(seconds=1, python=str(python)).paint([b"%PDF-"], 1).fault == "too_slow"


def test_only_so_many_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    painter, go_on = Painter(), threading.Event()

    def paint(content: Iterable[bytes], page: int) -> Painted:
        go_on.wait()
        return Painted(b"", page)

    monkeypatch.setattr(painter, "paint", paint)
    promised = [painter.later([], page) for page in range(20)]
    with pytest.raises(BusyError):
        painter.later([], 99)
    go_on.set()

    assert [each.result().pages for each in promised] == list(range(20))
    assert painter.later([], 7).result().pages == 7


def test_nothing_is_written_to_any_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMPDIR", "HOME", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)

    Painter().paint([scan("TIFF", Image.new("L", (900, 900)))], 1)

    assert list(tmp_path.rglob("*")) == []
