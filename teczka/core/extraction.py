"""What is looked for inside attached files, and why there may be no text of one."""

from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final


class Kind(StrEnum):
    PDF = "pdf"
    OFFICE = "office"  # a ZIP of XML: DOCX, XLSX, PPTX, ODT, ODS, ODP
    RTF = "rtf"
    HTML = "html"
    PLAIN = "plain"
    LETTER = "letter"
    UNSURE = "unsure"  # only its bytes can tell


class Lack(StrEnum):
    """Why there is no text of a file, or not all of it. Kept in the database: never renamed."""

    EMPTY = "empty"  # nothing but pictures, as a scan
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"  # or it unfolds to more than any honest file does
    TOO_SLOW = "too_slow"
    TOO_HUNGRY = "too_hungry"
    KILLS = "kills"  # whoever reads it ends
    CUT = "cut"  # there is text, but not all
    LOST = "lost"  # its bytes are not where they were


MOST_BYTES: Final = 100_000_000  # decoded, of a file that is opened at all
MOST_SIGNS: Final = 10_000_000  # of text, of a file; and of all files of one message together, that are searched

_OFFICE: Final = "docx docm dotx dotm xlsx xlsm xltx xltm pptx pptm ppsx potx odt ott ods ots odp otp fodt"
_BY_SUFFIX: Final = {
    "pdf": Kind.PDF,
    "rtf": Kind.RTF,
    "doc": Kind.UNSURE,  # often RTF or HTML by another name
    "xls": Kind.UNSURE,
    "eml": Kind.LETTER,
    **dict.fromkeys(_OFFICE.split(), Kind.OFFICE),
    **dict.fromkeys("htm html xhtml xml".split(), Kind.HTML),
    **dict.fromkeys("txt text csv tsv md log ics vcf json yaml yml ini srt".split(), Kind.PLAIN),
}
_BY_TYPE: Final = {
    "application/pdf": Kind.PDF,
    "application/x-pdf": Kind.PDF,
    "application/rtf": Kind.RTF,
    "text/rtf": Kind.RTF,
    "application/msword": Kind.UNSURE,
    "message/rfc822": Kind.LETTER,
    "message/global": Kind.LETTER,
    "text/html": Kind.HTML,
    "text/xml": Kind.HTML,
    "application/xml": Kind.HTML,
    "application/xhtml+xml": Kind.HTML,
    "application/octet-stream": Kind.UNSURE,
    "application/binary": Kind.UNSURE,
    "application/download": Kind.UNSURE,
    "application/force-download": Kind.UNSURE,
}
_WITHOUT_TEXT: Final = frozenset(
    "jpg jpeg png gif bmp tif tiff webp heic svg mp3 m4a wav ogg mp4 mov avi mkv zip 7z rar gz tar exe msi dll p7s p7m sig asc gpg"
    " ttf otf dwg psd iso msg tnef dat".split()
)


def kind(content_type: str, name: str) -> Kind | None:
    """What a file says that it is; None: nothing that has text. A suffix says more than a type: many programs send all as
    application/octet-stream, or as what they took from an extension."""
    suffix = PurePosixPath(name.lower()).suffix[1:]
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if suffix in _WITHOUT_TEXT:
        return None
    if content_type.startswith("application/vnd.o"):  # openxmlformats, oasis.opendocument
        return Kind.OFFICE
    return _BY_TYPE.get(content_type) or (Kind.PLAIN if content_type.startswith("text/") else None)
