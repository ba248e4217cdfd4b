import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { exportJWK, generateKeyPair, SignJWT, type JWTHeaderParameters, type JWTPayload } from "jose";
import { app } from "../../src/app.ts";
import type { Answer } from "./client.ts";

/** One issuer with a shared secret and one with a key set, whose claims have names of their own. */
export const secretIssuer = {
	issuer: "https://login.acme.test",
	audience: "foyer",
	secret: "a secret that acme's login shares with us",
	algorithms: ["HS256"],
};
export const keySetIssuer = {
	issuer: "https://id.globex.test",
	audience: "foyer-api",
	jwksUrl: "https://id.globex.test/keys",
	algorithms: ["RS256", "ES256"],
	tenantClaim: "https://globex.test/organisation",
	rolesClaim: "groups",
};

export const secretKey = new TextEncoder().encode(secretIssuer.secret);

/** The claims of a good token of either issuer. */
export function claimsOf(issuer: typeof secretIssuer | typeof keySetIssuer, more: JWTPayload = {}): JWTPayload {
	const now = Math.floor(Date.now() / 1000);
	const own =
		issuer === secretIssuer
			? { tenant: "acme", roles: ["Agent"] }
			: { "https://globex.test/organisation": "globex", groups: ["Administrator"] };
	return { iss: issuer.issuer, aud: issuer.audience, sub: "u-1", iat: now, exp: now + 600, ...own, ...more };
}

/** Claims without some of them. */
export function without(claims: JWTPayload, ...names: string[]): JWTPayload {
	return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

export function signed(
	claims: JWTPayload,
	key: CryptoKey | Uint8Array = secretKey,
	header: JWTHeaderParameters = { alg: "HS256" },
): Promise<string> {
	return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

/** A key pair and the set that publishes its public half. */
export async function keyPair(kid: string, alg = "RS256") {
	const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
	return { privateKey, publicKey, published: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** Asks the Worker as a deployment with these variables would be asked. */
export async function askWith(
	variables: Partial<Env>,
	path: string,
	{ method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
	const request = new Request(new URL(path, "https://foyer.test"), {
		method,
		headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const response = await app.fetch(request, { ...env, ...variables }, createExecutionContext());
	const text = await response.text();
	return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}
