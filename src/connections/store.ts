import { and, asc, desc, eq, getTableColumns, gt, sql, type SQL } from "drizzle-orm";
import { alias, type SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { TenantDatabase } from "../db/database.ts";
import { connection, connectionEvent, contact, term } from "../db/schema.ts";
import type { EventType, State, Status } from "./transitions.ts";

export type ConnectionRow = typeof connection.$inferSelect;
/** A connection with what its contacts and terms are called. */
export type NamedRow = ConnectionRow &
	Record<"requesterName" | "addresseeName" | "contactTypeName" | "roleName", string | null>;
export type EventRow = typeof connectionEvent.$inferSelect;

/** What happened to a connection, for its history. */
export type Happening = {
	type: EventType;
	contactUid: string;
	userId: string;
	reason: string | null;
	createdAt: number;
};

/** Requests that are found to have expired when a list is read: more of them than this wait for the next list. */
const EXPIRED_AT_ONCE = 1000;

/** One connection, expired by now if it is. */
export async function findConnection(db: TenantDatabase, id: string, now: number): Promise<NamedRow | undefined> {
	const [, , [row]] = await db.db.batch([...expire(db, now, sql`id = ${id}`), named(db, eq(connection.id, id))]);
	return row;
}

/** What a request refers to, and the connection of the pair in that role if there is one. */
export async function findParties(
	db: TenantDatabase,
	{ roleId, pairKey, contactUids, now }: { roleId: string; pairKey: string; contactUids: string[]; now: number },
): Promise<{ row: NamedRow | undefined; contacts: Map<string, string | null>; hasRole: boolean }> {
	const { tenantId } = db;
	const [, , [row], contacts, roles] = await db.db.batch([
		...expire(db, now, sql`role_id = ${roleId} AND pair_key = ${pairKey}`),
		named(db, and(eq(connection.roleId, roleId), eq(connection.pairKey, pairKey))),
		db.db
			.select({ uid: contact.contactUid, contactTypeId: contact.contactTypeId })
			.from(contact)
			.where(and(eq(contact.tenantId, tenantId), sql`${contact.contactUid} IN ${contactUids}`)),
		db.db
			.select({ id: term.id })
			.from(term)
			.where(isTerm(tenantId, roleId, "ConnectionRole")),
	]);
	return {
		row,
		contacts: new Map(contacts.map(({ uid, contactTypeId }) => [uid, contactTypeId])),
		hasRole: roles.length > 0,
	};
}

/** True when the tenant has this contact type. */
export async function hasContactType({ tenantId, db }: TenantDatabase, id: string): Promise<boolean> {
	return (await db.$count(term, isTerm(tenantId, id, "ContactType"))) > 0;
}

/** The contact of a number. */
export async function findContactUid({ tenantId, db }: TenantDatabase, contactId: number): Promise<string | undefined> {
	const [row] = await db
		.select({ uid: contact.contactUid })
		.from(contact)
		.where(and(eq(contact.tenantId, tenantId), eq(contact.contactId, contactId)))
		.limit(1);
	return row?.uid;
}

type NewConnection = State & Pick<ConnectionRow, "id" | "roleId" | "pairKey" | "contactTypeId">;

/** Makes the connection of a pair; undefined when there is one, or something that it refers to is gone. */
export async function insertConnection(
	{ tenantId, db }: TenantDatabase,
	row: NewConnection,
	happening: Happening,
): Promise<NamedRow | undefined> {
	const ends = [row.requesterUid, row.addresseeUid];
	const [, , [inserted]] = await db.batch([
		db
			.insert(connection)
			.select(
				sql`SELECT ${tenantId}, ${row.id}, ${row.roleId}, ${row.pairKey}, ${row.requesterUid}, ${row.addresseeUid},
					${row.contactTypeId}, ${row.status}, ${JSON.stringify(row.blockedBy)}, ${happening.reason}, 1, ${row.requestedAt},
					NULL, ${row.endedAt}, NULL, ${row.expiresAt}
				WHERE (SELECT count(*) FROM contact WHERE tenant_id = ${tenantId} AND contact_uid IN ${ends}) = 2
					AND EXISTS (SELECT 1 FROM term WHERE ${isTerm(tenantId, row.roleId, "ConnectionRole")})
					AND EXISTS (SELECT 1 FROM term WHERE ${isTerm(tenantId, row.contactTypeId, "ContactType")})`,
			)
			.onConflictDoNothing(),
		note({ tenantId, db }, { ...happening, status: row.status, version: 1 }, sql`id = ${row.id}`),
		named({ tenantId, db }, eq(connection.id, row.id)),
	]);
	return inserted;
}

/** Changes a connection that is still as it was read; undefined when it is not, or its contact type is gone. */
export async function changeConnection(
	{ tenantId, db }: TenantDatabase,
	{ id, version }: Pick<ConnectionRow, "id" | "version">,
	to: Partial<State> & Pick<ConnectionRow, "status" | "contactTypeId">,
	happening: Happening,
): Promise<NamedRow | undefined> {
	const isCurrent = sql`id = ${id} AND version = ${version}
		AND EXISTS (SELECT 1 FROM term WHERE ${isTerm(tenantId, to.contactTypeId, "ContactType")})`;
	const changed = { ...to, reason: happening.reason, version: version + 1 };
	const [, updated, [row]] = await db.batch([
		// First, while the condition of both still tells whether the change is made.
		note({ tenantId, db }, { ...happening, status: to.status, version: version + 1 }, isCurrent),
		db
			.update(connection)
			.set(changed)
			.where(and(eq(connection.tenantId, tenantId), isCurrent))
			.returning({ version: connection.version }),
		named({ tenantId, db }, eq(connection.id, id)),
	]);
	return updated.length > 0 ? row : undefined;
}

export type ConnectionFilter = {
	/** Either end; or both, as the key of a pair. */
	contactUid: string | undefined;
	pairKey: string | undefined;
	status: Status | undefined;
	before: string | undefined;
	take: number;
};

/** Connections, the newest first, one more than asked for when there are more. */
export async function listConnections(db: TenantDatabase, filter: ConnectionFilter, now: number): Promise<NamedRow[]> {
	const { tenantId } = db;
	const overdue = sql`rowid IN (SELECT rowid FROM connection WHERE tenant_id = ${tenantId} AND status = 'Requested'
		AND expires_at <= ${now} ORDER BY expires_at, rowid LIMIT ${EXPIRED_AT_ONCE})`;
	const ids = sql.join(
		sourcesOf(tenantId, filter).map((source) => sql`SELECT * FROM (${newest(db, source, filter, now)})`),
		sql` UNION ALL `,
	);
	const [, , rows] = await db.db.batch([
		...expire(db, now, overdue),
		named(db, sql`${connection.id} IN (SELECT id FROM (${ids}) ORDER BY id DESC LIMIT ${filter.take + 1})`),
	]);
	return rows;
}

/**
 * The lists that a page is the newest of. A contact's are those it asked for and those it was asked for: each is read in order from an
 * index of its own, up to the page's end. A pair's are found role by role.
 */
function sourcesOf(tenantId: string, { contactUid, pairKey }: ConnectionFilter): (SQL | undefined)[] {
	const roles = sql`SELECT id FROM term WHERE tenant_id = ${tenantId} AND kind = 'ConnectionRole'`;
	if (pairKey !== undefined) return [sql`role_id IN (${roles}) AND pair_key = ${pairKey}`];
	if (contactUid === undefined) return [undefined];
	return [eq(connection.requesterUid, contactUid), eq(connection.addresseeUid, contactUid)];
}

function newest({ tenantId }: TenantDatabase, source: SQL | undefined, filter: ConnectionFilter, now: number): SQL {
	const { status, before, take, pairKey } = filter;
	// A plus hides the order from the planner, which would else walk all connections in order to find the few of a pair.
	const id = sql.raw(pairKey === undefined ? "id" : "+id");
	// What has expired and is not written down as such yet.
	const isPending = status === "Requested" ? sql` AND expires_at > ${now}` : sql``;
	const where = and(
		eq(connection.tenantId, tenantId),
		source,
		status && sql`${eq(connection.status, status)}${isPending}`,
		before === undefined ? undefined : sql`${id} < ${before}`,
	);
	return sql`SELECT id FROM connection WHERE ${where} ORDER BY ${id} DESC LIMIT ${take + 1}`;
}

/** The history of a connection after a version. */
export async function listEvents(
	{ tenantId, db }: TenantDatabase,
	connectionId: string,
	after: number,
	take: number,
): Promise<EventRow[]> {
	return db
		.select()
		.from(connectionEvent)
		.where(
			and(
				eq(connectionEvent.tenantId, tenantId),
				eq(connectionEvent.connectionId, connectionId),
				gt(connectionEvent.version, after),
			),
		)
		.orderBy(asc(connectionEvent.version))
		.limit(take + 1);
}

function named({ tenantId, db }: TenantDatabase, which: SQL | undefined) {
	const requester = alias(contact, "requester");
	const addressee = alias(contact, "addressee");
	const role = alias(term, "role");
	return db
		.select({
			...getTableColumns(connection),
			// D1 hands rows of a batch over as objects: columns of one name need another each.
			requesterName: called(requester.name, "requester_name"),
			addresseeName: called(addressee.name, "addressee_name"),
			contactTypeName: called(term.name, "contact_type_name"),
			roleName: called(role.name, "role_name"),
		})
		.from(connection)
		.leftJoin(requester, and(eq(requester.tenantId, tenantId), eq(requester.contactUid, connection.requesterUid)))
		.leftJoin(addressee, and(eq(addressee.tenantId, tenantId), eq(addressee.contactUid, connection.addresseeUid)))
		.leftJoin(term, and(eq(term.tenantId, tenantId), eq(term.id, connection.contactTypeId)))
		.leftJoin(role, and(eq(role.tenantId, tenantId), eq(role.id, connection.roleId)))
		.where(and(eq(connection.tenantId, tenantId), which))
		.orderBy(desc(connection.id));
}

function called(column: SQLiteColumn, name: string) {
	return sql<string | null>`${column}`.as(name);
}

/** Writes down that requests have expired: when they did, by nobody. */
function expire({ tenantId, db }: TenantDatabase, now: number, which: SQL) {
	const overdue = sql`tenant_id = ${tenantId} AND status = 'Requested' AND expires_at <= ${now} AND ${which}`;
	return [
		db.insert(connectionEvent)
			.select(sql`SELECT tenant_id, id, version + 1, 'Expired', 'Expired', NULL, 'system', NULL, expires_at
			FROM connection WHERE ${overdue}`),
		db
			.update(connection)
			.set({ status: "Expired", version: sql`version + 1`, endedAt: sql`expires_at`, expiresAt: null })
			.where(overdue),
	] as const;
}

/** Writes into the history of the connection that the condition finds, if it finds one. */
function note({ tenantId, db }: TenantDatabase, event: Happening & { status: Status; version: number }, which: SQL) {
	const { version, type, status, contactUid, userId, reason, createdAt } = event;
	return db.insert(connectionEvent)
		.select(sql`SELECT tenant_id, id, ${version}, ${type}, ${status}, ${contactUid}, ${userId}, ${reason}, ${createdAt}
		FROM connection WHERE tenant_id = ${tenantId} AND ${which}`);
}

function isTerm(tenantId: string, id: string, kind: "ContactType" | "ConnectionRole"): SQL | undefined {
	return and(eq(term.tenantId, tenantId), eq(term.id, id), eq(term.kind, kind));
}
