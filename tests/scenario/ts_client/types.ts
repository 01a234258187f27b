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
