// Reads mails with npm's mailparser: node read.mjs FILE... prints a line of JSON for each.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { simpleParser } = createRequire(import.meta.url)('mailparser');

const people = (field) => (field ? field.value.map(({ address, name }) => ({ address, name })) : []);

for (const file of process.argv.slice(2)) {
  // `html`, `textAsHtml` of plain text would be made up by the reader; what counts is what stands in the mail.
  const mail = await simpleParser(readFileSync(file), { skipTextToHtml: true, skipTextLinks: true });
  console.log(JSON.stringify({
    subject: mail.subject,
    from: people(mail.from),
    to: people(mail.to),
    others: [...people(mail.cc), ...people(mail.bcc), ...people(mail.replyTo)],
    text: mail.text,
    html: mail.html,
    attachments: mail.attachments.length,
    headers: mail.headerLines.map(({ key }) => key),
    type: mail.headers.get('content-type'),
    auto: mail.headers.get('auto-submitted'),
    id: mail.messageId,
    date: mail.date,
  }));
}
