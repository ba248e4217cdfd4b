import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import * as schema from "./schema.ts";

export type Database = DrizzleD1Database<typeof schema>;

/** A database that speaks for one tenant. Stores take this and nothing else, so that no query can be written without its tenant. */
export type TenantDatabase = { readonly tenantId: string; readonly db: Database };

/** The record, of all tenants: for the code that finds out which tenant a caller belongs to. */
export function database(env: Env): Database {
	return drizzle(env.DB, { schema });
}

/** The record as one tenant sees it. */
export function tenantDatabase(env: Env, tenantId: string): TenantDatabase {
	return { tenantId, db: database(env) };
}
