import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { app } from "../src/app.ts";
import { linkMessage } from "../src/delivery/templates.ts";
import { call, request, unique } from "./support/client.ts";
import { bring, commit, email } from "./support/deliveries.ts";

/** A link by mail, with names that try to be more than names. */
function news(to: string) {
	const expiresAt = Date.now() + 86_400_000;
	const names = { tenantName: "Acme", senderName: "<script>alert(1)</script>", recipientName: "</pre><b>Ann" };
	const portalUrl = `http://foyer.test/l/cl_${"b".repeat(43)}`;
	return linkMessage({ channel: "Email", to, portalUrl, expiresAt, now: Date.now(), ...names, requireOtp: false });
}

const page = async (path: string) => {
	const response = await request(path, { headers: { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" } });
	return { status: response.status, headers: response.headers, text: await response.text() };
};

it("shows what was sent, the newest first, for people and for programs", async () => {
	const to = `${unique("ann")}@example.com`;
	const now = Date.now();
	const first = await commit(news(to), undefined, now - 2000);
	const second = await commit(
		{ kind: "Code", channel: "Sms", to: "+447400999111", text: "482913 is your code." },
		undefined,
		now - 1000,
	);
	const third = await commit(
		{ kind: "Code", channel: "Email", to, subject: "code", text: "Your code is 48291377" },
		undefined,
		now,
	);
	// A second try of the same message does not show twice.
	await bring(env, [first, second, third]);
	await env.DB.prepare("UPDATE delivery SET status = 'Queued', payload = NULL WHERE id = ?").bind(second).run();
	await bring(env, [second]);

	const ids = async (query: string) => {
		const { body } = await call("GET", `/dev/outbox${query}`);
		return body.messages.map(({ id }: { id: string }) => id);
	};
	expect(await ids("")).toEqual([third, second, first]);
	expect(await ids(`?to=${to.toUpperCase()}`)).toEqual([third, first]);
	expect(await ids(`?to=${to}&channel=email`)).toEqual([third, first]);
	expect(await ids("?to=+447400999111")).toEqual([second]);
	expect(await ids("?to=%2B447400999111&channel=Sms")).toEqual([second]);
	expect(await ids(`?to=${to}&channel=sms`)).toEqual([]);
	const { body } = await call("GET", "/dev/outbox?format=json");
	expect(body.hasMore).toBe(false);
	expect(body.messages).toMatchObject([
		{ code: "48291377" },
		{ code: "482913", channel: "Sms", to: "+447400999111" },
		{ link: `http://foyer.test/l/cl_${"b".repeat(43)}`, tenantId: "acme", kind: "Link", subject: expect.any(String) },
	]);

	const { headers, text } = await page(`/dev/outbox?to=${to}`);
	expect(headers.get("Content-Type")).toContain("text/html");
	expect(headers.get("Cache-Control")).toBe("no-store");
	expect(headers.get("Content-Security-Policy")).toMatch(/^default-src 'none'; style-src 'self'; frame-src 'self'/);
	expect(text).toContain('<p class="code">48291377</p>');
	expect(text).toContain(`href="http://foyer.test/l/cl_${"b".repeat(43)}"`);
	expect(text).toContain(`src="/dev/outbox/${first}"`);
	expect(text).not.toContain("<script");
	expect(text).not.toContain("</pre><b>");
	expect(text).not.toContain(second);
	expect((await request("/dev/outbox?format=html")).headers.get("Content-Type")).toContain("text/html");
});

it("shows a mail as it looks in a sandbox that runs nothing and loads nothing", async () => {
	const id = await commit(news(`${unique("ann")}@example.com`));
	await bring(env, [id]);
	const { status, headers, text } = await page(`/dev/outbox/${id}`);
	expect(status).toBe(200);
	expect(headers.get("Content-Security-Policy")).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; sandbox /);
	expect(headers.get("Content-Security-Policy")).not.toContain("allow-scripts");
	expect(text).toContain('<base target="_blank" />');
	expect(text).not.toContain("<script");
	expect((await page("/dev/outbox/nobody")).status).toBe(404);
	const plain = await commit(email());
	await bring(env, [plain]);
	expect((await page(`/dev/outbox/${plain}`)).status).toBe(404);
});

it("answers 404 elsewhere than in development, and keeps nothing there", async () => {
	const id = await commit(email());
	for (const bindings of [
		{ ...env, ENVIRONMENT: "production", PRODUCTION: "true" },
		{ ...env, ENVIRONMENT: "staging", PRODUCTION: "" },
	])
		for (const path of ["/dev/outbox", "/dev/outbox?format=json", `/dev/outbox/${id}`])
			expect((await app.fetch(new Request(`http://foyer.test${path}`), bindings)).status).toBe(404);
	const contradictory = { ...env, ENVIRONMENT: "development", PRODUCTION: "true" };
	expect((await app.fetch(new Request("http://foyer.test/dev/outbox"), contradictory)).status).toBe(503);
	await bring(contradictory, [id]);
	const { keys } = await env.TOKENS.list({ prefix: "outbox:" });
	expect(keys.filter(({ name }) => name.endsWith(id))).toEqual([]);
});

it("says what to do when there is nothing", async () => {
	expect((await page("/dev/outbox?to=nobody@example.com")).text).toContain("No message matches.");
	const { status } = await call("POST", "/dev/outbox");
	expect(status).toBe(405);
});
