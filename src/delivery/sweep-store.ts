import { sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { batch } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { linkRequest, otpChallenge, portalSession, throttle } from "../db/schema.ts";

const DAY = 86_400_000;
/** Rows of a kind that one sweep deletes. */
const PURGED_AT_ONCE = 1000;

/**
 * What has had its time, by when it had it, and for how long it is still kept: sessions and codes a day, in which a late answer can say "expired"
 * rather than "never heard of".
 */
const passing: readonly (readonly [time: SQLiteColumn, keptFor: number])[] = [
	[throttle.expiresAt, 0],
	[portalSession.expiresAt, DAY],
	[otpChallenge.expiresAt, DAY],
	[linkRequest.createdAt, DAY],
];

/** Deletes rows of all tenants that nobody asks for any more. */
export async function purge(db: Database, now: number): Promise<void> {
	await batch(
		db,
		passing.map(
			([time, keptFor]) => sql`DELETE FROM ${time.table} WHERE rowid IN
				(SELECT rowid FROM ${time.table} WHERE ${time} <= ${now - keptFor} LIMIT ${PURGED_AT_ONCE})`,
		),
	);
}
