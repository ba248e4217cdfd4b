import { createMessageBatch } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { batch } from "../../src/db/batch.ts";
import { tenantDatabase, type TenantDatabase } from "../../src/db/database.ts";
import { queued } from "../../src/delivery/delivery.ts";
import type { Message } from "../../src/delivery/message.ts";
import worker from "../../src/index.ts";
import { unique } from "./client.ts";

type Row = {
	id: string;
	status: string;
	attempts: number;
	payload: string | null;
	provider: string | null;
	provider_id: string | null;
	error_code: string | null;
	next_at: number;
	lease_until: number | null;
	ended_at: number | null;
};

export const acme: TenantDatabase = tenantDatabase(env, "acme");

/** An e-mail with a link, to an address that nobody else has. */
export function email(more: Partial<Message> = {}): Message {
	const text = "Open https://portal.test/l/cl_secret";
	return { kind: "Link", channel: "Email", to: `${unique("ann")}@example.com`, subject: "A link", text, ...more };
}

/** Commits a message that nobody hands over. */
export async function commit(message: Message, tenant = acme, now = Date.now()): Promise<string> {
	const { id, statement } = await queued(env, tenant, message, now);
	await batch(tenant.db, [statement]);
	return id;
}

/** Brings ids to the consumer as the queue would, by its name, and answers with what the queue is to do. */
export async function bring(
	bindings: Env,
	ids: readonly string[],
	{ queue = "foyer-delivery", tenantId = "acme" } = {},
): Promise<{ acked: string[]; retried: { id: string; delay: number | undefined }[] }> {
	const messages = ids.map((id) => ({ id, timestamp: new Date(), attempts: 1, body: { tenantId, id } }));
	const arrived = createMessageBatch<{ tenantId: string; id: string }>(queue, messages);
	// What `getQueueResult` tells of retries has no delay.
	const spies = arrived.messages.map((message) => ({
		id: message.id,
		ack: vi.spyOn(message, "ack"),
		retry: vi.spyOn(message, "retry"),
	}));
	await worker.queue(arrived, bindings);
	return {
		acked: spies.filter(({ ack }) => ack.mock.calls.length === 1).map(({ id }) => id),
		retried: spies.flatMap(({ id, retry }) =>
			retry.mock.calls.map(([options]) => ({ id, delay: options?.delaySeconds })),
		),
	};
}

export async function rowOf(id: string): Promise<Row> {
	const row = await env.DB.prepare("SELECT * FROM delivery WHERE id = ?").bind(id).first<Row>();
	if (!row) throw new Error(`there is no delivery ${id}`);
	return row;
}

/** Changes a row as time would have. */
export async function age(id: string, columns: { next_at?: number; lease_until?: number; expires_at?: number }) {
	for (const [name, value] of Object.entries(columns))
		await env.DB.prepare(`UPDATE delivery SET ${name} = ? WHERE id = ?`).bind(value, id).run();
}

/** A link of acme, for what is written into its audit. */
export async function makeLink(): Promise<number> {
	const { meta } = await env.DB.prepare(
		`INSERT INTO link (tenant_id, uid, resource_type, resource_uid, tier, delivery_channels, contact_id, recipient_name, sms_consent,
			created_by, created_by_name, created_at, expires_at)
		VALUES ('acme', ?, 'Chat', ?, 'Standard', 'Email', 1, 'Ann', 0, 'acme-agent-1', 'Ada', 0, 9e15)`,
	)
		.bind(unique("link"), unique("resource"))
		.run();
	return meta.last_row_id;
}

type Event = { type: string; channel: string; data: string; hash: string | null };

export async function eventsOf(linkId: number): Promise<Event[]> {
	const { results } = await env.DB.prepare(
		"SELECT type, channel, data, hash FROM link_event WHERE link_id = ? ORDER BY n",
	)
		.bind(linkId)
		.all<Event>();
	return results;
}
