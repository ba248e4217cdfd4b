import { isDevelopment } from "../auth/development.ts";
import { tenantDatabase, type TenantDatabase } from "../db/database.ts";
import { Failure } from "../http/failure.ts";
import type { Caller } from "../rooms/model.ts";
import { Refused } from "./envelope.ts";
import { findOrg, findOwnOrg, insertOrg, setOrgCustomer, type Org } from "./store.ts";

/** How long an isolate trusts what it read of an org: the longest that a withdrawn `allowUnauthenticatedStaff` still counts. */
const TRUSTED_MS = 60_000;
/** A bound for deployments with very many orgs. */
const REMEMBERED = 10_000;

const known = new Map<string, { org: Org; readAt: number }>();

/** The workspace that a new thing is made in. Development makes up an org that it does not know; elsewhere that is a 404. */
export async function orgFor(env: Env, id: string): Promise<Org> {
	const org = await lookUp(env, id);
	if (org) return org;
	if (!isDevelopment(env)) throw orgNotFound();
	await insertOrg(tenantDatabase(env, env.DOWELL_DEFAULT_TENANT), id);
	const made = await lookUp(env, id);
	if (!made) throw new Error("an org was made and is not there");
	return made;
}

/** The workspace that is looked into. Undefined is one that development would make up: there is nothing in it. */
export async function knownOrg(env: Env, id: string): Promise<Org | undefined> {
	const org = await lookUp(env, id);
	if (!org && !isDevelopment(env)) throw orgNotFound();
	return org;
}

/** A workspace of the tenant. */
export async function ownOrg(db: TenantDatabase, id: string): Promise<Org> {
	return orMissing(await findOwnOrg(db, id));
}

/** Says whose opening hours the visitors of a workspace are shown; nobody's without a customer. */
export async function nameCustomer(db: TenantDatabase, id: string, customerId: string | undefined): Promise<Org> {
	const changed = orMissing(await setOrgCustomer(db, id, customerId ?? null));
	known.delete(id);
	return changed;
}

/** True when a workspace of this tenant takes anybody for staff, as the deployed code did. */
export async function isOpenToAll(env: Env, tenantId: string, orgId: string): Promise<boolean> {
	const org = await lookUp(env, orgId);
	return org?.tenantId === tenantId && org.allowUnauthenticatedStaff;
}

/** Who speaks for staff where nobody says who they are. */
export function anonymousStaff(tenantId: string): Caller {
	return { tenantId, userId: "dowell:staff", name: "Staff", kind: "Agent", isAdministrator: false };
}

async function lookUp(env: Env, id: string): Promise<Org | undefined> {
	const now = Date.now();
	const cached = known.get(id);
	if (cached && now - cached.readAt < TRUSTED_MS) return cached.org;
	const org = await findOrg(env, id);
	if (known.size >= REMEMBERED) known.clear();
	if (org) known.set(id, { org, readAt: now });
	return org;
}

function orMissing(org: Org | undefined): Org {
	if (!org) throw new Failure("NotFound", "There is no such org.");
	return org;
}

function orgNotFound(): Refused {
	return new Refused(404, "Organization not found");
}
