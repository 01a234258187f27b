// One step of tests/scenario/ts_client.py: what is asked for comes as JSON in IN, what came of it goes out as JSON.
import { Failure, Ledger, Tampering, Unreachable, Vault } from "./dist/amanah.js";
import { FileKeep } from "./dist/file_keep.js";
import { SigningKey } from "./dist/signing_key.js";

const given = JSON.parse(process.env.IN);
const keep = new FileKeep(given.file);
const steps = {
  call: (vault) => vault.call(given.method, given.path, given.given),
  check: (vault, ledger) => ledger.check(vault),
  make: async () => ({ public_key: await SigningKey.make(given.signing) }),
  named: async () => { await SigningKey.named(given.signing, given.id); return {}; },
  many: async (vault) => (await Promise.all([1, 2, 3].map(() => vault.call("get", "/v1/self", {})))).map((self) => self.reader),
  forge: async (_, ledger) => { await ledger.take(given.receipt); return {}; },
};
try {
  const ledger = new Ledger(given.vkey, keep);
  const vault = new Vault({ url: given.url, key: given.signing ? new SigningKey(given.signing) : () => given.key, ledger, timeoutMs: 20_000 });
  console.log(JSON.stringify({ out: await steps[given.step](vault, ledger) }));
} catch (error) {
  const kinds = { Failure, Unreachable, Tampering, TypeError };
  const kind = Object.keys(kinds).find((name) => error instanceof kinds[name]);
  if (!kind && error.code !== "EEXIST") throw error;
  console.log(JSON.stringify({ failed: kind ?? "Error", code: error.code, status: error.status, says: error.message }));
}
