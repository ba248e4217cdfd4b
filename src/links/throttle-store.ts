import { sql } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import { throttle } from "../db/schema.ts";

export type Window = { key: string; windowStart: number; expiresAt: number };

/** Counts one up to a limit of at least 1; false when the limit is reached. One statement, so that no two callers read the same count. */
export async function countUp({ tenantId, db }: TenantDatabase, window: Window, limit: number): Promise<boolean> {
	const rows = await db
		.insert(throttle)
		.values({ tenantId, ...window, count: 1 })
		.onConflictDoUpdate({
			target: [throttle.tenantId, throttle.key, throttle.windowStart],
			set: { count: sql`count + 1` },
			setWhere: sql`count < ${limit}`,
		})
		.returning({ count: throttle.count });
	return rows.length === 1;
}
