import { eq } from "drizzle-orm";
import { database } from "../db/database.ts";
import { tenant } from "../db/schema.ts";

/** How long an isolate trusts what it read of a tenant's origins. */
const TRUSTED_MS = 60_000;
/** A bound for deployments with very many tenants. */
const REMEMBERED = 10_000;

const known = new Map<string, { origins: readonly string[] | null; readAt: number }>();

/**
 * True when the page that asks may open a socket of this tenant: it is our own, the tenant names its origin, or the tenant names none.
 * Requests without an Origin come from servers, which have no page that could be tricked.
 */
export async function allowsOrigin(env: Env, tenantId: string, request: Request): Promise<boolean> {
	const origin = request.headers.get("Origin");
	if (origin === null || origin === new URL(request.url).origin) return true;
	const origins = await originsOf(env, tenantId);
	return origins === null || origins.includes(origin);
}

async function originsOf(env: Env, tenantId: string): Promise<readonly string[] | null> {
	const now = Date.now();
	const cached = known.get(tenantId);
	if (cached && now - cached.readAt < TRUSTED_MS) return cached.origins;
	const [row] = await database(env)
		.select({ origins: tenant.allowedOrigins })
		.from(tenant)
		.where(eq(tenant.id, tenantId))
		.limit(1);
	if (known.size >= REMEMBERED) known.clear();
	const origins = row?.origins ?? null;
	known.set(tenantId, { origins, readAt: now });
	return origins;
}
