import { and, asc, eq, sql } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import { linkPolicy, resourceType } from "../db/schema.ts";
import type { Tier } from "./tiers.ts";

export type TypeRow = typeof resourceType.$inferSelect;
export type PolicyRow = typeof linkPolicy.$inferSelect;

/** A registered type and the policy for its name, either of which may be missing. */
export async function findType(
	{ tenantId, db }: TenantDatabase,
	name: string,
): Promise<{ type: TypeRow | undefined; policy: PolicyRow | undefined }> {
	const [[type], [policy]] = await db.batch([
		db
			.select()
			.from(resourceType)
			.where(and(eq(resourceType.tenantId, tenantId), eq(resourceType.name, name))),
		db
			.select()
			.from(linkPolicy)
			.where(and(eq(linkPolicy.tenantId, tenantId), eq(linkPolicy.resourceType, name))),
	]);
	return { type, policy };
}

/** The registered types by name, and all policies. */
export async function listTypes(
	{ tenantId, db }: TenantDatabase,
	most: number,
): Promise<{ types: TypeRow[]; policies: PolicyRow[] }> {
	const [types, policies] = await db.batch([
		db
			.select()
			.from(resourceType)
			.where(eq(resourceType.tenantId, tenantId))
			.orderBy(asc(resourceType.name))
			.limit(most),
		db.select().from(linkPolicy).where(eq(linkPolicy.tenantId, tenantId)).limit(most),
	]);
	return { types, policies };
}

/** Registers a type or changes it; false when the tenant has as many as there may be. */
export async function putType(
	{ tenantId, db }: TenantDatabase,
	row: Omit<TypeRow, "tenantId">,
	most: number,
): Promise<boolean> {
	const { name, title, tier, urlTemplate, updatedAt, updatedBy } = row;
	const rows = await db
		.insert(resourceType)
		.select(
			sql`SELECT ${tenantId}, ${name}, ${title}, ${tier}, ${urlTemplate}, ${updatedAt}, ${updatedBy}
			WHERE (SELECT count(*) FROM resource_type WHERE tenant_id = ${tenantId} AND name <> ${name}) < ${most}`,
		)
		.onConflictDoUpdate({
			target: [resourceType.tenantId, resourceType.name],
			set: { title, tier, urlTemplate, updatedAt, updatedBy },
		})
		.returning({ name: resourceType.name });
	return rows.length > 0;
}

export async function putPolicy(
	{ tenantId, db }: TenantDatabase,
	{
		resourceType: name,
		tier,
		updatedAt,
		updatedBy,
	}: { resourceType: string; tier: Tier } & Pick<PolicyRow, "updatedAt" | "updatedBy">,
): Promise<void> {
	await db
		.insert(linkPolicy)
		.values({ tenantId, resourceType: name, tier, updatedAt, updatedBy })
		.onConflictDoUpdate({
			target: [linkPolicy.tenantId, linkPolicy.resourceType],
			set: { tier, updatedAt, updatedBy },
		});
}
