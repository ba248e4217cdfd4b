import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { batch } from "../src/db/batch.ts";
import worker from "../src/index.ts";
import { eventStatement, system, verifyAudit } from "../src/links/audit.ts";
import { unique } from "./support/client.ts";
import { acme, age, commit, email, eventsOf, makeLink, rowOf } from "./support/deliveries.ts";
import { fullScans, recorded, type Statement } from "./support/plans.ts";

const sweep = (bindings = env) => worker.scheduled(createScheduledController({ cron: "* * * * *" }), bindings);
const status = async (id: string) => (await rowOf(id)).status;

it("takes up what a lost call left, and what was being tried by a machine that died", async () => {
	const now = Date.now();
	const lost = await commit(email(), acme, now - 60_000);
	const died = await commit(email(), acme, now - 60_000);
	const late = await commit(email({ kind: "Code", expiresAt: now - 1 }), acme, now - 60_000);
	await env.DB.prepare("UPDATE delivery SET status = 'Sending', attempts = 1 WHERE id = ?").bind(died).run();
	await age(died, { lease_until: now - 30_000, next_at: now - 30_000 });
	const fresh = await commit(email());
	const waiting = await commit(email());
	await age(waiting, { next_at: now + 60_000 });
	await sweep();
	await vi.waitFor(
		async () => {
			expect(await Promise.all([lost, died, late].map(status))).toEqual(["Sent", "Sent", "Abandoned"]);
		},
		{ timeout: 10_000, interval: 100 },
	);
	// The queue has not been told of these: the one may be on its way, the other waits for its next try.
	expect(await Promise.all([fresh, waiting].map(status))).toEqual(["Queued", "Queued"]);
});

it("hands over a bounded number, the oldest first", async () => {
	const sent: { id: string }[] = [];
	const DELIVERY = {
		sendBatch: async (messages: { body: { id: string } }[]) => void sent.push(...messages.map(({ body }) => body)),
	} as unknown as Queue;
	const rows = Array.from({ length: 600 }, (_, index) => [unique("bulk"), index]);
	await env.DB.prepare(
		`INSERT INTO delivery (tenant_id, id, kind, channel, masked, payload, status, next_at, created_at)
		SELECT 'acme', value ->> 0, 'Notice', 'Email', 'a', 'x', 'Queued', value ->> 1, 0 FROM json_each(?)`,
	)
		.bind(JSON.stringify(rows))
		.run();
	const statements: Statement[] = [];
	await sweep({ ...env, DELIVERY, DB: recorded(env.DB, statements) });
	expect(sent.map(({ id }) => id)).toEqual(rows.slice(0, 500).map(([id]) => id));
	expect(statements.length).toBeGreaterThan(4);
	// The index of what is unsealed holds nothing else, so it may be read from its beginning.
	const isRead = (step: string) => !step.includes("link_event_unsealed");
	for (const statement of statements)
		expect([statement.query, (await fullScans(statement)).filter(isRead)]).toEqual([statement.query, []]);
	await env.DB.prepare("DELETE FROM delivery WHERE kind = 'Notice'").run();
});

it("seals what was not sealed", async () => {
	const linkId = await makeLink();
	await batch(acme.db, [eventStatement(acme, linkId, { type: "Opened", at: Date.now(), actor: system })]);
	expect((await eventsOf(linkId))[0]?.hash).toBeNull();
	await sweep();
	expect(await verifyAudit(acme, linkId)).toMatchObject({ valid: true, count: 1 });
});

it("deletes what has had its time, and nothing else", async () => {
	const now = Date.now();
	const old = now - 86_400_000 - 1;
	const tables = {
		throttle: (key: string, at: number) =>
			env.DB.prepare("INSERT INTO throttle VALUES ('acme', ?, 0, ?, 1)").bind(key, at),
		portal_session: (key: string, at: number) =>
			env.DB.prepare(
				`INSERT INTO portal_session (id_hash, tenant_id, link_id, token_hash, level, created_at, expires_at)
				VALUES (?, 'acme', 1, 'x', 1, 0, ?)`,
			).bind(key, at),
		otp_challenge: (key: string, at: number) =>
			env.DB.prepare(
				`INSERT INTO otp_challenge (id, tenant_id, link_id, session_hash, channel, max_attempts, created_at, expires_at)
				VALUES (?, 'acme', 1, 'x', 'Email', 5, 0, ?)`,
			).bind(key, at),
		link_request: (key: string, at: number) =>
			env.DB.prepare("INSERT INTO link_request VALUES ('acme', 'u', ?, 'h', 'l', 'a', ?)").bind(key, at),
	};
	const own = unique("purge");
	const count = (table: string) => env.DB.prepare(`SELECT count(*) FROM ${table}`).first<number>("count(*)");
	for (const [table, insert] of Object.entries(tables)) {
		await env.DB.prepare(`DELETE FROM ${table}`).run();
		await env.DB.batch([insert(`${own}-old`, old), insert(`${own}-new`, now + 60_000)]);
		expect([table, await count(table)]).toEqual([table, 2]);
	}
	await sweep();
	for (const table of Object.keys(tables)) expect([table, await count(table)]).toEqual([table, 1]);
});

it("does its other parts when one goes wrong, and says which", async () => {
	const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
	const DELIVERY = { sendBatch: () => Promise.reject(new Error("the queue is away")) } as unknown as Queue;
	const id = await commit(email(), acme, Date.now() - 60_000);
	const linkId = await makeLink();
	await batch(acme.db, [eventStatement(acme, linkId, { type: "Opened", at: Date.now(), actor: system })]);
	await sweep({ ...env, DELIVERY });
	expect(error.mock.calls.flat().join()).toContain('"sweep":"deliveries"');
	error.mockRestore();
	expect(await verifyAudit(acme, linkId)).toMatchObject({ valid: true, count: 1 });
	expect(await status(id)).toBe("Queued");
});
