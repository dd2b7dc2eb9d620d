// The whole flow with fetch, signed by node:crypto.
import { createHmac, randomBytes } from "node:crypto";

const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

async function call(url, { oauth_token, oauth_token_secret = "" } = {}, form = {}) {
  const oauth = {
    oauth_consumer_key: process.env.NEXMO_CONSUMER_KEY,
    oauth_nonce: randomBytes(8).toString("hex"),
    oauth_signature_method: "HMAC-SHA1",
    oauth_timestamp: Math.floor(Date.now() / 1000),
    ...(oauth_token ? { oauth_token } : {}),
  };
  const pairs = Object.entries({ ...oauth, ...form }).map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort();
  const base = ["POST", url, pairs.join("&")].map(encoded).join("&");
  const key = `${encoded(process.env.NEXMO_CONSUMER_SECRET)}&${encoded(oauth_token_secret)}`;
  oauth.oauth_signature = createHmac("sha1", key).update(base).digest("base64");
  const header = Object.entries(oauth).map(([name, value]) => `${name}="${encoded(value)}"`).join(", ");
  const answer = await fetch(url, {
    method: "POST",
    headers: { Authorization: `OAuth ${header}` },
    body: new URLSearchParams(form),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

const fields = (text) => Object.fromEntries(new URLSearchParams(text));
const request = fields(await call("https://dashboard.nexmo.com/oauth/request_token"));
const access = fields(await call("https://dashboard.nexmo.com/oauth/access_token", request));
console.log(await call("https://rest.nexmo.com/sms/json", access, { from: "NexmoOauth", to: "447700900000", text: "hello from Nexmo" }));
