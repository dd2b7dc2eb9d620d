"""The one-time codes (OTP, PIN, TAN, verification code) that a text holds.

A number is a code for what stands around it, not for its looks. A text is read as tokens, sentence by sentence:

* a last line ``@example.com #747723`` (WebOTP, domain-bound codes of iOS) settles it: that is the code;
* next to a code word ("code: 4821", "PIN 1234", "验证码是123456") a number is a code, and so is a mix of capitals
  and digits, or what could as well be a year;
* in the same sentence, so is what "is" introduces ("your code for Acme is AB12CD"), what "is" follows ("AB12CD is
  your code"), and what one is told to use ("Use 839-201 to sign in" does without a code word);
* failing these, the number nearest to a code word, if it is near.

Amounts, dates, times, phone numbers and addresses do not have the shape of a code. A word such as "order" or "at"
before a number, or a unit after it, says that it is something else; "discount code" is no code word. When in doubt
there is no code: one that is missed can still be read. The time it takes grows with the length of the text alone.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import IntEnum, auto
from typing import NamedTuple


class _Kind(IntEnum):
    """What a token does to the numbers around it."""

    CODE = auto()  # names a code, but not beside OTHER or SALE: "promo code", "código postal"
    SECRET = auto()  # names a code whatever stands beside it: "order OTP"
    LABEL = auto()  # says that the next number is something else
    OTHER = auto()  # does so too, and makes a code word name something else
    SALE = auto()  # makes it name a voucher, and any mix of letters and digits in the text one
    UNIT = auto()  # says that the number before it is a quantity
    CURRENCY = auto()  # a label and a unit
    LINK = auto()  # stands between a code and its word
    GLUE = auto()  # is passed over
    USE = auto()  # asks to use the next number
    PURPOSE = auto()  # is what one uses a code for
    NUMBER = auto()  # could be a code
    DOUBTFUL = auto()  # could be one if the words say so: a year, a mix of letters and digits
    STOP = auto()  # ends a sentence
    NOTHING = auto()


_LABELS = frozenset({_Kind.LABEL, _Kind.OTHER, _Kind.CURRENCY})
_UNITS = frozenset({_Kind.UNIT, _Kind.CURRENCY})
_CANDIDATES = frozenset({_Kind.NUMBER, _Kind.DOUBTFUL})

_WORDS: Mapping[_Kind, str] = {  # "kod_to" is two words; what is in capitals here has to be so in the text
    _Kind.CODE: """code codes código códigos codigo codigos codice codici codul kod kodu kodun kodunuz
        kodunuzdur koden kodem kode koder koodi koodisi kód κωδικός κωδικό код кода кодом mã کد 코드 코드는 코드입니다""",
    _Kind.SECRET: """otp pin pins puk passcode password token TAN mtan smstan pushtan verification_number
        einmalcode bestätigungscode bestaetigungscode sicherheitscode verifizierungscode anmeldecode
        logincode zugangscode aktivierungscode freischaltcode prüfcode einmalpasswort passwort kennwort
        clave contraseña contrasena senha verificatiecode beveiligingscode inlogcode toegangscode
        bevestigingscode wachtwoord hasło haslo şifre şifreniz şifresi sifre sifreniz sifresi parola пароль
        пароля verifieringskod engångskod säkerhetskod inloggningskod engangskode bekræftelseskode
        bekreftelseskode sikkerhedskode sikkerhetskode sandi vahvistuskoodi""",
    _Kind.LABEL: """at on in by before until till since from to of over than for with account acct a_c card
        ending ends case bus room gate box id user username parcel paket colis paquete pacco pakket paczka
        call phone tel telephone text um am bis vom ab konto karte rechnung anrufen à au compte carte
        facture appelez cuenta tarjeta factura al llame llama conta cartão cartao fatura ligue conto carta
        fattura chiama rekening factuur bel karta karty od счет карта карты карте в на до от телефон hesap
        kart kl kort telefon""",
    _Kind.OTHER: """order booking reservation tracking client product item error status sort area country
        dialling dial zip postal post qr bar source dress swift tax referral invite invitation reference ref
        ticket flight train invoice member bestellung bestellnummer auftrag commande suivi pedido postale
        ordine bestelling zamówienie zamówienia pocztowy заказ заказа sipariş pos pesanan đơn khách البريدي""",
    _Kind.SALE: """discount promo promotion promotional voucher coupon gift checkout sale offer % $_off
        £_off €_off free_shipping free_delivery rabatt gutschein gratis aktions réduction reduction remise
        descuento promocional desconto sconto korting rabatowy rabat скидка скидку indirim giảm diskon 쿠폰""",
    _Kind.UNIT: """seconds sec minute minutes min mins minuten minutos minuti hour hours hrs h stunden day
        days tage point points pts miles km kg kb mb gb 元 円 원 年""",
    _Kind.CURRENCY: "$ £ € ¥ ₹ ₽ ₺ ₩ eur euro euros usd gbp inr rs chf pln zł kr sek nok dkk tl rub руб brl idr rp",
    _Kind.LINK: """: ： = is are ist lautet est es é è jest kod_to hasło_to haslo_to är er adalah là это ваш
        هو הוא set_to changed_to reset_to 是 为 為 是您的 是你的 は が 은 는""",
    _Kind.GLUE: "number no nr de di da del der one_off",
    _Kind.USE: "use enter type verwenden_sie utilisez saisissez usa introduce ingresa digite inserisci gebruik użyj введите",
    _Kind.PURPOSE: """sign_in log_in login verify confirm authenticate authentication verification confirmar
        verificar confirmer anmelden bestätigen""",
}
_KINDS: Mapping[str, _Kind] = {
    word if word.isupper() else word.casefold(): kind
    for kind, words in _WORDS.items()
    for word in words.split()
}
_UNSPACED = re.compile(  # code words inside of what has no blanks between words, or has affixes
    "验证码|驗證碼|校验码|动态码|动态密码|動態密碼|確認碼|認証コード|確認コード|認証番号|セキュリティコード|パスコード|"
    "ワンタイムパスワード|인증번호|인증코드|비밀번호|رمز|קוד"
)

_LATIN = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
_TOKEN = re.compile(
    rf"""(?P<url> (?i:https?://|www\.)[!-~]*+
               | (?<![A-Za-z0-9.-])[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++/[!-~]*+ )
       | (?P<number> [A-Z]{{1,2}}-\d{{4,8}}+(?![\d{_LATIN}-])
               | \d++(?![{_LATIN}])(?:(?:[ .,:/-]|\)[ -]?)\d++(?![{_LATIN}]))*+ )
       | (?P<word> [{_LATIN}]++(?!\d) | [^\W\d_{_LATIN}]++ | [:：=%$£€¥₹₽₺₩,，、] )
       | (?P<mix> [{_LATIN}\d]++(?:-[{_LATIN}\d]++)*+ )
       | (?P<stop> (?: (?i:(?<!\b(?:no|nr|rs|kr))(?<!\b(?:ref|tel)))\.(?=\s|\Z) | [!?](?=\s|\Z) | [。！？\n] )\s*+ )""",
    re.VERBOSE,
)
_BOUND = re.compile(r"@\S++ #(?P<code>(?=[A-Za-z]*\d)[A-Za-z\d]{4,10})(?: [@%]\S++)?")
_ALONE = re.compile(r"(?=[A-Z -]{0,9}\d)[A-Z\d][A-Z\d -]{3,9}+(?=[\r\n]|\Z)")
_SHAPE = re.compile(r"\d{4,8}|\d{3}[ -]\d{3}|\d{4}[ -]\d{4}|(?!ID|NO)[A-Z]{1,2}-\d{4,8}")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[ -]\d{4}|[01]\d[0-3]\d)?|[0-3]\d[01]\d(?:19|20)\d\d")
_MIX = re.compile(
    r"(?!XX)(?=\d*[A-Z])(?=[A-Z]*\d)[A-Z\d]{4,10}|(?=[A-Z-]*\d)(?=[\d-]*[A-Z])[A-Z\d]{3,5}-[A-Z\d]{3,5}"
)
_PHONE = re.compile(r"(?=\d++[ )-])(?:[ )-]*+\d){9,}+")
_PART = re.compile(r"[^ )]++")
_DASHED = re.compile(r"(?<=[^\W_]-)")  # before a number: it may be a part of a reference
_INSIDE = re.compile(r"(?<=[+/@*_.\\])")  # before a number: it is a part of something else
_GOES_ON = re.compile(r"[@/+*_\\]| ?%|\.[a-z\d]|-\d")  # after it
_NEAR = 60  # characters


class _Token(NamedTuple):
    kind: _Kind
    start: int
    end: int


def one_time_codes(text: str) -> tuple[str, ...]:
    """Find the codes as they stand in a text: in order, each once; mostly one or none."""
    if bound := _BOUND.fullmatch(text.rstrip().rpartition("\n")[2]):
        return (bound["code"],)
    tokens = _in_context(list(_tokens(text)))
    sentences = itertools.groupby(tokens, key=lambda token: token.kind is not _Kind.STOP)
    codes = (code for words, sentence in sentences if words for code in _codes(text, list(sentence)))
    return tuple(dict.fromkeys(text[code.start : code.end] for code in codes))


def _tokens(text: str) -> Iterator[_Token]:
    """Cut a text; GLUE is left out, and so is the end of a sentence before a line with nothing but a code."""
    last = ""
    for match in _TOKEN.finditer(text):
        if word := match["word"]:
            word = word if word in _KINDS else word.replace("İ", "i").casefold()
            kind = _KINDS.get(f"{last}_{word}") or _KINDS.get(word) or _Kind.NOTHING
            if kind is _Kind.NOTHING and _UNSPACED.search(word):
                kind = _Kind.SECRET
            if kind is not _Kind.GLUE:
                yield _Token(kind, *match.span())
            last = word
        elif match["stop"]:
            if not _ALONE.match(text, match.end()):
                yield _Token(_Kind.STOP, *match.span())
        elif match["url"] or _INSIDE.match(text, match.start()) or _GOES_ON.match(text, match.end()):
            yield _Token(_Kind.NOTHING, *match.span())
        else:
            yield from _numbers(text, *match.span())


def _numbers(text: str, start: int, end: int) -> Iterator[_Token]:
    """Take "123 456" as one, a phone number as none, and what else has blanks in it apart."""
    run = text[start:end]
    if _SHAPE.fullmatch(run) or _PHONE.fullmatch(run):
        spans = [(start, end)]
    else:
        spans = [part.span() for part in _PART.finditer(text, start, end)]
    for first, last in spans:
        part = text[first:last]
        if _YEAR.fullmatch(part) or _MIX.fullmatch(part):
            kind = _Kind.DOUBTFUL
        elif _SHAPE.fullmatch(part):
            kind = _Kind.DOUBTFUL if _DASHED.match(text, first) else _Kind.NUMBER
        else:
            kind = _Kind.NOTHING
        yield _Token(kind, first, last)


def _in_context(tokens: list[_Token]) -> list[_Token]:
    """Settle which words name a code of this sort, and whether a mix of letters and digits can be one."""
    sold = any(token.kind is _Kind.SALE for token in tokens)
    kinds = [_Kind.STOP, *(token.kind for token in tokens), _Kind.STOP]
    settled = []
    for before, token, after in zip(kinds, tokens, kinds[2:], strict=False):
        kind = token.kind
        if kind is _Kind.CODE and {before, after} & {_Kind.OTHER, _Kind.SALE}:
            kind = _Kind.LABEL
        elif kind is _Kind.SECRET:
            kind = _Kind.CODE
        elif kind is _Kind.DOUBTFUL and sold:
            kind = _Kind.NOTHING
        settled.append(_Token(kind, token.start, token.end))
    return settled


def _codes(text: str, sentence: list[_Token]) -> list[_Token]:
    """Choose the codes of one sentence: what stands beside a code word, or else what is said to be one."""
    ties: defaultdict[_Kind, list[_Token]] = defaultdict(list)
    words: list[_Token] = []
    lead = _Kind.NOTHING
    for token, after in zip(sentence, [*sentence[1:], sentence[-1]], strict=True):
        if token.kind in _CANDIDATES:
            quantity = after.kind in _UNITS and not text[token.end : after.start].strip()
            ties[_Kind.UNIT if quantity else _tie(token, lead, after.kind, named=bool(words))].append(token)
        elif token.kind is _Kind.CODE:
            words.append(token)
        if token.kind is not _Kind.LINK or lead not in {_Kind.CODE, *_LABELS}:
            lead = token.kind
    if words:
        said = [*ties[_Kind.LINK], *ties[_Kind.USE]][:1]
        return ties[_Kind.CODE] or said or _nearest(words, ties[_Kind.NUMBER])
    return ties[_Kind.USE][:1] if any(token.kind is _Kind.PURPOSE for token in sentence) else []


def _tie(number: _Token, lead: _Kind, after: _Kind, *, named: bool) -> _Kind:
    """Say what makes a number a code: the word before it, or after it; NUMBER is none but that it is near."""
    if lead in {_Kind.CODE, _Kind.USE, *_LABELS}:
        return lead
    return _Kind.LINK if (lead if named else after) is _Kind.LINK else number.kind


def _nearest(words: list[_Token], numbers: list[_Token]) -> list[_Token]:
    """Choose the number with the least between it and a code word, if that is little."""
    pairs = itertools.pairwise(sorted([*words, *numbers], key=lambda token: token.start))
    mixed = [(a, b) for a, b in pairs if a.kind is not b.kind and b.start - a.end <= _NEAR]
    closest = min(mixed, key=lambda pair: pair[1].start - pair[0].end, default=())
    return [token for token in closest if token.kind is _Kind.NUMBER]
