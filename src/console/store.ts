import { asc } from "drizzle-orm";
import { database } from "../db/database.ts";
import { tenant } from "../db/schema.ts";

/** More than a development deployment has. */
const SHOWN = 20;

/** The tenants whose demo identities may be taken, for development. */
export async function listTenants(env: Env): Promise<{ tenantId: string; name: string }[]> {
	return database(env)
		.select({ tenantId: tenant.id, name: tenant.name })
		.from(tenant)
		.orderBy(asc(tenant.id))
		.limit(SHOWN);
}
