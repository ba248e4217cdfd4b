/** Once a minute: what a lost call left is taken up, what has had its time goes. Each part is bounded; the next minute goes on. */
import { reindex } from "../customers/reindex.ts";
import { database } from "../db/database.ts";
import { loggable } from "../db/query-error.ts";
import { sealLeftovers } from "../links/audit.ts";
import { overdue } from "./claim-store.ts";
import type { Handed } from "./delivery.ts";
import { purge } from "./sweep-store.ts";

/** A message that is due for so long was lost on its way to the queue, which brings one within two seconds. */
const PATIENCE_MS = 10_000;
/** Messages that one sweep hands over again, in as many batches as the queue takes a hundred each. */
const HANDED_AT_ONCE = 500;
const BATCH = 100;

export async function sweep(env: Env): Promise<void> {
	const now = Date.now();
	const parts = {
		deliveries: () => handAgain(env, now),
		audit: () => sealLeftovers(env),
		customers: () => reindex(env),
		purge: () => purge(database(env), now),
	};
	await Promise.all(
		Object.entries(parts).map(([name, work]) =>
			work().catch((error: unknown) =>
				console.error(JSON.stringify({ level: "error", sweep: name, error: loggable(error) })),
			),
		),
	);
}

/** Somebody may be about to take them up: whoever comes second finds nothing to do. */
async function handAgain(env: Env, now: number): Promise<void> {
	const rows = await overdue(database(env), now, PATIENCE_MS, HANDED_AT_ONCE);
	const bodies = rows.map((body) => ({ body: body satisfies Handed }));
	for (let at = 0; at < bodies.length; at += BATCH)
		// oxlint-disable-next-line no-await-in-loop -- one after the other: at most five
		await env.DELIVERY.sendBatch(bodies.slice(at, at + BATCH));
}
