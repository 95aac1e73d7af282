"""The map: what is alike lies together, clusters are named by what sets them apart, a kept map is whole or absent."""

import json
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from threadpoolctl import threadpool_info

from rag.mapping import Cluster, PaperMap, Point, layout, make_map
from rag.mapping.cache import FORMAT, read_map, write_map
from rag.mapping.clustering import MOST, group
from rag.mapping.labels import name_clusters
from rag.models.embedders.base import Embedder
from rag.records import Paper
from rag.samples import PATH
from rag.storage.layout import MAP as FILE
from rag.utils.arrays import Matrix, unit

PROPERTY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
ROWS = arrays(
    np.float32,
    st.tuples(st.integers(1, 30), st.sampled_from([1, 2, 6])),
    elements=st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e-7, 1e15, float("nan"), float("inf"), float("-inf")]),
)
MAP = PaperMap(
    (Point(3, -1.0, 0.25, 0), Point(4, 1.0, 0.0, 1), Point(9, 0.5, -0.125, 0)),
    (Cluster("late interaction · “retrieval”", ("late interaction", "“retrieval”"), 2), Cluster("A title", (), 1)),
)


def paper(number: int, title: str = "", abstract: str = "") -> Paper:
    return Paper(number, title, abstract)


def blobs(sizes: Sequence[int], *, noise: float = 0.4, dimension: int = 64) -> tuple[list[Paper], Matrix, list[int]]:
    """Return papers of unlike fields, shuffled, with their vectors and the field of each."""
    random = np.random.default_rng(4)
    fields = np.repeat(np.arange(len(sizes)), sizes)
    random.shuffle(fields)
    centres = unit(random.standard_normal((len(sizes), dimension)).astype(np.float32))
    scatter = noise * random.standard_normal((len(fields), dimension)) / np.sqrt(dimension)
    papers = [paper(number + 1, f"On the theory of {'abcdefghijkl'[f] * 4} things") for number, f in enumerate(fields)]
    return papers, unit((centres[fields] + scatter).astype(np.float32)), fields.tolist()


def places(made: PaperMap) -> Matrix:
    return np.array([(point.x, point.y) for point in made.points], np.float32)


def nearest(rows: Matrix, count: int) -> Any:
    distances = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :count]


def texts(title: str, *abstracts: str, first: int = 1) -> list[Paper]:
    return [paper(first + number, title, abstract) for number, abstract in enumerate(abstracts)]


# Places and clusters


@pytest.mark.parametrize("sizes", [(4, 4), (12, 9), (20, 20, 20), (40, 25, 15, 60, 30)], ids=str)
def test_papers_of_one_field_share_a_cluster_and_lie_together(sizes: tuple[int, ...]) -> None:
    papers, vectors, fields = blobs(sizes)
    made = make_map(papers, vectors)
    pairs = Counter((field, point.cluster) for field, point in zip(fields, made.points, strict=True))
    assert len(pairs) == len(sizes)
    assert sorted(pairs.values()) == sorted(sizes)
    neighbours = nearest(places(made), 3)
    assert np.mean(np.array(fields)[neighbours] == np.array(fields)[:, None]) > 0.98


def test_clusters_are_numbered_by_size_and_equal_ones_by_their_first_paper() -> None:
    papers, vectors, fields = blobs((15, 30, 15))
    made = make_map(papers, vectors)
    assert [cluster.size for cluster in made.clusters] == [30, 15, 15]
    assert Counter(point.cluster for point in made.points) == {0: 30, 1: 15, 2: 15}
    assert min(p.paper_id for p in made.points if p.cluster == 1) < min(
        p.paper_id for p in made.points if p.cluster == 2
    )
    assert {fields[row] for row, point in enumerate(made.points) if point.cluster == 0} == {1}


def test_the_same_papers_give_the_same_map_in_any_order_and_any_thread() -> None:
    papers, vectors, _ = blobs((20, 25, 30), noise=3)
    made = make_map(papers, vectors)
    order = np.random.default_rng(1).permutation(len(papers))
    shuffled: list[PaperMap] = []
    thread = threading.Thread(target=lambda: shuffled.append(make_map([papers[i] for i in order], vectors[order])))
    thread.start()
    thread.join()
    assert shuffled == [made]
    assert [point.paper_id for point in made.points] == [one.paper_id for one in papers]


def test_neighbours_in_meaning_are_neighbours_on_the_map(embedder: Embedder) -> None:
    from sklearn.manifold import trustworthiness

    rows = [json.loads(line) for line in PATH.read_text("utf-8").splitlines()]
    papers = [paper(number, row["title"], row["abstract"]) for number, row in enumerate(rows, start=1)]
    found = embedder.embed([f"{one.title}\n{one.abstract}" for one in papers])
    vectors = unit(np.stack([one.vector for one in found]))
    made = make_map(papers, vectors)
    assert trustworthiness(vectors, places(made), n_neighbors=10) > 0.85
    numbers = {one.title: point.cluster for one, point in zip(papers, made.points, strict=True)}

    def together(*starts: str) -> bool:
        return len({number for title, number in numbers.items() if title.startswith(starts)}) == 1

    assert together("Dense Passage", "ColBERT", "The Probabilistic Relevance")
    assert together("Random Forests", "XGBoost", "Bootstrap Methods")
    assert not together("Random Forests", "ColBERT")
    assert 4 <= len(made.clusters) <= 7
    assert all(2 <= len(cluster.terms) <= 3 for cluster in made.clusters)
    assert any("random forest" in cluster.name for cluster in made.clusters)


@PROPERTY
@given(ROWS)
def test_whatever_the_vectors_are_every_paper_gets_a_place_on_the_map(vectors: Matrix) -> None:
    made = make_map([paper(number, f"Title {number}") for number in range(len(vectors))], vectors)
    assert [point.paper_id for point in made.points] == list(range(len(vectors)))
    found = places(made)
    assert np.isfinite(found).all()
    assert (np.abs(found) <= 1).all()
    assert Counter(point.cluster for point in made.points) == {n: c.size for n, c in enumerate(made.clusters)}
    assert [c.size for c in made.clusters] == sorted((c.size for c in made.clusters), reverse=True)
    assert len({cluster.name for cluster in made.clusters}) == len(made.clusters) <= MOST
    assert PaperMap.from_dict(json.loads(json.dumps(made.to_dict(), allow_nan=False))) == made


def test_a_map_without_papers_is_empty() -> None:
    assert make_map([], np.empty((0, 384), np.float32)) == PaperMap()


def test_a_single_paper_stands_in_the_middle_under_its_title() -> None:
    made = make_map([paper(7, "A title of its own")], np.ones((1, 4), np.float32))
    assert made == PaperMap((Point(7, 0.0, 0.0, 0),), (Cluster("A title of its own", (), 1),))


@pytest.mark.parametrize("count", [2, 3])
def test_two_or_three_papers_are_one_cluster_as_wide_as_the_map(count: int) -> None:
    made = make_map([paper(n, "Graph theory") for n in range(count)], np.eye(count, 8, dtype=np.float32))
    assert [cluster.size for cluster in made.clusters] == [count]
    assert np.ptp(places(made), axis=0).max() == pytest.approx(2.0)


@pytest.mark.parametrize("count", [2, 5, 60])
def test_papers_with_the_same_vector_lie_in_one_place_and_are_one_cluster(count: int) -> None:
    made = make_map([paper(n, "Graph theory") for n in range(count)], np.ones((count, 8), np.float32))
    assert {(x, y, number) for _, x, y, number in made.points} == {(0.0, 0.0, 0)}
    assert [cluster.size for cluster in made.clusters] == [count]


def test_copies_lie_in_one_place_and_share_a_cluster() -> None:
    once = unit(np.random.default_rng(6).standard_normal((30, 16)).astype(np.float32))
    made = make_map([paper(n) for n in range(120)], np.tile(once, (4, 1)))
    kinds = {(point.paper_id % 30, point.x, point.y, point.cluster) for point in made.points}
    assert len(kinds) == 30
    assert len({(x, y) for _, x, y, _ in kinds}) == 30
    assert [cluster.size % 4 for cluster in made.clusters] == [0] * 5


def test_a_library_has_at_most_twelve_clusters_and_about_the_root_of_its_papers() -> None:
    random = np.random.default_rng(2)
    for count, wanted in ((9, 3), (30, 5), (400, 12)):
        vectors = unit(random.standard_normal((count, 32)).astype(np.float32))
        assert len(make_map([paper(n) for n in range(count)], vectors).clusters) == wanted


def test_clusters_follow_the_map_where_meaning_alone_would_tear_it() -> None:
    random = np.random.default_rng(3)
    parts = unit(random.standard_normal((200, 50)).astype(np.float32))
    shown = random.uniform(-1, 1, (200, 2)).astype(np.float32)
    numbers = group(parts, shown)
    assert np.mean(numbers[nearest(shown, 5)] == numbers[:, None]) > 0.6


def test_of_a_large_library_the_rest_joins_those_it_is_nearest_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "DRAWN", 60)
    papers, vectors, fields = blobs((90, 70, 50))
    made = make_map(papers, vectors)
    assert [cluster.size for cluster in made.clusters] == [90, 70, 50]
    assert [point.cluster for point in made.points] == fields
    found = places(made)
    for field in range(3):
        own = found[np.array(fields) == field]
        others = found[np.array(fields) != field]
        # None lies in the void between the clusters, where the mean of unlike neighbours would be.
        assert (
            np.linalg.norm(own - own.mean(axis=0), axis=1).max()
            < np.linalg.norm(others - own.mean(axis=0), axis=1).min()
        )
    assert make_map(papers, vectors) == made


def test_a_paper_between_two_fields_lies_by_the_one_it_is_nearest_to_and_not_in_the_void() -> None:
    drawn = np.array([[0.0, 0], [5, 0], [6, 0], [6, 1], [6, 2], [90, 9]], np.float32)
    shown = np.array([[-1.0, 0], [0.9, 0], [1, 0], [1, 0.01], [0.98, 0], [0, 1]], np.float32)
    settled, nearest_drawn = layout._settle(np.array([[2.4, 0], [6, 0.4]], np.float32), drawn, shown)
    assert nearest_drawn.tolist() == [0, 2]
    assert settled[0].tolist() == [-1.0, 0.0]
    assert settled[1] == pytest.approx([0.995, 0.005], abs=0.01)


def test_only_the_thread_that_makes_the_map_is_held_to_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    def pools() -> dict[str, int]:
        return {pool["filepath"]: pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp"}

    make_map(*blobs((20, 20))[:2])  # sklearn's OpenMP is loaded now
    before, inside = pools(), list[tuple[dict[str, int], dict[str, int]]]()
    one_thread = layout._one_thread

    def watched() -> Any:
        context = one_thread()
        elsewhere: list[dict[str, int]] = []
        thread = threading.Thread(target=lambda: elsewhere.append(pools()))
        thread.start()
        thread.join()
        inside.append((pools(), elsewhere[0]))
        return context

    monkeypatch.setattr(layout, "_one_thread", watched)
    make_map(*blobs((20, 20))[:2])
    assert inside
    assert all(set(own.values()) == {1} and other == before for own, other in inside)
    assert pools() == before


# Names


def test_a_cluster_is_named_by_what_it_has_and_others_have_not() -> None:
    first = texts("Graph networks", *["We propose graph networks that encode molecules."] * 5)
    second = texts("Speech recognition", *["We propose speech recognition that decodes phonemes."] * 5, first=6)
    names = name_clusters([first, second])
    assert names[0][0] == "graph networks"
    assert names[1][0] == "speech recognition"
    assert not {word for terms in names for term in terms for word in term.split()} & {"we", "propose", "that"}


def test_a_term_of_everywhere_names_nothing() -> None:
    first = texts("Neural operators", *["Attention heads help operators."] * 4)
    second = texts("Speech synthesis", *["Attention heads help speech."] * 4, first=5)
    assert "attention" not in " ".join(term for terms in name_clusters([first, second]) for term in terms).lower()


def test_a_term_names_one_cluster_only_that_where_it_is_commonest() -> None:
    first = texts("Graph diffusion", *["Graph diffusion."] * 6)
    second = [
        *texts("Graph diffusion", "Graph diffusion.", "Graph diffusion.", first=7),
        *texts("Tides", "", "", first=9),
    ]
    others = texts("Cooking", *["Cooking needs a pan."] * 30, first=20)
    names = name_clusters([second, first, others])
    assert [terms[0] for terms in names] == ["Tides", "Graph diffusion", "Cooking"]
    assert all("graph diffusion" not in term.lower() for term in names[0])


def test_a_longer_term_stands_for_its_parts_unless_they_are_far_more_common() -> None:
    others = texts("Cooking with fire", *["Cooking needs a pan."] * 6, first=20)
    often = [*texts("Protein", *["A protein."] * 6), *texts("Protein folding", *["A protein."] * 6, first=8)]
    seldom = [*texts("Protein", *["A protein."] * 9), *texts("Protein folding", *["A protein."] * 2, first=11)]
    assert name_clusters([often, others])[0][0] == "Protein folding"
    assert name_clusters([seldom, others])[0][0] == "protein"


def test_capitals_of_titles_and_definitions_are_no_part_of_a_term() -> None:
    others = texts("Cooking with fire", *["Cooking needs a pan."] * 6, first=20)
    own = texts(
        "Federated Learning", "We use Federated Learning (FL).", "See Federated Learning.", "For federated learning."
    )
    assert name_clusters([own, others])[0][0] == "federated learning"


@pytest.mark.parametrize(
    ("title", "abstract", "wanted"),
    [
        ("Diffusion models", "In diffusion, diffusion models.", "diffusion models"),
        ("Large Language Models", "We train large language models.", "large language models"),
        ("A survey of LLMs", "LLMs talk. An LLM listens to LLMs.", "LLMs"),
        ("Text-to-Image Synthesis", "A text-to-image synthesis.", "text-to-image synthesis"),
        ("p53 in mice", "The p53 gene.", "p53"),
        ("Alzheimer\u2019s disease", "In Alzheimer\u2019s disease.", "Alzheimer\u2019s disease"),
    ],
    ids=["whole phrase", "small letters", "acronym", "hyphens", "gene", "apostrophe"],
)
def test_terms_are_written_as_authors_write_them(title: str, abstract: str, wanted: str) -> None:
    others = texts("Cooking with fire", *["Cooking needs a pan."] * 6, first=20)
    assert wanted in name_clusters([texts(title, *[abstract] * 4), others])[0]


def test_an_adjective_is_no_term_without_its_noun() -> None:
    others = texts("Cooking with fire", *["Cooking needs a pan."] * 6, first=20)
    own = texts(
        "Topological insulators, equivariant and self-supervised", *["We see metabolic, topological, immune."] * 5
    )
    (terms, _) = name_clusters([own, others])
    assert terms == ("Topological insulators",)


def test_initials_and_what_they_stand_for_do_not_share_a_name() -> None:
    abstract = "We solve partial differential equations (PDEs) on grids. PDEs need solvers."
    own = texts("Solvers of partial differential equations, PDEs", *[abstract] * 5)
    (terms, _) = name_clusters([own, texts("Cooking", *["Cooking needs a pan."] * 5, first=9)])
    assert "partial differential equations" in terms
    assert "PDEs" not in terms


@pytest.mark.parametrize(
    "words",
    [
        "novel results",
        "proposed methods",
        "state-of-the-art performance",
        "real-world data",
        "2024",
        "large-scale data",
    ],
)
def test_filler_is_no_name(words: str) -> None:
    own = texts(f"{words} of penguins", *[f"{words}."] * 5)
    (terms, _) = name_clusters([own, texts("Cooking", *["Cooking needs a pan."] * 5, first=9)])
    assert terms == ("penguins",)


def test_other_languages_are_named_by_their_nouns() -> None:
    french = texts("Une étude des réseaux de neurones", *["Les réseaux de neurones sont dans la forêt avec nous."] * 4)
    german = texts(
        "Die Erforschung der Gletscher", *["Der Gletscher und die Moräne sind von der Eiszeit."] * 4, first=9
    )
    words = {word.lower() for terms in name_clusters([french, german]) for term in terms for word in term.split()}
    assert {"réseaux", "gletscher"} <= words
    assert not words & {"une", "des", "de", "les", "dans", "la", "avec", "die", "der", "und", "von", "sind"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("面向高分辨率图像生成的扩散模型训练方法研究", "面向高分辨率图像生成的扩散模型训练方法研究"),
        ("$$ ∑ ∫ → ??", "$$ ∑ ∫ → ??"),
        ("", "no title"),
        ("The of and " * 20, "The of and The of and The of and The of and The of and ..."),
    ],
    ids=["chinese", "symbols", "empty", "long"],
)
def test_a_cluster_without_terms_has_the_title_of_its_central_paper(title: str, name: str) -> None:
    made = make_map([paper(1, title, "∀x ∃y."), paper(2, f"{title}也", "")], np.eye(2, dtype=np.float32))
    assert made.clusters == (Cluster(name, (), 2),)


def test_two_clusters_never_have_the_same_name() -> None:
    _, vectors, _ = blobs((10, 10))
    made = make_map([paper(number, "???") for number in range(20)], vectors)
    assert [cluster.name for cluster in made.clusters] == ["???", "??? (2)"]


# Kept in the library's folder


def test_a_map_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_map(tmp_path, 5, MAP)
    assert read_map(tmp_path, 5) == MAP
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_map_survives_json_and_is_compact() -> None:
    value = json.loads(json.dumps(MAP.to_dict()))
    assert value["points"] == [[3, -1.0, 0.25, 0], [4, 1.0, 0.0, 1], [9, 0.5, -0.125, 0]]
    assert PaperMap.from_dict(value) == MAP
    assert PaperMap.from_dict(PaperMap().to_dict()) == PaperMap()


def test_writing_replaces_the_map_before(tmp_path: Path) -> None:
    write_map(tmp_path, 5, PaperMap())
    write_map(tmp_path, 6, MAP)
    assert read_map(tmp_path, 6) == MAP


def test_the_map_of_another_generation_is_absent(tmp_path: Path) -> None:
    write_map(tmp_path, 5, MAP)
    assert read_map(tmp_path, 6) is None
    assert read_map(tmp_path, 4) is None


def test_a_folder_without_a_map_has_none(tmp_path: Path) -> None:
    assert read_map(tmp_path, 1) is None
    assert read_map(tmp_path / "not-there", 1) is None


def kept(**changes: Any) -> bytes:
    return json.dumps({"format": FORMAT, "generation": 5, "map": MAP.to_dict()} | changes).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        kept()[:-20],
        b"\xff\xfe\0",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        kept(format=FORMAT + 1),
        kept(format=None),
        kept(generation="5"),
        kept(map=None),
        kept(map={}),
        kept(map={"points": 7, "clusters": []}),
        kept(map=MAP.to_dict() | {"clusters": []}),
        kept(map=MAP.to_dict() | {"points": [[3, -1.0, 0.25, 0]]}),
        kept(map={"points": [[3, 1e999, 0.0, 0]], "clusters": [{"name": "n", "terms": [], "size": 1}]}),
        kept(map={"points": [[3, float("nan"), 0.0, 0]], "clusters": [{"name": "n", "terms": [], "size": 1}]}),
        kept(map={"points": [["3", 0.0, 0.0, 0]], "clusters": [{"name": "n", "terms": [], "size": 1}]}),
        kept(map={"points": [[3, 0.0, 0.0, [0]]], "clusters": [{"name": "n", "terms": [], "size": 1}]}),
        kept(map={"points": [[3, 0.0, 0.0, 0]], "clusters": [{"name": 4, "terms": [], "size": 1}]}),
        kept(map={"points": [[3, 0.0, 0.0, 0]], "clusters": [{"name": "n", "terms": [4], "size": 1}]}),
        kept(map={"points": [[3, 0.0, 0.0]], "clusters": [{"name": "n", "terms": [], "size": 1}]}),
    ],
)
def test_a_damaged_or_foreign_file_counts_as_absent_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert read_map(tmp_path, 5) is None
    write_map(tmp_path, 5, MAP)
    assert read_map(tmp_path, 5) == MAP


def test_a_map_that_cannot_be_kept_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    write_map(tmp_path / "file", 5, MAP)
    (tmp_path / FILE).mkdir()
    write_map(tmp_path, 5, MAP)
    assert read_map(tmp_path, 5) is None
    assert {path.name for path in tmp_path.iterdir()} == {"file", FILE}


def test_readers_and_writers_at_once_see_whole_maps(tmp_path: Path) -> None:
    papers = tuple(Point(number, 0.5, 0.5, 0) for number in range(2_000))
    large = PaperMap(papers, (Cluster("all", (), len(papers)),))
    write_map(tmp_path, 1, large)
    found: list[PaperMap | None] = []

    def write() -> None:
        for _ in range(15):
            write_map(tmp_path, 1, large)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        found.append(read_map(tmp_path, 1))
    assert all(one == large for one in found)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
