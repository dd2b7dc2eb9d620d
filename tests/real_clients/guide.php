<?php
// The steps of Nexmo's OAuth guide with PHP's OAuth extension, written for today's PHP. It differs from the guide
// in where the endpoints are and what the text is (the environment says), and in that it prints what it got.
//
//   php guide.php access    signs the SMS with the pair that the access-token call returned
//   php guide.php request   keeps signing with the request pair, as the published driver does

$dashboard = getenv('NEXMO_DASHBOARD_URL');
$rest = getenv('NEXMO_REST_URL');

try {
    $oauth = new OAuth(getenv('NEXMO_CONSUMER_KEY'), getenv('NEXMO_CONSUMER_SECRET'));
    $token = $oauth->getRequestToken($dashboard . '/oauth/request_token');

    echo $dashboard . '/oauth/authorize?' . http_build_query(['oauth_token' => $token['oauth_token']]), "\n";
    fgets(STDIN); // the user approves, then presses a key

    $oauth->setToken($token['oauth_token'], $token['oauth_token_secret']);
    $access = $oauth->getAccessToken($dashboard . '/oauth/access_token');

    $pair = $argv[1] === 'access' ? $access : $token;
    $oauth->setToken($pair['oauth_token'], $pair['oauth_token_secret']);
    $oauth->fetch(
        $rest . '/sms/json?',
        ['from' => 'NexmoOauth', 'text' => getenv('NEXMO_SMS_TEXT') ?: 'hello from Nexmo', 'to' => '447700900000'],
        OAUTH_HTTP_METHOD_GET,
        ['Accept' => 'application/json']
    );
    echo $oauth->getLastResponse(), "\n";
} catch (OAuthException $e) {
    echo $e->getMessage(), "\n", $oauth->getLastResponse(), "\n";
    exit(1);
}
