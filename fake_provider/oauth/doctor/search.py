"""Searches for the mistake, or the pair of mistakes, with which the signature that came is right.

A digest has 128 bits and more: what fits is proved. The work is counted in octets that are put together or digested, and
not in seconds, so that the same request always gets the same answer; at most MAX_WORK of them take some 100 ms.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote, unquote

from ...domain.finding import Diagnosis, Difference
from .. import rsa
from .case import Case
from .difference import difference
from .hypotheses import HYPOTHESES, Hypothesis
from .keys import HYPOTHESES as KEY_HYPOTHESES
from .keys import joined
from .received import DIGESTS, Codes, digests
from .recipe import Memory, Recipe
from .words import WORDS

MAX_WORK = 12_000_000
_RECIPE_WORK, _REUSE_WORK, _KEY_WORK = 2_000, 800, 300
# Beside the octets themselves: making one takes its time too.

Keyed = Mapping[str, hmac.HMAC]
"""By the name of a hash, an HMAC that has its key, and no text as yet."""
_NAMED: Mapping[str, str] = {"SHA1": "sha1", "SHA256": "sha256", "SHA512": "sha512"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What explains a signature precisely: one mistake or two, and what else would explain it as well."""

    causes: Codes
    also: Codes = ()
    client_base_string: str | None = None  # None where it is the expected one
    difference: Difference | None = None

    def worded(self, refusal: Diagnosis) -> Diagnosis:
        """Return *refusal* with the cause in words, and what to change."""
        told = [WORDS[code] for code in self.causes]
        also = dict.fromkeys((*self.also, *refusal.also))
        return replace(
            refusal,
            code=self.causes[0],
            causes=self.causes,
            proof="exact",
            message=" And: ".join(message for message, _, _ in told),
            advice=" ".join(advice for _, advice, _ in told),
            also=tuple(also),
            client_base_string=self.client_base_string,
            difference=self.difference,
        )


class _Candidate(NamedTuple):
    """A base string that a client may have signed, and the mistakes that this takes."""

    codes: Codes
    text: str
    recipe: Recipe


def examine(case: Case) -> Finding | None:
    """Return what explains the signature of *case*; None where nothing does."""
    kind, _, name = case.signature_method.partition("-")
    if case.signature_method == "PLAINTEXT":
        return _plaintext(case)
    judge = Rsa(case, _NAMED.get(name, "sha1")) if kind == "RSA" else Hmac(case, _NAMED.get(name, "sha1"))
    if not judge.has_any:
        return None
    searches = [Search(case, uri, judge) for uri in case.uris]
    found = (search.by_one() for search in searches)
    # The URI as it came is the likeliest; under the other names the search is a shorter one.
    pairs = (
        search.by_two(MAX_WORK if index == 0 else MAX_WORK // 4) for index, search in enumerate(searches)
    )
    return next((one for one in (*found,) if one), None) or next((pair for pair in pairs if pair), None)


# Of what was signed


def _keyed(key: bytes, names: Sequence[str]) -> Keyed:
    """Begin an HMAC by each of the hashes: copied for thousands of texts it takes three quarters of what each anew would."""
    return {name: hmac.new(key, digestmod=name) for name in names}


class Hmac:
    """Tells with which key a base string gives one of the digests that came."""

    def __init__(self, case: Case, digest: str) -> None:
        self._named = digest
        self._digests = {
            digest: codes for digest, codes in digests(case.signature).items() if len(digest) in DIGESTS
        }
        hashes = sorted({DIGESTS[len(digest)] for digest in self._digests})
        right = joined(case.consumer_secret, case.token_secret).encode("utf-8", "replace")
        keys = [(one, key.encode("utf-8", "replace")) for one in KEY_HYPOTHESES for key in one.keys(case)]
        wrong = [(one, _keyed(key, hashes)) for one, key in keys if key != right]
        self._right = _keyed(right, hashes)
        self._wrong = {
            rare: [(one.code, keyed) for one, keyed in wrong if rare or not one.rare]
            for rare in (True, False)
        }

    @property
    def has_any(self) -> bool:
        """Whether a digest came at all."""
        return bool(self._digests)

    def with_right_key(self, text: str) -> tuple[Codes | None, int]:
        """Return the mistakes about the signature itself with which *text* fits, None if it does not; and the work."""
        return self._codes(self._right, text.encode("utf-8", "replace")), len(text) + _KEY_WORK

    def with_wrong_keys(self, text: str, /, *, rare: bool) -> Iterator[tuple[Codes, int]]:
        """Yield the mistakes with which *text* fits, one of the key among them, and the work; *rare* ones too, or not."""
        octets = text.encode("utf-8", "replace")
        for code, key in self._wrong[rare]:
            codes = self._codes(key, octets)
            yield ((code, *codes) if codes is not None else ()), len(octets) + _KEY_WORK

    def _codes(self, key: Keyed, octets: bytes) -> Codes | None:
        for name, begun in key.items():
            made = begun.copy()
            made.update(octets)
            codes = self._digests.get(made.digest())
            if codes is not None:
                return codes if name == self._named else (*codes, "digest-differs")
        return None


class Rsa:
    """Tells whether a base string is what the private key of the registered public one has signed."""

    def __init__(self, case: Case, digest: str) -> None:
        self._named = digest
        self._signed: dict[tuple[str, bytes], Codes] = {}
        if case.rsa_public_key:
            key = rsa.public_key(case.rsa_public_key)
            for signature, codes in digests(case.signature).items():
                for signed in rsa.signed_digests(signature, key).items():
                    self._signed.setdefault(signed, codes)

    @property
    def has_any(self) -> bool:
        """Whether it was this key that signed something."""
        return bool(self._signed)

    def with_right_key(self, text: str) -> tuple[Codes | None, int]:
        """See Hmac."""
        octets = text.encode("utf-8", "replace")
        for (name, digest), codes in self._signed.items():
            if hashlib.new(name, octets, usedforsecurity=False).digest() == digest:
                return (codes if name == self._named else (*codes, "digest-differs")), len(octets) + _KEY_WORK
        return None, len(octets) + _KEY_WORK

    def with_wrong_keys(self, _: str, /, *, rare: bool) -> Iterator[tuple[Codes, int]]:  # noqa: ARG002
        """There is no other key that could be tried."""
        yield from ()


class Search:
    """One search, for one of the URIs that may have been signed rightly."""

    def __init__(self, case: Case, uri: str, judge: Hmac | Rsa) -> None:
        self._case = case
        self._judge = judge
        self._work, self._limit = 0, MAX_WORK
        self._right = case.recipe(uri)
        self._expected = self._right.base_string()
        self._singles: list[_Candidate] = []
        self._tails: dict[tuple[object, ...], str] = {}
        self._heads: dict[tuple[object, ...], str] = {}
        self._memory = Memory()

    def by_one(self) -> Finding | None:
        """Return the one mistake that explains it; or more, where the signature's own form is wrong too."""
        matches = self._with_all_keys(_Candidate((), self._expected, self._right))
        self._singles = list(self._distorted(self._right, (), HYPOTHESES, {self._expected}))
        matches += [match for one in self._singles if (match := self._with_right_key(one)) is not None]
        return self._finding(matches) if matches else None

    def by_two(self, limit: int) -> Finding | None:
        """Return the two mistakes that explain it, as far as the work allows."""
        self._limit = limit
        match = next(self._pairs(self._singles), None)
        return None if match is None else self._finding([match])

    def _with_right_key(self, candidate: _Candidate) -> tuple[Codes, _Candidate] | None:
        codes, work = self._judge.with_right_key(candidate.text)
        self._work += work
        return None if codes is None else ((*candidate.codes, *codes), candidate)

    def _with_all_keys(self, candidate: _Candidate) -> list[tuple[Codes, _Candidate]]:
        right = self._with_right_key(candidate)
        found = [right] if right is not None else []
        for codes, work in self._judge.with_wrong_keys(candidate.text, rare=True):
            self._work += work
            if codes:
                found.append(((*candidate.codes, *codes), candidate))
        return found

    def _distorted(
        self, recipe: Recipe, codes: Codes, hypotheses: Sequence[Hypothesis], seen: set[str]
    ) -> Iterator[_Candidate]:
        """Yield what *hypotheses* make of *recipe*. Two that make the same of it both are named."""
        for hypothesis in hypotheses:
            own: set[str] = set()
            for distorted in hypothesis.distort(recipe, self._case):
                if distorted == recipe:
                    continue
                if self._work > self._limit:
                    return
                text = self._text(distorted)
                if text not in seen and text not in own:
                    own.add(text)
                    yield _Candidate((*codes, hypothesis.code), text, distorted)

    def _text(self, recipe: Recipe) -> str:
        """Return the base string; parameters that were normalized before are not normalized again."""
        about = recipe.of_tail
        tail = self._tails.get(about)
        if tail is None:
            tail = self._tails[about] = recipe.tail(self._memory)
            self._work += 2 * len(tail) + _RECIPE_WORK
        self._work += _REUSE_WORK
        begin = recipe.method, recipe.uri, recipe.whole
        head = self._heads.get(begin)
        if head is None:
            head = self._heads[begin] = recipe.head()
        return head + tail

    def _pairs(self, singles: Sequence[_Candidate]) -> Iterator[tuple[Codes, _Candidate]]:
        """Yield what two mistakes explain: first one about the key, then two about the base string."""
        by_code = {hypothesis.code: hypothesis for hypothesis in HYPOTHESES}
        partners = [single for single in singles if not by_code[single.codes[0]].alone]
        yield from self._with_a_wrong_key(partners)
        seen = {self._expected, *(single.text for single in singles)}
        order = {hypothesis.code: index for index, hypothesis in enumerate(HYPOTHESES)}
        for single in partners:
            first = by_code[single.codes[0]]
            others = [
                one for one in HYPOTHESES if order[one.code] > order[first.code] and first.goes_with(one)
            ]
            for candidate in self._distorted(single.recipe, single.codes, others, seen):
                if (match := self._with_right_key(candidate)) is not None:
                    yield match
            if self._work > self._limit:
                return

    def _with_a_wrong_key(self, singles: Sequence[_Candidate]) -> Iterator[tuple[Codes, _Candidate]]:
        for single in singles:
            if self._work > self._limit:
                return
            for codes, work in self._judge.with_wrong_keys(single.text, rare=False):
                self._work += work
                if codes:
                    yield (*single.codes, *codes), single

    def _finding(self, matches: Sequence[tuple[Codes, _Candidate]]) -> Finding:
        fewest = min(len(codes) for codes, _ in matches)
        best = [(codes, candidate) for codes, candidate in matches if len(codes) == fewest]
        causes, candidate = best[0]
        also = dict.fromkeys(code for codes, _ in best[1:] for code in codes if code not in causes)
        differs = candidate.text != self._expected
        return Finding(
            causes=causes,
            also=tuple(also),
            client_base_string=candidate.text if differs else None,
            difference=difference(self._expected, candidate.text) if differs else None,
        )


# PLAINTEXT


def _plaintext(case: Case) -> Finding | None:
    """Compare the two secrets as they were sent: there is no base string."""
    signature, right = case.signature, joined(case.consumer_secret, case.token_secret)
    for wrong in _wrongly_encoded(right, case):
        if wrong != right and signature == wrong:
            return Finding(causes=("plaintext-encoding",))
    found = [
        hypothesis.code
        for hypothesis in KEY_HYPOTHESES
        if signature != right and signature in {key for key in hypothesis.keys(case) if key}
    ]
    return Finding(causes=(found[0],), also=tuple(found[1:])) if found else None


def _wrongly_encoded(right: str, case: Case) -> Iterator[str]:
    yield quote(right, safe="")
    yield unquote(right)
    yield f"{case.consumer_secret}&{case.token_secret}"
    yield "&".join(quote(part, safe="") for part in right.split("&"))
