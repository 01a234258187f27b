// What WebAuthn gives, as the API takes it: base64url.
import { Refused } from "../ui/api";

interface CreateOptions { challenge: string; rp: { id: string; name: string }; user: { id: string; name: string; displayName: string }; pubKeyCredParams: PublicKeyCredentialParameters[]; [more: string]: unknown }
interface GetOptions { challenge: string; rpId: string; [more: string]: unknown }

export function passkeysHere(): boolean { return typeof PublicKeyCredential === "function" && isSecureContext; }

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}
function text(data: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(data))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function tried<T>(call: Promise<Credential | null>, read: (made: PublicKeyCredential) => T): Promise<T> {
  let made: Credential | null;
  try { made = await call; } catch { throw new Refused({ status: 0, code: "passkey.cancelled" }); }
  if (!made) throw new Refused({ status: 0, code: "passkey.cancelled" });
  return read(made as PublicKeyCredential);
}

export function createPasskey(options: CreateOptions): Promise<{ client_data: string; attestation: string }> {
  const { excludeCredentials, ...rest } = options as CreateOptions & { excludeCredentials?: { id: string; type: "public-key" }[] };
  const publicKey = {
    ...rest, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
    ...(excludeCredentials ? { excludeCredentials: excludeCredentials.map((one) => ({ ...one, id: bytes(one.id) })) } : {}),
  } as PublicKeyCredentialCreationOptions;
  return tried(navigator.credentials.create({ publicKey }), (made) => {
    const response = made.response as AuthenticatorAttestationResponse;
    return { client_data: text(response.clientDataJSON), attestation: text(response.attestationObject) };
  });
}

export function getPasskey(options: GetOptions): Promise<{ credential: string; client_data: string; authenticator_data: string; signature: string }> {
  const publicKey = { ...options, challenge: bytes(options.challenge) } as PublicKeyCredentialRequestOptions;
  return tried(navigator.credentials.get({ publicKey }), (made) => {
    const response = made.response as AuthenticatorAssertionResponse;
    return { credential: text(made.rawId), client_data: text(response.clientDataJSON), authenticator_data: text(response.authenticatorData), signature: text(response.signature) };
  });
}
