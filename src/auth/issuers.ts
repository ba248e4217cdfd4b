import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, SignJWT, type JWTPayload, type JWTVerifyGetKey } from "jose";
import * as z from "zod";
import { Failure } from "../http/failure.ts";
import { parseGuid } from "../rooms/room-id.ts";
import { OWN, tokenSecret } from "./access-token.ts";
import { isDevelopment } from "./development.ts";
import { knownRoles, type Role } from "./permissions.ts";
import type { Principal } from "./principal.ts";

/**
 * A token issuer we trust, from the JSON list in `JWT_ISSUERS`. Exactly one of `jwksUrl` and `secret`; the algorithms are fixed per issuer,
 * so a token cannot choose its own (RFC 8725, 3.1). `tenantClaim` and `rolesClaim` name the claims that carry them.
 */
const issuerSchema = z
	.strictObject({
		issuer: z.string().min(1),
		audience: z.string().min(1),
		jwksUrl: z.url().optional(),
		secret: z.string().min(32, "a shared secret has at least 32 characters").optional(),
		algorithms: z.array(
			z.enum(["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"]),
		),
		tenantClaim: z.string().default("tenant"),
		rolesClaim: z.string().default("roles"),
	})
	.refine((issuer) => (issuer.jwksUrl === undefined) !== (issuer.secret === undefined), "give jwksUrl or secret")
	.refine(
		(issuer) => issuer.algorithms.every((name) => name.startsWith("HS") === (issuer.secret !== undefined)),
		"HS algorithms go with a secret, the others with jwksUrl",
	);

type Issuer = z.infer<typeof issuerSchema>;
type VerificationKey = Uint8Array | JWTVerifyGetKey;

const DEVELOPMENT = "foyer-development";

/** User ids that visitors, API keys and the system itself go by: no token but our own may claim one. */
const RESERVED = /^(visitor:|service:|dowell:|system$)/;

/** Clocks of issuers may be off by so much. */
const TOLERANCE_S = 5;

/** How long a token that was found good is trusted without being verified again, at most: a key that was withdrawn still vouches so long. */
const TRUSTED_MS = 30_000;
/** A token and its principal take a few KB. */
const REMEMBERED = 1000;

/** What a deployment trusts: its issuers, and tokens by them that were verified lately. */
type Trust = { issuers: readonly Issuer[]; verified: Map<string, { principal: Principal; until: number }> };

/** Kept between requests: parsing the list and fetching key sets anew for each would cost more than the verification. */
const trusts = new Map<string, Trust>();
const keys = new Map<string, VerificationKey>();

/** Whom this deployment trusts. A `JWT_ISSUERS` that is not what it should be trusts none: 503 for every token. */
function trustOf(env: Env): Trust {
	const own = tokenSecret(env);
	const source = `${env.JWT_ISSUERS}\n${isDevelopment(env) ? env.DEV_SECRET : ""}\n${own}`;
	let trust = trusts.get(source);
	if (!trust) {
		let issuers = configured(env.JWT_ISSUERS || "[]");
		if (isDevelopment(env) && env.DEV_SECRET) issuers = [...issuers, internal(DEVELOPMENT, env.DEV_SECRET)];
		if (own !== undefined) issuers = [internal(OWN.issuer, own), ...issuers];
		trust = { issuers, verified: new Map() };
		trusts.set(source, trust);
	}
	return trust;
}

/** What is wrong goes to the log without the text it is wrong in: that may hold secrets. */
function configured(json: string): Issuer[] {
	const list = z.array(issuerSchema).safeParse(parseJson(json));
	if (list.success) return list.data;
	const wrong = list.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
	console.error(JSON.stringify({ level: "error", variable: "JWT_ISSUERS", wrong }));
	throw new Failure("Misconfigured", "The token issuers of this deployment are not set up as they should be.");
}

/** What a text of JSON says; undefined where it is none: the error of the language would quote it. */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** An issuer that is ourselves. */
function internal(issuer: string, secret: string): Issuer {
	return {
		issuer,
		audience: OWN.audience,
		secret,
		algorithms: ["HS256"],
		tenantClaim: "tenant",
		rolesClaim: "roles",
	};
}

function keyOf(issuer: Issuer): VerificationKey {
	const name = issuer.jwksUrl ?? `${issuer.issuer}\n${issuer.secret}`;
	let key = keys.get(name);
	if (!key) {
		key = issuer.jwksUrl ? remoteKeys(issuer.jwksUrl) : new TextEncoder().encode(issuer.secret);
		keys.set(name, key);
	}
	return key;
}

/**
 * The principal of a JWT; undefined when no trusted issuer vouches for it, it has expired, or it names no tenant or user. A signature is
 * verified once in half a minute: it takes 100 us, a tenth of an answer (2026-11-23).
 */
export async function principalOfJwt(env: Env, token: string): Promise<Principal | undefined> {
	const { issuers, verified } = trustOf(env);
	const known = verified.get(token);
	if (known && Date.now() < known.until) return known.principal;
	verified.delete(token);
	const found = await verifiedClaims(issuers, token);
	const principal = found && principalOfClaims(found.claims, found.issuer);
	if (!principal) return undefined;
	if (verified.size >= REMEMBERED) verified.clear();
	verified.set(token, { principal, until: Math.min(Date.now() + TRUSTED_MS, found.claims.exp! * 1000) });
	return principal;
}

async function verifiedClaims(
	issuers: readonly Issuer[],
	token: string,
): Promise<{ claims: JWTPayload; issuer: Issuer } | undefined> {
	try {
		const claimed = decodeJwt(token).iss;
		const issuer = issuers.find((candidate) => candidate.issuer === claimed);
		if (!issuer) return undefined;
		const options = {
			issuer: issuer.issuer,
			audience: issuer.audience,
			algorithms: issuer.algorithms,
			clockTolerance: TOLERANCE_S,
		};
		const key = keyOf(issuer);
		const { payload } =
			key instanceof Uint8Array ? await jwtVerify(token, key, options) : await jwtVerify(token, key, options);
		return { claims: payload, issuer };
	} catch (error) {
		if (isBadToken(error)) return undefined;
		throw error;
	}
}

/** A key set that answers, and answers a key set. When it does not, that is our trouble and no fault of the token. */
function remoteKeys(url: string): JWTVerifyGetKey {
	const keySet = createRemoteJWKSet(new URL(url));
	return async (...token) => {
		try {
			return await keySet(...token);
		} catch (error) {
			if (isBadToken(error)) throw error;
			console.error(JSON.stringify({ level: "error", keySet: url, error: String(error) }));
			throw new Failure("Unavailable", "The keys that tokens are checked with cannot be read; try again.");
		}
	};
}

/** Everything jose says of a token, as against what it says of a key set that it could not fetch or read. */
function isBadToken(error: unknown): boolean {
	if (!(error instanceof errors.JOSEError) || error.code === "ERR_JOSE_GENERIC") return false;
	return !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid);
}

function principalOfClaims(claims: JWTPayload, issuer: Issuer): Principal | undefined {
	const tenantId = claims[issuer.tenantClaim];
	const held = claims[issuer.rolesClaim];
	if (typeof tenantId !== "string" || tenantId === "" || claims.exp === undefined) return undefined;
	const isOwn = issuer.issuer === OWN.issuer;
	if (typeof claims.sub !== "string" || claims.sub === "" || (!isOwn && RESERVED.test(claims.sub))) return undefined;
	const name = typeof claims["name"] === "string" ? claims["name"] : claims.sub;
	return {
		kind: isOwn && claims["kind"] === "service" ? "service" : "user",
		tenantId,
		userId: claims.sub,
		name,
		roles: knownRoles(Array.isArray(held) ? held : [held]),
		until: (claims.exp + TOLERANCE_S) * 1000,
		...(typeof claims["email"] === "string" ? { email: claims["email"] } : {}),
		...agentOf(claims["agentId"]),
		...customerOf(claims["customerId"]),
		...(["string", "number"].includes(typeof claims["contactId"]) ? { contactId: String(claims["contactId"]) } : {}),
	};
}

/** Numbers of agents are whole numbers that 32 bits hold, as clients read them; a token may carry one as text. */
function agentOf(claim: unknown): { agentId?: number } {
	const isNumber = typeof claim === "number" || (typeof claim === "string" && /^\d{1,10}$/.test(claim));
	const agentId = isNumber ? Number(claim) : 0;
	return Number.isInteger(agentId) && agentId > 0 && agentId < 2 ** 31 ? { agentId } : {};
}

/** Ids of customers are Guids, in whatever spelling an issuer has them. */
function customerOf(claim: unknown): { customerId?: string } {
	const customerId = typeof claim === "string" ? parseGuid(claim) : undefined;
	return customerId === undefined ? {} : { customerId };
}

/** A token for a development identity, valid for a week. */
export async function developmentToken(
	env: Env,
	identity: {
		tenantId: string;
		userId: string;
		name: string;
		roles: readonly Role[];
		contactId?: string | undefined;
		customerId?: string | undefined;
	},
): Promise<string> {
	const { tenantId, roles, name, contactId, customerId } = identity;
	return new SignJWT({ tenant: tenantId, roles: [...roles], name, contactId, customerId })
		.setProtectedHeader({ alg: "HS256" })
		.setIssuer(DEVELOPMENT)
		.setAudience(OWN.audience)
		.setSubject(identity.userId)
		.setIssuedAt()
		.setExpirationTime("7d")
		.sign(new TextEncoder().encode(env.DEV_SECRET));
}
