// What the compiler must take, and what it must refuse: each line after @ts-expect-error is an error, or there is one.
import { Vault } from "./amanah.ts";

export async function calls(vault: Vault): Promise<void> {
  await vault.call("post", "/v1/reveal", { body: { subjects: ["sub_1"], fields: ["name"], purpose: "support" } });
  await vault.call("get", "/v1/subjects/{id}", { path: { id: "sub_1" } });
  // @ts-expect-error a look has a purpose
  await vault.call("post", "/v1/reveal", { body: { subjects: ["sub_1"], fields: ["name"] } });
  // @ts-expect-error fields are words
  await vault.call("post", "/v1/reveal", { body: { fields: [1], purpose: "support" } });
  // @ts-expect-error there is no such route
  await vault.call("get", "/v1/everybody", {});
  // @ts-expect-error nor such a method of it
  await vault.call("delete", "/v1/reveal", {});
  // @ts-expect-error whose?
  await vault.call("get", "/v1/subjects/{id}", {});
}

/** Answers are read without a cast, and what is not in them is refused. */
export async function answers(vault: Vault): Promise<string[]> {
  const made = await vault.call("post", "/v1/subjects", { body: { ref: "17", fields: { name: "Siti" } } });
  const seen = await vault.call("post", "/v1/reveal", { body: { subjects: [made.id], fields: ["name"], purpose: "support" } });
  const shown = await vault.call("get", "/v1/subjects/{id}", { path: { id: made.id } });
  const found = await vault.call("post", "/v1/lookup", { body: { field: "ref", value: "17", purpose: "support" } });
  const keys = await vault.call("get", "/v1/keys", {});
  const newest = await vault.call("get", "/v1/ledger/checkpoint", {});
  const read: string[] = [made.id, shown.status, ...shown.fields, ...found.ids, newest.text, seen.receipt.leaf_hash];
  for (const value of seen.values) read.push(value.id, value.code ?? "shown");
  for (const key of keys.items) read.push(key.name, key.ended ?? "open");
  const version: number = shown.version;
  // @ts-expect-error it is a number
  read.push(shown.version);
  // @ts-expect-error no such member
  read.push(made.name);
  // @ts-expect-error a receipt is not there where nothing changed
  read.push(made.receipt.leaf_hash);
  // @ts-expect-error a customer who was not found has no fields
  read.push(...Object.keys(seen.values[0].fields));
  return version > 0 ? read : [];
}
