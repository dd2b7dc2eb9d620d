#!/bin/sh
# The whole flow with curl, each request signed by openssl.
set -eu

encoded() { printf %s "$1" | sed 's/%/%25/g; s/ /%20/g; s/&/%26/g; s/=/%3D/g; s/+/%2B/g; s/:/%3A/g; s,/,%2F,g'; }

call() { # URL TOKEN TOKEN_SECRET [NAME=VALUE …], each value encoded
    url=$1 token=$2 secret=$3
    shift 3
    oauth="oauth_consumer_key=$NEXMO_CONSUMER_KEY oauth_nonce=$(openssl rand -hex 8) oauth_signature_method=HMAC-SHA1"
    oauth="$oauth oauth_timestamp=$(date +%s) oauth_version=1.0 ${token:+oauth_token=$token}"
    # shellcheck disable=SC2086  # one word a parameter
    parameters=$(printf '%s\n' $oauth "$@" | sed '/^$/d' | LC_ALL=C sort | paste -sd '&' -)
    base="POST&$(encoded "$url")&$(encoded "$parameters")"
    signature=$(printf %s "$base" | openssl dgst -sha1 -hmac "$NEXMO_CONSUMER_SECRET&$secret" -binary | base64)
    header="OAuth $(printf '%s="%s", ' $(printf '%s ' $oauth | sed 's/=/ /g'))oauth_signature=\"$(encoded "$signature")\""
    curl -sS --fail-with-body -H "Authorization: $header" -d "$(printf '%s\n' "$@" | paste -sd '&' -)" "$url"
}

field() { printf %s "$2" | tr '&' '\n' | sed -n "s/^$1=//p"; }

request=$(call https://dashboard.nexmo.com/oauth/request_token '' '')
access=$(call https://dashboard.nexmo.com/oauth/access_token \
    "$(field oauth_token "$request")" "$(field oauth_token_secret "$request")")
call https://rest.nexmo.com/sms/json "$(field oauth_token "$access")" "$(field oauth_token_secret "$access")" \
    from=NexmoOauth to=447700900000 text=hello%20from%20Nexmo
