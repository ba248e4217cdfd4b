import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { app } from "../src/app.ts";
import { call } from "./support/client.ts";
import { Desk } from "./support/link-desk.ts";
import { code, linked, Recipient } from "./support/recipient.ts";
import { Socket } from "./support/socket.ts";

let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

it("opens a link, shows the chat it leads to, and lets its recipient speak in it", async () => {
	await desk.agent.send(desk.chatId, "Good morning");
	const { link, recipient } = await linked(desk, { maxViews: 2 });
	const opened = await recipient.open({ "User-Agent": "Reader/1", "CF-Connecting-IP": "203.0.113.77" });
	expect(opened.status).toBe(200);
	expect(opened.body).toEqual({
		session: expect.stringMatching(/^[\w-]{43}$/),
		status: "Active",
		requireOtp: false,
		otpChannels: [],
		tenantName: desk.tenant,
		senderName: "Ada Agent",
		resourceType: "Chat",
		resourceTitle: "Conversation",
		customerLinkUID: link.customerLinkUID,
		expiresAtUtc: link.expiresAtUtc,
		sessionExpiresAtUtc: expect.any(String),
		viewsLeft: 2,
		isViewed: false,
	});
	const left = Date.parse(opened.body.sessionExpiresAtUtc) - Date.now();
	expect(left).toBeGreaterThan(12 * 3600_000 - 5000);
	expect(left).toBeLessThanOrEqual(12 * 3600_000);

	const viewed = await recipient.view();
	expect(viewed.status).toBe(200);
	const { chat } = viewed.body;
	expect(viewed.body).toMatchObject({ resourceType: "Chat", resourceUid: desk.chatId, viewsLeft: 1 });
	expect(chat).toMatchObject({
		chatId: desk.chatId,
		userId: `visitor:link-${link.customerLinkUID}`,
		userName: link.recipientDisplayName,
		expiresInSeconds: 30,
	});
	expect(chat.messages.at(-1)).toMatchObject({ body: "Good morning", authorName: "Ada Agent" });
	expect(chat.messages.at(-1)).not.toHaveProperty("origin");

	const agent = await Socket.join(desk.agent, desk.chatId);
	const path = new URL(chat.url).pathname;
	const socket = await Socket.connect(path, {}, `foyer.v1, ticket.${chat.ticket}`);
	const ready = await socket.hello();
	expect(ready["me"]).toMatchObject({ userId: chat.userId, kind: "Visitor" });
	await socket.say("Hello from outside");
	const heard = await agent.heard("Hello from outside");
	expect(heard["data"].message).toMatchObject({ userId: chat.userId, authorKind: "Visitor" });
	await agent.say("Welcome");
	await socket.heard("Welcome");

	// Coming back: another ticket, each good for one connection.
	expect(await closeOf(path, chat.ticket)).toBe(4500);
	const again = await recipient.call("ticket");
	expect(again.status).toBe(200);
	const second = await Socket.connect(path, {}, `foyer.v1, ticket.${again.body.ticket}`);
	await second.hello();

	const { events } = await desk.events(link);
	expect(events.map(({ type }: { type: string }) => type)).toEqual(["Created", "Opened", "Viewed"]);
	expect(events[1]).toMatchObject({
		ip: "203.0.113.0/24",
		userAgent: "Reader/1",
		actorType: "Recipient",
		channel: "Url",
	});
	for (const one of [agent, socket, second]) one.close();
});

/** What a socket is closed with that comes with this ticket. */
async function closeOf(path: string, ticket: string): Promise<number> {
	const socket = await Socket.connect(path, {}, `foyer.v1, ticket.${ticket}`);
	return socket.closeCode();
}

it("closes what stands open when a link is revoked, at once and for good", async () => {
	const { link, recipient } = await linked(desk);
	await recipient.open();
	const { chat } = (await recipient.view()).body;
	const path = new URL(chat.url).pathname;
	const spare = (await recipient.call("ticket")).body.ticket;
	const socket = await Socket.connect(path, {}, `foyer.v1, ticket.${chat.ticket}`);
	await socket.hello();

	expect((await desk.act(link, "revoke")).status).toBe(200);
	expect(await socket.closeCode()).toBe(4507);
	expect(await closeOf(path, spare)).toBe(4500);
	for (const path of ["view", "ticket", "session", "otp"]) {
		const answer = await recipient.call(path);
		expect([path, answer.status, code(answer)]).toEqual([path, 410, "LinkRevoked"]);
	}
	expect((await new Recipient(recipient.token).open()).status).toBe(410);
	const { body } = await desk.agent.call("PUT", `/v1/Chat/${desk.chatId}`, { chat: {} });
	const member = body.chat[0].chatMembers.find(({ userId }: { userId: string }) => userId === chat.userId);
	expect(member).toMatchObject({ isActive: false });
	const types = (await desk.events(link)).events.map(({ type }: { type: string }) => type);
	expect(types.filter((type: string) => type === "Denied")).toHaveLength(5);
});

it("ends one session and leaves the others of the same link alone", async () => {
	const { recipient } = await linked(desk);
	const other = new Recipient(recipient.token);
	const sockets: Socket[] = [];
	for (const one of [recipient, other]) {
		await one.open();
		const { chat } = (await one.view()).body;
		const socket = await Socket.connect(new URL(chat.url).pathname, {}, `foyer.v1, ticket.${chat.ticket}`);
		await socket.hello();
		sockets.push(socket);
	}
	const out = await recipient.call("logout");
	expect(out.status).toBe(204);
	expect(out.headers.get("Set-Cookie")).toMatch(/^__Host-foyer_portal=; Max-Age=0; Path=\/; .*Secure/);
	expect(await sockets[0]?.closeCode()).toBe(4507);
	expect(code(await recipient.view())).toBe("SessionRequired");
	// Twice is once.
	expect((await recipient.call("logout")).status).toBe(204);
	await sockets[1]?.say("Still here");
	expect((await other.call("ticket")).status).toBe(200);
});

it("tells unknown and malformed tokens alike", async () => {
	const unknown = `cl_${"A".repeat(43)}`;
	const answers = await Promise.all(
		[unknown, "", "cl_", "x", unknown.slice(0, -1), `${unknown}A`, "../../etc", "💥".repeat(2000), "%00"].map((token) =>
			call("POST", "/v1/portal/open", { body: { token } }),
		),
	);
	answers.push(await call("POST", "/v1/portal/open", { body: {} }));
	const [first] = answers;
	expect(first?.status).toBe(404);
	for (const answer of answers) expect([answer.status, answer.body]).toEqual([404, first?.body]);
	expect(code(first as { body: any })).toBe("LinkNotFound");
	for (const session of ["", "x", "A".repeat(43)]) {
		const answer = await call("POST", "/v1/portal/view", { headers: { Authorization: `Portal ${session}` }, body: {} });
		expect([answer.status, code(answer)]).toEqual([401, "SessionRequired"]);
	}
});

it("goes on in the session that a browser has, and not in one of another link", async () => {
	const { link, recipient } = await linked(desk, { maxViews: 1 });
	await recipient.open();
	expect((await recipient.view()).body.viewsLeft).toBe(0);
	// The same message opened again: no new session, and no view lacks.
	const again = await recipient.open();
	expect(again.body).toMatchObject({ isViewed: true, viewsLeft: 0 });
	expect(again.body).not.toHaveProperty("session");
	expect(again.headers.has("Set-Cookie")).toBe(false);
	expect((await recipient.view()).status).toBe(200);
	expect(code(await new Recipient(recipient.token).open())).toBe("LinkExhausted");

	const { link: second, recipient: other } = await linked(desk);
	const cookie = `__Host-foyer_portal=${recipient.session}`;
	const opened = await call("POST", "/v1/portal/open", { body: { token: other.token }, headers: { Cookie: cookie } });
	expect(opened.body).toMatchObject({ customerLinkUID: second.customerLinkUID, isViewed: false });
	expect(opened.headers.get("Set-Cookie")).toMatch(
		new RegExp(
			`^__Host-foyer_portal=${opened.body.session}; Max-Age=43\\d{3}; Path=/; HttpOnly; Secure; SameSite=Lax$`,
		),
	);
	// A page that still shows the first link does not get what the second leads to.
	const headers = { Cookie: `__Host-foyer_portal=${opened.body.session}` };
	for (const path of ["view", "ticket", "otp"]) {
		const mixed = await call("POST", `/v1/portal/${path}`, {
			body: { customerLinkUID: link.customerLinkUID },
			headers,
		});
		expect([path, mixed.status, code(mixed)]).toEqual([path, 401, "SessionRequired"]);
	}
	expect((await call("POST", "/v1/portal/view", { body: {}, headers })).body.customerLinkUID).toBe(
		second.customerLinkUID,
	);
});

it("does not tell a page its session, and lets no other page in", async () => {
	const { recipient } = await linked(desk);
	const open = (headers: Record<string, string>, body: unknown = { token: recipient.token }) =>
		call("POST", "/v1/portal/open", { body, headers });
	const own = await open({ "Sec-Fetch-Site": "same-origin", Origin: "http://foyer.test" });
	expect(own.status).toBe(200);
	expect(own.body).not.toHaveProperty("session");
	expect(own.headers.has("Set-Cookie")).toBe(true);
	for (const headers of [
		{ "Sec-Fetch-Site": "cross-site" },
		{ "Sec-Fetch-Site": "same-site" },
		{ Origin: "https://evil.test" },
		{ Origin: "null" },
	]) {
		const foreign = await open(headers);
		expect([headers, foreign.status, code(foreign)]).toEqual([headers, 403, "Forbidden"]);
		expect(foreign.headers.has("Access-Control-Allow-Origin")).toBe(false);
	}
	for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
		const form = await open({ "Content-Type": type });
		expect([type, form.status]).toEqual([type, 415]);
	}
	for (const method of ["GET", "PUT", "DELETE"]) expect((await call(method, "/v1/portal/view")).status).toBe(405);
	expect((await open({}, { token: "x".repeat(20_000) })).status).toBe(413);
	for (const answer of [own, await open({ Origin: "https://evil.test" }), await call("POST", "/v1/portal/logout")]) {
		expect(answer.headers.get("Cache-Control")).toBe("no-store");
		expect(answer.headers.get("X-Robots-Tag")).toBe("noindex");
		expect(answer.headers.get("Referrer-Policy")).toBe("no-referrer");
		expect(answer.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
	}
});

it("is reached behind a proxy by the address that recipients know", async () => {
	const { recipient } = await linked(desk);
	const bindings = { ...env, PORTAL_BASE_URL: "https://portal.acme.test/" };
	const context = createExecutionContext();
	const post = async (path: string, body: object, headers: Record<string, string>) => {
		const init = {
			method: "POST",
			body: JSON.stringify(body),
			headers: { "Content-Type": "application/json", ...headers },
		};
		const answer = await app.fetch(new Request(`http://10.0.0.7/v1/portal/${path}`, init), bindings, context);
		return { status: answer.status, body: JSON.parse(await answer.text()) };
	};
	const page = { Origin: "https://portal.acme.test" };
	const { session } = (await post("open", { token: recipient.token }, page)).body;
	const viewed = await post("view", {}, { ...page, Authorization: `Portal ${session}` });
	expect(viewed.body.chat.url).toBe(`wss://portal.acme.test/v1/Chat/${desk.chatId}/Socket`);
	expect((await post("view", {}, { Origin: "https://acme.test", Authorization: `Portal ${session}` })).status).toBe(
		403,
	);
	await waitOnExecutionContext(context);
});
