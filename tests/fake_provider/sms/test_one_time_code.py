"""Which numbers of a text are one-time codes, and which are not."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fake_provider.sms.one_time_code import one_time_codes

ENGLISH = [
    ("123456 is your Acme verification code", "123456"),
    ("Your code: 4821", "4821"),
    ("code=4821", "4821"),
    ("Code (4821)", "4821"),
    ("code #4821", "4821"),
    ("Your code is “4821”.", "4821"),
    ("PIN 1234", "1234"),
    ("Acme code no. 4821", "4821"),
    ("Your PIN has been reset to 4821", "4821"),
    ("Your one-time passcode (OTP) is 482193", "482193"),
    ("482193: your Acme code", "482193"),
    ("Acme: 4821 is your sign-in code", "4821"),
    ("Use verification code 482193 to reset your Acme password.", "482193"),
    ("Your Acme OTP is 0042. Valid for 10 minutes.", "0042"),
    ("OTP is 482193.Do not share it", "482193"),
    ("code 482193 24 hours", "482193"),
    ("Your code is valid for 10 minutes: 482193", "482193"),
    ("Security code: 482193 (expires 24/12/2018 18:00)", "482193"),
    ("Your code 482193 expires at 1830", "482193"),
    ("Here is your code.\n482193", "482193"),
    ("Your verification code:\r\n\r\n482193\r\n\r\nDo not share it.", "482193"),
    ("Your code is 482193\nAcme 2018", "482193"),
    ("Welcome to your account. 482193 is the code.", "482193"),
    ("Your code is 482193. Call +1 (650) 253-0000 for help", "482193"),
    ("Your code is 482193. Help: 0800 123 456", "482193"),
    ("Your code is 4821. Never share this code. Reply STOP to +44 7903 561836 to unsubscribe.", "4821"),
    ("Your code is ١٢٣٤", "١٢٣٤"),
]
FORMS = [
    ("G-123456 is your Google verification code.", "G-123456"),
    ("FB-12345 is your Facebook confirmation code", "FB-12345"),
    ("OTP-482193 for Acme", "482193"),
    ("Use 839-201 to sign in", "839-201"),
    ("839-201 Acme code", "839-201"),
    ("To log in, use 482193", "482193"),
    ("Enter 4821 to verify your number", "4821"),
    ("code 123 456", "123 456"),
    ("code 123 456 valid for 10 minutes", "123 456"),
    ("PayPal: 123 456 is your security code. Don't share this code with anyone.", "123 456"),
    ("Your code is 4821-9034", "4821-9034"),
    ("Your login code is AB12CD", "AB12CD"),
    ("AB12CD is your Acme login code", "AB12CD"),
    ("Your code for Acme: AB12CD", "AB12CD"),
    ("Your code is AB12-CD34", "AB12-CD34"),
    ("Steam verification code: R7K2P", "R7K2P"),
    ("Your code is 2018", "2018"),
]
MACHINE_READ = [
    ("<#> Your ExampleApp code is: 123ABC78\nFA+9qCX9VSu", "123ABC78"),
    ("Your Acme code is 482193\n\nFA9QCX9VSU1", "482193"),
    ("Your Example code is 747723.\n\n@example.com #747723", "747723"),
    ("G-747723 is your Example code.\n@example.com #747723\n", "747723"),
    ("123456 is your code\n@example.com #123456 %shop.example", "123456"),
    ("Ask 1234 for the PIN 5678\r\n@login.example.com #aB3dE6", "aB3dE6"),
]
AMONG_OTHER_NUMBERS = [
    ("Your code for order 123456 is 4821", "4821"),
    ("Your order OTP is 4821", "4821"),
    ("Your PIN for meeting 12345678 is 4821", "4821"),
    ("482193 is the OTP for a purchase of Rs. 1499 on card XX1234. Valid till 14:30:22.", "482193"),
    ("OTP for INR 5,000.00 on card ending 1234 at ACME INDIA on 24-12-18 is 482193. Do not share.", "482193"),
    ("Your code: 123-456\n\nOr tap to verify:\nv.example.com/123456\n\nDon't share this code", "123-456"),
    (
        "Login code: 12345\n\nOr tap this link to log in:\nhttps://x.example/login/12345\n\nO2P2z+/jBpJ",
        "12345",
    ),
]
LANGUAGES = [
    ("Ihr Bestätigungscode lautet: 482193", "482193"),
    ("482193 ist Ihr Sicherheitscode für Acme", "482193"),
    ("Ihr Einmal-Code (TAN) lautet 482193", "482193"),
    ("Ihre TAN 482193 für 1.250,00 EUR auf Konto 12345678", "482193"),
    ("Votre code de vérification Acme est 482193", "482193"),
    ("Votre code Acme 482193", "482193"),
    ("Su código de verificación es 4821. No lo comparta.", "4821"),
    ("Tu clave es 482193", "482193"),
    ("Seu codigo de acesso é 482193", "482193"),
    ("Il tuo codice di verifica è 482193", "482193"),
    ("Je verificatiecode is 482193", "482193"),
    ("Twój kod to 482193", "482193"),
    ("Hasło nr 3 z dnia 24-12-2018: 482193", "482193"),
    ("Acme doğrulama kodunuz: 482193", "482193"),
    ("ŞİFRENİZ 4821", "4821"),
    ("Код подтверждения: 482193. Никому не сообщайте.", "482193"),
    ("Ваш пароль 4821", "4821"),
    ("【Acme】您的验证码是482193，5分钟内有效，如有疑问请致电95188。", "482193"),
    ("手机尾号1234的用户，您的驗證碼為 482193", "482193"),
    ("認証コード：482193", "482193"),
    ("Acmeの認証コードは「482193」です", "482193"),
    ("[Web발신]\n[Acme] 인증번호 [482193]를 입력해 주세요", "482193"),
    ("G-123456은(는) Google 인증 코드입니다.", "G-123456"),
    ("رمز التحقق الخاص بك هو 482193", "482193"),
    ("קוד האימות שלך הוא 482193", "482193"),
    ("Kode verifikasi Anda: 482193", "482193"),
    ("Mã xác thực của bạn là 482193", "482193"),
    ("Din kod är 482193", "482193"),
    ("Din engangskode er 482193", "482193"),
]
WITHOUT = [
    "",
    "482193",
    "Your order 123456 has shipped",
    "Your login was at 1830",
    "Reply 1234 to confirm your appointment",
    "Meet at 1800 on 24 2018",
    "您的订单123456已发货",
    # not in a sentence with a code word, or far from it
    "Do not share your PIN. Order 5555 shipped",
    "Order shipped in van 12345\nNever share your code",
    "Your code, which nobody but you should ever see, whatever they tell you on the phone, say 12345",
    # amounts, quantities, dates and times
    "Your balance is 1234.50 EUR",
    "Your balance is 1,234 EUR. Never share your PIN.",
    "code 12.50",
    "code 1,234",
    "code worth $1234",
    "code: 1234 EUR",
    "Rs. 5000 paid, a code follows",
    "Your code has 5000 points",
    "code valid for 1440 minutes",
    "code 1234%",
    "code 12:30",
    "code 24.12.2018",
    "code 2018-12-24",
    "Your code expires on 24 December 2018",
    "Su código vence el 24 de diciembre de 2018",
    # phone numbers, addresses, and what else has a number
    "Call 447700900000 for your code",
    "Call +44 7700 900123 for your code",
    "Call (800) 123 4567 for your code",
    "Text CODE to 80888",
    "Your PIN was sent to the number ending 4821",
    "Your a/c 1234 was debited, never share your PIN",
    "Order no. 123456: your code follows",
    "Your code: https://example.com/123456",
    "see example.com/code?c=482193 for your code",
    "Your code was sent to support4821@acme.com",
    "code 192.168.1.1",
    "code 123e4567-e89b-12d3-a456-426614174000",
    "Code 1234-5678-9012-3456",
    # codes of other sorts
    "discount code SUMMER",
    "Your promo code is SAVE20",
    "Use code SAVE20 at checkout for 20% off",
    "Code promo : NOEL2018",
    "Booking code AB12CD",
    "Your tracking code: AB123456",
    "ZIP code 90210",
    "Su código postal 28001",
    "error code 5001",
    "QR-Code 123456",
    "barcode 12345678",
    # codes of no shape
    "Code 12",
    "Code ABCDEF",
    "Code abc123",
    "code 123456789012",
    "PIN: ****",
    "Your code is in the app",
]
LONG = ["1", "-", "1 ", "\n", "A1-", "1-", "code "]


@pytest.mark.parametrize(
    ("text", "code"), [*ENGLISH, *FORMS, *MACHINE_READ, *AMONG_OTHER_NUMBERS, *LANGUAGES]
)
def test_the_code_is_found(text: str, code: str) -> None:
    """It comes as it stands in the text, and alone."""
    assert one_time_codes(text) == (code,)


@pytest.mark.parametrize("text", WITHOUT)
def test_other_numbers_are_left_alone(text: str) -> None:
    """A number is no code for being there, nor for having a code word somewhere."""
    assert one_time_codes(text) == ()


def test_several_codes_come_in_their_order_and_once() -> None:
    """Each sentence may have its own; one that is repeated is not another."""
    codes = one_time_codes("Your PUK is 87654321. Your PIN: 1234. Keep the PIN 1234 to yourself.")

    assert codes == ("87654321", "1234")


@given(
    st.text()
    | st.lists(st.sampled_from(["code", " ", "is", ":", "1234", "A1", "-", ".", "\n", "@a #", "%"])).map(
        "".join
    )
)
@example("code 1234 \ud800 İ \x00")
def test_any_text_can_be_read(text: str) -> None:
    """Nothing is raised, and what comes can be copied from the text."""
    codes = one_time_codes(text)

    assert all(code and code in text for code in codes)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("piece", LONG)
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    """A million characters that invite to look back again and again come to an end."""
    text = (piece * 1_000_000)[:1_000_000]

    assert len(one_time_codes(text)) <= 1
