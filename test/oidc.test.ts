import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { afterEach, expect, it, vi } from "vitest";
import { oidcSettings, tradeCode } from "../src/auth/oidc.ts";
import { call } from "./support/client.ts";

const secret = "a secret that the provider signs its tokens with";
const issuer = "https://id.example.com/realms/acme";
const issuers = [{ issuer, audience: "foyer-console", secret, algorithms: ["HS256"] }];
const provider = { name: "Acme ID", issuer, clientId: "foyer-console", clientSecret: "hush" };
const configured = { ...env, JWT_ISSUERS: JSON.stringify(issuers), CONSOLE_OIDC: JSON.stringify(provider) };
const code = { code: "c0de", verifier: "v".repeat(43), redirectUri: "https://foyer.example.com/console" };

afterEach(() => vi.unstubAllGlobals());

/** The provider: what it answers by the end of the address, and what it was sent. */
function provides(answers: Record<string, unknown>): URLSearchParams[] {
	const sent: URLSearchParams[] = [];
	vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
		if (init.body) sent.push(init.body as URLSearchParams);
		const [, answer] = Object.entries(answers).find(([end]) => url.endsWith(end)) ?? [];
		return answer === undefined ? new Response("no", { status: 400 }) : Response.json(answer);
	});
	return sent;
}

const document = {
	issuer,
	authorization_endpoint: `${issuer}/auth`,
	token_endpoint: `${issuer}/token`,
};

async function tokenFor(claims: Record<string, unknown>): Promise<string> {
	return new SignJWT({ tenant: "acme", roles: ["Agent"], ...claims })
		.setProtectedHeader({ alg: "HS256" })
		.setIssuer(issuer)
		.setAudience("foyer-console")
		.setSubject("ida")
		.setIssuedAt()
		.setExpirationTime("5m")
		.sign(new TextEncoder().encode(secret));
}

it("sends people to the provider, and trades what they bring back for a token that is trusted", async () => {
	const token = await tokenFor({});
	const sent = provides({
		"/.well-known/openid-configuration": document,
		"/token": { access_token: "opaque", id_token: token },
	});
	expect(await oidcSettings(configured)).toEqual({
		name: "Acme ID",
		clientId: "foyer-console",
		scope: "openid profile email",
		authorizationEndpoint: `${issuer}/auth`,
	});
	expect(await tradeCode(configured, code)).toBe(token);
	expect(Object.fromEntries(sent[0] ?? [])).toEqual({
		grant_type: "authorization_code",
		code: "c0de",
		code_verifier: code.verifier,
		redirect_uri: code.redirectUri,
		client_id: "foyer-console",
		client_secret: "hush",
	});
});

it("gives nothing for a code that is refused, or a token that is not trusted", async () => {
	provides({ "/.well-known/openid-configuration": document });
	await expect(tradeCode(configured, code)).rejects.toMatchObject({ code: "Unauthorized" });
	provides({ "/.well-known/openid-configuration": document, "/token": null });
	await expect(tradeCode(configured, code)).rejects.toMatchObject({ code: "Unauthorized" });
	for (const access_token of [await tokenFor({ tenant: "" }), "x", (await tokenFor({})).replace(/.$/, "!"), 7]) {
		provides({ "/.well-known/openid-configuration": document, "/token": { access_token } });
		await expect(tradeCode(configured, code)).rejects.toMatchObject({ code: "Unauthorized" });
	}
});

it("trusts no document of somebody else's, and says so when nobody answers", async () => {
	const elsewhere = {
		...configured,
		CONSOLE_OIDC: JSON.stringify({ ...provider, issuer: "https://other.example.com" }),
	};
	provides({ "/.well-known/openid-configuration": document });
	await expect(oidcSettings(elsewhere)).rejects.toMatchObject({ code: "Unavailable" });
	vi.stubGlobal("fetch", async () => Promise.reject(new Error("refused")));
	await expect(oidcSettings(elsewhere)).rejects.toMatchObject({ code: "Unavailable" });
	for (const answer of ["<!doctype html>", "", "null", "{"]) {
		vi.stubGlobal("fetch", async () => new Response(answer));
		await expect(oidcSettings(elsewhere)).rejects.toMatchObject({ code: "Unavailable" });
	}
	for (const wrong of ["{", "{}", JSON.stringify({ ...provider, issuer: "nowhere" })])
		await expect(oidcSettings({ ...configured, CONSOLE_OIDC: wrong })).rejects.toMatchObject({ code: "Misconfigured" });
});

it("is not there where no provider is set up, and offers the demo's people only in development", async () => {
	const { body } = await call("GET", "/console/settings");
	expect(body.oidc ?? null).toBeNull();
	expect(body.people).toContainEqual({ role: "Agent", number: 2, name: "Ben Agent" });
	expect(body.tenants).toEqual(expect.any(Array));
	expect((await call("POST", "/console/token", { body: code })).status).toBe(404);
	expect((await call("POST", "/console/token", { body: { ...code, verifier: "short" } })).status).toBe(400);
});
