/** One person in one room: what they wrote is handed out, and goes. See docs/decisions/0013-erasure.md. */
import { SYSTEM, type Conversation } from "./conversation.ts";
import { limits } from "./limits.ts";
import { visitorUserId, type Member, type Message } from "./model.ts";
import { objectIdOf } from "./room-id.ts";

/** What somebody is called of whom it shall not be known any more who it was. */
export const ERASED = "Erased";
/** Rows of the log that a step looks through: to index authors would cost every message a page. They take 4 ms (2026-11-23). */
const LOOKED_AT = 20_000;
/** Messages that a step erases: each is an event for everybody who is there. They take 14 ms, the call included (2026-11-23). */
const ERASED_AT_ONCE = 200;
/** Characters of texts that a step hands out, and one text more. */
const HANDED_OUT = 2 * 1024 * 1024;

/** Somebody in a room. `isIdPersonal`: the id itself tells who it is (a mail address), so it goes as well. */
export type Subject = { userId: string; isIdPersonal: boolean };

/** What somebody wrote after an index, in order; `next` is the index to go on after, null at the end. */
export type Written = {
	chatName: string;
	member: Member | null;
	messages: Message[];
	next: number | null;
};

/** What a step has erased. */
export type Erased = { members: number; messages: number; next: number | null };

type Row = { idx: number; message_id: string };

/** A step of reading what somebody wrote. */
export function writtenAfter(sql: SqlStorage, conversation: Conversation, userId: string, after: number): Written {
	const { transcript, roster, room } = conversation;
	const upTo = after + LOOKED_AT;
	const rows = sql
		.exec<Row>(
			`SELECT idx, message_id FROM message WHERE idx > ? AND idx <= ? AND user_id = ? AND is_deleted = 0
			ORDER BY idx LIMIT ?`,
			after,
			upTo,
			userId,
			ERASED_AT_ONCE,
		)
		.toArray();
	const messages: Message[] = [];
	let length = 0;
	let reached = upTo;
	for (const { idx, message_id } of rows) {
		const message = transcript.find(message_id);
		if (!message) continue;
		messages.push(message);
		length += message.body?.length ?? 0;
		if (messages.length < ERASED_AT_ONCE && length < HANDED_OUT) continue;
		reached = idx;
		break;
	}
	const next = reached < room.messageCount ? reached : null;
	return { chatName: room.chatName, member: roster.get(userId) ?? null, messages, next };
}

/**
 * A step of erasing somebody, to be run as one turn: the door is closed first, then messages become tombstones of nobody, and with the last of
 * them the log forgets what else it says of them. Whoever is there hears of it as of any deletion. Going over it again changes nothing.
 */
export function eraseAfter(
	sql: SqlStorage,
	conversation: Conversation,
	{ userId, isIdPersonal }: Subject,
	after: number,
	now: number,
): Erased {
	const { transcript, roster, room } = conversation;
	const member = roster.get(userId);
	if (!member && isIdPersonal) return { members: 0, messages: 0, next: null };
	const members = closeDoor(conversation, userId, member, now);
	// From the member's own id, so that a step after a crash comes to the same.
	const newId = member && isIdPersonal ? visitorUserId(`erased-${objectIdOf(member.chatMemberId)}`) : userId;
	const rows = sql
		.exec<Row>(
			`SELECT idx, message_id FROM message WHERE idx > ?1 AND idx <= ?2 AND user_id = ?3
				AND (is_deleted = 0 OR author_name <> ?4 OR ?3 <> ?5) ORDER BY idx LIMIT ?6`,
			after,
			after + LOOKED_AT,
			userId,
			ERASED,
			newId,
			ERASED_AT_ONCE,
		)
		.toArray();
	for (const row of rows) {
		const message = transcript.find(row.message_id);
		if (!message) continue;
		transcript.remove({ ...message, userId: newId, authorName: ERASED, clientMessageId: null }, SYSTEM, now);
		sql.exec(
			"UPDATE message SET user_id = ?, author_name = ?, client_message_id = NULL WHERE idx = ?",
			newId,
			ERASED,
			row.idx,
		);
	}
	const reached = rows.length === ERASED_AT_ONCE ? (rows.at(-1)?.idx ?? after) : after + LOOKED_AT;
	const next = reached < room.messageCount ? reached : null;
	if (next === null) forget(sql, conversation, userId, newId, now);
	return { members, messages: rows.length, next };
}

/** Makes D1 forget the rows that a member had under an id that is no more; what else it has of the room, the room owes it. */
export async function forgetInRecord(env: Env, { room }: Conversation, userId: string): Promise<void> {
	const { tenantId, chatId, createdBy, createdByName } = room;
	await env.DB.batch([
		env.DB.prepare("DELETE FROM chat_member WHERE tenant_id = ? AND chat_id = ? AND user_id = ?").bind(
			tenantId,
			chatId,
			userId,
		),
		env.DB.prepare(
			"UPDATE chat SET created_by = ?, created_by_name = ? WHERE tenant_id = ? AND chat_id = ? AND created_by = ?",
		).bind(createdBy, createdByName, tenantId, chatId, userId),
	]);
}

/** Ends a membership for good. Whoever was let in and has not come yet has a place among those who left. Answers how many were renamed. */
function closeDoor({ roster }: Conversation, userId: string, member: Member | undefined, now: number): number {
	if (!member) {
		if (roster.size < limits.members) roster.addReader({ userId, name: ERASED, kind: "Visitor" }, now);
		return 0;
	}
	roster.introduce({ userId, name: ERASED, kind: member.kind }, now);
	roster.leave(userId, SYSTEM, now);
	return member.name === ERASED ? 0 : 1;
}

function forget(sql: SqlStorage, conversation: Conversation, userId: string, newId: string, now: number): void {
	sql.exec("DELETE FROM sent WHERE user_id = ?", userId);
	if (newId !== userId) {
		conversation.roster.reassign(userId, newId, SYSTEM, now);
		forgetVisitor(sql, conversation, userId, newId, now);
	}
	// The events hold who did them, and members as they were. All that a log keeps of them, 55,000, take 14 ms once (2026-11-23).
	sql.exec(
		`UPDATE event SET
			actor = iif(actor ->> '$.userId' = ?1, json_set(actor, '$.userId', ?2, '$.name', ?3), actor),
			data = CASE
				WHEN data ->> '$.member.userId' = ?1 THEN json_set(data, '$.member.userId', ?2, '$.member.name', ?3)
				WHEN data ->> '$.userId' = ?1 THEN json_set(data, '$.userId', ?2)
				ELSE data END
		WHERE instr(actor, ?4) > 0 OR instr(data, ?4) > 0`,
		userId,
		newId,
		ERASED,
		JSON.stringify(userId),
	);
}

/** In the visitor's own room: its four fields, and the names that were made of them. The room takes no more messages. */
function forgetVisitor(sql: SqlStorage, conversation: Conversation, userId: string, newId: string, now: number): void {
	const { visitor, tenantId } = conversation;
	if (!visitor || visitorUserId(visitor.userId) !== userId) return;
	const chatName = `${ERASED} · ${visitor.productName}`;
	const nobody = { ...visitor, userId: newId.slice(visitorUserId("").length), portfolioName: ERASED };
	sql.exec(
		"UPDATE room SET visitor = ?, name = ?, created_by = ?, created_by_name = ?",
		JSON.stringify(nobody),
		chatName,
		newId,
		ERASED,
	);
	sql.exec("UPDATE event SET data = json_set(data, '$.chatName', ?) WHERE kind = 'room.updated'", chatName);
	conversation.reread();
	conversation.transcript.record("room.updated", SYSTEM, { chatName }, now);
	conversation.setActive(false, { ...SYSTEM, tenantId, isAdministrator: true }, now);
}
