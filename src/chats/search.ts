import { PREVIEW_LENGTH, type LastMessage } from "../lobby/summary.ts";
import type { Message } from "../rooms/model.ts";

/** A tenant's matches that are looked at before the reader's own are picked: the newest, so that a common word costs no more than a rare one. */
const CONSIDERED = 5000;

type Row = { message: string; body: string };

/**
 * Messages that contain a text (three characters or more, case and accents aside), newest first. `chatIds` are the group chats to look
 * in; undefined is all of the tenant's. Visitor rooms are always looked in.
 */
export async function searchMessages(
	env: Env,
	tenantId: string,
	text: string,
	chatIds: readonly string[] | undefined,
	page: { skip: number; take: number },
): Promise<{ messages: Message[]; hasMore: boolean }> {
	const visible = chatIds === undefined ? "" : "AND (is_visitor = 1 OR chat_id IN (SELECT value FROM json_each(?5)))";
	const match = `scope : ${phrase(`\u0001${tenantId}\u0001`)} AND body : ${phrase(text)}`;
	const bound = [match, tenantId, page.take + 1, page.skip];
	const { results } = await env.SEARCH.prepare(
		`SELECT message, body FROM message
		WHERE rowid IN (SELECT rowid FROM message_text WHERE message_text MATCH ?1 ORDER BY rowid DESC LIMIT ${CONSIDERED})
			AND tenant_id = ?2 ${visible}
		ORDER BY rowid DESC LIMIT ?3 OFFSET ?4`,
	)
		.bind(...bound, ...(chatIds === undefined ? [] : [JSON.stringify(chatIds)]))
		.all<Row>();
	const messages = results
		.slice(0, page.take)
		.map(({ message, body }) => ({ ...(JSON.parse(message) as Message), body }));
	return { messages, hasMore: results.length > page.take };
}

/** How the last message of some chats begins, by chat id, as far as the index has heard of it. */
export async function lastMessages(
	env: Env,
	tenantId: string,
	chats: readonly { chatId: string; messageCount: number }[],
): Promise<Map<string, LastMessage>> {
	const wanted = chats.map(({ chatId, messageCount }) => [chatId, messageCount]);
	const { results } = await env.SEARCH.prepare(
		`SELECT message.chat_id AS chatId, message.message, substr(message.body, 1, ${PREVIEW_LENGTH}) AS body
		FROM json_each(?2) wanted CROSS JOIN message
			ON message.tenant_id = ?1 AND message.chat_id = wanted.value ->> 0 AND message.idx = wanted.value ->> 1`,
	)
		.bind(tenantId, JSON.stringify(wanted))
		.all<Row & { chatId: string }>();
	return new Map(
		results.map(({ chatId, message, body }) => {
			const { index, userId, authorName, authorKind, messageType, isDeleted } = JSON.parse(message) as Message;
			const preview = isDeleted ? null : body;
			return [chatId, { index, userId, authorName, authorKind, messageType, preview }];
		}),
	);
}

/** The chat of a message, once the index has heard of it. */
export async function chatOfMessage(env: Env, tenantId: string, messageId: string): Promise<string | undefined> {
	const chatId = await env.SEARCH.prepare("SELECT chat_id FROM message WHERE tenant_id = ? AND message_id = ?")
		.bind(tenantId, messageId)
		.first<string>("chat_id");
	return chatId ?? undefined;
}

/** The text as one FTS5 string: nothing in it is an operator. FTS5 reads up to a NUL and would miss the quote behind it. */
function phrase(text: string): string {
	return `"${text.replaceAll("\0", " ").replaceAll('"', '""')}"`;
}
