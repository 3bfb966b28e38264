"""Documents that are zip files of parts: what is checked before one is opened."""

from __future__ import annotations

import zipfile
from pathlib import Path

from index.corpus.loaders.bounds import bounds
from index.corpus.loaders.pdf import LOCKED

_OLD_DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how an OLE file begins


def check_zip(path: Path) -> None:
    """Raise ValueError for what is no zip file or is locked.

    So is one that would unpack to more than `Bounds` allow.
    """
    with path.open("rb") as file:
        if file.read(8) == _OLD_DOC:
            raise ValueError(f"{LOCKED}, or an old .doc or .xls: save it as .docx or .xlsx")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise ValueError(f"expected a file of zipped parts, found: {error}") from None
    if any(part.flag_bits & 1 for part in parts):
        raise ValueError(LOCKED)
    size = sum(part.file_size for part in parts)  # zipfile reads no more than a part declares
    most = bounds().document_mb
    if size > most << 20:
        raise ValueError(
            f"expected at most {most} MB unpacked, found {size >> 20} MB; "
            "or set DATELINE_DOCUMENT_MB"
        )
