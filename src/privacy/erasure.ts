import { deleteCustomer } from "../customers/customer.ts";
import { Failure } from "../http/failure.ts";
import type { Staff } from "../auth/staff.ts";
import type { TenantDatabase } from "../db/database.ts";
import { newGuid } from "../rooms/room-id.ts";
import { dryRun } from "./dry-run.ts";
import { Effort, RECORD, sumOf, type Outcome } from "./effort.ts";
import { erasePerson, type Progress } from "./person.ts";
import { claimRun, latestRun, letGo, listRuns, type RunRow } from "./run-store.ts";
import type { EraseBody, EraseReport, ErasureInfo, ErasureList, ErasuresQuery } from "./schema.ts";
import { customerIfAny, directoryOf, noSuch, personOf, subjectOf, type Subject } from "./subject.ts";
import { hasLinks, nextContact } from "./subject-store.ts";

/** A call that was lost is taken over after this: longer than the longest call. */
const LEASE_MS = 20_000;
/** When to come back: for more of the same, and for what somebody else is at or could not be done now. */
const AGAIN = { later: 0, left: 5, busy: 1 };

/**
 * Erases a contact or a customer, as much as one call may do: the report says whether it is complete, and the same request goes on. What was
 * erased is answered with the report of that. Throws 404 for what never was, 409 for a customer with others below it.
 */
export async function erase(staff: Staff, body: EraseBody): Promise<EraseReport> {
	const about = subjectOf(body);
	if (body.dryRun) return dryRun(staff, about, body.visitorUserIds);
	const { tenant, principal } = staff;
	if (!(await isThere(staff, about, body))) {
		const last = await latestRun(tenant, about);
		if (!last) throw noSuch(about.subject);
		if (last.completedAt !== null) return reportOf(last, new Effort());
	}
	const now = Date.now();
	const leaseUntil = now + LEASE_MS;
	const run = await claimRun(tenant, about, { id: newGuid(now), now, leaseUntil, by: principal.userId });
	if (!run) {
		const other = await latestRun(tenant, about);
		if (!other) throw new Failure("Busy", "Others are at this erasure; try again.");
		return {
			...reportOf(other, new Effort()),
			...(other.completedAt === null ? { retryAfterSeconds: AGAIN.busy } : {}),
		};
	}
	return goOn(staff, about, body, run);
}

async function goOn(staff: Staff, about: Subject, body: EraseBody, run: RunRow): Promise<EraseReport> {
	const effort = new Effort({ isRepeated: body.repeat });
	const progress: Progress = { ...run.place };
	let outcome: Outcome = "later";
	try {
		outcome = await worked(staff, about, body, effort, progress);
	} finally {
		const done = {
			counts: sumOf(run.counts, effort.counts),
			place: progress,
			completedAt: outcome === "done" ? Date.now() : null,
		};
		await letGo(staff.tenant, run, done);
		run.completedAt = done.completedAt;
	}
	const report = reportOf(run, effort);
	return outcome === "done" ? report : { ...report, retryAfterSeconds: AGAIN[outcome] };
}

function worked(
	staff: Staff,
	{ subject, subjectId }: Subject,
	{ visitorUserIds }: EraseBody,
	effort: Effort,
	progress: Progress,
): Promise<Outcome> {
	return subject === "Customer"
		? eraseCustomer(staff, subjectId, effort, progress)
		: eraseOne(staff, Number(subjectId), visitorUserIds, effort, progress);
}

async function eraseOne(
	staff: Staff,
	contactId: number,
	known: readonly string[] | undefined,
	effort: Effort,
	progress: Progress,
): Promise<Outcome> {
	return erasePerson(staff, await personOf(staff, contactId, known), effort, progress);
}

/** Its contacts, one after the other, then itself. */
async function eraseCustomer(staff: Staff, customerId: string, effort: Effort, progress: Progress): Promise<Outcome> {
	let isLeft = false;
	for (let after = 0; ;) {
		if (!effort.spend(RECORD)) return "later";
		// oxlint-disable-next-line no-await-in-loop -- one contact after the other
		const contactId = await nextContact(staff.tenant, customerId, after);
		if (contactId === undefined) break;
		// oxlint-disable-next-line no-await-in-loop -- as above
		const outcome = await eraseOne(staff, contactId, undefined, effort, progress);
		if (outcome === "later") return outcome;
		if (outcome === "left") isLeft = true;
		after = contactId;
	}
	const row = await customerIfAny(staff, customerId);
	if (!row) return isLeft ? "left" : "done";
	if (isLeft) {
		effort.left("Customer", 1, "Contacts of it are left.");
		return "left";
	}
	if (row.child_count > 0) throw hasChildren(row.child_count);
	await deleteCustomer(directoryOf(staff), customerId, false);
	effort.erased("Customer", 1);
	return "done";
}

/** Whether there is anything left of a subject. */
async function isThere(
	staff: Staff,
	{ subject, subjectId }: Subject,
	{ visitorUserIds = [], repeat }: EraseBody,
): Promise<boolean> {
	const { tenant } = staff;
	if (subject === "Contact") {
		const { row } = await personOf(staff, Number(subjectId));
		if (row || (await hasLinks(tenant, Number(subjectId)))) return true;
		// Of a contact that is gone more may have become known since, or have come back.
		return (repeat || visitorUserIds.length > 0) && (await latestRun(tenant, { subject, subjectId })) !== undefined;
	}
	const row = await customerIfAny(staff, subjectId);
	if (row && row.child_count > 0) throw hasChildren(row.child_count);
	return row !== undefined;
}

function hasChildren(count: number): Failure {
	return new Failure(
		"HasChildren",
		`${count} customers are directly below this one, each a company of its own: erase or move them first.`,
	);
}

function reportOf(run: RunRow, effort: Effort): EraseReport {
	return { ...infoOf(run, effort), dryRun: false, rooms: effort.rooms };
}

function infoOf(run: RunRow, effort: Effort): ErasureInfo {
	return {
		erasureId: run.id,
		subject: run.subject,
		subjectId: run.subjectId,
		isComplete: run.completedAt !== null,
		startedAtUtc: new Date(run.startedAt).toISOString(),
		startedByUserId: run.startedBy,
		completedAtUtc: run.completedAt === null ? null : new Date(run.completedAt).toISOString(),
		items: effort.items(run.counts),
	};
}

/** The erasures there were, the newest first. */
export async function erasuresOf(
	tenant: TenantDatabase,
	{ contactId, customerId, cursor, take }: ErasuresQuery,
): Promise<ErasureList> {
	const about = contactId || customerId !== undefined ? subjectOf({ contactId, customerId }) : undefined;
	const found = await listRuns(tenant, { about, before: cursor, take });
	const rows = found.slice(0, take);
	const last = rows.at(-1);
	const hasMore = found.length > take;
	return {
		erasures: rows.map((row) => infoOf(row, new Effort())),
		hasMore,
		...(hasMore && last ? { cursor: last.id } : {}),
	};
}
