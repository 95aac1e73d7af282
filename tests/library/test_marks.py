"""Collections, tags and notes: what readers do with papers, by hand."""



from rag import Library


def test_a_collection_is_made_filled_and_told_with_how_many_papers_are_in_it(samples: Library) -> None:
    assert samples.collect("Thesis", [1, 2, 3]) == 3
    assert samples.collect("thesis ", [3, 4]) == 1
    samples.collect("Later", [])
    [later, thesis] = samples.collections()
    assert (later.name, later.papers, thesis.name, thesis.papers) == ("Later", 0, "Thesis", 4)
