import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { expect, it, vi } from "vitest";
import { batch } from "../src/db/batch.ts";
import { tenantDatabase } from "../src/db/database.ts";
import { deliveriesOf, hand, queued } from "../src/delivery/delivery.ts";
import { verifyAudit } from "../src/links/audit.ts";
import { call } from "./support/client.ts";
import { acme, age, bring, commit, email, eventsOf, makeLink, rowOf } from "./support/deliveries.ts";
import { Double, type Reply } from "./support/double.ts";

const secret = `whsec_${btoa("0123456789abcdef01234567")}`;

/** A deployment whose e-mails go to a service that answers so. */
async function sendingTo(replies: Reply[]): Promise<{ double: Double; bindings: Env }> {
	const double = await Double.start(replies);
	const provider = { EMAIL_PROVIDER: "webhook", SMS_PROVIDER: "webhook", WEBHOOK_SECRET: secret };
	return { double, bindings: { ...env, ...provider, WEBHOOK_URL: double.url } };
}

it("commits a message with what it belongs to, brings it by the queue, wipes it and tells the link's audit", async () => {
	const linkId = await makeLink();
	const message = email({ linkId });
	const { id, statement } = await queued(env, acme, message, Date.now());
	const [rows] = await batch<[{ id: string }]>(acme.db, [statement]);
	expect(rows).toEqual([{ id }]);
	const { payload } = await rowOf(id);
	expect(payload).not.toContain("secret");
	expect(payload).not.toContain("ann");

	const waiting: Promise<unknown>[] = [];
	hand(env, { waitUntil: (work: Promise<unknown>) => void waiting.push(work) }, "acme", [id]);
	await Promise.all(waiting);
	await vi.waitFor(async () => expect((await rowOf(id)).status).toBe("Sent"), { timeout: 10_000, interval: 100 });
	expect(await rowOf(id)).toMatchObject({ payload: null, attempts: 1, provider: "outbox", provider_id: id });
	const { body } = await call("GET", `/dev/outbox?to=${message.to}`);
	expect(body.messages).toMatchObject([
		{ id, to: message.to, text: message.text, link: "https://portal.test/l/cl_secret" },
	]);

	await vi.waitFor(async () => expect((await eventsOf(linkId))[0]?.hash).toMatch(/^[0-9a-f]{64}$/));
	const [event, ...others] = await eventsOf(linkId);
	expect(others).toEqual([]);
	expect(event).toMatchObject({ type: "DeliverySent", channel: "Email" });
	expect(JSON.parse(event?.data ?? "")).toEqual({ deliveryId: id, kind: "Link", status: "Sent", provider: "outbox" });
	expect(await verifyAudit(acme, linkId)).toMatchObject({ valid: true, count: 1 });

	const [shown] = await deliveriesOf(acme, linkId);
	expect(shown).toMatchObject({ id, status: "Sent", masked: "a•••@example.com" });
	expect(JSON.stringify(shown)).not.toContain(message.to);
	expect(await deliveriesOf(tenantDatabase(env, "globex"), linkId)).toEqual([]);
});

it("leaves a message out when the condition of its batch does not hold", async () => {
	const { id, statement } = await queued(env, acme, email(), Date.now(), { condition: sql`1 = 2` });
	expect(await batch(acme.db, [statement])).toEqual([[]]);
	await expect(rowOf(id)).rejects.toThrow();
});

it("sends once whatever number of consumers have the id, and records it once", async () => {
	const { double, bindings } = await sendingTo([{ status: 200 }]);
	const linkId = await makeLink();
	const ids = await Promise.all([1, 2, 3].map(() => commit(email({ linkId }))));
	const results = await Promise.all(Array.from({ length: 50 }, () => bring(bindings, ids)));
	expect(results.flatMap(({ retried }) => retried)).toEqual([]);
	const sent = (await double.received()).map(({ headers }) => headers["webhook-id"]);
	expect(sent).toHaveLength(3);
	expect(sent).toEqual(expect.arrayContaining(ids));
	expect((await eventsOf(linkId)).map(({ type }) => type)).toEqual(["DeliverySent", "DeliverySent", "DeliverySent"]);
	for (const id of ids) expect(await rowOf(id)).toMatchObject({ status: "Sent", attempts: 1, payload: null });
	await bring(bindings, ids);
	expect(await double.received()).toHaveLength(3);
});

it("tries again after an error that may pass, later and later, and not before its time", async () => {
	const { double, bindings } = await sendingTo([
		{ status: 500 },
		{ status: 503, headers: { "Retry-After": "120" } },
		{},
	]);
	const id = await commit(email());
	const first = await bring(bindings, [id]);
	expect(first.acked).toEqual([]);
	expect(first.retried[0]?.delay).toBeGreaterThanOrEqual(10);
	expect(first.retried[0]?.delay).toBeLessThanOrEqual(13);
	expect(await rowOf(id)).toMatchObject({ status: "Queued", attempts: 1, error_code: "Http500", lease_until: null });
	// A copy of the id that comes too early finds nothing to do.
	expect(await bring(bindings, [id])).toEqual({ acked: [id], retried: [] });
	await age(id, { next_at: Date.now() });
	const second = await bring(bindings, [id]);
	expect(second.retried[0]?.delay).toBeGreaterThanOrEqual(120);
	await age(id, { next_at: Date.now() });
	expect(await bring(bindings, [id])).toEqual({ acked: [id], retried: [] });
	expect(await rowOf(id)).toMatchObject({ status: "Sent", attempts: 3, error_code: null });
	expect(await double.received()).toHaveLength(3);
});

it("fails at once on an error that will not pass, and wipes what it carried", async () => {
	const { bindings } = await sendingTo([{ status: 422, body: '{"code":"bad address\\n"}' }]);
	const linkId = await makeLink();
	const id = await commit(email({ linkId }));
	expect(await bring(bindings, [id])).toEqual({ acked: [id], retried: [] });
	expect(await rowOf(id)).toMatchObject({ status: "Failed", payload: null, error_code: "bad_address_" });
	const [event] = await eventsOf(linkId);
	expect(event?.type).toBe("DeliveryFailed");
	expect(JSON.parse(event?.data ?? "")).toMatchObject({ status: "Failed", provider: "webhook", code: "bad_address_" });
});

it("gives up after many tries", async () => {
	const { bindings } = await sendingTo([{ status: 500 }]);
	const id = await commit(email());
	await env.DB.prepare("UPDATE delivery SET attempts = 23 WHERE id = ?").bind(id).run();
	expect((await bring(bindings, [id])).retried).toEqual([]);
	expect(await rowOf(id)).toMatchObject({ status: "Failed", attempts: 24, error_code: "Http500" });
});

it("gives up on a provider that does not answer, and lets it recognise the next try", async () => {
	const { double, bindings } = await sendingTo([{ hangs: true }, { body: '{"id":"late"}' }]);
	const id = await commit(email());
	expect((await bring(bindings, [id])).retried).toHaveLength(1);
	expect(await rowOf(id)).toMatchObject({ status: "Queued", error_code: "Timeout" });
	await age(id, { next_at: Date.now() });
	await bring(bindings, [id]);
	expect(await rowOf(id)).toMatchObject({ status: "Sent", provider_id: "late" });
	const [first, second] = await double.received();
	expect(first?.headers["webhook-id"]).toBe(id);
	expect(second?.headers["webhook-id"]).toBe(id);
	expect(second?.body).toBe(first?.body);
});

it("takes over a try whose machine died, once its lease has ended and no sooner", async () => {
	const { double, bindings } = await sendingTo([{}]);
	const id = await commit(email());
	const lease = Date.now() + 60_000;
	await env.DB.prepare(
		"UPDATE delivery SET status = 'Sending', attempts = 1, lease_until = ?, next_at = ? WHERE id = ?",
	)
		.bind(lease, lease, id)
		.run();
	await bring(bindings, [id]);
	expect(await double.received()).toEqual([]);
	await age(id, { lease_until: Date.now() - 1, next_at: Date.now() - 1 });
	await Promise.all(Array.from({ length: 50 }, () => bring(bindings, [id])));
	expect(await double.received()).toHaveLength(1);
	expect(await rowOf(id)).toMatchObject({ status: "Sent", attempts: 2 });
});

it("lets a try that was taken over say that it sent, and not that it failed", async () => {
	for (const [reply, status] of [
		[{ status: 200 }, "Sent"],
		[{ status: 400 }, "Sending"],
		[{ status: 500 }, "Sending"],
	] as const) {
		const { double, bindings } = await sendingTo([{ ...reply, afterMs: 300 }]);
		const linkId = await makeLink();
		const id = await commit(email({ linkId }));
		const trying = bring(bindings, [id]);
		await vi.waitFor(async () => expect(await double.received()).toHaveLength(1), { interval: 10 });
		await env.DB.prepare("UPDATE delivery SET attempts = attempts + 1 WHERE id = ?").bind(id).run();
		await trying;
		expect([reply.status, (await rowOf(id)).status]).toEqual([reply.status, status]);
		expect(await eventsOf(linkId)).toHaveLength(status === "Sent" ? 1 : 0);
	}
});

it("abandons a code that would come late, before, between and during tries", async () => {
	const { double, bindings } = await sendingTo([{ status: 500 }]);
	const linkId = await makeLink();
	const code = { kind: "Code", linkId, text: "123456 is your code" } as const;

	const late = await commit(email({ ...code, expiresAt: Date.now() - 1 }));
	expect(await bring(bindings, [late])).toEqual({ acked: [late], retried: [] });
	expect(await rowOf(late)).toMatchObject({ status: "Abandoned", attempts: 0, payload: null, error_code: "Expired" });
	expect(await double.received()).toEqual([]);

	// It fails, and the next try would be too late.
	const failing = await commit(email({ ...code, expiresAt: Date.now() + 5000 }));
	expect(await bring(bindings, [failing])).toEqual({ acked: [failing], retried: [] });
	expect(await rowOf(failing)).toMatchObject({
		status: "Abandoned",
		attempts: 1,
		payload: null,
		error_code: "Http500",
	});

	await double.answers([{ hangs: true }]);
	const hanging = await commit(email({ ...code, expiresAt: Date.now() + 1000 }));
	await bring(bindings, [hanging]);
	expect(await rowOf(hanging)).toMatchObject({ status: "Abandoned", payload: null, error_code: "Timeout" });
	expect((await eventsOf(linkId)).map(({ type, data }) => [type, JSON.parse(data).status])).toEqual(
		Array.from({ length: 3 }, () => ["DeliveryFailed", "Abandoned"]),
	);
});

it("does not send what belongs to a link that was revoked", async () => {
	const { double, bindings } = await sendingTo([{ status: 500 }, {}]);
	const linkId = await makeLink();
	const [fresh, retried] = [await commit(email({ linkId })), await commit(email({ linkId }))];
	await bring(bindings, [retried]);
	await env.DB.prepare("UPDATE link SET revoked_at = 1 WHERE id = ?").bind(linkId).run();
	await age(retried, { next_at: Date.now() });
	expect(await bring(bindings, [fresh, retried])).toEqual({ acked: [fresh, retried], retried: [] });
	for (const id of [fresh, retried])
		expect(await rowOf(id)).toMatchObject({ status: "Abandoned", payload: null, error_code: "LinkRevoked" });
	expect(await double.received()).toHaveLength(1);
});

it("marks dead letters as failed, unless they ended or are being tried", async () => {
	const linkId = await makeLink();
	const [queuedId, sentId, triedId] = await Promise.all([1, 2, 3].map(() => commit(email({ linkId }))));
	const ids = [queuedId, sentId, triedId] as [string, string, string];
	await bring(env, [ids[1]]);
	const lease = Date.now() + 60_000;
	await env.DB.prepare("UPDATE delivery SET status = 'Sending', lease_until = ? WHERE id = ?")
		.bind(lease, ids[2])
		.run();
	const { acked } = await bring(env, [...ids, "nobody"], { queue: "foyer-delivery-dead" });
	expect(acked).toEqual([...ids, "nobody"]);
	expect(await rowOf(ids[0])).toMatchObject({ status: "Failed", payload: null, error_code: "DeadLetter" });
	expect((await rowOf(ids[1])).status).toBe("Sent");
	expect((await rowOf(ids[2])).status).toBe("Sending");
	expect((await eventsOf(linkId)).map(({ type }) => type).sort()).toEqual(["DeliveryFailed", "DeliverySent"]);
});

it("does not take another tenant's message, nor one that is not there", async () => {
	const id = await commit(email());
	expect(await bring(env, [id, "nobody"], { tenantId: "globex" })).toEqual({ acked: [id, "nobody"], retried: [] });
	expect(await rowOf(id)).toMatchObject({ status: "Queued", attempts: 0 });
});

it("waits for a provider that is not configured and a secret that is missing, and fails what another secret sealed", async () => {
	const id = await commit(email());
	const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
	expect((await bring({ ...env, EMAIL_PROVIDER: "resend" }, [id])).retried).toHaveLength(1);
	expect(error.mock.calls.flat().join()).toContain("the provider of Email messages is not configured");
	error.mockRestore();
	expect(await rowOf(id)).toMatchObject({ status: "Queued", error_code: "NotConfigured" });
	await age(id, { next_at: Date.now() });
	expect((await bring({ ...env, LINK_SECRET: "" }, [id])).retried).toHaveLength(1);
	expect(await rowOf(id)).toMatchObject({ status: "Queued", error_code: "Unreadable" });
	await age(id, { next_at: Date.now() });
	await bring({ ...env, LINK_SECRET: "a secret that came after, of 32 characters" }, [id]);
	expect(await rowOf(id)).toMatchObject({ status: "Failed", error_code: "Unreadable", payload: null });
});

it("tries again when its own database does not answer", async () => {
	const id = await commit(email());
	const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
	const DB = new Proxy(env.DB, {
		get: () => () => {
			throw new Error("D1 is away");
		},
	});
	expect(await bring({ ...env, DB }, [id])).toEqual({ acked: [], retried: [{ id, delay: 30 }] });
	expect(error.mock.calls.flat().join()).toContain(id);
	error.mockRestore();
	await bring(env, [id]);
	expect((await rowOf(id)).status).toBe("Sent");
});
