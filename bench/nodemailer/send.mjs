// The mails of bench/smtp_bench.c by npm's nodemailer, pooled: node send.mjs PORT COUNT CONNECTIONS; prints seconds.
import { createRequire } from 'node:module';

const { createTransport } = createRequire(import.meta.url)('nodemailer');
const [port, count, connections] = process.argv.slice(2).map(Number);
const LINES = 14;

const pool = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, pool: true, maxConnections: connections, maxMessages: Infinity });

const mailOf = (at) => ({
  envelope: { from: `notice+${at}@shop.example`, to: [`person${at}@person.example`] },
  from: { name: 'Toko Kim', address: 'toko@shop.example' },
  to: `person${at}@person.example`,
  subject: 'Your data leaked',
  messageId: `<n${at}@shop.example>`,
  headers: { 'Auto-Submitted': 'auto-generated' },
  text: Array.from({ length: LINES }, (_, line) =>
    `Line ${line} of a mail that says what leaked of number ${at}, and since when.\n`).join(''),
});

let next = 0;
async function line() {
  while (next < count) await pool.sendMail(mailOf(next++)); // a mail that is not taken ends it all
}

const began = process.hrtime.bigint();
await Promise.all(Array.from({ length: 2 * connections }, line)); // one more for each connection waits at hand
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
pool.close();
console.log(JSON.stringify({ arrived: count, seconds: Number(seconds.toFixed(3)), per_second: Math.round(count / seconds) }));
