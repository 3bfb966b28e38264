"""Names of charsets as files declare them, and the codec that reads each.

The names are those of the WHATWG encoding standard (https://encoding.spec.whatwg.org). As in
browsers, "ISO-8859-1" and "US-ASCII" are read as Windows-1252, and "Shift_JIS" as Microsoft's
variant. Text in the narrower charset reads the same, and text in the wider one is no longer
damaged. Limits: UTF-7 and other names that the standard does not know count as not declared.
"""

from __future__ import annotations

import codecs

# The codec that browsers use for a charset, by the name that Python gives the charset.
_READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
}
_KNOWN = frozenset(
    """
    utf-8 utf-16-le utf-16-be utf-32-le utf-32-be cp866 koi8-r koi8-u mac-roman mac-cyrillic
    iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13
    iso8859-14 iso8859-15 iso8859-16 cp437 cp850 cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255
    cp1256 cp1257 cp1258 gb18030 big5hkscs euc_jp iso2022_jp cp932 cp949
    """.split()
)
# Labels of the standard that Python does not know.
_MORE_LABELS = {
    "cseucpkdfmtjapanese": "euc_jp",
    "dos-874": "cp874",
    "gb_2312-80": "gb18030",
    "iso88591": "cp1252",
    "iso-8859-8-i": "iso8859-8",
    "iso-ir-149": "cp949",
    "ks_c_5601-1989": "cp949",
    "logical": "iso8859-8",
    "macintosh": "mac-roman",
    "ms932": "cp932",
    "sun_eu_greek": "iso8859-7",
    "unicode": "utf-16-le",
    "unicode-1-1-utf-8": "utf-8",
    "visual": "iso8859-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-949": "cp949",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-roman": "mac-roman",
    "x-mac-ukrainian": "mac-cyrillic",
    "x-sjis": "cp932",
    "x-x-big5": "big5hkscs",
}
_SHOWN = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
    "mac-roman": "MacRoman",
    "koi8-r": "KOI8-R",
    "cp932": "Shift-JIS",
    "cp949": "EUC-KR",
    "euc_jp": "EUC-JP",
    "gb18030": "GB18030",
    "big5hkscs": "Big5",
}


def codec_of(label: str | None) -> str | None:
    """Return the codec for a declared charset; None for a name that is not known."""
    if label is None:
        return None
    name = label.strip().strip("\"'").lower()
    if name in _MORE_LABELS:
        return _MORE_LABELS[name]
    for prefix in ("x-cp", "windows-"):
        if name.startswith(prefix):
            name = f"cp{name.removeprefix(prefix)}"
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    codec = _READ_AS.get(found, found)
    if codec not in _KNOWN:  # "rot13" and the like are no charsets
        return None
    return codec


def shown(codec: str) -> str:
    """Return the usual name of a charset: "Windows-1252" for "cp1252"."""
    if codec in _SHOWN:
        return _SHOWN[codec]
    if codec.startswith("cp125"):
        return codec.replace("cp", "Windows-")
    return codec.replace("iso8859", "ISO-8859")
