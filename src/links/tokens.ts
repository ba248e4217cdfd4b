import { randomSecret, sha256 } from "../auth/key-format.ts";
import { database } from "../db/database.ts";
import { findToken, type TokenPlace } from "./token-store.ts";

/** Tokens of links: `cl_` and 32 random bytes in base64url. Only their SHA-256 is stored; the prefix lets secret scanners find leaks. */
const FORMAT = /^cl_[A-Za-z0-9_-]{43}$/;
/** KV keeps nothing shorter. */
const SHORTEST_TTL = 60;
/** Of what is no token, no more than this is hashed. */
const LONGEST = 128;

/** A token to be shown once, and the hash to be stored. */
export async function newToken(): Promise<{ token: string; tokenHash: string }> {
	const token = `cl_${randomSecret()}`;
	return { token, tokenHash: await sha256(token) };
}

function isToken(text: string): boolean {
	return FORMAT.test(text);
}

/** Where the recipient reaches the portal with this token. From the configuration, never from a request's Host. */
export function portalUrl(env: Env, token: string): string {
	return `${env.PORTAL_BASE_URL.replace(/\/+$/, "")}/l/${token}`;
}

/** Lets `locate` find a token without D1 until the link's life ends. Written once; a link that is extended is found in D1 afterwards. */
export async function publishLocator(env: Env, place: TokenPlace, expiresAt: number, now: number): Promise<void> {
	const expirationTtl = Math.max(SHORTEST_TTL, Math.ceil((expiresAt - now) / 1000));
	const { tenantId, linkId, tokenHash } = place;
	await env.TOKENS.put(key(tokenHash), JSON.stringify({ tenantId, linkId }), { expirationTtl });
}

/**
 * The link that a token leads to, whatever has become of it since: D1 says whether token and link are still good. Undefined for what is no
 * token and for what leads nowhere, after the same look-ups.
 */
export async function locate(env: Env, token: string): Promise<TokenPlace | undefined> {
	const tokenHash = await sha256(token.slice(0, LONGEST));
	const located = await env.TOKENS.get<Omit<TokenPlace, "tokenHash">>(key(tokenHash), "json");
	const place = located ? { ...located, tokenHash } : await findToken(database(env), tokenHash);
	return isToken(token) ? place : undefined;
}

/** Takes back what `publishLocator` wrote. */
export async function forgetLocators(env: Env, tokenHashes: readonly string[]): Promise<void> {
	await Promise.all(tokenHashes.map((tokenHash) => env.TOKENS.delete(key(tokenHash))));
}

function key(tokenHash: string): string {
	return `link:${tokenHash}`;
}
