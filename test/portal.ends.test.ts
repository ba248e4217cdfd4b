import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { call, request } from "./support/client.ts";
import { Desk } from "./support/link-desk.ts";
import { linked, outcome, page, pass, Recipient } from "./support/recipient.ts";
import { Socket } from "./support/socket.ts";
import { storedInD1 } from "./support/stored.ts";
import { openVisitorRoom } from "./support/visitor.ts";

let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

it("changes nothing for scanners, and serves the same bytes for any token", async () => {
	const { recipient } = await linked(desk, { maxViews: 1 });
	const before = await storedInD1(env.DB);
	const keys = async () => (await env.TOKENS.list()).keys.map(({ name }) => name);
	const known = await keys();
	const first = await page(`/l/${recipient.token}`);
	expect(first.status).toBe(200);
	expect(first.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
	expect(first.bytes).toContain("secure link");
	const paths = [`/l/${recipient.token}`, `/l/cl_${"A".repeat(43)}`, "/l/x", "/l/", "/l", "/l/%F0%9F%92%A5", "/L/y/"];
	for (let count = 0; count < 100; count += 1) {
		const path = paths[count % paths.length] ?? "";
		const { status, headers, bytes } = await page(path, count % 2 ? "HEAD" : "GET");
		expect([path, status]).toEqual([path, 200]);
		expect(bytes).toBe(count % 2 ? "" : first.bytes);
		const told = (of: Headers) =>
			Object.fromEntries([...of].filter(([name]) => !["x-request-id", "content-length"].includes(name)));
		expect(told(headers)).toEqual(told(first.headers));
	}
	expect(first.headers.get("Cache-Control")).toBe("no-store");
	expect(first.headers.get("Referrer-Policy")).toBe("no-referrer");
	expect(first.headers.get("X-Robots-Tag")).toBe("noindex");
	const policy = first.headers.get("Content-Security-Policy") ?? "";
	expect(policy).toContain("default-src 'none'");
	expect(policy).not.toMatch(/unsafe|https?:|\*/);
	expect(first.bytes).not.toMatch(/<script(?![^>]*\bsrc=)/);
	for (const method of ["POST", "PUT", "DELETE"])
		expect((await request(`/l/${recipient.token}`, { method })).status).toBe(405);
	expect(await storedInD1(env.DB)).toBe(before);
	expect(await keys()).toEqual(known);
	await recipient.open();
	expect((await recipient.view()).status).toBe(200);
});

it("ends with its link, to the millisecond, also between opening and viewing", async () => {
	const { link, recipient } = await linked(desk);
	await recipient.open();
	const now = Date.now();
	await desk.set(link, { expires_at: now - 1 });
	expect(outcome(await recipient.view())).toBe("410 LinkExpired");
	expect(outcome(await recipient.open())).toBe("410 LinkExpired");
	expect((await desk.read(link)).viewCount).toBe(0);
	await desk.set(link, { expires_at: now + 60_000 });
	expect(outcome(await recipient.view())).toBe("200");
	// Revoked goes over expired, expired over locked.
	await desk.set(link, { expires_at: now - 1, locked_at: now });
	expect(outcome(await recipient.view())).toBe("410 LinkExpired");
	await desk.act(link, "revoke");
	expect(outcome(await recipient.view())).toBe("410 LinkRevoked");
});

it("lets no session outlast its link, nor its tier's time", async () => {
	const soon = await linked(desk, { expiresInHours: 1 });
	const { sessionExpiresAtUtc } = (await soon.recipient.open()).body;
	expect(sessionExpiresAtUtc).toBe(soon.link.expiresAtUtc);

	const { link, recipient, email } = await linked(desk, await desk.ofTier("Restricted"));
	const opened = await recipient.open();
	expect(Date.parse(opened.body.sessionExpiresAtUtc) - Date.now()).toBeLessThanOrEqual(15 * 60_000);
	const code = await recipient.askForCode(email);
	expect(code).toMatch(/^\d{8}$/);
	await recipient.verify(code);
	expect(outcome(await recipient.view())).toBe("200");
	await pass(link, 15 * 60_000);
	expect(outcome(await recipient.view())).toBe("401 SessionRequired");
	expect(outcome(await recipient.call("session"))).toBe("401 SessionRequired");
});

it("says nothing more on a socket whose session is over", async () => {
	const { link, recipient } = await linked(desk);
	await recipient.open();
	await env.DB.prepare("UPDATE portal_session SET expires_at = ? WHERE link_id = ?")
		.bind(Date.now() + 1500, link.customerLinkId)
		.run();
	const { url, ticket } = (await recipient.view()).body.chat;
	const path = new URL(url).pathname;
	const [speaks, hears] = await Promise.all(
		[ticket, (await recipient.call("ticket")).body.ticket].map(async (one) => {
			const socket = await Socket.connect(path, {}, `foyer.v1, ticket.${one}`);
			await socket.hello();
			return socket;
		}),
	);
	const unused = (await recipient.call("ticket")).body.ticket;
	await speaks?.say("in time");
	await new Promise((resolve) => setTimeout(resolve, 1600));
	speaks?.send({ type: "message.send", clientMessageId: crypto.randomUUID(), body: "too late" });
	expect(await speaks?.closeCode()).toBe(4507);
	await desk.agent.send(desk.chatId, "what it must not hear");
	expect(await hears?.closeCode()).toBe(4507);
	expect(JSON.stringify(hears?.frames)).not.toContain("must not hear");
	const late = await Socket.connect(path, {}, `foyer.v1, ticket.${unused}`);
	expect(await late.closeCode()).toBe(4507);
	const { body } = await desk.agent.call("GET", `/v1/Chat/${desk.chatId}/Messages`);
	expect(JSON.stringify(body)).not.toContain("too late");
});

it("spends no view on what is no longer there", async () => {
	const { roomId, chatId } = await openVisitorRoom();
	const acme = await Desk.found("acme");
	const gone = await linked(acme, { resourceUid: chatId, maxViews: 1 });
	await gone.recipient.open();
	await call("POST", "/api/v2/room-service/", { body: { type: "delete_room", room_id: roomId } });
	expect(outcome(await gone.recipient.view())).toBe("424 ResourceGone");
	expect((await acme.read(gone.link)).viewCount).toBe(0);

	// Whom staff removed from the room stays out, also with a new session.
	const removed = await linked(desk);
	await removed.recipient.open();
	const { chat } = (await removed.recipient.view()).body;
	const socket = await Socket.connect(new URL(chat.url).pathname, {}, `foyer.v1, ticket.${chat.ticket}`);
	await socket.hello();
	const change = { chat: { chatMembers: [{ userId: chat.userId, isActive: false }] } };
	await desk.agent.call("PUT", `/v1/Chat/${desk.chatId}`, change);
	expect(await socket.closeCode()).toBe(4507);
	expect(outcome(await removed.recipient.view())).toBe("424 ResourceGone");
	expect(outcome(await removed.recipient.call("ticket"))).toBe("424 ResourceGone");
	const anew = new Recipient(removed.recipient.token);
	await anew.open();
	expect(outcome(await anew.view())).toBe("424 ResourceGone");
	// And comes back as the visitor it is, when they let it.
	const back = { chat: { chatMembers: [{ userId: chat.userId, isActive: true }] } };
	await desk.agent.call("PUT", `/v1/Chat/${desk.chatId}`, back);
	expect(outcome(await anew.view())).toBe("200");
});

it("gives no ticket before the view is taken", async () => {
	const { recipient } = await linked(desk, { maxViews: 1 });
	await recipient.open();
	expect(outcome(await recipient.call("ticket"))).toBe("403 Forbidden");
	await recipient.view();
	expect(outcome(await recipient.call("ticket"))).toBe("200");
});

it("voids sessions of messages that a newer one has replaced", async () => {
	const { link, recipient, email } = await linked(desk, { deliverEmail: true });
	await recipient.open();
	const { chat } = (await recipient.view()).body;
	const socket = await Socket.connect(new URL(chat.url).pathname, {}, `foyer.v1, ticket.${chat.ticket}`);
	await socket.hello();
	const { body } = await desk.act(link, "resend", { deliverEmail: true, invalidatePrevious: true });
	expect(await socket.closeCode()).toBe(4507);
	expect(outcome(await recipient.view())).toBe("410 LinkRevoked");
	expect(outcome(await recipient.open())).toBe("410 LinkRevoked");
	expect(email).toContain("@");
	const anew = new Recipient(body.portalUrl.split("/l/")[1]);
	await anew.open();
	expect(outcome(await anew.view())).toBe("200");
});

it("bounds what one address may try, guesses included", async () => {
	const headers = { "CF-Connecting-IP": "198.51.100.9" };
	const answers: string[] = [];
	for (let count = 0; count < 62; count += 1) {
		const body = { token: `cl_${"B".repeat(43)}` };
		answers.push(outcome(await call("POST", "/v1/portal/open", { body, headers })));
	}
	// Windows begin at full minutes, of which there may be two.
	expect(answers.filter((one) => one === "404 LinkNotFound").length).toBeLessThanOrEqual(60);
	expect(answers).toContain("429 TooManyRequests");
	const { recipient } = await linked(desk);
	const refused = await recipient.open(headers);
	if (refused.status === 429) expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
	expect((await recipient.open({ "CF-Connecting-IP": "198.51.100.10" })).status).toBe(200);
});

it("notes in the audit who was turned away, and not more than fifty of them an hour", async () => {
	const { link, recipient } = await linked(desk);
	await desk.act(link, "revoke");
	for (let count = 0; count < 60; count += 1) await recipient.open();
	const { events } = await desk.events(link);
	const denied = events.filter(({ type }: { type: string }) => type === "Denied");
	expect(denied.length).toBeGreaterThanOrEqual(50);
	expect(denied.length).toBeLessThan(60);
	expect(denied[0].data).toEqual({ reason: "LinkRevoked" });
});
