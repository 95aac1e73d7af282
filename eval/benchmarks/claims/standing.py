"""What readers are told of true and of false claims, and the ROC-AUC of support, on our pairs and labelled sets."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.benchmarks.shared import shared_folder
from eval.datasets.labelled_claims import load_labelled
from eval.datasets.paraphrases import HANDS, Pair, load_pairs
from eval.judges.calibration import roc_auc
from rag.citations.numbering import cite
from rag.citations.slices import best_sentences, carried_share
from rag.citations.support import support, verified
from rag.records import Claim, Paper, Standing

ACCUSED = (Standing.DIFFERS, Standing.NOT_FOUND)
PRAISED = (Standing.QUOTED, Standing.SUPPORTED)
LABELLED = ("summedits_scitldr", "summedits_other", "factcheckgpt")
SHOWN = tuple(one for one in Standing if one not in {Standing.SUPPORTED, Standing.UNCITED})  # what words alone can give


def measure(work: Path) -> str:
    """Return three tables: standings by hand, ROC-AUC of support by set, what of a claim its slices hold."""
    hands = {hand: load_pairs(hand, shared_folder()) for hand in HANDS}
    claims = {
        hand: ([_judged(pair, pair.claim) for pair in pairs], [_judged(pair, pair.corrupted) for pair in pairs])
        for hand, pairs in hands.items()
    }
    tables = (_standings(claims), _differs(claims), _kinds(hands, claims), _areas(claims), _slices(hands))
    return "\n\n".join("\n".join(table) for table in tables)


def _judged(pair: Pair, text: str) -> Claim:
    paper = Paper(1, pair.title, pair.abstract)
    return verified(Claim(text, (cite(1, paper, 0, len(paper.abstract)),)))


Judged = dict[str, tuple[list[Claim], list[Claim]]]


def _standings(claims: Judged) -> list[str]:
    rows = []
    for hand, both in claims.items():
        for name, some in zip(("true", "corrupted"), both, strict=True):
            counts = Counter(claim.standing for claim in some)
            shares = " | ".join(f"{counts[one] / len(some):.3f}" for one in SHOWN)
            rows.append(f"| {hand} ({HANDS[hand]}) | {name} | {len(some)} | {shares} |")
    return [f"| hand | claims | n | {' | '.join(SHOWN)} |", "|---|---|---|" + "---|" * len(SHOWN), *rows]


def _differs(claims: Judged) -> list[str]:
    rows = []
    for hand, (true, false) in claims.items():
        wrong, right = (sum(claim.standing is Standing.DIFFERS for claim in some) for some in (true, false))
        precision = f"{right / (right + wrong):.3f}" if right + wrong else ""
        rows.append(
            f"| {hand} | {precision} of {right + wrong} | {right / len(false):.3f} "
            f"| {_share(true, ACCUSED):.3f} | {_share(false, PRAISED):.3f} |"
        )
    head = "| hand | precision of differs | its recall | true: differs or not found | corrupted: quoted or supported |"
    return [head, "|---|---|---|---|---|", *rows]


def _share(claims: Sequence[Claim], standings: Iterable[Standing]) -> float:
    return sum(claim.standing in standings for claim in claims) / len(claims)


def _kinds(hands: dict[str, list[Pair]], claims: Judged) -> list[str]:
    """Return how often each kind of corruption is told to differ, and how often it is at least not called own words."""
    told: dict[str, list[Standing]] = {}
    for hand, pairs in hands.items():
        for pair, claim in zip(pairs, claims[hand][1], strict=True):
            told.setdefault(pair.kind.removeprefix("verbatim-"), []).append(claim.standing)
    rows = [
        f"| {kind} | {len(some)} | {some.count(Standing.DIFFERS) / len(some):.3f} "
        f"| {sum(one in {*ACCUSED, Standing.PARTLY} for one in some) / len(some):.3f} |"
        for kind, some in sorted(told.items())
    ]
    return ["| what was changed | n | differs | differs, not found or partly |", "|---|---|---|---|", *rows]


def _areas(claims: Judged) -> list[str]:
    """Return how well support ranks on each set, and how often `differs` accuses rightly there."""
    found = {hand: tuple([(one.support, bool(one.differences)) for one in some] for some in both)
             for hand, both in claims.items()}  # fmt: skip
    bench = shared_folder() / "bench"
    known = load_labelled(bench / "scifact-claims" / "claims.jsonl.gz")
    sets = {"scifact-claims": [(one.claim, one.context, one.supported) for one in known]}
    sets |= {name: _evidence(bench / "claims" / f"{name}.jsonl.gz") for name in LABELLED}
    for name, some in sets.items():
        judged = [(support(claim, [text]), good) for claim, text, good in some]
        found[name] = tuple(
            [(one.score, bool(one.differences)) for one, carried in judged if carried is wanted]
            for wanted in (True, False)
        )
    rows = []
    for name, (good, bad) in found.items():
        wrong, right = (sum(differs for _, differs in some) for some in (good, bad))
        area = roc_auc([score for score, _ in good], [score for score, _ in bad])
        precision = right / (right + wrong)
        rows.append(f"| {name} | {len(good)} | {len(bad)} | {area:.3f} | {precision:.3f} of {right + wrong} |")
    return ["| set | carried | not | ROC-AUC of support | precision of differs |", "|---|---|---|---|---|", *rows]


def _evidence(path: Path) -> list[tuple[str, str, bool]]:
    rows = map(json.loads, gzip.decompress(path.read_bytes()).decode("utf-8").splitlines())
    return [(row["claim"], " ".join(row["evidence"]), row["label"] == "supported") for row in rows]


def _slices(hands: dict[str, list[Pair]]) -> list[str]:
    rows = []
    for hand, pairs in hands.items():
        shares = [carried_share(pair.claim, pair.abstract) for pair in pairs]
        held = [shown / whole for shown, whole in shares if whole]
        slices = [best_sentences(pair.claim, pair.abstract) for pair in pairs]
        lengths = [
            sum(len(pair.abstract[span.start : span.end].split()) for span in spans)
            for pair, spans in zip(pairs, slices, strict=True)
        ]
        rows.append(
            f"| {hand} | {sum(held) / len(held):.3f} | {sum(one > 0.99 for one in held) / len(held):.3f} "
            f"| {sum(lengths) / len(lengths):.0f} of {sum(len(p.abstract.split()) for p in pairs) / len(pairs):.0f} |"
        )
    head = "| hand | of what the abstract has of a true claim, its slices hold | all of it in | words shown |"
    return [head, "|---|---|---|---|", *rows]
