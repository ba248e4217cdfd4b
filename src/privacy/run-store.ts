import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import { erasure } from "../db/schema.ts";
import type { Subject } from "./subject.ts";

export type RunRow = typeof erasure.$inferSelect;
/** How much of each kind is gone. */
export type ErasureCounts = RunRow["counts"];

/**
 * Takes the erasure of a subject, begun anew when none is open, until `leaseUntil`; undefined when somebody else is at it. Of any number of
 * callers at once one gets it.
 */
export async function claimRun(
	tenant: TenantDatabase,
	{ subject, subjectId }: Subject,
	{ id, now, leaseUntil, by }: { id: string; now: number; leaseUntil: number; by: string },
): Promise<RunRow | undefined> {
	const { tenantId, db } = tenant;
	const [, [claimed]] = await batch<[never, { id: string }]>(db, [
		sql`INSERT INTO erasure (tenant_id, id, subject, subject_id, started_at, started_by, counts, place)
			VALUES (${tenantId}, ${id}, ${subject}, ${subjectId}, ${now}, ${by}, '{}', '{"contact":0,"link":0,"index":0}') ON CONFLICT DO NOTHING`,
		sql`UPDATE erasure SET lease_until = ${leaseUntil} WHERE tenant_id = ${tenantId} AND subject = ${subject}
			AND subject_id = ${subjectId} AND completed_at IS NULL AND lease_until <= ${now} RETURNING id`,
	]);
	return claimed && findRun(tenant, claimed.id);
}

async function findRun({ tenantId, db }: TenantDatabase, id: string): Promise<RunRow | undefined> {
	const [row] = await db
		.select()
		.from(erasure)
		.where(and(eq(erasure.tenantId, tenantId), eq(erasure.id, id)));
	return row;
}

/** The erasure of a subject that is open, or else the newest. */
export async function latestRun(
	{ tenantId, db }: TenantDatabase,
	{ subject, subjectId }: Subject,
): Promise<RunRow | undefined> {
	const [row] = await db
		.select()
		.from(erasure)
		.where(and(eq(erasure.tenantId, tenantId), eq(erasure.subject, subject), eq(erasure.subjectId, subjectId)))
		.orderBy(sql`${erasure.completedAt} IS NOT NULL`, desc(erasure.id))
		.limit(1);
	return row;
}

/** Writes down what a call has done and lets go; only who has the lease still. */
export async function letGo(
	{ tenantId, db }: TenantDatabase,
	{ id, leaseUntil }: Pick<RunRow, "id" | "leaseUntil">,
	{ counts, place, completedAt }: Pick<RunRow, "counts" | "place" | "completedAt">,
): Promise<void> {
	await db
		.update(erasure)
		.set({ counts, place, completedAt, leaseUntil: 0 })
		.where(
			and(
				eq(erasure.tenantId, tenantId),
				eq(erasure.id, id),
				eq(erasure.leaseUntil, leaseUntil),
				isNull(erasure.completedAt),
			),
		);
}

/** Erasures, the newest first, one more than asked for when there are more. */
export async function listRuns(
	{ tenantId, db }: TenantDatabase,
	{ about, before, take }: { about: Subject | undefined; before: string | undefined; take: number },
): Promise<RunRow[]> {
	return db
		.select()
		.from(erasure)
		.where(
			and(
				eq(erasure.tenantId, tenantId),
				about && and(eq(erasure.subject, about.subject), eq(erasure.subjectId, about.subjectId)),
				before === undefined ? undefined : lt(erasure.id, before),
			),
		)
		.orderBy(desc(erasure.id))
		.limit(take + 1);
}
