"""The environment by which libraries find what they trust, a proxy, and the fake."""

from __future__ import annotations

from collections.abc import Mapping

from .names import HOSTS
from .stores import JAVA_PASSWORD, Stores

OWN_AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Where a user may have named files of further authorities, which are to be trusted still."""

_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_NO_PROXY = ("NO_PROXY", "no_proxy")
_LOOPBACK = "localhost,127.0.0.1,::1"


def trusting(stores: Stores, environment: Mapping[str, str]) -> dict[str, str]:
    """Return what makes libraries trust the authority, beside what they trust already.

    OpenSSL (Python, Ruby, Perl, …): SSL_CERT_FILE. requests: REQUESTS_CA_BUNDLE. curl: CURL_CA_BUNDLE. Node:
    NODE_EXTRA_CA_CERTS. Java: JAVA_TOOL_OPTIONS. PHP: an ini file in PHP_INI_SCAN_DIR.
    """
    bundle = str(stores.bundle)
    java = (
        f"-Djavax.net.ssl.trustStore={_quoted_for_java(str(stores.java))} -Djavax.net.ssl.trustStoreType=PKCS12 "
        f"-Djavax.net.ssl.trustStorePassword={JAVA_PASSWORD}"
    )
    names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "GIT_SSL_CAINFO")
    return {
        **dict.fromkeys(names, bundle),
        "NODE_EXTRA_CA_CERTS": str(stores.for_node),
        "DENO_CERT": str(stores.for_node),
        "JAVA_TOOL_OPTIONS": " ".join(filter(None, (environment.get("JAVA_TOOL_OPTIONS"), java))),
        # An empty name stands for the folder that PHP looks into by itself.
        "PHP_INI_SCAN_DIR": f"{environment.get('PHP_INI_SCAN_DIR', '')}:{stores.php_directory}",
    }


def _quoted_for_java(text: str) -> str:
    """Quote a value for JAVA_TOOL_OPTIONS, which splits at blanks and knows both quotation marks."""
    mark = "'" if '"' in text else '"'
    return f"{mark}{text}{mark}" if set(text) & set(" \t'\"") else text


def by_proxy(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return what sends requests through the proxy at *url*; those to this machine go directly."""
    host, port = url.removeprefix("http://").split(":")
    java = " ".join(
        f"-D{scheme}.proxyHost={host} -D{scheme}.proxyPort={port}" for scheme in ("http", "https")
    )
    return {
        **dict.fromkeys(_PROXIES, url),
        **dict.fromkeys(_NO_PROXY, _LOOPBACK),
        "NODE_USE_ENV_PROXY": "1",  # Node 24 and later
        "JAVA_TOOL_OPTIONS": " ".join(filter(None, (environment.get("JAVA_TOOL_OPTIONS"), java))),
    }


def without_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """Return *environment* without a proxy: offline there is none to reach."""
    return {name: value for name, value in environment.items() if name not in (*_PROXIES, *_NO_PROXY)}


def past_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what keeps the two hosts from a proxy of the user's own."""
    if not any(environment.get(name) for name in _PROXIES):
        return {}
    given = environment.get("NO_PROXY") or environment.get("no_proxy")
    return dict.fromkeys(_NO_PROXY, ",".join(filter(None, (given, *HOSTS, _LOOPBACK))))


def of_the_app(
    consumer_key: str, consumer_secret: str, origins: tuple[str, str] | None = None
) -> dict[str, str]:
    """Return what the ``client`` package and its like read; *origins* where the names themselves are not used."""
    dashboard, rest = origins or tuple(f"https://{host}" for host in HOSTS)
    return {
        "NEXMO_CONSUMER_KEY": consumer_key,
        "NEXMO_CONSUMER_SECRET": consumer_secret,
        "NEXMO_DASHBOARD_URL": dashboard,
        "NEXMO_REST_URL": rest,
    }
