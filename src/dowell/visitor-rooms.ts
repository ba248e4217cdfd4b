import { tenantDatabase } from "../db/database.ts";
import { Failure, orFail } from "../http/failure.ts";
import { networkOf } from "../http/trace.ts";
import { limits } from "../rooms/limits.ts";
import type { Snapshot } from "../rooms/conversation.ts";
import { visitorUserId, type Caller, type Room, type RoomSeed, type Visitor } from "../rooms/model.ts";
import { chatIdOf, newObjectId, objectIdOf } from "../rooms/room-id.ts";
import { roomOf } from "../rooms/rooms.ts";
import { Refused } from "./envelope.ts";
import { roomLabel } from "./products.ts";
import type { RoomBody } from "./schema.ts";
import { claimRoom, findRoom, listRooms, retireRoom, reviveRoom } from "./store.ts";

/** A visitor room as this dialect knows it: from the room itself or from D1's row. */
export type VisitorRoom = Visitor & { roomId: string; isActive: boolean };

const GREETING = "How may I help you";
/** Rooms of one list. */
const LISTED = 500;
/** The window of the limit NEW_ROOMS in wrangler.toml. */
const CREATION_WINDOW_SECONDS = 60;
/** Each attempt but the last found a room that was being deleted at that moment. */
const ATTEMPTS = 4;

/**
 * The room of a visitor's four fields, made when there is none. The unique index decides which one it is, the room's `create` is
 * idempotent and always called: a crash between the two heals here. `address` is the visitor's, as Cloudflare names it.
 */
export async function openRoom(
	env: Env,
	tenantId: string,
	fields: RoomBody,
	{ isLogin, address }: { isLogin: boolean; address: string | undefined },
): Promise<{ room: VisitorRoom; isNew: boolean }> {
	const db = tenantDatabase(env, tenantId);
	for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
		const candidate = newRoom(fields, isLogin);
		let row = await findRoom(db, candidate);
		if (!row) {
			await countCreation(env, address);
			row = await claimRoom(db, candidate);
		}
		const { room } = orFail(await roomOf(env, row.roomId).create(seedOf(tenantId, row), []));
		if (room.isActive) return { room: row, isNew: row.roomId === candidate.roomId };
		await retireRoom(db, row.roomId);
	}
	throw new Failure("Unavailable", "This room is being deleted; try again.");
}

/**
 * Refuses an address that makes rooms by the dozen; to find one that is there is free. An IPv6 address counts as its network, which one
 * customer of a provider has whole. Without an address nobody is between the visitor and us: a machine of one's own.
 */
async function countCreation(env: Env, address: string | undefined): Promise<void> {
	if (address === undefined) return;
	const key = address.includes(":") ? (networkOf(address) ?? address) : address;
	const { success } = await env.NEW_ROOMS.limit({ key });
	if (success) return;
	throw new Failure("RateLimited", "Too many new rooms from this address; try again in a minute.", {
		headers: { "Retry-After": String(CREATION_WINDOW_SECONDS) },
	});
}

/** Deletes a room softly: it can be read and no longer found. The room goes first, so that a crash in between heals in `openRoom`. */
export async function deleteRoom(env: Env, roomId: string, caller: Caller): Promise<void> {
	orFail(await roomOf(env, roomId).setActive(caller, false));
	await retireRoom(tenantDatabase(env, caller.tenantId), roomId);
}

/** Brings a deleted room back, unless its four fields lead to another one by now. */
export async function restoreRoom(env: Env, roomId: string, caller: Caller): Promise<void> {
	const db = tenantDatabase(env, caller.tenantId);
	const room = roomOf(env, roomId);
	if (!(await reviveRoom(db, roomId))) throw anotherRoom();
	orFail(await room.setActive(caller, true));
	// Between the two, `openRoom` may have taken this room for a deleted one and made another.
	if (await reviveRoom(db, roomId)) return;
	orFail(await room.setActive(caller, false));
	throw anotherRoom();
}

/** The newest rooms of an org and product, oldest first, deleted ones too; those before a room on request. */
export function roomsOf(
	env: Env,
	tenantId: string,
	{ orgId, productName, before }: { orgId: string; productName: string; before: string | undefined },
): Promise<{ rooms: VisitorRoom[]; hasMore: boolean }> {
	return listRooms(tenantDatabase(env, tenantId), { orgId, productName, before, take: LISTED });
}

/** The visitor room behind what a client says is its id, and the caller that whoever knows the id is. Undefined where there is none. */
export async function visit(env: Env, roomId: unknown): Promise<(Snapshot & { caller: Caller }) | undefined> {
	const name = parseRoomId(roomId);
	const visited = name === undefined ? undefined : await roomOf(env, name).describeVisitor();
	return visited?.ok ? visited : undefined;
}

/** A room id as rooms are named by; undefined for anything else, which must not reach a room object. */
export function parseRoomId(text: unknown): string | undefined {
	return typeof text === "string" && /^[0-9a-f]{24}$/i.test(text) ? text.toLowerCase() : undefined;
}

/** The visitor room that a room object describes itself as. */
export function visitorRoomOf({ chatId, visitor, isActive }: Room): VisitorRoom {
	if (!visitor) throw new Error("a visitor room has a visitor");
	return { ...visitor, roomId: objectIdOf(chatId), isActive };
}

/**
 * The document of a room: the union of what the README shows and what the deployed code sent in its various answers, so that every
 * client finds the field that it reads.
 */
export function roomDocument(room: VisitorRoom) {
	return {
		_id: room.roomId,
		...fourFields(room),
		message: { receiver: GREETING },
		message_data: GREETING,
		isLogin: room.isLogin,
		is_active: room.isActive,
		room_id: room.roomId,
	};
}

/** What the documents of a room and of its messages share, in the README's order. */
export function fourFields({ eventId, userId, orgId, portfolioName, productName }: Visitor) {
	return {
		eventId,
		user_id: userId,
		org_id: orgId,
		portfolio_name: portfolioName,
		room_room_id: roomLabel(productName, userId),
		product_name: productName,
	};
}

function newRoom(fields: RoomBody, isLogin: boolean): VisitorRoom & { createdAt: number } {
	const createdAt = Date.now();
	return {
		roomId: newObjectId(createdAt),
		userId: fields.user_id,
		orgId: fields.org_id,
		productName: fields.product_name,
		portfolioName: fields.portfolio_name,
		eventId: newEventId(createdAt),
		isLogin,
		isActive: true,
		createdAt,
	};
}

function seedOf(
	tenantId: string,
	{ roomId, userId, orgId, productName, portfolioName, eventId, isLogin }: VisitorRoom,
): RoomSeed {
	return {
		chatId: chatIdOf(roomId),
		tenantId,
		kind: "Visitor",
		chatName: `${portfolioName} · ${productName}`.slice(0, limits.nameLength),
		createdBy: visitorUserId(userId),
		createdByName: portfolioName,
		visitor: { userId, orgId, productName, portfolioName, eventId, isLogin },
	};
}

/** The shape that DowellChat's event service gave: platform FB, city 101, day 0, the second, and six or seven digits; 30 characters. */
function newEventId(now: number): string {
	const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
	return `FB1010${`${Math.floor(now / 1000)}#${100_000 + (random % 9_900_000)}`.padStart(24, "0")}`;
}

function anotherRoom(): Refused {
	return new Refused(409, "Another active room has the same user_id, org_id, product_name and portfolio_name");
}
