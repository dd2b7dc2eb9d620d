// The npm package "oauth" through all three legs and an SMS. Prints the authorization URL, reads the verifier
// from standard input, prints the answer of /sms/json.
const { OAuth } = require('oauth');
const readline = require('node:readline');

const dashboard = process.env.NEXMO_DASHBOARD_URL;
const rest = process.env.NEXMO_REST_URL;
const client = new OAuth(
  `${dashboard}/oauth/request_token`,
  `${dashboard}/oauth/access_token`,
  process.env.NEXMO_CONSUMER_KEY,
  process.env.NEXMO_CONSUMER_SECRET,
  '1.0A', // the value of a widely copied example; '1.0' with FLOW_VERSION=1.0
  'oob',
  'HMAC-SHA1',
);
if (process.env.FLOW_VERSION) client._version = process.env.FLOW_VERSION;

const fail = (error) => {
  console.log(error.statusCode, error.data);
  process.exit(1);
};

client.getOAuthRequestToken((error, token, secret) => {
  if (error) return fail(error);
  console.log(`${dashboard}/oauth/authorize?oauth_token=${token}`);
  readline.createInterface({ input: process.stdin }).once('line', (verifier) => {
    client.getOAuthAccessToken(token, secret, verifier, (error, access, accessSecret) => {
      if (error) return fail(error);
      const sms = { from: 'Acme', to: '447700900000', text: "it's (a) *test* + more!" };
      client.post(`${rest}/sms/json`, access, accessSecret, sms, (error, data) => {
        if (error) return fail(error);
        console.log(data);
        process.exit(0);
      });
    });
  });
});
