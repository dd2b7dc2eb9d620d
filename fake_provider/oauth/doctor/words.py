"""The words of each mistake that the doctor can prove: what is so, what to change, and the source."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str, str]] = {
    # The key
    "token-secret-missing": (
        "The signature is right for a key that ends in '&': the token secret was left out.",
        "Sign with consumer_secret&token_secret; the token secret came together with the oauth_token that you send.",
        "RFC 5849 §3.4.2",
    ),
    "ampersand-missing": (
        "The signature is right for a key without the '&': the two secrets run together, or one of them alone.",
        "Join the two secrets by '&'; it stays where there is no token secret yet: consumer_secret&.",
        "RFC 5849 §3.4.2",
    ),
    "wrong-token-secret": (
        "The signature is right for the secret of another token of this app.",
        "Keep each oauth_token with the secret that came with it; the access token's is not the request token's.",
        "RFC 5849 §2.3, §3.4.2",
    ),
    "wrong-consumer-secret": (
        "The signature is right for the consumer secret of another app.",
        "Use the consumer secret that belongs to the oauth_consumer_key that you send.",
        "RFC 5849 §3.4.2",
    ),
    "key-used-as-secret": (
        "The signature is right for a key in which the consumer key or the token stands in place of its secret.",
        "Sign with the secrets; the consumer key and the token are only sent.",
        "RFC 5849 §3.4.2",
    ),
    "secrets-swapped": (
        "The signature is right for token_secret&consumer_secret: the two are the wrong way round.",
        "Put the consumer secret first: consumer_secret&token_secret.",
        "RFC 5849 §3.4.2",
    ),
    "secret-not-encoded": (
        "The signature is right for a key whose secrets were not percent-encoded.",
        "Percent-encode each secret before they are joined by '&'.",
        "RFC 5849 §3.4.2",
    ),
    "secret-has-whitespace": (
        "The signature is right for a secret with a blank or a line break around it.",
        "Strip the secret where it is read: from a file, a form or an environment variable.",
        "RFC 5849 §3.4.2",
    ),
    "consumer-secret-missing": (
        "The signature is right for a key that begins with '&': the consumer secret was left out.",
        "Sign with consumer_secret&token_secret.",
        "RFC 5849 §3.4.2",
    ),
    "secret-has-quotes": (
        "The signature is right for a secret in quotation marks.",
        "Take the marks off where the secret is read: an .env or ini file, a shell's variable.",
        "RFC 5849 §3.4.2",
    ),
    "plaintext-encoding": (
        "The PLAINTEXT signature is encoded once too often, or not often enough.",
        "Percent-encode each secret, join them by '&', then encode the whole once for the header.",
        "RFC 5849 §3.4.4",
    ),
    # Method and URI
    "method-differs": (
        "The signature is right for another HTTP method than the one that was sent.",
        "Sign with the method that the request is sent by; a redirect may have turned a POST into a GET.",
        "RFC 5849 §3.4.1.1",
    ),
    "method-lowercase": (
        "The signature is right for the method in small letters.",
        "Write the method in capitals in the base string: GET, POST.",
        "RFC 5849 §3.4.1.1",
    ),
    "scheme-differs": (
        "The signature is right for the other scheme: http against https.",
        "Sign the URL by which the server is reached; a proxy that ends TLS has to be believed (fake-nexmo: --trust-proxy).",
        "RFC 5849 §3.4.1.2",
    ),
    "host-differs": (
        "The signature is right for another host name.",
        "Sign for the host that the request is sent to; a proxy that changes it has to be believed (fake-nexmo: --trust-proxy).",
        "RFC 5849 §3.4.1.2",
    ),
    "default-port-included": (
        "The signature is right with the default port in the URL.",
        "Leave :80 out of http URLs and :443 out of https URLs in the base string.",
        "RFC 5849 §3.4.1.2",
    ),
    "port-missing": (
        "The signature is right without the port of the URL.",
        "Keep a port that is not the default one of its scheme in the base string.",
        "RFC 5849 §3.4.1.2",
    ),
    "host-not-lowercase": (
        "The signature is right for a host name with capitals.",
        "Make the host lower-case in the base string.",
        "RFC 5849 §3.4.1.2",
    ),
    "path-lowercased": (
        "The signature is right for the path in small letters.",
        "Make scheme and host lower-case in the base string, and nothing else.",
        "RFC 5849 §3.4.1.2",
    ),
    "path-differs": (
        "The signature is right for another path.",
        "Sign the path that the request is sent to.",
        "RFC 5849 §3.4.1.2",
    ),
    "query-in-uri": (
        "The signature is right for a URI from which the query was not cut off.",
        "Cut the URL at '?', and sign the query's parameters among the others.",
        "RFC 5849 §3.4.1.2",
    ),
    "trailing-slash-differs": (
        "The signature is right with a slash at the end of the path added or dropped.",
        "Sign the path exactly as it is sent; an empty path is '/'.",
        "RFC 5849 §3.4.1.2",
    ),
    "double-slash-differs": (
        "The signature is right with a double slash in the path made one, or made.",
        "Sign the path exactly as it is sent; a base URL that ends in '/' before a path that begins with one makes two.",
        "RFC 5849 §3.4.1.2",
    ),
    "path-encoding-differs": (
        "The signature is right for the path decoded, or encoded in another way.",
        "Sign the path as it stands in the request line, escapes and all.",
        "RFC 5849 §3.4.1.2",
    ),
    "fragment-in-uri": (
        "The signature is right for a URL with a '#', a '?' or a blank at its end.",
        "Cut off what is never sent: a fragment, a bare '?', blanks around the URL.",
        "RFC 5849 §3.4.1.2",
    ),
    # Parameters
    "body-not-signed": (
        "The signature is right without the parameters of the form.",
        "Sign the form's parameters too: its Content-Type is application/x-www-form-urlencoded.",
        "RFC 5849 §3.4.1.3.1",
    ),
    "body-signed-though-not-form": (
        "The signature is right if the fields of the body are signed, but the body is no form.",
        "Leave a JSON, multipart or other body out of the signature, or send it as application/x-www-form-urlencoded.",
        "RFC 5849 §3.4.1.3.1",
    ),
    "query-not-signed": (
        "The signature is right without the parameters of the query.",
        "Sign the query's parameters too, and cut them off the URI.",
        "RFC 5849 §3.4.1.3.1",
    ),
    "parameter-not-signed": (
        "The signature is right without one of the parameters: it was left out, or added after signing.",
        "Sign everything that you send: first the parameters, then the signature.",
        "RFC 5849 §3.4.1.3.1",
    ),
    "value-altered": (
        "The signature is right for an altered value: trimmed, with other line ends, without its plus sign, escaped for HTML.",
        "Prepare every value first, then sign it and send it as it is.",
        "RFC 5849 §3.4.1.3",
    ),
    "timestamp-made-anew": (
        "The signature is right for another oauth_timestamp, a moment away: the clock was asked twice.",
        "Make timestamp and nonce once for each request, then sign them and send them.",
        "RFC 5849 §3.3",
    ),
    "parameters-not-sorted": (
        "The signature is right for the parameters in another order.",
        "Encode names and values first, then sort by the octets of the encoded name, then of the encoded value.",
        "RFC 5849 §3.4.1.3.2",
    ),
    "duplicates-dropped": (
        "The signature is right if a name that comes several times is signed once.",
        "Sign every name=value; keep the parameters in a list, not in a dictionary.",
        "RFC 5849 §3.4.1.3.2",
    ),
    "empty-value-dropped": (
        "The signature is right without the parameters that have no value.",
        "Sign name= too, as it is sent, or do not send it.",
        "RFC 5849 §3.4.1.3.1",
    ),
    "empty-token": (
        "The signature is right with an empty oauth_token that was not sent, or without the empty one that was.",
        "Leave oauth_token out of header and base string where there is no token.",
        "RFC 5849 §3.1",
    ),
    "empty-callback-or-verifier": (
        "The signature is right with an empty oauth_callback or oauth_verifier that was not sent, or without one that was.",
        "Sign what you send; leave out what has no value.",
        "RFC 5849 §3.4.1.3.1",
    ),
    "realm-signed": (
        "The signature is right if the realm is signed.",
        "Leave realm out of the base string; it is no parameter.",
        "RFC 5849 §3.4.1.3.1",
    ),
    "signature-signed": (
        "The signature is right if oauth_signature itself is signed.",
        "Leave oauth_signature out of the base string.",
        "RFC 5849 §3.4.1.3.1",
    ),
    "callback-not-signed": (
        "The signature is right without oauth_callback: it was added after signing.",
        "Put oauth_callback among the parameters before you sign.",
        "RFC 5849 §2.1, §3.4.1.3.1",
    ),
    "verifier-not-signed": (
        "The signature is right without oauth_verifier: it was added after signing.",
        "Put oauth_verifier among the parameters before you sign.",
        "RFC 5849 §2.3, §3.4.1.3.1",
    ),
    "version-not-signed": (
        "The signature is right if oauth_version was added, or removed, after signing.",
        "Sign oauth_version if you send it, and only then.",
        "RFC 5849 §3.1, §3.4.1.3.1",
    ),
    "parameters-not-joined": (
        "The signature is right if something else stands between the parameters, or between name and value.",
        "Join name and value by '=', and the pairs by '&', before the whole is encoded.",
        "RFC 5849 §3.4.1.3.2",
    ),
    # Encoding
    "space-as-plus": (
        "The signature is right if a space is a plus sign in the base string.",
        "Encode a space as %20 when you sign; a form's own + is for the body only.",
        "RFC 5849 §3.6",
    ),
    "tilde-encoded": (
        "The signature is right if '~' is encoded.",
        "Leave '~' as it is: A-Z a-z 0-9 - . _ ~ are never encoded.",
        "RFC 5849 §3.6",
    ),
    "reserved-not-encoded": (
        "The signature is right if characters such as ! * ' ( ) , / : are left as they are.",
        "Encode everything but A-Z a-z 0-9 - . _ ~; encodeURIComponent, for one, leaves ! * ' ( ).",
        "RFC 5849 §3.6",
    ),
    "encoded-twice": (
        "The signature is right if values are encoded once more.",
        "Encode each name and value once, join them, then encode the whole once.",
        "RFC 5849 §3.4.1.1, §3.6",
    ),
    "encoded-once": (
        "The signature is right if values, or the parameters as a whole, are not encoded.",
        "Encode each name and value, join them, then encode the whole once more.",
        "RFC 5849 §3.4.1.1, §3.6",
    ),
    "lowercase-hex": (
        "The signature is right for escapes in small letters: %3a for %3A.",
        "Write the two hex digits of an escape in capitals.",
        "RFC 5849 §3.6",
    ),
    "charset-differs": (
        "The signature is right for another encoding of characters: Latin-1, or UTF-8 applied twice.",
        "Encode texts as UTF-8, once, before they are percent-encoded.",
        "RFC 5849 §3.4.1.3, §3.6",
    ),
    # The signature's own form
    "signature-not-encoded": (
        "The signature was not percent-encoded: its + became a space on the way.",
        "Percent-encode oauth_signature where you send it: + is %2B, / is %2F, = is %3D.",
        "RFC 5849 §3.5",
    ),
    "signature-encoded-twice": (
        "The signature was percent-encoded twice: %252B.",
        "Encode oauth_signature once; some libraries do so when they write the header.",
        "RFC 5849 §3.5.1",
    ),
    "signature-padding": (
        "The signature lacks the = at its end.",
        "Keep the padding of base64.",
        "RFC 5849 §3.4.2, RFC 2045 §6.8",
    ),
    "signature-hex": (
        "The signature is in hexadecimal.",
        "Send the base64 of the digest's octets, and not of its hexadecimal text.",
        "RFC 5849 §3.4.2",
    ),
    "signature-base64url": (
        "The signature has - and _ for + and /.",
        "Use the ordinary alphabet of base64.",
        "RFC 5849 §3.4.2, RFC 2045 §6.8",
    ),
    "digest-differs": (
        "The signature was made with another hash than oauth_signature_method names.",
        "Use the hash that the method names: SHA-1 for HMAC-SHA1, SHA-256 for HMAC-SHA256.",
        "RFC 5849 §3.4.2",
    ),
}
