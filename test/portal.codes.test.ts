import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { unique } from "./support/client.ts";
import { Desk } from "./support/link-desk.ts";
import { code, codeSentTo, linked, pass, Recipient, tokenOf, wrong } from "./support/recipient.ts";

let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

it("asks for a code, sends it where the recipient says, and lets the right one in once", async () => {
	const { link, recipient, email } = await linked(desk, await desk.ofTier("Sensitive"));
	const opened = await recipient.open();
	expect(opened.body).toMatchObject({
		requireOtp: true,
		otpChannels: [{ channel: "Email", masked: expect.stringMatching(/^r•••@/) }],
		viewsLeft: 10,
	});
	for (const path of ["view", "ticket", "connection"]) {
		const answer = await recipient.call(path, { action: "accept" });
		expect([path, answer.status, code(answer)]).toEqual([path, 401, "OtpRequired"]);
		expect(answer.headers.get("WWW-Authenticate")).toBe('Portal realm="foyer"');
	}
	expect(code(await recipient.verify("123456"))).toBe("OtpExpired");
	expect(await recipient.call("otp", { channel: "Sms" })).toMatchObject({ status: 422 });

	const before = recipient.session;
	const sent = await recipient.call("otp", { channel: "Email" });
	expect(sent.status).toBe(202);
	expect(sent.body).toEqual({
		channel: "Email",
		masked: opened.body.otpChannels[0].masked,
		digits: 6,
		expiresInSeconds: 600,
		resendAfterSeconds: 30,
	});
	const right = await codeSentTo(email);
	const again = await recipient.call("otp");
	expect([again.status, code(again)]).toEqual([429, "OtpSendTooSoon"]);
	expect(Number(again.headers.get("Retry-After"))).toBeGreaterThan(25);

	const refused = await recipient.verify(wrong(right));
	expect([refused.status, code(refused)]).toEqual([401, "OtpInvalid"]);
	expect(refused.body.responseStatus.meta).toEqual({ attemptsRemaining: "4" });
	// As people paste it.
	const verified = await recipient.verify(` ${right.slice(0, 3)}-${right.slice(3)} `);
	expect(verified.status).toBe(200);
	expect(verified.body).toEqual({ session: expect.any(String), sessionExpiresAtUtc: expect.any(String) });
	expect(recipient.session).not.toBe(before);

	const old = new Recipient(recipient.token);
	old.session = before;
	expect(code(await old.verify(right))).toBe("SessionRequired");
	expect(code(await old.view())).toBe("SessionRequired");
	expect(await recipient.call("otp")).toMatchObject({ status: 409 });
	expect(code(await recipient.verify(right))).toBe("OtpNotRequired");
	const { redirect } = (await recipient.view()).body;
	expect(redirect.url).toMatch(/^https:\/\/acme\.test\/things\/[0-9a-f]{32}\?token=ey/);
	const { events } = await desk.events(link);
	const types = events.map(({ type }: { type: string }) => type);
	expect(types.filter((type: string) => type !== "Denied")).toEqual([
		"Created",
		"Opened",
		"OtpSent",
		"DeliverySent",
		"OtpFailed",
		"OtpVerified",
		"Viewed",
	]);
});

it("keeps a code to the session that asked for it", async () => {
	const { recipient, email } = await linked(desk, await desk.ofTier("Sensitive"));
	await recipient.open();
	const right = await recipient.askForCode(email);
	const thief = new Recipient(recipient.token);
	await thief.open();
	expect(code(await thief.verify(right))).toBe("OtpExpired");
	expect((await recipient.verify(right)).status).toBe(200);
});

it("voids a code by a newer one, by its age, and when what KV kept of it is gone", async () => {
	const { link, recipient, email } = await linked(desk, await desk.ofTier("Sensitive"));
	await recipient.open();
	const first = await recipient.askForCode(email);
	await pass(link, 31_000);
	const second = await recipient.askForCode(email);
	expect(code(await recipient.verify(first))).toBe("OtpInvalid");
	await pass(link, 10 * 60_000 - 31_000 - 1);
	await pass(link, 31_001);
	expect(code(await recipient.verify(second))).toBe("OtpExpired");

	const third = await recipient.askForCode(email);
	const { keys } = await env.TOKENS.list({ prefix: "otp:" });
	for (const { name } of keys) await env.TOKENS.delete(name);
	expect(code(await recipient.verify(third))).toBe("OtpExpired");
});

it("counts codes of a link by the half minute, the hour and the day", async () => {
	const { link, recipient } = await linked(desk, { ...(await desk.ofTier("Sensitive")), expiresInHours: 72 });
	await recipient.open();
	const asked: string[] = [];
	const ask = async () => {
		const answer = await recipient.call("otp");
		asked.push(answer.status === 202 ? "sent" : code(answer));
		return answer;
	};
	for (let count = 0; count < 5; count += 1) {
		await ask();
		await pass(link, 30_000);
	}
	const sixth = await ask();
	expect(asked).toEqual(["sent", "sent", "sent", "sent", "sent", "OtpSendLimit"]);
	expect(Number(sixth.headers.get("Retry-After"))).toBeGreaterThan(3600 - 180);
	await pass(link, 3600_000);
	await recipient.open();
	asked.length = 0;
	for (let count = 0; count < 5; count += 1) {
		await ask();
		await pass(link, 30_000);
	}
	await pass(link, 3600_000);
	await recipient.open();
	const eleventh = await ask();
	expect(asked).toEqual(["sent", "sent", "sent", "sent", "sent", "OtpSendLimit"]);
	expect(Number(eleventh.headers.get("Retry-After"))).toBeGreaterThan(20 * 3600);
});

it("sends the code of a Restricted link another way than the link, where there is one", async () => {
	const contact = await desk.contact({
		email: `${unique("rae")}@recipients.test`,
		phone: "+442079460958",
		smsConsent: true,
	});
	const kind = await desk.ofTier("Restricted");
	const { body } = await desk.ask({
		...kind,
		recipientEmail: undefined,
		recipientContactId: contact.contactId,
		deliverEmail: true,
	});
	const { results } = await env.DB.prepare(
		"SELECT channel, token_hash FROM link_token WHERE link_id = ? ORDER BY channel",
	)
		.bind(body.link.customerLinkId)
		.all<{ channel: string }>();
	expect(results.map(({ channel }) => channel)).toEqual(["Email", "Url"]);
	// The link that was shown to the sender came by neither.
	const byUrl = new Recipient(tokenOf(body.portalUrl));
	expect((await byUrl.open()).body.otpChannels.map(({ channel }: { channel: string }) => channel)).toEqual([
		"Email",
		"Sms",
	]);
	await env.DB.prepare("UPDATE link_token SET channel = 'Email' WHERE link_id = ?")
		.bind(body.link.customerLinkId)
		.run();
	const byMail = new Recipient(tokenOf(body.portalUrl));
	expect((await byMail.open()).body.otpChannels).toEqual([{ channel: "Sms", masked: "•••• 0958" }]);
	expect(code(await byMail.call("otp", { channel: "Email" }))).toBe("ChannelUnavailable");
	const right = await byMail.askForCode("+442079460958");
	expect(right).toMatch(/^\d{8}$/);
	expect((await byMail.verify(right)).status).toBe(200);

	const { recipient } = await linked(desk, kind);
	expect((await recipient.open()).body.otpChannels).toHaveLength(1);
});
