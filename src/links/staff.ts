import { allows } from "../auth/permissions.ts";
import type { Principal } from "../auth/principal.ts";
import type { TenantDatabase } from "../db/database.ts";
import type { Trace } from "./trace.ts";

/** Somebody of the staff at work on a tenant's links. */
export type Staff = {
	env: Env;
	context: Pick<ExecutionContext, "waitUntil">;
	tenant: TenantDatabase;
	principal: Principal;
	trace: Trace;
};

/** The user whose links are all that somebody may see; undefined for whoever may see everybody's. */
export function ownOnly({ principal: { roles, userId } }: Pick<Staff, "principal">): string | undefined {
	return allows(roles, "links:supervise") ? undefined : userId;
}

/** The staff as the audit knows them. */
export function actorOf({ principal }: Pick<Staff, "principal">): { type: "User"; id: string } {
	return { type: "User", id: principal.userId };
}
