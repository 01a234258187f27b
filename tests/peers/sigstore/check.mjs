// Checks a .tlog-proof with @sigstore/verify: node check.mjs PROOF_FILE ENTRY_FILE VKEY
// It takes the checkpoint's signature and the inclusion of the entry; cosignatures and tiles are beyond it.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { verifyCheckpoint } = require('@sigstore/verify/dist/tlog/checkpoint.js');
const { verifyMerkleInclusion } = require('@sigstore/verify/dist/tlog/merkle.js');

const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex'); // RFC 8410: what stands before the 32 bytes

function parseProof(text) {
  const cut = text.indexOf('\n\n');
  const [head, index, ...hashes] = text.slice(0, cut).split('\n');
  if (head !== 'c2sp.org/tlog-proof@v1' || !/^index (0|[1-9][0-9]*)$/.test(index)) throw new Error('not a proof file');
  return { index: index.slice(6), hashes: hashes.map((hash) => Buffer.from(hash, 'base64')), checkpoint: text.slice(cut + 2) };
}

function parseKey(vkey) {
  const [name, id, ...rest] = vkey.split('+');
  const bytes = Buffer.from(rest.join('+'), 'base64');
  if (bytes.length !== 33 || bytes[0] !== 1) throw new Error('not an Ed25519 key of a log');
  const publicKey = createPublicKey({ key: Buffer.concat([ED25519_SPKI, bytes.subarray(1)]), format: 'der', type: 'spki' });
  return { logID: Buffer.from(id, 'hex'), baseURL: `https://${name}`, publicKey, validFor: { start: new Date(0), end: new Date(8.64e15) } };
}

const [proofFile, entryFile, vkey] = process.argv.slice(2);
if (!vkey) {
  console.error('usage: node check.mjs PROOF_FILE ENTRY_FILE VKEY');
  process.exit(2);
}
try {
  const proof = parseProof(readFileSync(proofFile, 'utf8'));
  const entry = {
    canonicalizedBody: readFileSync(entryFile),
    integratedTime: '1',
    inclusionProof: { logIndex: proof.index, hashes: proof.hashes, checkpoint: { envelope: proof.checkpoint } },
  };
  const checkpoint = verifyCheckpoint(entry, [parseKey(vkey)]);
  verifyMerkleInclusion(entry, checkpoint);
  console.log(`good: entry ${proof.index} of ${checkpoint.logSize}`);
} catch (error) {
  console.log(`bad: ${error.message}`);
  process.exit(1);
}
