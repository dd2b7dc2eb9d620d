// The npm package "nexmo" sends one SMS. Its argument is JSON: the credentials, to, text, and further options of the
// message. Prints as JSON what its callback gets.
const Nexmo = require('nexmo');

const { hostname, port } = new URL(process.env.NEXMO_REST_URL);
const { credentials, to, text, ...options } = JSON.parse(process.argv[2]);
const nexmo = new Nexmo(credentials, { restHost: hostname, port }); // any port but 443 is plain HTTP

nexmo.message.sendSms('Acme', to, text, options, (error, answer) => {
  console.log(JSON.stringify({ error: error && error.message, messages: answer && answer.messages }));
});
