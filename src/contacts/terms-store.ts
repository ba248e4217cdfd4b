import { and, asc, eq, sql } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import { term } from "../db/schema.ts";

export type TermRow = typeof term.$inferSelect;
export type TermKind = TermRow["kind"];

/** The terms of a kind by name. */
export async function listTerms({ tenantId, db }: TenantDatabase, kind: TermKind, take: number): Promise<TermRow[]> {
	return db
		.select()
		.from(term)
		.where(and(eq(term.tenantId, tenantId), eq(term.kind, kind)))
		.orderBy(asc(term.nameKey))
		.limit(take);
}

export async function findTerm(
	{ tenantId, db }: TenantDatabase,
	kind: TermKind,
	id: string,
): Promise<TermRow | undefined> {
	const [row] = await db
		.select()
		.from(term)
		.where(and(eq(term.tenantId, tenantId), eq(term.id, id), eq(term.kind, kind)))
		.limit(1);
	return row;
}

/** Makes a term; undefined when its name is taken or the tenant has as many as there may be. */
export async function insertTerm(
	{ tenantId, db }: TenantDatabase,
	{ id, kind, name, nameKey }: Pick<TermRow, "id" | "kind" | "name" | "nameKey">,
	most: number,
): Promise<TermRow | undefined> {
	const [, [row]] = await db.batch([
		db
			.insert(term)
			.select(
				sql`SELECT ${tenantId}, ${id}, ${kind}, ${name}, ${nameKey}, ${Date.now()}
				WHERE (SELECT count(*) FROM term WHERE tenant_id = ${tenantId} AND kind = ${kind}) < ${most}`,
			)
			.onConflictDoNothing(),
		db
			.select()
			.from(term)
			.where(and(eq(term.tenantId, tenantId), eq(term.id, id))),
	]);
	return row;
}

/** Gives a term another name; undefined when it is taken, or the term is gone. */
export async function renameTerm(
	{ tenantId, db }: TenantDatabase,
	{ id, kind, name, nameKey }: Pick<TermRow, "id" | "kind" | "name" | "nameKey">,
): Promise<TermRow | undefined> {
	const rivals = sql`SELECT 1 FROM term rival
		WHERE rival.tenant_id = ${tenantId} AND rival.kind = ${kind} AND rival.name_key = ${nameKey} AND rival.id <> ${id}`;
	const [row] = await db
		.update(term)
		.set({ name, nameKey })
		.where(and(eq(term.tenantId, tenantId), eq(term.id, id), eq(term.kind, kind), sql`NOT EXISTS (${rivals})`))
		.returning();
	return row;
}

/** Deletes a term that nothing uses; undefined when something does, or the term is gone. */
export async function deleteTerm(
	{ tenantId, db }: TenantDatabase,
	kind: TermKind,
	id: string,
): Promise<TermRow | undefined> {
	const uses =
		kind === "ConnectionRole"
			? sql`SELECT 1 FROM connection WHERE tenant_id = ${tenantId} AND role_id = ${id}`
			: sql`SELECT 1 FROM contact WHERE tenant_id = ${tenantId} AND contact_type_id = ${id}
				UNION ALL SELECT 1 FROM connection WHERE tenant_id = ${tenantId} AND contact_type_id = ${id}`;
	const [row] = await db
		.delete(term)
		.where(and(eq(term.tenantId, tenantId), eq(term.id, id), eq(term.kind, kind), sql`NOT EXISTS (${uses})`))
		.returning();
	return row;
}
