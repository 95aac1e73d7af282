"""Authors from whatever a source gives: texts with any sign between names, lists, objects, printed lists."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.readers.authors.author_lists import authors_in, authors_of
from rag.records import Paper

PROPERTY = settings(deadline=None, max_examples=200)
TEXTS: list[tuple[str, list[str]]] = [
    ("Smith JA 3rd, Roe RA Jr", ["JA Smith 3rd", "RA Roe Jr"]),
    ("Wang, X. -Y., Li, Y.", ["X. -Y. Wang", "Y. Li"]),
    ("Doe, J. and 3 others", ["J. Doe"]),
    ("王小明,李四,张三,赵五", ["王小明", "李四", "张三", "赵五"]),
    ("Doe, Jane; Roe, Richard", ["Jane Doe", "Richard Roe"]),
    ("Doe J.; van der Berg J.P.", ["J. Doe", "J.P. van der Berg"]),
    ("Doe J., Roe R.A., van der Berg J.-P.", ["J. Doe", "R.A. Roe", "J.-P. van der Berg"]),
    ("Poe A.", ["A. Poe"]),
    ("Doe J", ["J Doe"]),
    ("Smith, Jr., John", ["John Smith Jr."]),
    ("King, Martin Luther, Jr.", ["Martin Luther King Jr."]),
    ("Garcia Marquez, Jose", ["Jose Garcia Marquez"]),
    ("van der Berg, Ada; Kim, M. A.; Roe, M.D.; Lee, MA", ["Ada van der Berg", "M. A. Kim", "M.D. Roe", "MA Lee"]),
    ("De Silva, Ann Mary", ["Ann Mary De Silva"]),
    ("World Health Organization", ["World Health Organization"]),
    ("Jane Doe, Richard Roe and Ann Poe", ["Jane Doe", "Richard Roe", "Ann Poe"]),
    ("Jane Doe, Richard Roe, & Ann Poe", ["Jane Doe", "Richard Roe", "Ann Poe"]),
    ("Jane Doe & Ann Poe", ["Jane Doe", "Ann Poe"]),
    ("Doe, J., Roe, R., & Poe, A.", ["J. Doe", "R. Roe", "A. Poe"]),
    ("Doe, J. & Roe, R.", ["J. Doe", "R. Roe"]),
    ("Doe, Jane and Roe, Richard and Poe, Ann", ["Jane Doe", "Richard Roe", "Ann Poe"]),
    ("Garcia Marquez, Jose and Roe, Ann", ["Jose Garcia Marquez", "Ann Roe"]),
    ("Jane Doe|Richard Roe|Ann Poe", ["Jane Doe", "Richard Roe", "Ann Poe"]),
    ("Jane Doe | Richard Roe", ["Jane Doe", "Richard Roe"]),
    ("Jane Doe\nRichard Roe", ["Jane Doe", "Richard Roe"]),
    ("J. Doe; R. A. Roe; A. Poe", ["J. Doe", "R. A. Roe", "A. Poe"]),
    ("J. Doe, R. A. Roe", ["J. Doe", "R. A. Roe"]),
    ("Doe, Jane, Roe, Richard", ["Jane Doe", "Richard Roe"]),
    ("Doe, Jane M., van Rossum, Guido", ["Jane M. Doe", "Guido van Rossum"]),
    ("['Jane Doe', \"Mary O'Hara\"]", ["Jane Doe", "Mary O'Hara"]),
    (
        "[{'authorId': '2061', 'name': 'Jane Doe'}, {'authorId': '2062', 'name': 'Richard Roe'}]",
        ["Jane Doe", "Richard Roe"],
    ),
    ("array(['Jane Doe', 'Ann Poe'], dtype=object)", ["Jane Doe", "Ann Poe"]),
    ("['Jane Doe' 'Ann Poe']", ["Jane Doe", "Ann Poe"]),
    ("[\"Jane Doe\"\n 'Ann Poe']", ["Jane Doe", "Ann Poe"]),
    ("[{'name': 'Jane Doe', 'id': nan}\n {'name': 'Ann Poe', 'id': None}]", ["Jane Doe", "Ann Poe"]),
    (
        "array([{'name': 'Jane Doe', 'ids': array(['1'], dtype=object)},\n       {'name': 'Ann Poe'}], dtype=object)",
        ["Jane Doe", "Ann Poe"],
    ),
    ('[{"given": "Jane", "family": "Doe"}]', ["Jane Doe"]),
    ("('Jane Doe', 'Ann Poe')", ["Jane Doe", "Ann Poe"]),
    ("[]", []),
    ("{}", []),
    ("nan", []),
    ("", []),
    ("Doe, Jane (57190000001); van der Berg, Jan Peter (57190000002)", ["Jane Doe", "Jan Peter van der Berg"]),
    ("[No author name available]", []),
    ("[Anonymous]", []),
    ("Anonymous", []),
    ("Jane Doe et al.", ["Jane Doe"]),
    ("Doe J, et al", ["J Doe"]),
    ("Doe J., Roe R., et al.", ["J. Doe", "R. Roe"]),
    ("Jane Doe, PhD, Richard Roe, MD", ["Jane Doe", "Richard Roe"]),
    ("Jane Doe, MD, PhD; Ann Poe, MSc", ["Jane Doe", "Ann Poe"]),
    ("Jane Doe PhD", ["Jane Doe"]),
    ("Jane Doe¹, Richard Roe²,³", ["Jane Doe", "Richard Roe"]),
    ("Jane Doe1, Richard Roe2,3*", ["Jane Doe", "Richard Roe"]),
    ("Jane Doe (https://orcid.org/0000-0001-2345-678X); Ann Poe", ["Jane Doe", "Ann Poe"]),
    ("Doe, Jane (jane@example.org)", ["Jane Doe"]),
    ("Jane Doe <jane@example.org>, Ann Poe <a@b.org>", ["Jane Doe", "Ann Poe"]),
    ("王伟; 李娜", ["王伟", "李娜"]),
    ("王伟，李娜", ["王伟", "李娜"]),
    ("王伟、李娜", ["王伟", "李娜"]),
    ("王, 伟", ["王伟"]),
    ("Иванов, Пётр; Сидоров, Иван", ["Пётр Иванов", "Иван Сидоров"]),
    ("Иванов П.А., Сидоров И.", ["П.А. Иванов", "И. Сидоров"]),
    ("ATLAS Collaboration", ["ATLAS Collaboration"]),
    ("Department of Health and Human Services", ["Department of Health and Human Services"]),
    ("Jane Doe; for the Otter Study Group", ["Jane Doe", "Otter Study Group"]),
    ("Wang X, Li Y, Zhang Z", ["X Wang", "Y Li", "Z Zhang"]),
    ("van der Berg JA Jr; Doe J", ["JA van der Berg Jr", "J Doe"]),
    ("Dr. Jane Doe; Prof. Ann Poe", ["Jane Doe", "Ann Poe"]),
    ("OpenAI", ["OpenAI"]),
    ("WHO", ["WHO"]),
    ("Plato", ["Plato"]),
    ("Jane Doe", ["Jane Doe"]),
    ("Vaswani, Ashish", ["Ashish Vaswani"]),
    ("O'Neil, Cathy", ["Cathy O'Neil"]),
    ("Müller K.-R., Å. Ström", ["K.-R. Müller", "Å. Ström"]),
    ("García-López M., Ñúñez Á.", ["M. García-López", "Á. Ñúñez"]),
    ("Yang, L. and Zhang, R. and others", ["L. Yang", "R. Zhang"]),
    ("Doe, Jane;Roe, Richard;", ["Jane Doe", "Richard Roe"]),
    ("Smith, John, Jr.; Doe, Jane", ["John Smith Jr.", "Jane Doe"]),
    ("Lee, A., Roe, B.", ["A. Lee", "B. Roe"]),
]
VALUES: list[tuple[Any, list[str]]] = [
    (None, []),
    (float("nan"), []),
    (5, []),
    (["Doe, Jane", "Roe, Richard"], ["Jane Doe", "Richard Roe"]),
    ([{"first": "Jane", "middle": ["M."], "last": "Doe", "suffix": ""}], ["Jane M. Doe"]),
    (
        [
            {"firstName": "Jane", "lastName": "Doe", "creatorType": "author"},
            {"firstName": "E", "lastName": "Ditor", "creatorType": "editor"},
        ],
        ["Jane Doe"],
    ),
    ([{"name": "Doe, Jane"}, {"name": "Roe, Richard"}], ["Jane Doe", "Richard Roe"]),
    (
        [
            {"literal": "ATLAS"},
            {"collective": "X Group"},
            {"display_name": "Ann Ash"},
            {"full_name": "Bo Birch"},
            {"author": {"display_name": "Cy Cedar"}},
            {"author": "Di Doe"},
        ],
        ["ATLAS", "X Group", "Ann Ash", "Bo Birch", "Cy Cedar", "Di Doe"],
    ),
    ([{"forename": "Jane", "surname": "Doe"}], ["Jane Doe"]),
    ({"name": ["Jane Doe", "Ann Poe"]}, ["Jane Doe", "Ann Poe"]),
    ({"given": ["Jane", "Ann"], "family": ["Doe", "Poe"]}, ["Jane Doe", "Ann Poe"]),
    ({"authors": [{"name": "Jane Doe"}]}, ["Jane Doe"]),
    ({"0": "Jane Doe", "1": "Ann Poe"}, ["Jane Doe", "Ann Poe"]),
    (["Jane Doe; Ann Poe"], ["Jane Doe", "Ann Poe"]),
    (["A. Lee, B. Roe, C. Poe"], ["A. Lee", "B. Roe", "C. Poe"]),
    ([{"family": "King", "given": "Martin Luther", "suffix": "Jr."}], ["Martin Luther King Jr."]),
    ([{"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"}], ["Ludwig van Beethoven"]),
    (["Doe J.", "van der Berg J.-P.", "Garcia Lopez M.A."], ["J. Doe", "J.-P. van der Berg", "M.A. Garcia Lopez"]),
    (["Doe J", "ATLAS Collaboration"], ["J Doe", "ATLAS Collaboration"]),
    ([{"name": "Doe J", "authtype": "Author"}], ["J Doe"]),
    ([["Jane Doe"], ["Ann Poe"]], ["Jane Doe", "Ann Poe"]),
    (
        ["Smith and Wesson", "The LIGO Team, Virgo", "R2-D2 Unit {x}"],
        ["Smith and Wesson", "The LIGO Team, Virgo", "R2-D2 Unit {x}"],
    ),
    (["Smith and Wesson"], ["Smith and Wesson"]),
    (["The LIGO Team, Virgo"], ["The LIGO Team, Virgo"]),
    ([{"fullName": "Doe J", "firstName": "Jane", "lastName": "Doe", "initials": "J"}], ["Jane Doe"]),
    (["Roe R & Poe A"], ["R Roe", "A Poe"]),
    (["Jane Doe and Ann Poe", "Bo Birch"], ["Jane Doe", "Ann Poe", "Bo Birch"]),
]
FAMILIES = st.sampled_from(["Doe", "Roe", "van der Berg", "Garcia Marquez", "O'Neil", "Müller", "De Silva"])
PEOPLE = st.lists(
    st.tuples(FAMILIES, st.sampled_from(["Jane", "Richard A.", "Jean-Paul", "Ada"])), min_size=1, max_size=6
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "given", "family", "x", "0"]), inner)
    ),
)


@pytest.mark.parametrize(("text", "names"), TEXTS)
def test_a_text_gives_each_name_given_name_first(text: str, names: list[str]) -> None:
    assert authors_in(text) == names


@pytest.mark.parametrize(("value", "names"), VALUES)
def test_a_value_of_any_kind_gives_each_name(value: Any, names: list[str]) -> None:
    assert authors_of(value) == names


def test_the_sign_of_the_other_cells_tells_that_a_comma_parts_no_names() -> None:
    assert authors_in("De Silva, Ann Mary", ";") == ["Ann Mary De Silva"]
    assert authors_in("Moe Loe, Max Zoe", ";") == ["Max Zoe Moe Loe"]


@PROPERTY
@given(PEOPLE, st.sampled_from(["; ", ";", " and ", "|", "\n"]))
def test_names_are_the_same_however_they_are_listed(people: list[tuple[str, str]], sign: str) -> None:
    names = [f"{given} {family}" for family, given in people]
    written = [f"{family}, {given}" for family, given in people]
    assert authors_in(sign.join(written)) == names
    assert authors_of(written) == names
    assert authors_of(str(written)) == names
    objects = [{"family": family, "given": given} for family, given in people]
    assert authors_of(objects) == authors_of(str(objects)) == names


@PROPERTY
@given(ANYTHING)
def test_no_value_breaks_it_and_every_name_has_a_letter(value: Any) -> None:
    for names in (authors_of(value), authors_in(repr(value))):
        assert all(any(map(str.isalpha, name)) for name in names)


@PROPERTY
@given(st.text("[](){}'\",:;|&. aAnd1", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert all(name == name.strip() for name in authors_in(text))


@pytest.mark.parametrize(
    ("author", "byline"),
    [
        ("Martin Luther King Jr.", "King Jr., 2012"),
        ("King, Jr., Martin Luther", "King Jr., 2012"),
        ("ATLAS Collaboration", "ATLAS Collaboration, 2012"),
        ("for the Otter Study Group", "Otter Study Group, 2012"),
        ("World Health Organization", "World Health Organization, 2012"),
        *(("OpenAI", "OpenAI, 2012"), ("WHO", "WHO, 2012"), ("Doe J.", "Doe, 2012"), ("王伟", "王伟, 2012")),
        ("Dirk van der Berg", "van der Berg, 2012"),
    ],
)
def test_a_byline_names_an_author_as_a_reference_does(author: str, byline: str) -> None:
    assert Paper(1, "t", "a", authors=(author,), year=2012).byline == byline


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Doe, Jane and Smith, John", ["Jane Doe", "John Smith"]),
        ("Doe, J., Smith, J. Q., & Li, W.", ["J. Doe", "J. Q. Smith", "W. Li"]),
        ("DOE, JANE | SMITH, JOHN", ["JANE DOE", "JOHN SMITH"]),
        ("Garcia Marquez, Jose", ["Jose Garcia Marquez"]),
        ("Smith, Jr., John", ["John Smith Jr."]),
        ("Department of Health and Human Services", ["Department of Health and Human Services"]),
    ],
)
def test_a_cell_with_another_sign_than_its_column_is_still_read_by_its_own(cell: str, expected: list[str]) -> None:
    assert authors_in(cell, ";") == expected


def test_names_in_three_parts_as_arxiv_keeps_them_are_each_one_person() -> None:
    assert authors_of([["Doe", "Jane", ""], ["King", "Martin Luther", "Jr"]]) == ["Jane Doe", "Martin Luther King Jr"]
