import { env } from "cloudflare:workers";
import { decodeJwt, SignJWT } from "jose";
import { expect, it } from "vitest";
import { newKey } from "../src/auth/key-format.ts";
import { call, Person, unique } from "./support/client.ts";
import { makeKey } from "./support/keys.ts";
import { askWith } from "./support/tokens.ts";

const production = { ENVIRONMENT: "production", PRODUCTION: "true" };
const TOKEN_SECRET = "what this deployment signs its tokens with";

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

it("says who calls, and asks who does not say", async () => {
	const ada = await Person.signIn();
	const me = {
		userId: ada.userId,
		userName: "Ada Agent",
		displayName: "Ada Agent",
		roles: ["Agent"],
		permissions: expect.arrayContaining(["chat:use"]),
		meta: { tenantId: "acme" },
	};
	for (const [method, path] of [
		["GET", "/auth"],
		["GET", "/AUTH/"],
		["POST", "/auth"],
		["GET", "/api/Authenticate"],
		["POST", "/api/Authenticate"],
		["POST", "/json/reply/authenticate"],
	] as const) {
		const answer = await call(method, path, { headers: ada.headers, ...(method === "POST" ? { body: {} } : {}) });
		expect([method, path, answer.status, answer.body]).toEqual([method, path, 200, me]);
		const nobody = await call(method, path, method === "POST" ? { body: {} } : {});
		expect([method, path, nobody.status]).toEqual([method, path, 401]);
		expect(nobody.headers.get("WWW-Authenticate")).toBe('Bearer realm="foyer"');
	}
	const { key, holder } = await makeKey({ role: "Manager" });
	const service = await call("GET", "/auth", { headers: { "X-Api-Key": key } });
	expect(service.body).toMatchObject({ userId: `service:${holder}`, userName: holder, roles: ["Manager"] });
	expect(service.body.permissions).not.toContain("chat:use");
	// Nothing is kept that could be forgotten: signing out always succeeds.
	for (const [method, path, body] of [
		["GET", "/auth/logout", undefined],
		["POST", "/auth/Logout", {}],
		["POST", "/auth", { provider: "logout" }],
		["POST", "/api/Authenticate", { Provider: "logout" }],
	] as const) {
		const answer = await call(method, path, body ? { body } : {});
		expect([path, answer.status, answer.body]).toEqual([path, 200, {}]);
	}
	for (const path of ["/auth/google", "/auth/status", "/auth/__proto__"]) {
		const answer = await call("GET", path, { headers: ada.headers });
		expect([path, answer.status, answer.body.responseStatus.errorCode]).toEqual([path, 404, "NotFound"]);
	}
});

it("trades an API key for a token of a quarter of an hour, which is as good as the key", async () => {
	const { key, holder } = await makeKey();
	const sign: [path: string, body: object][] = [
		["/auth/credentials", { userName: key, password: "", rememberMe: true }],
		["/auth", { provider: "credentials", userName: key }],
		["/auth", { UserName: key }],
		["/api/Authenticate", { provider: "credentials", userName: key, password: "x" }],
		["/json/reply/Authenticate", { Provider: "credentials", UserName: key }],
	];
	for (const [path, body] of sign) {
		const answer = await call("POST", `${path}?jsconfig=eccn`, { body });
		expect([path, answer.status]).toEqual([path, 200]);
		expect(answer.body).toMatchObject({ userId: `service:${holder}`, refreshToken: key, roles: ["Agent"] });
		expect(answer.headers.has("Set-Cookie")).toBe(false);
		const { exp = 0, iat = 0 } = decodeJwt(answer.body.bearerToken);
		expect(exp - iat).toBe(900);
		const chatName = unique("by token");
		const made = await call("POST", "/v1/Chat", {
			headers: bearer(answer.body.bearerToken),
			body: { chat: { chatName } },
		});
		expect(made.body.chat[0]).toMatchObject({ chatName, createdBy: `service:${holder}`, createdByName: holder });
	}
	const refresh = { refreshToken: key };
	for (const method of ["POST", "PUT", "PATCH"]) {
		const { status, body } = await call(method, "/access-token", { body: refresh, headers: bearer("expired") });
		expect([method, status, Object.keys(body)]).toEqual([method, 200, ["accessToken"]]);
		expect((await call("GET", "/auth", { headers: bearer(body.accessToken) })).body.userId).toBe(`service:${holder}`);
	}
	for (const method of ["GET", "DELETE"])
		expect((await call(method, `/access-token?refreshToken=${key}`)).body).toEqual({ accessToken: expect.any(String) });
	const byName = await call("POST", "/api/GetAccessToken", { body: { ...refresh, useTokenCookie: true } });
	expect(byName.body).toEqual({ accessToken: expect.any(String) });
	// In development the demo's people sign in by name, and have nothing to refresh with.
	const demo = await call("POST", "/auth/credentials", { body: { userName: "globex-admin", password: "any" } });
	expect(demo.body).toMatchObject({ userId: "globex-admin", roles: ["Administrator"], meta: { tenantId: "globex" } });
	expect(demo.body.refreshToken).toBeUndefined();
	expect((await call("GET", "/v1/Chat", { headers: bearer(demo.body.bearerToken) })).status).toBe(200);
});

it("gives nothing for what is no key of ours, any more or yet", async () => {
	const { key: expired } = await makeKey({ expiresAt: Date.now() - 1 });
	const { key: revoked } = await makeKey({ revokedAt: Date.now() });
	const { key: real } = await makeKey();
	const ada = await Person.signIn();
	const wrong = [
		expired,
		revoked,
		newKey().key,
		`${real.slice(0, -1)}_`,
		ada.token,
		"",
		"acme-agent-3",
		"admin",
		"' OR 1=1",
	];
	for (const text of wrong) {
		const signIn = await call("POST", "/auth/credentials", { body: { userName: text, password: text } });
		expect([text, signIn.status, signIn.body.responseStatus.message]).toEqual([
			text,
			401,
			"Invalid Username or Password",
		]);
		const token = await call("POST", "/access-token", { body: { refreshToken: text } });
		expect([text, token.status, token.body.responseStatus]).toEqual([
			text,
			401,
			{ errorCode: "TokenException", message: "Token is invalid", errors: [] },
		]);
		for (const { headers } of [signIn, token]) expect(headers.get("WWW-Authenticate")).toMatch(/^Bearer/);
	}
	const cookie = await call("POST", "/api/GetAccessToken", {
		body: { useTokenCookie: true },
		headers: { Cookie: `ss-reftok=${real}; ss-tok=${real}` },
	});
	expect([cookie.status, cookie.body.responseStatus.message]).toEqual([401, expect.stringContaining("cookie")]);
	const get = await call("GET", `/auth/credentials?userName=${real}&password=x`);
	expect([get.status, get.headers.get("Allow")]).toEqual([405, "POST, OPTIONS"]);
});

it("signs with the deployment's secret and takes no other's signature, and without one says what is missing", async () => {
	const { key, holder } = await makeKey();
	const ask = (variables: Partial<Env>, path: string, body?: object, headers = {}) =>
		askWith({ ...production, ...variables }, path, {
			method: body ? "POST" : "GET",
			headers,
			...(body ? { body } : {}),
		});
	const made = await ask({ TOKEN_SECRET }, "/access-token", { refreshToken: key });
	expect(made.status).toBe(200);
	const { accessToken } = made.body;
	const me = await ask({ TOKEN_SECRET }, "/auth", undefined, bearer(accessToken));
	expect(me.body.userId).toBe(`service:${holder}`);
	// A deployment of another secret, none, or the secret of development alone: the token is worth nothing there.
	for (const variables of [{ TOKEN_SECRET: `${TOKEN_SECRET}!` }, { TOKEN_SECRET: "" }])
		expect((await ask(variables, "/auth", undefined, bearer(accessToken))).status).toBe(401);
	const claims = { tenant: "acme", roles: ["Administrator"], kind: "service" };
	const forge = (secret: string, issuer: string) =>
		new SignJWT(claims)
			.setProtectedHeader({ alg: "HS256" })
			.setIssuer(issuer)
			.setAudience("foyer")
			.setSubject("service:mallory")
			.setExpirationTime("5m")
			.sign(new TextEncoder().encode(secret));
	for (const token of [
		await forge(env.DEV_SECRET, "foyer"),
		await forge(TOKEN_SECRET, "foyer-development"),
		await forge(TOKEN_SECRET, "elsewhere"),
	])
		expect((await ask({ TOKEN_SECRET }, "/auth", undefined, bearer(token))).status).toBe(401);
	// Another issuer may not speak for services, even with our demo's secret.
	expect(
		(await call("GET", "/auth", { headers: bearer(await forge(env.DEV_SECRET, "foyer-development")) })).status,
	).toBe(401);
	for (const secret of ["", "too short"]) {
		const refused = await ask({ TOKEN_SECRET: secret }, "/access-token", { refreshToken: key });
		expect([secret, refused.status, refused.body.responseStatus.errorCode]).toEqual([secret, 501, "NotConfigured"]);
		expect(refused.body.responseStatus.message).toContain("TOKEN_SECRET");
	}
	expect((await ask({ TOKEN_SECRET }, "/auth/credentials", { userName: "acme-admin" })).status).toBe(401);
});
