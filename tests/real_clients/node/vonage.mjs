// The npm package "@vonage/sms" sends one SMS. Its argument is JSON: the credentials, and the message. Prints as JSON
// what its promise is kept with, or broken.
import { SMS } from '@vonage/sms';

const { credentials, ...message } = JSON.parse(process.argv[2]);
const sms = new SMS(credentials, { restHost: process.env.NEXMO_REST_URL });

try {
  const { messages } = await sms.send({ from: 'Acme', ...message });
  console.log(JSON.stringify({ error: null, messages }));
} catch (error) {
  console.log(JSON.stringify({ error: error.message, messages: error.response?.messages }));
}
