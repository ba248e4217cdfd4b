import { and, eq } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import { link } from "../db/schema.ts";

export type LinkRow = typeof link.$inferSelect;

export async function findLink({ tenantId, db }: TenantDatabase, linkId: number): Promise<LinkRow | undefined> {
	const [row] = await db
		.select()
		.from(link)
		.where(and(eq(link.id, linkId), eq(link.tenantId, tenantId)))
		.limit(1);
	return row;
}
