import { base64url } from "jose";
import { Failure } from "../http/failure.ts";
import { hex } from "./key-format.ts";

/** What a secret is used for: each purpose has a key of its own, so that none can stand in for another. */
export type Purpose = "delivery" | "one-time-code" | "idempotency" | "portal-signature";

const encoder = new TextEncoder();
/** Keys by the secret they were derived from: an isolate serves one deployment, whose secret may be rotated under it. */
const keys = new Map<string, Promise<CryptoKey>>();

/** Encrypts a text (AES-256-GCM, a fresh nonce each time) into base64url. Throws `NotConfigured` without LINK_SECRET. */
export async function sealed(env: Env, purpose: Purpose, text: string): Promise<string> {
	const nonce = crypto.getRandomValues(new Uint8Array(12));
	const key = await keyFor(env, purpose, { name: "AES-GCM", length: 256 }, ["encrypt", "decrypt"]);
	const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, encoder.encode(text));
	return base64url.encode(new Uint8Array([...nonce, ...new Uint8Array(box)]));
}

/** What `sealed` was given. Throws when the text was changed or sealed for another purpose. */
export async function unsealed(env: Env, purpose: Purpose, box: string): Promise<string> {
	const bytes = base64url.decode(box);
	const key = await keyFor(env, purpose, { name: "AES-GCM", length: 256 }, ["encrypt", "decrypt"]);
	const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.subarray(0, 12) }, key, bytes.subarray(12));
	return new TextDecoder().decode(text);
}

/** HMAC-SHA-256 in hex: for secrets too short for a plain hash. Throws `NotConfigured` without LINK_SECRET. */
export async function macOf(env: Env, purpose: Purpose, text: string): Promise<string> {
	const key = await keyFor(env, purpose, { name: "HMAC", hash: "SHA-256", length: 256 }, ["sign"]);
	return hex(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
}

/** Compares hashes in a time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
	const [left, right] = [encoder.encode(a), encoder.encode(b)];
	return left.length === right.length && crypto.subtle.timingSafeEqual(left, right);
}

type KeyAlgorithmOf = { name: "AES-GCM"; length: number } | { name: "HMAC"; hash: string; length: number };

function keyFor(
	env: Env,
	purpose: Purpose,
	algorithm: KeyAlgorithmOf,
	usages: ("encrypt" | "decrypt" | "sign")[],
): Promise<CryptoKey> {
	const secret = env.LINK_SECRET;
	if (secret.length < 32)
		throw new Failure("NotConfigured", "Customer links need a LINK_SECRET of 32 characters or more on this server.");
	const name = `${purpose} ${algorithm.name} ${secret}`;
	let key = keys.get(name);
	if (!key) keys.set(name, (key = derivedKey(secret, purpose, algorithm, usages)));
	return key;
}

async function derivedKey(
	secret: string,
	purpose: Purpose,
	algorithm: KeyAlgorithmOf,
	usages: ("encrypt" | "decrypt" | "sign")[],
) {
	const material = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, ["deriveKey"]);
	const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode(`foyer ${purpose}`) };
	return crypto.subtle.deriveKey(hkdf, material, algorithm, false, usages);
}
