import { eq } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { linkToken } from "../db/schema.ts";

export type TokenPlace = { tenantId: string; linkId: number; tokenHash: string };

/** A token by its hash: the one look-up without a tenant, since it finds out which tenant is meant. */
export async function findToken(db: Database, tokenHash: string): Promise<TokenPlace | undefined> {
	const [row] = await db
		.select({ tenantId: linkToken.tenantId, linkId: linkToken.linkId, tokenHash: linkToken.tokenHash })
		.from(linkToken)
		.where(eq(linkToken.tokenHash, tokenHash))
		.limit(1);
	return row;
}
