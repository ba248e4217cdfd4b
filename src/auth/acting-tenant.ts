import type { Context } from "hono";
import { tenantDatabase, type TenantDatabase } from "../db/database.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { folded } from "../wire/bind.ts";
import { principal } from "./authenticate.ts";
import { allows } from "./permissions.ts";

/** The record of the tenant that a request is about: the caller's own, or the one that who may see all of them names by `tenantId`. */
export function actingTenant(c: Context<FoyerEnv>): TenantDatabase {
	const { tenantId, roles } = principal(c);
	if (!allows(roles, "tenants:all")) return tenantDatabase(c.env, tenantId);
	const named = Object.entries(c.req.query()).find(([name]) => folded(name) === "tenantid")?.[1];
	return tenantDatabase(c.env, named || tenantId);
}
