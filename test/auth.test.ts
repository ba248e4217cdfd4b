import { exportSPKI, SignJWT, type JWTPayload } from "jose";
import { afterEach, expect, it, vi } from "vitest";
import { type Answer, unique } from "./support/client.ts";
import {
	askWith,
	claimsOf,
	keyPair,
	keySetIssuer,
	secretIssuer,
	secretKey,
	signed,
	without,
} from "./support/tokens.ts";

const production = { ENVIRONMENT: "production", PRODUCTION: "true" };

afterEach(() => vi.restoreAllMocks());

/** Creates a chat with a token, which tells who the token was taken for. */
function createWith(token: string, issuers: unknown[] = [secretIssuer, keySetIssuer]): Promise<Answer> {
	const variables = { ...production, JWT_ISSUERS: JSON.stringify(issuers) };
	return askWith(variables, "/v1/Chat", {
		method: "POST",
		headers: { Authorization: `Bearer ${token}` },
		body: { chat: { chatName: unique("of a token") } },
	});
}

/** Serves key sets to the Worker, and counts how often it asks. */
function serveKeys(sets: Record<string, () => Response>) {
	return vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
		const serve = sets[new Request(input).url];
		if (!serve) throw new TypeError("network unreachable");
		return serve();
	});
}

const encoded = (value: unknown) =>
	btoa(typeof value === "string" ? value : JSON.stringify(value))
		.replaceAll("+", "-")
		.replaceAll("/", "_")
		.replaceAll("=", "");

it("takes a token of an issuer with a shared secret for whom its claims name", async () => {
	const answer = await createWith(
		await signed(claimsOf(secretIssuer, { sub: "ada", name: "Ada of Acme", roles: ["Agent", "Juggler"] })),
	);
	expect(answer.status).toBe(200);
	expect(answer.body.chat[0]).toMatchObject({ createdBy: "ada", createdByName: "Ada of Acme" });
	// One role may come without its list, no name is no obstacle, and a clock that is 3 s off is no reason to turn somebody away.
	const seconds = Math.floor(Date.now() / 1000);
	const plain = await createWith(
		await signed(claimsOf(secretIssuer, { sub: "ben", roles: "Administrator", nbf: seconds + 3 })),
	);
	expect(plain.body.chat[0]).toMatchObject({ createdBy: "ben", createdByName: "ben" });
	for (const roles of [[], ["agent"], ["Manager"], { Agent: true }, undefined]) {
		const powerless = await createWith(await signed(claimsOf(secretIssuer, { roles })));
		expect([roles, powerless.status]).toEqual([roles, 403]);
	}
});

it("refuses every token that its issuer would not have made", async () => {
	const good = claimsOf(secretIssuer);
	const seconds = Math.floor(Date.now() / 1000);
	const wrongClaims: JWTPayload[] = [
		{ ...good, iss: "https://login.acme.test/" },
		without(good, "iss"),
		{ ...good, iss: keySetIssuer.issuer },
		{ ...good, aud: "foyer-api" },
		{ ...good, aud: ["somebody", "else"] },
		without(good, "aud"),
		{ ...good, exp: seconds - 60 },
		{ ...good, nbf: seconds + 60 },
		without(good, "exp"),
		without(good, "tenant"),
		{ ...good, tenant: "" },
		{ ...good, tenant: ["acme"] },
		without(good, "sub"),
		{ ...good, sub: "" },
		// Names that visitors, API keys and the visitor dialect's own staff go by.
		{ ...good, sub: "visitor:1042" },
		{ ...good, sub: "service:robot" },
		{ ...good, sub: "dowell:staff" },
	];
	for (const claims of wrongClaims) {
		const answer = await createWith(await signed(claims));
		expect([claims, answer.status]).toEqual([claims, 401]);
	}
	const token = await signed(good);
	const [header = "", payload = "", signature = ""] = token.split(".");
	const promoted = encoded({ ...good, roles: ["Administrator"], tenant: "globex" });
	const wrongTokens = [
		await signed(good, new TextEncoder().encode("another secret, of the same decent length")),
		await signed(good, secretKey, { alg: "HS512" }),
		// A rule that must be understood, and is not.
		await new SignJWT(good)
			.setProtectedHeader({ alg: "HS256", crit: ["urn:acme:once"], "urn:acme:once": true })
			.sign(secretKey, { crit: { "urn:acme:once": true } }),
		`${header}.${promoted}.${signature}`,
		`${encoded({ alg: "none" })}.${payload}.`,
		`${encoded({ alg: "none" })}.${payload}.${signature}`,
		`${encoded({ alg: "None", typ: "JWT" })}.${promoted}.`,
		`${header}.${payload}.`,
		`${header}.${payload}`,
		`${token}.${signature}`,
		`${encoded("null")}.${payload}.${signature}`,
		`${header}.${encoded("[]")}.${signature}`,
		`${header}.${encoded("not json")}.${signature}`,
		"..",
		"a.b.c",
		"null",
		"%00",
		"x".repeat(8000),
	];
	for (const wrong of wrongTokens) {
		const answer = await createWith(wrong);
		expect([wrong, answer.status]).toEqual([wrong, 401]);
		expect(answer.body.responseStatus.errorCode).toBe("Unauthorized");
		expect(answer.headers.get("WWW-Authenticate")).toContain("Bearer");
	}
	expect((await createWith(token)).status).toBe(200);
	expect((await createWith(token, [])).status).toBe(401);
});

it("remembers a good token no longer than it lasts, half a minute at most, and only for the issuers it was good for", async () => {
	const token = await signed(claimsOf(secretIssuer, { exp: Math.floor(Date.now() / 1000) + 20 }));
	const statuses = async (...tokens: string[]) =>
		Promise.all(tokens.map(async (each) => (await createWith(each)).status));
	expect(await statuses(token, token, token)).toEqual([200, 200, 200]);
	expect(
		(await createWith(token, [{ ...secretIssuer, secret: "a newer secret, of the same decent length" }])).status,
	).toBe(401);
	expect((await createWith(token, [{ ...secretIssuer, audience: "another" }])).status).toBe(401);
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 26_000 });
	try {
		expect((await createWith(token)).status).toBe(401);
	} finally {
		vi.useRealTimers();
	}
	const pair = await keyPair("withdrawn");
	const issuer = { ...keySetIssuer, jwksUrl: "https://id.globex.test/rotating" };
	serveKeys({ [issuer.jwksUrl]: () => Response.json({ keys: [pair.published] }) });
	const lasting = await signed(claimsOf(keySetIssuer), pair.privateKey, { alg: "RS256", kid: "withdrawn" });
	expect((await createWith(lasting, [issuer])).status).toBe(200);
	// Past what the key set itself is remembered for: ten minutes.
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 601_000 });
	try {
		serveKeys({ [issuer.jwksUrl]: () => Response.json({ keys: [] }) });
		expect((await createWith(lasting, [issuer])).status).toBe(401);
	} finally {
		vi.useRealTimers();
	}
});

it("takes tokens of an issuer with a key set, which it fetches once", async () => {
	const [rsa, ec, stranger] = [await keyPair("rsa-1"), await keyPair("ec-1", "ES256"), await keyPair("rsa-1")];
	const fetched = serveKeys({ [keySetIssuer.jwksUrl]: () => Response.json({ keys: [rsa.published, ec.published] }) });
	const good = claimsOf(keySetIssuer, { sub: "gus", name: "Gus of Globex" });
	const token = await signed(good, rsa.privateKey, { alg: "RS256", kid: "rsa-1" });
	const answer = await createWith(token);
	expect(answer.status).toBe(200);
	expect(answer.body.chat[0]).toMatchObject({ createdBy: "gus", createdByName: "Gus of Globex" });
	const many = await Promise.all(Array.from({ length: 30 }, () => createWith(token)));
	expect(many.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
	expect((await createWith(await signed(good, ec.privateKey, { alg: "ES256", kid: "ec-1" }))).status).toBe(200);

	const pem = await exportSPKI(rsa.publicKey);
	const modulus = JSON.stringify(rsa.published);
	const wrong = [
		// What is public is no secret: a token cannot choose to be checked with it as one.
		await signed(good, new TextEncoder().encode(pem), { alg: "HS256", kid: "rsa-1" }),
		await signed(good, new TextEncoder().encode(modulus), { alg: "HS256", kid: "rsa-1" }),
		await signed(good, stranger.privateKey, { alg: "RS256", kid: "rsa-1" }),
		await signed(good, stranger.privateKey, { alg: "RS256", kid: "rsa-1", jwk: stranger.published }),
		await signed(good, stranger.privateKey, { alg: "RS256", kid: "rsa-1", jku: "https://evil.test/keys" }),
		await signed(good, ec.privateKey, { alg: "ES256", kid: "rsa-1" }),
		await signed({ ...good, aud: "foyer" }, rsa.privateKey, { alg: "RS256", kid: "rsa-1" }),
		await signed(claimsOf(secretIssuer), rsa.privateKey, { alg: "RS256", kid: "rsa-1" }),
		await signed({ ...without(good, keySetIssuer.tenantClaim), tenant: "globex" }, rsa.privateKey, {
			alg: "RS256",
			kid: "rsa-1",
		}),
		`${encoded({ alg: "none", kid: "rsa-1" })}.${token.split(".")[1]}.`,
	];
	for (const [index, one] of wrong.entries()) expect([index, (await createWith(one)).status]).toEqual([index, 401]);
	const roles = await signed({ ...without(good, "groups"), roles: ["Agent"] }, rsa.privateKey, {
		alg: "RS256",
		kid: "rsa-1",
	});
	expect((await createWith(roles)).status).toBe(403);
	// A flood of made-up key ids does not become a flood of requests to the issuer.
	for (const kid of ["a", "b", "c", "d"])
		expect((await createWith(await signed(good, stranger.privateKey, { alg: "RS256", kid }))).status).toBe(401);
	expect(fetched.mock.calls.map(([input]) => new Request(input).url)).toEqual([keySetIssuer.jwksUrl]);
});

it("says that it is not the token's fault when a key set cannot be read, and recovers", async () => {
	const pair = await keyPair("k");
	const issuer = { ...keySetIssuer, jwksUrl: "https://id.globex.test/flaky" };
	const token = await signed(claimsOf(keySetIssuer), pair.privateKey, { alg: "RS256", kid: "k" });
	const errors = vi.spyOn(console, "error").mockImplementation(() => {});
	const failures: Record<string, () => Response> = {
		"a network that is down": () => {
			throw new TypeError("no route to 10.0.0.7");
		},
		"an error page": () => new Response("<h1>502</h1>", { status: 502 }),
		"a page that is no JSON": () => new Response("<h1>welcome</h1>"),
		"JSON that is no key set": () => Response.json({ keys: "none" }),
	};
	for (const [name, serve] of Object.entries(failures)) {
		serveKeys({ [issuer.jwksUrl]: serve });
		const answer = await createWith(token, [issuer]);
		expect([name, answer.status, answer.body.responseStatus.errorCode]).toEqual([name, 503, "Unavailable"]);
		expect(JSON.stringify(answer.body)).not.toMatch(/10\.0\.0\.7|502|welcome|flaky/);
	}
	expect(errors).toHaveBeenCalledTimes(4);
	expect(JSON.stringify(errors.mock.calls)).not.toContain(token);
	serveKeys({ [issuer.jwksUrl]: () => Response.json({ keys: [pair.published] }) });
	expect((await createWith(token, [issuer])).status).toBe(200);
});

it("trusts no issuer when the list of issuers is not what it should be, and does not log it", async () => {
	const errors = vi.spyOn(console, "error").mockImplementation(() => {});
	const token = await signed(claimsOf(secretIssuer));
	const { secret, ...open } = secretIssuer;
	for (const [name, list] of Object.entries({
		"no JSON": secret,
		"no list": JSON.stringify(secretIssuer),
		"neither secret nor key set": JSON.stringify([open]),
		both: JSON.stringify([{ ...secretIssuer, jwksUrl: keySetIssuer.jwksUrl }]),
		"a short secret": JSON.stringify([{ ...open, secret: "short" }]),
		"an algorithm that is none": JSON.stringify([{ ...secretIssuer, algorithms: ["none"] }]),
		"a secret for RSA": JSON.stringify([{ ...secretIssuer, algorithms: ["HS256", "RS256"] }]),
		"a misspelt member": JSON.stringify([{ ...secretIssuer, tenantclaim: "org" }]),
	})) {
		const answer = await askWith({ ...production, JWT_ISSUERS: list }, "/v1/Chat", {
			headers: { Authorization: `Bearer ${token}` },
		});
		expect([name, answer.status, answer.body.responseStatus.errorCode]).toEqual([name, 503, "Misconfigured"]);
	}
	expect(JSON.stringify(errors.mock.calls)).toContain("JWT_ISSUERS");
	expect(JSON.stringify(errors.mock.calls)).not.toContain(secret);
});
