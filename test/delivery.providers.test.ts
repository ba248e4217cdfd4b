import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { cloudflare } from "../src/delivery/providers/cloudflare.ts";
import { emailProvider, smsProvider } from "../src/delivery/providers/chosen.ts";
import type { EmailMessage, SmsMessage } from "../src/delivery/providers/provider.ts";
import { Double, type Reply } from "./support/double.ts";

const common = { id: "d1", tenantId: "acme", kind: "Code" as const, createdAt: Date.UTC(2026, 10, 22) };
const mail: EmailMessage = {
	...common,
	channel: "Email",
	to: "ann@example.com",
	subject: "Übergabe — your code",
	text: "123456\r\nBcc: eve@example.com",
	html: "<p>123456</p>",
	expiresAt: null,
};
const sms: SmsMessage = { ...common, channel: "Sms", to: "+4915112345678", text: "123456 äß €", expiresAt: null };
const context = () => ({ idempotencyKey: "d1", signal: AbortSignal.timeout(5000) });
const from = { EMAIL_FROM: "Acme <no-reply@acme.example>" };

type Expected = { permanent: boolean; code: string; retryAfterSeconds?: number; isUnwanted?: boolean };

/** A provider against a service that gives one answer after the other, and what becomes of each. */
async function refusals(replies: Reply[], send: (url: string) => Promise<unknown> | undefined, expected: Expected[]) {
	const double = await Double.start(replies);
	for (const one of expected)
		// oxlint-disable-next-line no-await-in-loop -- the answers come in their order
		expect(await send(double.url)).toMatchObject({ ok: false, ...one });
}

it("asks Resend as it documents", async () => {
	const double = await Double.start([{ status: 200, body: '{"id":"49a3999c"}' }]);
	const resend = emailProvider({
		...env,
		...from,
		EMAIL_PROVIDER: "resend",
		RESEND_API_KEY: "re_1",
		RESEND_URL: double.url,
	});
	expect(await resend?.send(mail, context())).toEqual({ ok: true, providerId: "49a3999c" });
	const [request] = await double.received();
	expect(request).toMatchObject({
		method: "POST",
		headers: { authorization: "Bearer re_1", "content-type": "application/json", "idempotency-key": "d1" },
	});
	expect(request?.path).toMatch(/\/emails$/);
	expect(request?.headers["user-agent"]).toBeTruthy();
	expect(JSON.parse(request?.body ?? "")).toEqual({
		from: "Acme <no-reply@acme.example>",
		to: ["ann@example.com"],
		subject: mail.subject,
		text: mail.text,
		html: mail.html,
		headers: { "Auto-Submitted": "auto-generated" },
	});
});

it("tells what of Resend's errors may pass", async () => {
	const error = (status: number, name: string, headers = {}): Reply => ({
		status,
		headers,
		body: JSON.stringify({ statusCode: status, name, message: "…" }),
	});
	await refusals(
		[
			error(422, "validation_error"),
			error(403, "invalid_api_key"),
			error(409, "invalid_idempotent_request"),
			error(409, "concurrent_idempotent_requests"),
			error(429, "rate_limit_exceeded", { "Retry-After": "2" }),
			error(429, "daily_quota_exceeded", { "Retry-After": new Date(Date.now() + 60_000).toUTCString() }),
			error(500, "application_error"),
			{ status: 502, body: "<html>Bad gateway</html>" },
			{ status: 302, headers: { Location: "http://127.0.0.1:9/" } },
		],
		(RESEND_URL) =>
			emailProvider({ ...env, ...from, EMAIL_PROVIDER: "resend", RESEND_API_KEY: "re_1", RESEND_URL })?.send(
				mail,
				context(),
			),
		[
			{ permanent: true, code: "validation_error" },
			{ permanent: true, code: "invalid_api_key" },
			{ permanent: true, code: "invalid_idempotent_request" },
			{ permanent: false, code: "concurrent_idempotent_requests" },
			{ permanent: false, code: "rate_limit_exceeded", retryAfterSeconds: 2 },
			{
				permanent: false,
				code: "daily_quota_exceeded",
				retryAfterSeconds: expect.toSatisfy((s: number) => s > 55 && s <= 60) as number,
			},
			{ permanent: false, code: "application_error" },
			{ permanent: false, code: "Http502" },
			{ permanent: true, code: "Http302" },
		],
	);
});

const account = { SMS_PROVIDER: "twilio", TWILIO_ACCOUNT_SID: "AC1", TWILIO_API_KEY: "SK1", TWILIO_API_SECRET: "shh" };

it("asks Twilio as it documents, with how long a code is good for", async () => {
	const double = await Double.start([{ status: 201, body: '{"sid":"SM1","status":"queued","error_code":null}' }]);
	const bindings = { ...env, ...account, TWILIO_FROM: "+15005550006", TWILIO_URL: double.url };
	expect(await smsProvider(bindings)?.send({ ...sms, expiresAt: Date.now() + 600_500 }, context())).toEqual({
		ok: true,
		providerId: "SM1",
	});
	await smsProvider({ ...bindings, TWILIO_FROM: "MG123" })?.send({ ...sms, expiresAt: Date.now() + 9e9 }, context());
	const [first, second] = await double.received();
	expect(first).toMatchObject({
		method: "POST",
		headers: { authorization: `Basic ${btoa("SK1:shh")}`, "content-type": "application/x-www-form-urlencoded" },
	});
	expect(first?.path).toMatch(/\/2010-04-01\/Accounts\/AC1\/Messages\.json$/);
	expect(Object.fromEntries(new URLSearchParams(first?.body))).toEqual({
		To: sms.to,
		Body: sms.text,
		From: "+15005550006",
		ValidityPeriod: "600",
	});
	expect(Object.fromEntries(new URLSearchParams(second?.body))).toEqual({
		To: sms.to,
		Body: sms.text,
		MessagingServiceSid: "MG123",
		ValidityPeriod: "36000",
	});
});

it("tells what of Twilio's errors may pass, and who answered STOP", async () => {
	const error = (status: number, code: number): Reply => ({
		status,
		body: JSON.stringify({ code, message: "…", more_info: `https://www.twilio.com/docs/errors/${code}`, status }),
	});
	await refusals(
		[error(400, 21610), error(400, 21211), error(401, 20003), error(429, 20429), error(503, 20503)],
		(TWILIO_URL) => smsProvider({ ...env, ...account, TWILIO_FROM: "+15005550006", TWILIO_URL })?.send(sms, context()),
		[
			{ permanent: true, code: "21610", isUnwanted: true },
			{ permanent: true, code: "21211", isUnwanted: false },
			{ permanent: true, code: "20003" },
			{ permanent: false, code: "20429" },
			{ permanent: false, code: "20503" },
		],
	);
});

const key = new TextEncoder().encode("0123456789abcdef01234567");
/** With a plus and a slash, as base64 has them. */
const awkward = `whsec_${btoa(String.fromCharCode(...new Uint8Array(24).fill(0xfb)))}`;

it("signs what it posts to a webhook, as Standard Webhooks has it", async () => {
	const double = await Double.start([{ status: 202, body: '{"id":"theirs"}' }, { status: 204 }]);
	const WEBHOOK_SECRET = `whsec_${btoa(String.fromCharCode(...key))}`;
	const bindings = {
		...env,
		EMAIL_PROVIDER: "webhook",
		SMS_PROVIDER: "webhook",
		WEBHOOK_URL: double.url,
		WEBHOOK_SECRET,
	};
	expect(await emailProvider(bindings)?.send(mail, context())).toEqual({ ok: true, providerId: "theirs" });
	expect(await smsProvider(bindings)?.send(sms, context())).toEqual({ ok: true, providerId: "d1" });
	const [request, second] = await double.received();
	const { headers, body = "" } = request ?? {};
	expect(headers).toMatchObject({ "content-type": "application/json", "webhook-id": "d1" });
	expect(Math.abs(Number(headers?.["webhook-timestamp"]) - Date.now() / 1000)).toBeLessThan(10);
	const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
	const signature = Uint8Array.from(atob(String(headers?.["webhook-signature"]).slice(3)), (c) => c.charCodeAt(0));
	const signed = new TextEncoder().encode(`d1.${String(headers?.["webhook-timestamp"])}.${body}`);
	expect(await crypto.subtle.verify("HMAC", hmac, signature, signed)).toBe(true);
	expect(JSON.parse(body)).toEqual({
		type: "message.email",
		timestamp: "2026-11-22T00:00:00.000Z",
		data: {
			id: "d1",
			tenantId: "acme",
			kind: "Code",
			channel: "Email",
			to: mail.to,
			subject: mail.subject,
			text: mail.text,
			html: mail.html,
			expiresAt: null,
		},
	});
	expect(JSON.parse(second?.body ?? "")).toMatchObject({ type: "message.sms", data: { channel: "Sms", to: sms.to } });
});

it("tells what of a webhook's errors may pass", async () => {
	await refusals(
		[{ status: 400 }, { status: 422, body: '{"code":"Suppressed"}' }, { status: 408 }, { status: 500, body: "[]" }],
		(WEBHOOK_URL) =>
			smsProvider({ ...env, SMS_PROVIDER: "webhook", WEBHOOK_SECRET: awkward, WEBHOOK_URL })?.send(sms, context()),
		[
			{ permanent: true, code: "Http400" },
			{ permanent: true, code: "Suppressed", isUnwanted: true },
			{ permanent: false, code: "Http408" },
			{ permanent: false, code: "Http500" },
		],
	);
});

it("gives up on who does not answer in time, or not at all, and needs no body of who does", async () => {
	const hanging = await Double.start([{ hangs: true }]);
	const bindings = { ...env, SMS_PROVIDER: "webhook", WEBHOOK_SECRET: awkward, WEBHOOK_URL: hanging.url };
	const soon = { idempotencyKey: "d1", signal: AbortSignal.timeout(300) };
	expect(await smsProvider(bindings)?.send(sms, soon)).toEqual({ ok: false, permanent: false, code: "Timeout" });
	const nobody = smsProvider({ ...bindings, WEBHOOK_URL: "http://127.0.0.1:9/" });
	expect(await nobody?.send(sms, context())).toEqual({ ok: false, permanent: false, code: "Unreachable" });
	const endless = await Double.start([{ status: 200, body: "x".repeat(1_000_000) }]);
	expect(await smsProvider({ ...bindings, WEBHOOK_URL: endless.url })?.send(sms, context())).toEqual({
		ok: true,
		providerId: "d1",
	});
});

it("hands a mail to Cloudflare's binding and tells what of its errors may pass", async () => {
	const given: unknown[] = [];
	const binding = (send: (mail: unknown) => Promise<EmailSendResult>) =>
		cloudflare({ ...env, ...from, EMAIL: { send } } as Env);
	const good = binding(async (one) => {
		given.push(one);
		return { messageId: "m1" };
	});
	expect(await good?.send(mail, context())).toEqual({ ok: true, providerId: "m1" });
	expect(given).toEqual([
		{
			from: { name: "Acme", email: "no-reply@acme.example" },
			to: mail.to,
			subject: mail.subject,
			text: mail.text,
			html: mail.html,
			headers: { "Auto-Submitted": "auto-generated", "X-Entity-Ref-ID": "d1" },
		},
	]);
	for (const [code, expected] of [
		["E_RECIPIENT_SUPPRESSED", { permanent: true, isUnwanted: true }],
		["E_SENDER_NOT_VERIFIED", { permanent: true, isUnwanted: false }],
		["E_RATE_LIMIT_EXCEEDED", { permanent: false }],
		["E_INTERNAL_SERVER_ERROR", { permanent: false }],
	] as const) {
		const bad = binding(() => Promise.reject(Object.assign(new Error("no"), { code })));
		expect(await bad?.send(mail, context())).toMatchObject({ ok: false, code, ...expected });
	}
	const broken = binding(() => Promise.reject(new Error("internal error")));
	expect(await broken?.send(mail, context())).toMatchObject({ permanent: false, code: "Unreachable" });
	const slow = binding(() => new Promise(() => undefined));
	const soon = { idempotencyKey: "d1", signal: AbortSignal.timeout(100) };
	expect(await slow?.send(mail, soon)).toEqual({ ok: false, permanent: false, code: "Timeout" });
});

it("has no provider that lacks what it needs, nor an outbox where nobody could read it", () => {
	for (const EMAIL_PROVIDER of ["resend", "cloudflare", "webhook", "twilio", "", "toString"])
		expect([EMAIL_PROVIDER, emailProvider({ ...env, EMAIL_PROVIDER })]).toEqual([EMAIL_PROVIDER, undefined]);
	for (const SMS_PROVIDER of ["twilio", "webhook", "resend"])
		expect([SMS_PROVIDER, smsProvider({ ...env, SMS_PROVIDER })]).toEqual([SMS_PROVIDER, undefined]);
	expect(emailProvider(env)?.name).toBe("outbox");
	expect(emailProvider({ ...env, ENVIRONMENT: "production", PRODUCTION: "true" })).toBeUndefined();
	const weak = { WEBHOOK_URL: "https://example.com", WEBHOOK_SECRET: "c2hvcnQ=" };
	expect(emailProvider({ ...env, EMAIL_PROVIDER: "webhook", ...weak })).toBeUndefined();
});
