import { and, desc, eq, exists, ne, not, sql } from "drizzle-orm";
import { alias, type AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import { database, type TenantDatabase } from "../db/database.ts";
import { masterLink, org, visitorRoom } from "../db/schema.ts";

export type Org = typeof org.$inferSelect;
export type VisitorRow = typeof visitorRoom.$inferSelect;
export type MasterLink = Omit<typeof masterLink.$inferSelect, "tenantId">;

/** Registrations of one org whose ids are listed, the newest. */
const REGISTRATIONS = 1000;

/** The workspace of this id, whoever's it is. */
export async function findOrg(env: Env, id: string): Promise<Org | undefined> {
	const [row] = await database(env).select().from(org).where(eq(org.id, id)).limit(1);
	return row;
}

/** Makes a workspace; nothing happens when it exists. */
export async function insertOrg({ tenantId, db }: TenantDatabase, id: string): Promise<void> {
	await db.insert(org).values({ id, tenantId, createdAt: Date.now() }).onConflictDoNothing();
}

/** A workspace, if it is this tenant's. */
export async function findOwnOrg({ tenantId, db }: TenantDatabase, id: string): Promise<Org | undefined> {
	const [row] = await db.select().from(org).where(ofOrg(tenantId, id)).limit(1);
	return row;
}

/** Says whose hours a workspace shows; undefined when there is no such one of this tenant. */
export async function setOrgCustomer(
	{ tenantId, db }: TenantDatabase,
	id: string,
	customerId: string | null,
): Promise<Org | undefined> {
	const [row] = await db.update(org).set({ customerId }).where(ofOrg(tenantId, id)).returning();
	return row;
}

/** The active room of a visitor's four fields. */
export async function findRoom(db: TenantDatabase, fields: Fields<string>): Promise<VisitorRow | undefined> {
	const [row] = await activeRoom(db, fields);
	return row;
}

/**
 * The active room of a visitor's four fields: the candidate, or the one that was there before it. One transaction in one round trip, and
 * a unique index: of 50 callers at once one inserts and all see its row.
 */
export async function claimRoom(tenant: TenantDatabase, candidate: Omit<VisitorRow, "tenantId">): Promise<VisitorRow> {
	const { tenantId, db } = tenant;
	const insert = db
		.insert(visitorRoom)
		.values({ tenantId, ...candidate })
		.onConflictDoNothing();
	const [, [row]] = await db.batch([insert, activeRoom(tenant, candidate)]);
	if (!row) throw new Error("a room was claimed and is not there");
	return row;
}

/** Makes way for a new room of the same four fields. */
export async function retireRoom({ tenantId, db }: TenantDatabase, roomId: string): Promise<void> {
	await db.update(visitorRoom).set({ isActive: false }).where(ofRoom(tenantId, roomId));
}

/** Makes a room the active one of its four fields; false when another is. */
export async function reviveRoom({ tenantId, db }: TenantDatabase, roomId: string): Promise<boolean> {
	const rival = alias(visitorRoom, "rival");
	const rivals = db
		.select({ one: sql`1` })
		.from(rival)
		.where(
			and(
				eq(rival.tenantId, tenantId),
				sameFields(rival, visitorRoom),
				eq(rival.isActive, true),
				ne(rival.roomId, visitorRoom.roomId),
			),
		);
	const revived = await db
		.update(visitorRoom)
		.set({ isActive: true })
		.where(and(ofRoom(tenantId, roomId), not(exists(rivals))))
		.returning({ roomId: visitorRoom.roomId });
	return revived.length > 0;
}

/** The newest rooms of an org and product older than the room `before`, deleted ones too, oldest first. */
export async function listRooms(
	{ tenantId, db }: TenantDatabase,
	{
		orgId,
		productName,
		before,
		take,
	}: { orgId: string; productName: string; before: string | undefined; take: number },
): Promise<{ rooms: VisitorRow[]; hasMore: boolean }> {
	const of = [
		eq(visitorRoom.tenantId, tenantId),
		eq(visitorRoom.orgId, orgId),
		eq(visitorRoom.productName, productName),
	];
	// Rooms of one millisecond stand in the order of their insertion, which is how an index ends anyway.
	const age = sql`(visitor_room.created_at, visitor_room.rowid)`;
	const cursor = sql`(SELECT created_at, rowid FROM visitor_room WHERE tenant_id = ${tenantId} AND room_id = ${before})`;
	const rows = await db
		.select()
		.from(visitorRoom)
		.where(and(...of, before === undefined ? undefined : sql`${age} < ${cursor}`))
		.orderBy(desc(visitorRoom.createdAt), desc(sql`rowid`))
		.limit(take + 1);
	return { rooms: rows.slice(0, take).reverse(), hasMore: rows.length > take };
}

/** Registers links. */
export async function insertMasterLink({ tenantId, db }: TenantDatabase, link: MasterLink): Promise<void> {
	await db.insert(masterLink).values({ tenantId, ...link });
}

/** The QR ids of an org's links, in the order they were registered, as often as they were. */
export async function listQrIds({ tenantId, db }: TenantDatabase, orgId: string): Promise<string[]> {
	const rows = await db
		.select({ qrIds: masterLink.qrIds })
		.from(masterLink)
		.where(and(eq(masterLink.tenantId, tenantId), eq(masterLink.orgId, orgId)))
		.orderBy(desc(sql`rowid`))
		.limit(REGISTRATIONS);
	return rows.reverse().flatMap(({ qrIds }) => qrIds);
}

function ofOrg(tenantId: string, id: string) {
	return and(eq(org.tenantId, tenantId), eq(org.id, id));
}

function ofRoom(tenantId: string, roomId: string) {
	return and(eq(visitorRoom.tenantId, tenantId), eq(visitorRoom.roomId, roomId));
}

function activeRoom({ tenantId, db }: TenantDatabase, fields: Fields<string>) {
	return db
		.select()
		.from(visitorRoom)
		.where(and(eq(visitorRoom.tenantId, tenantId), sameFields(visitorRoom, fields), eq(visitorRoom.isActive, true)))
		.limit(1);
}

type Fields<T> = Record<"orgId" | "userId" | "productName" | "portfolioName", T>;

function sameFields(table: Fields<AnySQLiteColumn>, other: Fields<AnySQLiteColumn | string>) {
	return and(
		eq(table.orgId, other.orgId),
		eq(table.userId, other.userId),
		eq(table.productName, other.productName),
		eq(table.portfolioName, other.portfolioName),
	);
}
