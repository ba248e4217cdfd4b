import { sql } from "drizzle-orm";
import { batch } from "../db/batch.ts";
import type { TenantDatabase } from "../db/database.ts";
import type { TagColor } from "./settings.ts";
import type { Actor } from "./store.ts";

export type TagRow = { uid: string; name: string; color: TagColor; customer_count: number };

export type AccountRow = {
	id: number;
	uid: string;
	name: string;
	parent_uid: string | null;
	ancestor_uids: string;
	details: string;
	customer_count: number;
	version: number;
	created_at: number;
	created_by: string;
	updated_at: number;
	updated_by: string;
};

type Slice = { limit: number; offset: number };

/** A page of tags by name, and how many there are. */
export async function listTags(
	{ tenantId, db }: TenantDatabase,
	{ limit, offset }: Slice,
): Promise<[TagRow[], number]> {
	const [rows, [counted]] = await batch<[TagRow, { count: number }]>(db, [
		sql`SELECT * FROM tag WHERE tenant_id = ${tenantId} ORDER BY name_key, id LIMIT ${limit} OFFSET ${offset}`,
		sql`SELECT count(*) AS count FROM tag WHERE tenant_id = ${tenantId}`,
	]);
	return [rows, counted?.count ?? 0];
}

/** One tag. */
export async function tagByUid({ tenantId, db }: TenantDatabase, uid: string): Promise<TagRow | undefined> {
	return (await db.all<TagRow>(sql`SELECT * FROM tag WHERE tenant_id = ${tenantId} AND uid = ${uid}`))[0];
}

/** Makes a tag; false when its id or its name is taken, or there are `most` already. */
export async function insertTag(
	{ tenantId, db }: TenantDatabase,
	tag: { uid: string; name: string; nameKey: string; color: string },
	now: number,
	most: number,
): Promise<boolean> {
	const made = await db.all(sql`INSERT INTO tag (tenant_id, uid, name, name_key, color, created_at)
		SELECT ${tenantId}, ${tag.uid}, ${tag.name}, ${tag.nameKey}, ${tag.color}, ${now}
		WHERE (SELECT count(*) FROM tag WHERE tenant_id = ${tenantId}) < ${most} ON CONFLICT DO NOTHING RETURNING id`);
	return made.length > 0;
}

/** Renames or recolours a tag, as far as it is told to; false when another one has the name, or it is gone. */
export async function updateTag(
	{ tenantId, db }: TenantDatabase,
	uid: string,
	{ name, color }: { name: { name: string; nameKey: string } | undefined; color: string | undefined },
): Promise<boolean> {
	const changed = await db.all(sql`UPDATE OR IGNORE tag SET name = coalesce(${name?.name ?? null}, name),
		name_key = coalesce(${name?.nameKey ?? null}, name_key), color = coalesce(${color ?? null}, color)
		WHERE tenant_id = ${tenantId} AND uid = ${uid} RETURNING id`);
	return changed.length > 0;
}

/** Deletes a tag. Customers that had it need no change: what their rows still say of it leads nowhere. */
export async function deleteTag({ tenantId, db }: TenantDatabase, uid: string): Promise<boolean> {
	return (await db.all(sql`DELETE FROM tag WHERE tenant_id = ${tenantId} AND uid = ${uid} RETURNING id`)).length > 0;
}

/** A page of accounts by name, and how many there are. */
export async function listAccounts(
	{ tenantId, db }: TenantDatabase,
	{ limit, offset }: Slice,
): Promise<[AccountRow[], number]> {
	const [rows, [counted]] = await batch<[AccountRow, { count: number }]>(db, [
		sql`SELECT * FROM account WHERE tenant_id = ${tenantId} ORDER BY name_key, id LIMIT ${limit} OFFSET ${offset}`,
		sql`SELECT count(*) AS count FROM account WHERE tenant_id = ${tenantId}`,
	]);
	return [rows, counted?.count ?? 0];
}

/** One account. */
export async function accountByUid({ tenantId, db }: TenantDatabase, uid: string): Promise<AccountRow | undefined> {
	return (await db.all<AccountRow>(sql`SELECT * FROM account WHERE tenant_id = ${tenantId} AND uid = ${uid}`))[0];
}

/** Makes an account; false when its id is taken or there are `most` already. */
export async function insertAccount(
	{ tenantId, db }: TenantDatabase,
	account: { uid: string; name: string; nameKey: string; parentUid: string | null; ancestors: string; details: string },
	{ userId, now }: Actor,
	most: number,
): Promise<boolean> {
	const { uid, name, nameKey, parentUid, ancestors, details } = account;
	const made = await db.all(sql`INSERT INTO account (tenant_id, uid, name, name_key, parent_uid, ancestor_uids, details,
			created_at, created_by, updated_at, updated_by)
		SELECT ${tenantId}, ${uid}, ${name}, ${nameKey}, ${parentUid}, ${ancestors}, ${details}, ${now}, ${userId}, ${now}, ${userId}
		WHERE (SELECT count(*) FROM account WHERE tenant_id = ${tenantId}) < ${most}
			AND (${parentUid} IS NULL OR EXISTS (SELECT 1 FROM account WHERE tenant_id = ${tenantId} AND uid = ${parentUid}))
		ON CONFLICT DO NOTHING RETURNING id`);
	return made.length > 0;
}

/** Writes the name, if there is one, and those of the details that are given, each as a whole; of others nothing is read or written. */
export async function updateAccount(
	{ tenantId, db }: TenantDatabase,
	uid: string,
	{ name, details }: { name: { name: string; nameKey: string } | undefined; details: object },
	{ userId, now }: Actor,
): Promise<void> {
	const members = Object.entries(details).filter(([, value]) => value !== undefined);
	const sets = members.map(([member, value]) => sql`, ${`$.${member}`}, json(${JSON.stringify(value)})`);
	await db.run(sql`UPDATE account SET name = coalesce(${name?.name ?? null}, name),
		name_key = coalesce(${name?.nameKey ?? null}, name_key), details = json_set(details${sql.join(sets)}),
		version = version + 1, updated_at = ${now}, updated_by = ${userId} WHERE tenant_id = ${tenantId} AND uid = ${uid}`);
}

/** Deletes an account that nobody has: no customer, no account below it. */
export async function deleteAccount({ tenantId, db }: TenantDatabase, row: AccountRow): Promise<boolean> {
	const gone = await db.all(sql`DELETE FROM account WHERE tenant_id = ${tenantId} AND id = ${row.id}
		AND NOT EXISTS (SELECT 1 FROM customer c INDEXED BY customer_account WHERE c.tenant_id = ${tenantId} AND c.account_id = ${row.id})
		AND NOT EXISTS (SELECT 1 FROM account b WHERE b.tenant_id = ${tenantId} AND b.parent_uid = ${row.uid}) RETURNING id`);
	return gone.length > 0;
}
