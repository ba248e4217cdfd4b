import { allows } from "../auth/permissions.ts";
import type { Principal } from "../auth/principal.ts";
import type { TenantDatabase } from "../db/database.ts";
import { Failure } from "../http/failure.ts";
import type { CustomerRow } from "./row.ts";
import { customerByUid } from "./store.ts";
import type { Directory } from "./index-store.ts";

/** Somebody before the directory of one tenant. */
export type Visit = {
	directory: Directory;
	userId: string;
	/** The topmost customer that exists for them, by its path; empty is all, undefined is none. */
	root: string | undefined;
	/** How many customers are below the root; of no meaning where it is empty. */
	rootSize: number;
};

/** Lets a principal in to a tenant's directory: customers no further than their own subtree. */
export async function visit(tenant: TenantDatabase, search: D1Database, principal: Principal): Promise<Visit> {
	const directory = { ...tenant, search };
	const common = { directory, userId: principal.userId };
	// Whoever may keep customers sees them all; anybody else is one.
	if (allows(principal.roles, "customers:write")) return { ...common, root: "", rootSize: 0 };
	const own = principal.customerId === undefined ? undefined : await customerByUid(directory, principal.customerId);
	return { ...common, root: own?.path, rootSize: own?.descendant_count ?? 0 };
}

/** One customer, if it exists for the visitor. */
export async function customerOf({ directory, root }: Visit, uid: string): Promise<CustomerRow> {
	const row = root === undefined ? undefined : await customerByUid(directory, uid);
	if (!row || root === undefined || !row.path.startsWith(root))
		throw new Failure("NotFound", "There is no such customer.");
	return row;
}
