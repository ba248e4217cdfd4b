import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { sha256 } from "../src/auth/key-format.ts";
import { tenantDatabase } from "../src/db/database.ts";
import { deliverable } from "../src/delivery/delivery.ts";
import { unique } from "./support/client.ts";
import { bring, commit, email } from "./support/deliveries.ts";
import { Double } from "./support/double.ts";

const noon = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;
let numbers = 1_000_000;
/** A number of the UK that nobody else in this file has. */
const number = () => `+447400${String((numbers += 1)).slice(1)}`;
/** A tenant of the test's own: quotas are per tenant. */
const tenant = () => tenantDatabase(env, unique("tenant"));
const sms = (to: string) => ({ channel: "Sms", to }) as const;

/** As if so many messages had been counted today under a key. */
async function counted(tenantId: string, key: string, count: number): Promise<void> {
	const start = noon - (noon % DAY);
	await env.DB.prepare("INSERT INTO throttle (tenant_id, key, window_start, expires_at, count) VALUES (?, ?, ?, ?, ?)")
		.bind(tenantId, await sha256(key), start, start + DAY, count)
		.run();
}

it("knows beforehand which numbers no text message goes to", async () => {
	const own = tenant();
	for (const [to, obstacle] of [
		["+447400123456", undefined],
		["+14155552671", undefined],
		["+447400", "InvalidNumber"],
		["07400 123456", "InvalidNumber"],
		["+44 7400 123456", "InvalidNumber"],
		["", "InvalidNumber"],
		["+44740012345612345", "InvalidNumber"],
		// Jamaica, which shares its code with the United States; Cuba; a satellite.
		["+18765551234", "CountryNotAllowed"],
		["+5351234567", "CountryNotAllowed"],
		["+881612345678", "CountryNotAllowed"],
	] as const)
		expect([to, await deliverable(env, own, sms(to), noon)]).toEqual([to, obstacle]);
	expect(await deliverable({ ...env, SMS_COUNTRIES: "*" }, own, sms("+18765551234"), noon)).toBeUndefined();
	expect(await deliverable({ ...env, SMS_COUNTRIES: "us, JM" }, own, sms("+18765551234"), noon)).toBeUndefined();
	expect(await deliverable({ ...env, SMS_COUNTRIES: "" }, own, sms("+447400123456"), noon)).toBe("CountryNotAllowed");
	expect(await deliverable({ ...env, SMS_PROVIDER: "twilio" }, own, sms("+447400123456"), noon)).toBe("ProviderFailed");
});

it("caps text messages to one number, of 50 that ask at once", async () => {
	const own = tenant();
	const to = number();
	const asked = await Promise.all(Array.from({ length: 50 }, () => deliverable(env, own, sms(to), noon)));
	expect(asked.filter((obstacle) => obstacle === undefined)).toHaveLength(20);
	expect(asked.filter((obstacle) => obstacle === "QuotaExceeded")).toHaveLength(30);
	expect(await deliverable(env, own, sms(number()), noon)).toBeUndefined();
	expect(await deliverable(env, own, sms(to), noon + DAY)).toBeUndefined();
	expect(await deliverable(env, tenant(), sms(to), noon)).toBeUndefined();
});

it("caps text messages to one country, and of one tenant", async () => {
	const own = tenant();
	await counted(own.tenantId, "delivery Sms country GB", 497);
	const asked = await Promise.all(Array.from({ length: 50 }, () => deliverable(env, own, sms(number()), noon)));
	expect(asked.filter((obstacle) => obstacle === undefined)).toHaveLength(3);
	expect(await deliverable(env, own, sms("+14155552671"), noon)).toBeUndefined();

	const busy = tenant();
	await counted(busy.tenantId, "delivery Sms all", 997);
	const spread = await Promise.all(Array.from({ length: 50 }, () => deliverable(env, busy, sms(number()), noon)));
	expect(spread.filter((obstacle) => obstacle === undefined)).toHaveLength(3);
	// E-mails are counted by themselves.
	expect(await deliverable(env, busy, { channel: "Email", to: "ann@example.com" }, noon)).toBeUndefined();
});

it("caps e-mails to one address, however it is spelled", async () => {
	const own = tenant();
	const spelled = (index: number) =>
		({ channel: "Email", to: index % 2 ? "Ann@Example.com" : "ann@example.com" }) as const;
	const asked = await Promise.all(
		Array.from({ length: 60 }, (_, index) => deliverable(env, own, spelled(index), noon)),
	);
	expect(asked.filter((obstacle) => obstacle === undefined)).toHaveLength(50);
});

it("never writes again to whom a provider says so", async () => {
	const double = await Double.start([{ status: 422, body: '{"code":"Suppressed"}' }]);
	const webhook = {
		EMAIL_PROVIDER: "webhook",
		WEBHOOK_URL: double.url,
		WEBHOOK_SECRET: `whsec_${btoa("x".repeat(24))}`,
	};
	const own = tenant();
	const message = email({ to: `${unique("Eve")}@example.com` });
	const { tenantId } = own;
	await bring({ ...env, ...webhook }, [await commit(message, own)], { tenantId });
	const again = { channel: "Email", to: message.to.toLowerCase() } as const;
	expect(await deliverable(env, own, again, noon)).toBe("Suppressed");
	expect(await deliverable(env, tenant(), again, noon)).toBeUndefined();
	const { results } = await env.DB.prepare("SELECT * FROM suppression WHERE tenant_id = ?").bind(tenantId).all();
	expect(results).toMatchObject([{ channel: "Email", reason: "webhook: Suppressed" }]);
	expect(JSON.stringify(results).toLowerCase()).not.toContain("eve-");
});
