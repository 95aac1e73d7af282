"""Denials: what says that the sources don't tell something, by the agreed mark or freely, and what only looks so."""

from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.citations.model_text.denials import denies, is_marked
from rag.records.answers import MARK
from rag.text.sentences import sentence_spans


@pytest.mark.parametrize(
    "sentence",
    [
        "The abstracts do not mention the price of late interaction.",
        "I couldn't find any figure for X in these abstracts.",
        "None of the sources discusses inference latency.",
        "The exact number of parameters is not stated in the abstract.",
        "It remains unclear from the abstract how many GPUs were needed.",
        "The abstract reports no BLEU score.",
        "Unfortunately, the sources do not provide this information.",
        "The available evidence doesn't say.",
        "That information isn't included in the abstract.",
        "No source states the dataset size.",
        "We are not told how large the corpus is.",
        "The abstracts say nothing about the price of late interaction.",
        "The authors don't say which tokenizer they used.",
        "Neither of the two abstracts compares BERT with GPT-2.",
        "How many GPUs were used is not stated.",
        "Whether it helps for Chinese isn't addressed.",
        "No numbers are reported for GLUE.",
        "No direct answer can be given from the sources.",
        "There is no information about licences in the provided sources.",
        "I cannot tell from these abstracts whether it was fine-tuned.",
        "It is not clear from the sources whether labels are needed.",
        "Nothing is said about the number of annotators.",
        "The provided sources are insufficient to answer the question.",
        "The sources do not discuss, mention or evaluate reinforcement learning.",
        "The abstracts make no mention of the license.",
        "The exact price cannot be determined from the abstracts.",
        "The abstract does not, however, report its latency.",
        "There isn't enough information in the sources to say.",
        "Details on the optimizer are missing from the abstract.",
        "The sources are silent about their licences.",
        "Exact latency numbers are not provided in the abstracts.",
        "The answer is not in the sources.",
        "The sources do not contain the answer to your question.",
        "Source 2 doesn't say how large the model is.",
        "As for memory, the abstracts don't give a number.",
        "No mention is made of human evaluation.",
        "They do not say how long training takes.",
        "The documents do not provide enough evidence to conclude this.",
        "The context does not contain this information.",
        "The text doesn't tell.",
        "I do not know the answer from these sources.",
        "The sources do not directly compare them.",
        "This remains an open point in the abstracts.",
        "Neither source reports the runtime.",
        "Not stated in the abstracts.",
        "Not specified by any of the sources.",
        "The abstracts aren't specific about the hardware.",
        "Nothing here tells how the model was tuned.",
        "The abstracts stop short of naming a price.",
        "The abstract mentions GPUs but does not say how many.",
        "It is not stated whether the labels are public.",
        "Beyond that, the sources say nothing.",
        "No cited source gives a number for latency.",
        "The abstracts I was given don't name the city.",
        "Nothing in these abstracts addresses the cost.",
        "The abstracts nowhere mention the amount of memory.",
        "There's no mention of a license in either paper.",
        "The question of the price is not addressed in the abstracts.",
        "As an aside, the authors never specify the temperature.",
        "The available abstracts do not allow an answer.",
        "The abstracts don't quantify it.",
        "That number isn't in the abstract.",
        "Khattab et al. do not report the size of the index.",
        "None of the abstracts is about the weather.",
        "There is no source on that.",
        "The sources don't mention anything about honey prices.",
        "The abstracts do not provide any specific numbers.",
        "The abstracts never explicitly compare the two.",
        "The exact figure is not given in the abstracts.",
        "No exact figure is given.",
        "Specific values are not provided.",
        "“Dense Passages” does not say how many pairs are needed.",
        "I don't know.",
        "Not reported.",
    ],
)
def test_what_says_that_the_sources_do_not_tell_is_a_denial(sentence: str) -> None:
    assert denies(sentence)
    assert not is_marked(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The paper's method uses no verifier and reports 80 % accuracy.",
        "The source code is not provided.",
        "The paper shows that attention is not needed.",
        "The paper proves that the bound cannot be improved.",
        "The paper does not use negative sampling.",
        "The papers in the corpus are not labelled.",
        "The context is not available at test time, so the model infers it.",
        "The abstract states that the method does not need labels.",
        "The evidence does not support a link between vitamin D and cancer.",
        "The distribution is unknown to the learner.",
        "The paper's method uses no verifier and reports 80 %.",
        "The papers give no weight to position.",
        "The abstract reports 80 %, which no earlier method reached.",
        "The authors do not use a decoder.",
        "The authors state that no labels are needed.",
        "They do not use retrieval.",
        "None of the baselines reaches 90 %.",
        "The model cannot tell cats from dogs.",
        "Large models fail to answer questions about rare entities.",
        "Unanswerable questions are those for which the passage contains no answer.",
        "SQuAD 2.0 adds questions that cannot be answered by the given paragraph.",
        "The model abstains when the retrieved passages do not contain the answer.",
        "The source domain provides no labels.",
        "It leaves the weights of the encoder frozen.",
        "The problem remains open.",
        "Why the method works is unknown.",
        "Previous work does not report variance.",
        "The study found no association between coffee and cancer.",
        "No gains were reported for small models.",
        "Information is not lost in the encoder.",
        "Documents without a label are left out.",
        "The abstracts in the corpus contain no citations.",
        "Clean text is not available for most languages.",
        "The paper does not rely on human feedback.",
        "The paper argues that accuracy does not describe fairness.",
        "The study does not include patients with cancer.",
        "The paper includes no human evaluation.",
        "The context window does not include the question.",
        "The authors find that context does not tell the model which sense is meant.",
        "Labels are not given in the target domain.",
        "The number of clusters is not specified in advance.",
        "The costs are not reported to the server.",
        "We do not know the noise level in advance.",
        "One cannot say that either method wins.",
        "It does not mention tokens twice.",
        "The documents do not need to be stored.",
        "Nothing is lost by pruning.",
        "No evidence was found that pruning hurts.",
        "There is no need for labels.",
        "Without any text, the model gives no answer.",
        "The abstract describes a method with no memory cost.",
        "The sources of error are not the labels but the features.",
        "The article generator does not mention facts twice.",
        "The text is silent, so the audio carries no information.",
        "The paper reports that no annotator mentioned the topic.",
        "The paper introduces a loss that has no hyperparameters.",
        "The survey says that most papers do not report variance.",
        "The abstract says the model does not answer every question.",
        "The abstract reports that the model cannot answer such questions.",
        "The paper reports a method without a decoder.",
        "The paper leaves the encoder unchanged.",
        "The evidence is not stored.",
        "No documents are stored in the index.",
        "The paper studies models that do not say when they fail.",
        "The passages contain no markup.",
        "The authors did not find any gain.",
        "The authors describe a decoder that does not mention a fact twice.",
        "The agent does not tell the user what it does.",
        "The nodes do not have information about the topology.",
        "It does not report to a server.",
        "The models do not discuss their answers.",
        "The answer is not always in the retrieved text.",
        "In this setting the class of a sample is unknown.",
        "It works without information about the task.",
        "The data are not available to the other clients.",
        "The cause cannot be inferred from correlation alone.",
        "It is not necessary to list all facts.",
        "Half of the answers are not supported by the cited papers.",
        "The reviewers do not see the papers.",
        "The paper's index does not contain numbers.",
        "It says nothing twice.",
        "No numbers are needed.",
        "No details are lost in the compression.",
        "The costs are not included in the loss.",
        "The study reports no significant difference.",
        "The dataset has questions that cannot be answered from the passage.",
    ],
)
def test_what_denies_something_else_is_none(sentence: str) -> None:
    assert not denies(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "When asked about the price, the abstracts do not say.",
        "the ABSTRACTS do not state it",
        "The abstracts don’t say how.",  # noqa: RUF001
        "However, **the abstracts** do not report it (yet).".replace("*", ""),
    ],
)
def test_a_denial_is_one_however_it_is_typed(sentence: str) -> None:
    assert denies(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "NOT SAID: the price.",
        "**NOT SAID:** the price.",
        "**NOT SAID**: der Preis.",
        "Not said - the price",
        " not said:",
    ],
)
def test_the_agreed_mark_begins_a_denial_in_every_language(sentence: str) -> None:
    assert is_marked(sentence)
    assert denies(sentence)


@pytest.mark.parametrize("sentence", ["It is not said: the price.", "NOT SAIDISH: the price.", ""])
def test_the_mark_is_one_only_at_the_beginning_and_as_words(sentence: str) -> None:
    assert not is_marked(sentence)


@given(st.text(max_size=60))
def test_whatever_follows_the_mark_is_denied(text: str) -> None:
    assert denies(f"{MARK} {text}")


@pytest.mark.papers
def test_hardly_a_sentence_of_a_real_abstract_is_a_denial(shared: Path) -> None:
    files = sorted((shared / "papers").glob("*.txt"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()[3::2]]
    sentences = [line[start:end] for line in lines for start, end in sentence_spans(line)]
    assert len(sentences) > 5_000
    assert [sentence for sentence in sentences if denies(sentence)][5:] == []


@pytest.mark.parametrize(
    "part",
    ["the ", "no information ", "none of these ", "I can't ", "not the A ", "not A-", "there is no x", "“", "when "],
)
def test_no_text_makes_it_slow(part: str) -> None:
    begun = process_time()
    denies(part * 20_000)
    assert process_time() - begun < 0.5
