import { base64url } from "jose";

/** API keys: `fk_<keyId>_<43 base64url characters>`. Only the SHA-256 of the last part is ever stored. */
const FORMAT = /^fk_([a-z0-9]{8,32})_([A-Za-z0-9_-]{43})$/;

/** The public part of a key; undefined when the text is no key. */
export function keyIdOf(key: string): string | undefined {
	return FORMAT.exec(key)?.[1];
}

/** The secret part of a key that has the right form. */
export function secretOf(key: string): string {
	return FORMAT.exec(key)?.[2] ?? "";
}

/** A new key with its parts: `key` is shown once, `keyId` and the hash of `secret` are stored. */
export function newKey(): { key: string; keyId: string; secret: string } {
	const keyId = hex(crypto.getRandomValues(new Uint8Array(6)));
	const secret = randomSecret();
	return { key: `fk_${keyId}_${secret}`, keyId, secret };
}

/** 256 random bits in base64url: 43 characters. */
export function randomSecret(): string {
	return base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
}

/** SHA-256 in hex: enough for secrets of 128 random bits and more. */
export async function sha256(text: string): Promise<string> {
	return hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** Bytes as hex digits in lower case. */
export function hex(bytes: ArrayBuffer | Uint8Array): string {
	return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
