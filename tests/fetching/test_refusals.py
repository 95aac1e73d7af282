"""What an index can't be asked for is told on one line, before it is asked where that can be known."""

from pathlib import Path

import pytest

from eval.benchmarks.fetching.index_server import IndexServer
from rag.errors import FetchError, SettingsError
from rag.fetching import Client, Wanted, fetched
from tests.fetching.conftest import MakeClient


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted("google"), r"google: there is no such index\. There are: arxiv, openalex, "),
        (Wanted("arxiv"), r"arXiv: nothing was asked for\. It takes text, author or ids\."),
        (Wanted("arxiv", ids=("pmid:7",)), r"doesn't know papers by pmid:7\. Ask one of these: .*pubmed"),
        (Wanted("arxiv", ids=("otters",)), r"'otters' is no id of a paper\. Write it like arxiv:2004\.12832"),
        (Wanted("arxiv", "otters", ids=("2004.12832",)), r"ids and a search at once\. Give either of them\."),
        (Wanted("arxiv", day="2026-11-24"), r"can't be searched by day\. It takes text or author\."),
        (Wanted("semantic_scholar", author="Novak"), r"can't be searched by author\. It takes text\."),
        (Wanted("huggingface", "otters"), r"can't be searched by text\. It takes day\."),
        (Wanted("huggingface", day="yesterday"), r"'yesterday' is no day\. Write it like 2026-11-24\."),
        (Wanted("arxiv", "otters", limit=0), r"a limit of 0\. It gives 1 to 30,000 papers at a time\."),
        (Wanted("pubmed", "otters", limit=20_000), r"a limit of 20,000\. It gives 1 to 10,000 papers at a time\."),
        (Wanted("arxiv", "x", year_from=2021, year_to=2019), r"no year is from 2021 on and up to 2019\. Give the"),
    ],
)
def test_what_an_index_cannot_be_asked_for_is_refused_before_it_is_asked(
    client: MakeClient, indexes: IndexServer, wanted: Wanted, said: str
) -> None:
    with pytest.raises(FetchError, match=said) as error:
        list(fetched(wanted, client()))
    assert "\n" not in str(error.value)
    assert indexes.asked == []


def test_what_an_index_says_of_a_day_to_come_is_passed_on(client: MakeClient) -> None:
    with pytest.raises(FetchError, match=r"refused what was asked \(400: 'Invalid date: must not be in the future'\)"):
        list(fetched(Wanted("huggingface", day="2026-12-24"), client()))


def test_an_address_of_an_index_that_is_none_is_told(tmp_path: Path, indexes: IndexServer) -> None:
    settings = indexes.settings(tmp_path, index_addresses="arxif=http://127.0.0.1:9")
    with Client(settings) as one, pytest.raises(SettingsError, match=r"'arxif', which is no index\. There are: arxiv,"):
        list(fetched(Wanted("arxiv", "otters"), one))
