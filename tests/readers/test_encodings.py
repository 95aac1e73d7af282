# ruff: noqa: RUF001  (letters of other alphabets are what it is about)
"""Files in older encodings: told by themselves or by their words, else refused; never stored as other letters."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.readers.inputs.encodings import declared, told

Read = Callable[[bytes], Any]

TEXTS = {
    "de": (("cp1252",), "Über die Rückkehr der Fischotter", "In größeren Flüssen fanden wir jüngere Wälder."),
    "fr": (
        ("cp1252",),
        "Le retour des loutres à la rivière",
        "Les rivières restaurées étaient peuplées; c'est très élevé.",
    ),
    "es": (("cp1252",), "El regreso de las nutrias a los ríos", "Después de tres años la población también creció."),
    "pt": (("cp1252",), "O regresso das lontras às águas", "Não há exceções na região; são conclusões sólidas."),
    "da": (("cp1252",), "Odderen ved genskabte søer", "Den fandtes i åer, særligt på øerne."),
    "pl": (
        ("cp1250", "iso8859-2"),
        "Wydry żyją w górskich źródłach",
        "Zależność jest większa, niż się spodziewaliśmy.",
    ),
    "cs": (
        ("cp1250", "iso8859-2"),
        "Návrat vyder do řek a přítoků",
        "Závislost je větší, než jsme čekali, protože je čisté.",
    ),
    "hu": (
        ("cp1250", "iso8859-2"),
        "A vidrák visszatérése és sűrűsége",
        "A sűrűség nőtt, és a víz jobb lett, mint előtte.",
    ),
    "tr": (("cp1254",), "Su samurlarının akarsulara dönüşü", "Üç yıl sonra bağımlılık değişti."),
    "ru": (("cp1251", "koi8-r", "iso8859-5", "cp866"), "Возвращение выдры в реки", "Изучено, возвращаются ли выдры."),
    "uk": (("cp1251",), "Повернення видри до річок", "Досліджено, чи повертаються видри."),
    "el": (("cp1253",), "Η επιστροφή της βίδρας", "Μελετάμε αν οι βίδρες επιστρέφουν στα ποτάμια."),
    "zh": (("gb18030",), "水獭返回恢复的河流", "本文研究水獭是否返回恢复的河流，结果表明大部分河流中出现。"),
    "zh-tw": (("big5",), "水獺返回恢復的河流", "本文研究水獺是否返回恢復的河流，結果表明大部分河流中出現。"),
    "ja": (("cp932", "euc_jp"), "復元された河川へのカワウソの回帰", "本研究では、カワウソが戻るかどうかを調べた。"),
    "ko": (("cp949",), "복원된 하천으로 돌아온 수달", "본 연구는 수달이 하천으로 돌아오는지를 조사하였다."),
}
CASES = [
    pytest.param(title, abstract, encoding, id=f"{language}-{encoding}")
    for language, (encodings, title, abstract) in TEXTS.items()
    for encoding in encodings
]


def ris(title: str, abstract: str) -> str:
    return f"TY  - JOUR\nTI  - {title}\nAU  - Doe, Jane\nAB  - {abstract}\nER  - \n"


@pytest.mark.parametrize(("title", "abstract", "encoding"), CASES)
def test_a_file_in_an_older_encoding_is_read_as_it_was_written(
    read_bytes: Read, title: str, abstract: str, encoding: str
) -> None:
    found = read_bytes(ris(title, abstract).encode(encoding))
    assert [(one.title, one.abstract) for one in found.records] == [(title, abstract)]
    assert found.remarks[0].startswith("not UTF-8: 2 lines read as ")


@pytest.mark.parametrize(
    ("title", "encoding"),
    [
        ("±i °¶ 張偉", "big5"),
        ("Šimić, Đorđe", "iso8859-2"),
        ("田中太郎", "euc_jp"),
        ("张伟", "gb18030"),
        ("ÿþ", "latin-1"),
    ],
)
def test_too_little_to_tell_an_encoding_by_is_refused_with_what_to_do(
    read_bytes: Read, title: str, encoding: str
) -> None:
    found = read_bytes(ris(f"On {title}", "We test.").encode(encoding, "ignore"))
    assert not found.records
    assert "not UTF-8" in found.rejections[0].reason
    assert "save the file as UTF-8" in found.remarks[0]


@pytest.mark.parametrize(
    "line",
    [
        "% Encoding: Cp1250", "% Encoding: windows-1250",
        "%% Saved with string encoding Central European (Windows Latin 2)",
        "% -*- coding: cp1250 -*-", "@comment{x-kbibtex-encoding=cp1250}",
        "This file was created with JabRef 2.10.\nEncoding: Cp1250", "% !TeX encoding = windows-1250",
    ],
)  # fmt: skip
def test_what_a_file_says_of_its_encoding_is_believed(read_bytes: Read, line: str) -> None:
    content = f"{line}\n@misc{{k, title={{Šimić}}, abstract={{Ďáblík ťuká.}}}}\n".encode("cp1250")
    found = read_bytes(content)
    assert [(one.title, one.abstract) for one in found.records] == [("Šimić", "Ďáblík ťuká.")]
    assert found.remarks == ["not UTF-8: 1 lines read as Windows-1250, as the file says"]


def test_a_file_that_says_another_encoding_but_is_utf_8_is_read_as_that(read_bytes: Read) -> None:
    found = read_bytes("% Encoding: Cp1252\n@misc{k, title={Über}, abstract={Größe zählt.}}\n".encode())
    assert (found.records[0].title, found.remarks) == ("Über", [])


@pytest.mark.parametrize("name", [b"UTF-8", b"utf-7", b"idna", b"rot13", b"nonsense", b"utf-16", b"\xff", b"hex"])
def test_what_is_no_older_encoding_is_none_that_a_file_can_have(name: bytes) -> None:
    assert declared(b"% Encoding: " + name + b"\n") is None


def test_a_short_line_that_is_utf_8_by_chance_is_read_as_the_others(read_bytes: Read) -> None:
    name = b"\xc1\xaa\xcd\xa8"  # GBK's best known case
    content = ris(TEXTS["zh"][1], TEXTS["zh"][2]).encode("gb18030").replace(b"Doe, Jane", name)
    [record] = read_bytes(content).records
    assert record.authors == (name.decode("gb18030"),)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.binary(max_size=60), max_size=5))
def test_any_lines_have_an_encoding_that_reads_them_or_none(lines: list[bytes]) -> None:
    encoding = told(lines)
    assert encoding is None or all(isinstance(line.decode(encoding), str) for line in lines if not line.isascii())


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_any_head_declares_an_encoding_or_none(rest: bytes) -> None:
    declared(b"% Encoding: " + rest)
