"""The control words of Rich Text Format that matter for its text."""

from __future__ import annotations

import re

TOKEN = re.compile(
    rb"""\\(?P<word>[a-z]+)(?P<number>-?\d+)?[ ]?   # \par, \u8217
      | \\'(?P<byte>[0-9a-f]{2})                     # \'e9
      | \\(?P<sign>[^a-z'])                          # \~ \{
      | (?P<brace>[{}])
      | [\r\n]+
      | (?P<text>[^\\{}\r\n]+)""",
    re.IGNORECASE | re.VERBOSE,
)

# Groups that hold no text of the document, whatever stands in them.
UNSEEN = frozenset(
    """
    annotation atnauthor atndate atnid colortbl datafield datastore filetbl fldinst footer footerf
    footerl footerr ftncn ftnsep ftnsepc generator header headerf headerl headerr info latentstyles
    listoverridetable listtable objclass objdata objname pict pgptbl revtbl rsidtbl rxe sp
    stylesheet tc tcn template themedata xe xmlnstbl
    """.split()
)
# Groups that hold text within a group for newer programs.
SEEN_AGAIN = frozenset("shptxt dptxbxtext ud moMath".split())

SIGNS = {
    "par": "\n", "row": "\n", "line": "\n", "sect": "\n", "page": "\n", "column": "\n",
    "softline": "\n", "tab": "\t", "cell": " | ", "nestcell": " | ", "emdash": "—", "endash": "–",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "emspace": " ", "enspace": " ", "qmspace": " ", "~": "\u00a0", "_": "-", "{": "{", "}": "}",
    "\\": "\\", "\n": "\n", "\r": "\n",
}  # fmt: skip

DOCUMENT_CHARSETS = {"mac": "mac-roman", "pc": "cp437", "pca": "cp850"}

SYMBOL = "symbol"
# What \fcharset says of the font. 0 and 1 are those of the document.
CHARSETS_OF_FONTS = {
    2: SYMBOL, 77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030",
    136: "big5hkscs", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256",
    186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp437",
}  # fmt: skip


def symbol(code: int) -> str:
    """Return a character of a font of symbols: its bullets, and nothing else."""
    if code & 0xFF in (0xA7, 0xB7):
        return "•"
    return ""
