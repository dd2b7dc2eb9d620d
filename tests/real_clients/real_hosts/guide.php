<?php
// The steps of the guide, its URLs and all; the constructor as today's PHP wants it.
try {
    $oauth = new OAuth(getenv('NEXMO_CONSUMER_KEY'), getenv('NEXMO_CONSUMER_SECRET'));
    $token = $oauth->getRequestToken('https://dashboard.nexmo.com/oauth/request_token');
    fgets(STDIN);
    $oauth->setToken($token['oauth_token'], $token['oauth_token_secret']);
    $access = $oauth->getAccessToken('https://dashboard.nexmo.com/oauth/access_token');
    $oauth->setToken($access['oauth_token'], $access['oauth_token_secret']);
    $oauth->fetch('https://rest.nexmo.com/sms/json?', ['from' => 'NexmoOauth', 'text' => 'hello from Nexmo', 'to' => '447700900000'], OAUTH_HTTP_METHOD_GET, ['Accept' => 'application/json']);
    echo $oauth->getLastResponse(), "\n";
} catch (OAuthException $e) { echo $e->getMessage(), "\n"; exit(1); }
