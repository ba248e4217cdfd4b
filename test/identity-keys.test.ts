import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { newKey, sha256 } from "../src/auth/key-format.ts";
import { call, Person, unique } from "./support/client.ts";
import { makeKey } from "./support/keys.ts";
import { Socket } from "./support/socket.ts";

const list = (headers: Record<string, string>) => call("GET", "/v1/Chat", { headers });

it("knows a service by its key, in each place a key may stand", async () => {
	const { key, holder } = await makeKey();
	for (const headers of [
		{ "X-Api-Key": key },
		{ Authorization: `Bearer ${key}` },
		{ Authorization: `bearer ${key}` },
		{ Authorization: `Basic ${btoa(`${key}:`)}` },
		{ Authorization: `Basic ${btoa(`${key}:whatever`)}` },
	]) {
		const chatName = unique("by key");
		const answer = await call("POST", "/v1/Chat", { headers, body: { chat: { chatName } } });
		expect(answer.status).toBe(200);
		expect(answer.body.chat[0]).toMatchObject({ chatName, createdBy: `service:${holder}`, createdByName: holder });
		// A server may open a socket with it, too.
		const socket = await Socket.connect(`/v1/Chat/${answer.body.chat[0].chatId}/Socket`, headers);
		expect((await socket.hello())["me"]).toMatchObject({ userId: `service:${holder}` });
		expect(await socket.say("from a service")).toMatchObject({ type: "ack" });
	}
	expect((await list({ "X-Api-Key": (await makeKey({ role: "Manager" })).key })).status).toBe(403);
	// Nowhere else, and least of all in the address, which is logged.
	expect((await call("GET", `/v1/Chat?api_key=${key}&apikey=${key}&access_token=${key}`)).status).toBe(401);
	expect((await list({ Cookie: `X-Api-Key=${key}` })).status).toBe(401);
	expect((await list({ Authorization: `Basic ${btoa(`:${key}`)}` })).status).toBe(401);
	expect((await list({ Authorization: "Basic %%%" })).status).toBe(401);
});

it("keeps a key's tenant apart from all others", async () => {
	const acme = await makeKey({ role: "Administrator" });
	const globex = await makeKey({ role: "Administrator", tenant: "globex", holder: acme.holder });
	const headers = { "X-Api-Key": acme.key };
	const created = await call("POST", "/v1/Chat", { headers, body: { chat: { chatName: unique("of acme") } } });
	const { chatId } = created.body.chat[0];
	const stranger = { "X-Api-Key": globex.key };
	expect((await call("GET", `/v1/Chat/${chatId}/Messages`, { headers: stranger })).status).toBe(404);
	expect((await call("GET", `/v1/Chat?chatId=${chatId}`, { headers: stranger })).status).toBe(404);
	expect((await call("GET", `/v1/Chat/${chatId}/Messages`, { headers })).status).toBe(200);
});

it("refuses keys that are wrong, unknown, expired or revoked", async () => {
	const { key, keyId } = await makeKey();
	const other = await makeKey();
	const wrongSecret = `fk_${keyId}_${other.key.split("_").slice(2).join("_")}`;
	const past = Date.now() - 1000;
	for (const [name, wrong] of Object.entries({
		"another key's secret": wrongSecret,
		"an unknown id": `fk_0123456789ab_${"A".repeat(43)}`,
		expired: (await makeKey({ expiresAt: past })).key,
		revoked: (await makeKey({ revokedAt: past })).key,
		"cut short": key.slice(0, -1),
		"run on": `${key}A`,
		"in capitals": key.toUpperCase(),
		"the hash that is stored": `fk_${keyId}_${(await sha256(key)).slice(0, 43)}`,
		"an id of SQL": `fk_' OR 1=1 --_${"A".repeat(43)}`,
	}))
		expect([name, (await list({ "X-Api-Key": wrong })).status]).toEqual([name, 401]);
	expect((await list({ "X-Api-Key": key })).status).toBe(200);
	expect((await list({ "X-Api-Key": wrongSecret })).status).toBe(401);
	// A bad key is not made good by a good token beside it: what a caller says of itself must not contradict itself.
	const ada = await Person.signIn();
	expect((await list({ "X-Api-Key": wrongSecret, ...ada.headers })).status).toBe(401);
});

it("lets a holder exchange one key for another without a gap, and trusts a revoked one for at most 30 s", async () => {
	const old = await makeKey({ holder: unique("rotating"), expiresAt: Date.now() + 60_000 });
	const next = await makeKey({ holder: old.holder });
	expect((await list({ "X-Api-Key": old.key })).status).toBe(200);
	expect((await list({ "X-Api-Key": next.key })).status).toBe(200);
	await env.DB.prepare("UPDATE api_key SET revoked_at = ? WHERE id = ?").bind(Date.now(), old.keyId).run();
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30_001 });
	try {
		expect((await list({ "X-Api-Key": old.key })).status).toBe(401);
		expect((await list({ "X-Api-Key": next.key })).status).toBe(200);
		// A key that was read as good still ends with its time.
		const short = await makeKey({ expiresAt: Date.now() + 5000 });
		expect((await list({ "X-Api-Key": short.key })).status).toBe(200);
		vi.setSystemTime(Date.now() + 5001);
		expect((await list({ "X-Api-Key": short.key })).status).toBe(401);
	} finally {
		vi.useRealTimers();
	}
});

it("stores nothing that a key could be made from", async () => {
	const { key, keyId } = await makeKey();
	const row = await env.DB.prepare("SELECT * FROM api_key WHERE id = ?").bind(keyId).first();
	const secret = key.split("_").slice(2).join("_");
	expect(row).toMatchObject({ id: keyId, secret_hash: await sha256(secret) });
	expect(JSON.stringify(row)).not.toContain(secret);
	// 256 random bits, so that a fast hash is enough.
	expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
	expect(new Set(Array.from({ length: 100 }, () => newKey().key)).size).toBe(100);
});
