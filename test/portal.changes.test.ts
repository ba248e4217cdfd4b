/** What changes behind the back of somebody who holds a link: its end, its withdrawal, their own consent. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { call } from "./support/client.ts";
import { Desk, number } from "./support/link-desk.ts";
import { code, linked, outcome, Recipient, tokenOf } from "./support/recipient.ts";
import { Socket } from "./support/socket.ts";

let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

function shorten(link: { customerLinkUID: string }, expiresAtUtc: string) {
	return desk.agent.call("PATCH", `/v1/customerlink/${link.customerLinkUID}`, { expiresAtUtc });
}

async function joined({ url, ticket }: { url: string; ticket: string }): Promise<Socket> {
	const socket = await Socket.connect(new URL(url).pathname, {}, `foyer.v1, ticket.${ticket}`);
	await socket.hello();
	return socket;
}

it("ends a visit with its link when staff shorten that, and none that ends before", async () => {
	const { link, recipient } = await linked(desk);
	await recipient.open();
	const socket = await joined((await recipient.view()).body.chat);
	const later = new Date(Date.now() + 24 * 3600_000).toISOString();
	expect((await shorten(link, later)).body.isChanged).toBe(true);
	expect((await socket.say("the visit ends before that")).type).toBe("ack");
	const soon = new Date(Date.now() + 4000).toISOString();
	expect((await shorten(link, soon)).body.isChanged).toBe(true);
	expect(await socket.closeCode()).toBe(4507);
	const told = [await recipient.call("session"), await recipient.view()];
	expect(told.map(({ status, body }) => [status, body.sessionExpiresAtUtc])).toEqual([
		[200, soon],
		[200, soon],
	]);
	const again = await joined((await recipient.call("ticket")).body);
	expect((await again.say("in time")).type).toBe("ack");
	await new Promise((resolve) => setTimeout(resolve, Date.parse(soon) - Date.now() + 50));
	again.send({ type: "message.send", clientMessageId: crypto.randomUUID(), body: "too late" });
	expect(await again.closeCode()).toBe(4507);
	expect(outcome(await recipient.view())).toBe("410 LinkExpired");
});

it.each([3, 50])("lets nobody in by a link that is revoked at the same moment as %i open it", async (calls) => {
	const { link, recipient } = await linked(desk);
	const opening = Array.from({ length: calls }, () => new Recipient(recipient.token).open());
	const [revoked, ...opened] = await Promise.all([desk.act(link, "revoke"), ...opening]);
	expect(revoked.status).toBe(200);
	for (const answer of opened) expect(outcome(answer)).toMatch(/^200$|^410 LinkRevoked$/);
	const { events, isIntact } = await desk.events(link);
	const types: string[] = events.map(({ type }: { type: string }) => type);
	expect(isIntact).toBe(true);
	expect(types.slice(types.indexOf("Revoked"))).not.toContain("Opened");
	expect(types.filter((type) => type === "Opened")).toHaveLength(opened.filter(({ status }) => status === 200).length);
	const { results } = await env.DB.prepare("SELECT 1 FROM portal_session WHERE link_id = ? AND ended_at IS NULL")
		.bind(link.customerLinkId)
		.all();
	expect(results).toEqual([]);
});

it("sends no text message to somebody who does not agree to them any more", async () => {
	const contact = await desk.contact({ phone: number(), smsConsent: true });
	const to = { recipientEmail: undefined, recipientContactId: contact.contactId };
	const { body: profile } = await desk.ask({ ...to, ...(await desk.ofTier("Sensitive")) });
	const { body: chat } = await desk.ask({ ...to, deliverSms: true });
	const recipient = new Recipient(tokenOf(profile.portalUrl));
	expect((await recipient.open()).body.otpChannels).toMatchObject([{ channel: "Sms" }]);
	const agree = (smsConsent: boolean) => desk.manager.call("PATCH", `/v1/contact/${contact.contactId}`, { smsConsent });
	await agree(false);

	expect((await recipient.call("session")).body.otpChannels).toEqual([]);
	expect(code(await recipient.call("otp"))).toBe("ChannelUnavailable");
	const request = () => call("POST", "/v1/portal/request-new", { body: { token: tokenOf(chat.portalUrl) } });
	const kinds = async () => (await desk.events(chat.link)).events.map(({ type }: { type: string }) => type);
	expect((await request()).status).toBe(202);
	await vi.waitFor(async () => expect(await kinds()).toContain("NewLinkRequested"));
	expect((await kinds()).filter((type: string) => type === "DeliveryQueued")).toHaveLength(1);

	await agree(true);
	expect((await recipient.call("otp")).status).toBe(202);
	expect((await request()).status).toBe(202);
	await vi.waitFor(async () =>
		expect((await kinds()).filter((type: string) => type === "DeliveryQueued")).toHaveLength(2),
	);
});

it("tells the audit until when a link goes on that its recipient asked for anew", async () => {
	const { link, recipient } = await linked(desk);
	await desk.set(link, { expires_at: Date.now() - 1000 });
	await recipient.call("request-new", { token: recipient.token });
	await vi.waitFor(async () => {
		const { expiresAtUtc } = await desk.read(link);
		const asked = (await desk.events(link)).events.filter(({ type }: { type: string }) => type === "NewLinkRequested");
		expect(asked).toMatchObject([{ data: { expiresAtUtc } }]);
	});
});

it("counts the addresses of one IPv6 network as one", async () => {
	const answers = await Promise.all(
		Array.from({ length: 62 }, (_, place) =>
			call("POST", "/v1/portal/open", {
				body: { token: `cl_${"D".repeat(43)}` },
				headers: { "CF-Connecting-IP": `2001:db8:77:${place.toString(16)}::1` },
			}),
		),
	);
	// Windows begin at full minutes, of which there may be two.
	expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(2);
	for (const answer of answers) expect(outcome(answer)).toMatch(/^404 LinkNotFound$|^429 TooManyRequests$/);
});
