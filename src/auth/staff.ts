import type { Context } from "hono";
import type { TenantDatabase } from "../db/database.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { traceOf, type Trace } from "../http/trace.ts";
import { actingTenant } from "./acting-tenant.ts";
import { principal } from "./authenticate.ts";
import type { Principal } from "./principal.ts";

/** Somebody of the staff at work on what a tenant keeps of people: every step of it is audited. */
export type Staff = {
	env: Env;
	context: Pick<ExecutionContext, "waitUntil">;
	tenant: TenantDatabase;
	principal: Principal;
	trace: Trace;
};

/** The staff that a request comes from. */
export function staffOf(c: Context<FoyerEnv>): Staff {
	return {
		env: c.env,
		context: c.executionCtx,
		tenant: actingTenant(c),
		principal: principal(c),
		trace: traceOf(c.req.raw),
	};
}
