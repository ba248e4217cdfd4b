import { loggable } from "../db/query-error.ts";
import { database, tenantDatabase } from "../db/database.ts";
import { nextOwing, payIndex } from "./index-store.ts";

/** Entries that one sweep pays: so many take 5 s (2026-11-23), and a million is there in half an hour. */
const ENTRIES = 40_000;
/** Those of one tenant, before others have their turn. */
const TURN = 8000;
/** Whoever made a change pays for it at once; what is owed for longer was left. */
const PATIENCE_MS = 30_000;

/** Pays the search index what lost calls left, and all of it after a migration that makes it anew. The next minute goes on. */
export async function reindex(env: Env): Promise<void> {
	const [db, before] = [database(env), Date.now() - PATIENCE_MS];
	for (let [left, last] = [ENTRIES, ""]; left > 0;) {
		const tenantId = (await nextOwing(db, last, before)) ?? (await nextOwing(db, "", before));
		if (tenantId === undefined) return;
		left -= await paidOf(env, tenantId, Math.min(left, TURN), before);
		last = tenantId;
	}
}

/** A tenant whose entries cannot be written keeps no other waiting. */
async function paidOf(env: Env, tenantId: string, entries: number, before: number): Promise<number> {
	try {
		return await payIndex({ ...tenantDatabase(env, tenantId), search: env.SEARCH }, entries, before);
	} catch (error) {
		console.error(JSON.stringify({ level: "error", index: "customers", tenantId, error: loggable(error) }));
		return TURN;
	}
}
