import { sql, type SQL } from "drizzle-orm";
import type { TenantDatabase } from "../db/database.ts";
import type { RoomKind } from "../rooms/model.ts";

/** A chat as D1 knows it, with the reader's own marker. */
export type ChatRow = {
	chatId: string;
	kind: RoomKind;
	name: string;
	createdBy: string;
	createdByName: string;
	createdAt: number;
	isArchived: number;
	isActive: number;
	memberCount: number;
	messageCount: number;
	lastActivityAt: number;
	lastReadIndex: number;
	seq: number;
};

export type MemberRow = {
	chatId: string;
	userId: string;
	memberId: string;
	name: string;
	isActive: number;
	isArchived: number;
	lastChatMessageId: string | null;
};

/** Whose chats: an administrator's are all of the tenant, an agent's its own and the visitor rooms. */
export type Reader = { userId: string; isAdministrator: boolean };

export type ChatFilter = {
	chatId?: string | undefined;
	isArchived: boolean;
	kind?: RoomKind | undefined;
	skip: number;
	take: number;
};

const COLUMNS =
	sql.raw(`c.chat_id AS chatId, c.kind, c.name, c.created_by AS createdBy, c.created_by_name AS createdByName,
	c.created_at AS createdAt, c.is_archived AS isArchived, c.is_active AS isActive, c.member_count AS memberCount,
	c.message_count AS messageCount, c.last_activity_at AS lastActivityAt, coalesce(m.last_read_index, 0) AS lastReadIndex, c.seq`);

/**
 * One page of chats, last activity first: the newest of what each source finds from an index of its own. An agent sees its memberships and
 * the tenant's visitor rooms, an administrator all of the tenant. Archived is what is archived for all or for the reader.
 */
export async function listChats(
	{ tenantId, db }: TenantDatabase,
	reader: Reader,
	filter: ChatFilter,
): Promise<ChatRow[]> {
	const union = sql.join(
		sourcesOf(tenantId, reader, filter).map((source) => sql`SELECT * FROM (${source})`),
		sql` UNION ALL `,
	);
	return db.all<ChatRow>(
		sql`SELECT * FROM (${union}) ORDER BY lastActivityAt DESC, chatId DESC LIMIT ${filter.take} OFFSET ${filter.skip}`,
	);
}

function sourcesOf(tenantId: string, { userId, isAdministrator }: Reader, filter: ChatFilter): SQL[] {
	const kind = filter.kind === undefined ? sql`` : sql`AND c.kind = ${filter.kind}`;
	const own = isAdministrator ? [] : [sql`${ofMember(tenantId, userId)} AND m.is_active = 1 AND c.kind = 'Group'`];
	const all = isAdministrator ? ofTenant(tenantId, userId) : sql`${ofTenant(tenantId, userId)} AND c.kind = 'Visitor'`;
	const narrowed = (source: SQL, condition: SQL): SQL =>
		sql`${source} ${kind} AND ${condition} ORDER BY c.last_activity_at DESC, c.chat_id DESC LIMIT ${filter.skip + filter.take}`;
	// Asked for one chat by its id, whether it is archived is no reason to hide it.
	if (filter.chatId !== undefined)
		return [...own, all].map((source) => narrowed(source, sql`c.chat_id = ${filter.chatId}`));
	if (!filter.isArchived)
		return [...own, all].map((source) => narrowed(source, sql`c.is_archived = 0 AND coalesce(m.is_archived, 0) = 0`));
	const marked = isAdministrator
		? ofMember(tenantId, userId)
		: sql`${ofMember(tenantId, userId)} AND c.kind = 'Visitor'`;
	return [
		...own.map((source) => narrowed(source, sql`(c.is_archived = 1 OR m.is_archived = 1)`)),
		narrowed(all, sql`c.is_archived = 1`),
		narrowed(marked, sql`c.is_archived = 0 AND m.is_archived = 1`),
	];
}

/** What a reader is or was a member of, by `chat_member_user`. */
function ofMember(tenantId: string, userId: string): SQL {
	return sql`SELECT ${COLUMNS} FROM chat_member m JOIN chat c ON c.tenant_id = m.tenant_id AND c.chat_id = m.chat_id
		WHERE m.tenant_id = ${tenantId} AND m.user_id = ${userId}`;
}

/** All chats of a tenant, in order by `chat_activity` or `chat_kind_activity`. */
function ofTenant(tenantId: string, userId: string): SQL {
	return sql`SELECT ${COLUMNS} FROM chat c
		LEFT JOIN chat_member m ON m.tenant_id = c.tenant_id AND m.chat_id = c.chat_id AND m.user_id = ${userId}
		WHERE c.tenant_id = ${tenantId}`;
}

/** The members of some chats, active or not. */
export async function listMembers({ tenantId, db }: TenantDatabase, chatIds: readonly string[]): Promise<MemberRow[]> {
	if (chatIds.length === 0) return [];
	// CROSS JOIN is SQLite's word for "in this order": it would read all the members of the tenant and look each up among the ids.
	return db.all<MemberRow>(sql`SELECT m.chat_id AS chatId, m.user_id AS userId, m.member_id AS memberId, m.name,
		m.is_active AS isActive, m.is_archived AS isArchived, m.last_chat_message_id AS lastChatMessageId
		FROM json_each(${JSON.stringify(chatIds)}) ids
		CROSS JOIN chat_member m ON m.tenant_id = ${tenantId} AND m.chat_id = ids.value`);
}

/** The ids of the group chats that a user is an active member of. */
export async function memberChatIds({ tenantId, db }: TenantDatabase, userId: string): Promise<string[]> {
	const rows = await db.all<{ chatId: string }>(
		sql`SELECT chat_id AS chatId FROM chat_member WHERE tenant_id = ${tenantId} AND user_id = ${userId} AND is_active = 1`,
	);
	return rows.map(({ chatId }) => chatId);
}

/** The chat that a membership is of. */
export async function chatOfMember({ tenantId, db }: TenantDatabase, memberId: string): Promise<string | undefined> {
	const [row] = await db.all<{ chatId: string }>(
		sql`SELECT chat_id AS chatId FROM chat_member WHERE tenant_id = ${tenantId} AND member_id = ${memberId} LIMIT 1`,
	);
	return row?.chatId;
}
