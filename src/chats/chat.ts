import { callerOf, type Principal } from "../auth/principal.ts";
import { tenantDatabase, type TenantDatabase } from "../db/database.ts";
import { Failure, orFail } from "../http/failure.ts";
import type { MemberChange, Snapshot } from "../rooms/conversation.ts";
import { presentedPage, unreadCount, type PresentedMessage } from "../rooms/model.ts";
import { newGuid, parseGuid, ZERO_GUID } from "../rooms/room-id.ts";
import { roomOf } from "../rooms/rooms.ts";
import type { Chat, ChatBody, ChatMemberBody } from "./schema.ts";
import { lastMessages, searchMessages } from "./search.ts";
import {
	listChats,
	listMembers,
	memberChatIds,
	type ChatFilter,
	type ChatRow,
	type MemberRow,
	type Reader,
} from "./store.ts";

/** The chats a principal may see, last activity first. A `chatId` that leads to none is a 404. */
export async function chatsOf(
	env: Env,
	principal: Principal,
	{ withLastMessage, ...filter }: ChatFilter & { withLastMessage: boolean },
): Promise<Chat[]> {
	const db = tenantDatabase(env, principal.tenantId);
	const rows = await listChats(db, callerOf(principal), filter);
	if (filter.chatId !== undefined && rows.length === 0) throw new Failure("NotFound", "There is no such chat.");
	const [members, last] = await Promise.all([
		listMembers(
			db,
			rows.map(({ chatId }) => chatId),
		),
		withLastMessage ? lastMessages(env, principal.tenantId, rows) : undefined,
	]);
	const byChat = Map.groupBy(members, ({ chatId }) => chatId);
	return rows.map((row) => {
		const chat = chatOfRow(row, byChat.get(row.chatId) ?? []);
		return last ? { ...chat, seq: row.seq, lastMessage: last.get(row.chatId) ?? null } : chat;
	});
}

/** True when somebody may see a chat and it still takes messages. */
export async function isOpenTo(db: TenantDatabase, reader: Reader, chatId: string): Promise<boolean> {
	const [row] = await listChats(db, reader, { chatId, isArchived: false, skip: 0, take: 1 });
	return row?.isActive === 1;
}

/** Creates a group chat with its creator in it; the same creator asking again under one `chatId` finds it. */
export async function createChat(
	env: Env,
	principal: Principal,
	chatId: string | undefined,
	chat: ChatBody,
): Promise<Chat> {
	const caller = callerOf(principal);
	const id = chatId ?? chat.chatId ?? newGuid();
	const seed = {
		chatId: id,
		tenantId: caller.tenantId,
		kind: "Group" as const,
		chatName: chat.chatName ?? "",
		createdBy: caller.userId,
		createdByName: caller.name,
		visitor: null,
	};
	return chatOfSnapshot(orFail(await roomOf(env, id).create(seed, memberChanges(chat.chatMembers))), caller.userId);
}

/** Changes what is present of a chat and its members. */
export async function changeChat(env: Env, principal: Principal, chatId: string, chat: ChatBody): Promise<Chat> {
	const caller = callerOf(principal);
	const { chatName, isArchived, chatMembers } = chat;
	const change = { chatName, isArchived, members: memberChanges(chatMembers) };
	return chatOfSnapshot(orFail(await roomOf(env, chatId).change(caller, change)), caller.userId);
}

/** Messages containing a text in the chats a principal may see, newest first. */
export async function search(
	env: Env,
	principal: Principal,
	query: { q: string; skip: number; take: number },
): Promise<{ messages: PresentedMessage[]; hasMore: boolean }> {
	if ([...query.q].length < 3) throw new Failure("QueryTooShort", "Search for three characters or more.");
	const { isAdministrator, userId, tenantId } = callerOf(principal);
	const chatIds = isAdministrator ? undefined : await memberChatIds(tenantDatabase(env, tenantId), userId);
	return presentedPage(await searchMessages(env, tenantId, query.q, chatIds, query));
}

function memberChanges(members: readonly ChatMemberBody[] | undefined): MemberChange[] {
	return (members ?? []).map(({ chatMemberName, userId, ...member }) => ({
		...member,
		// The ids of users need not be Guids, but clients for which they are send the zero Guid for none.
		userId: userId !== undefined && parseGuid(userId) === ZERO_GUID ? undefined : userId,
		name: chatMemberName,
	}));
}

function chatOfRow(row: ChatRow, members: readonly MemberRow[]): Chat {
	return {
		chatId: row.chatId,
		chatName: row.name,
		createdBy: row.createdBy,
		dateCreated: new Date(row.createdAt).toISOString(),
		chatMembers: members.map(({ chatId, userId, memberId, name, isActive, isArchived, lastChatMessageId }) => ({
			chatMemberId: memberId,
			chatId,
			userId,
			isActive: isActive === 1,
			isArchived: isArchived === 1,
			lastChatMessageId: lastChatMessageId ?? ZERO_GUID,
			chatMemberName: name,
		})),
		isArchived: row.isArchived === 1,
		memberCount: row.memberCount,
		messageCount: row.messageCount,
		unreadCount: unreadCount(row.messageCount, row.lastReadIndex),
		createdByName: row.createdByName,
		kind: row.kind,
		isActive: row.isActive === 1,
		lastActivityDate: new Date(row.lastActivityAt).toISOString(),
	};
}

function chatOfSnapshot({ room, members }: Snapshot, userId: string): Chat {
	const own = members.find((member) => member.userId === userId);
	return {
		chatId: room.chatId,
		chatName: room.chatName,
		createdBy: room.createdBy,
		dateCreated: new Date(room.dateCreated).toISOString(),
		chatMembers: members.map((member) => ({
			chatMemberId: member.chatMemberId,
			chatId: room.chatId,
			userId: member.userId,
			isActive: member.isActive,
			isArchived: member.isArchived,
			lastChatMessageId: member.lastChatMessageId ?? ZERO_GUID,
			chatMemberName: member.name,
		})),
		isArchived: room.isArchived,
		memberCount: members.filter(({ isActive }) => isActive).length,
		messageCount: room.messageCount,
		unreadCount: unreadCount(room.messageCount, own?.lastReadIndex ?? 0),
		createdByName: room.createdByName,
		kind: room.kind,
		isActive: room.isActive,
	};
}
