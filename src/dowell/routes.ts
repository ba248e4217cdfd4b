import { Hono, type Context } from "hono";
import { routePath } from "hono/route";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { open, permitted } from "../auth/authenticate.ts";
import { callerOf } from "../auth/principal.ts";
import { logBug, orFail } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import type { Caller } from "../rooms/model.ts";
import { objectIdOf } from "../rooms/room-id.ts";
import { offersTicket, openSocket, roomOf } from "../rooms/rooms.ts";
import { boundedBody } from "../wire/wire.ts";
import { details, isBug, isDeployed, Refused, refusalOf, refusedEarly, roomNotFound } from "./envelope.ts";
import { hoursOf } from "./hours.ts";
import { createMasterLink, qrIdsOf } from "./master-links.ts";
import { draftOf, messageDocuments, messagesOf } from "./messages.ts";
import { anonymousStaff, isOpenToAll, knownOrg, orgFor } from "./orgs.ts";
import { roomLabel } from "./products.ts";
import { acceptsJson, checked, checkedRoom, fieldsOf, fieldsOfGet, preflight, queryOf } from "./request.ts";
import * as schema from "./schema.ts";
import {
	deleteRoom,
	openRoom,
	parseRoomId,
	restoreRoom,
	roomDocument,
	roomsOf,
	visit,
	visitorRoomOf,
} from "./visitor-rooms.ts";

type C = Context<FoyerEnv>;

const anyone = open("visitors have no account: the id of a room is what lets them in");
const orgStaff = open("staff of the org, checked inside, because an org may be open to all");
const socketGuard = open("the room's id, a ticket, or a credential where one is sent");

/** Both spellings of a path: clients write the slash, people forget it. */
const at = (...paths: string[]) => paths.flatMap((path) => [path, `${path}/`]);

/** The verbs of room-service were inherited by these views too. */
const readers = at("/room-service", "/room-control", "/openChatRoom", "/login", "/extension");

/** The visitor dialect: section 4 of the contract, the wire contract of seed 004. */
export const dowell = new Hono<FoyerEnv>()
	.use(async (c, next) => {
		c.header("Access-Control-Allow-Origin", "*");
		c.header("Cache-Control", "no-store");
		if (c.req.method !== "OPTIONS" && !acceptsJson(c.req.header("Accept")))
			throw refusedEarly(406, "Could not satisfy the request Accept header.");
		// Only a POST has a body to speak of; that of a GET is bounded where it is read.
		return c.req.method === "POST" ? boundedBody(c, next) : next();
	})
	.options("*", open("CORS preflight"), (c) => c.body(null, 200, preflight))
	.get("/", open("health"), alive)
	.on("POST", at("/room-control"), anyone, async (c) => {
		const fields = checkedRoom(schema.roomBody, await fieldsOf(c.req.raw), "Failed to create room");
		return c.json(await openedInOrg(c, fields, true));
	})
	.on("POST", at("/extension"), anyone, async (c) => {
		const fields = checkedRoom(schema.roomBody, await fieldsOf(c.req.raw), "Failed to create room 'inserted_id'");
		return c.json(await openedInOrg(c, fields, true));
	})
	.on("POST", at("/openChatRoom"), anyone, async (c) => {
		const failure = "Failed to create room";
		const { user_id, product_name } = checkedRoom(schema.openRoomBody, await fieldsOf(c.req.raw), failure);
		const org_id = roomLabel(product_name, user_id);
		if (org_id === null) throw new Refused(200, failure);
		const fields = { user_id, org_id, product_name, portfolio_name: user_id };
		return c.json(await opened(c, c.env.DOWELL_DEFAULT_TENANT, fields, false));
	})
	.on("POST", at("/login"), anyone, async (c) => {
		const failure = "Failed to create room 'inserted_id'";
		const { user_id, product_name } = checkedRoom(schema.loginBody, await fieldsOf(c.req.raw), failure);
		// The deployed code ignored the org it was sent and made one up, so that each login opens a room of its own.
		const org_id = crypto.randomUUID().replaceAll("-", "");
		const fields = { user_id, org_id, product_name, portfolio_name: `${product_name}${user_id}` };
		return c.json(await opened(c, c.env.DOWELL_DEFAULT_TENANT, fields, true));
	})
	.on("GET", at("/init/:org_id/:product_name/:user_id"), anyone, async (c) => {
		const { org_id = "", product_name, user_id = "" } = c.req.param() as Record<string, string>;
		if (`${org_id}${user_id}`.includes("/")) throw nothingHere();
		const result = schema.roomBody.safeParse({ org_id, product_name, user_id, portfolio_name: user_id });
		if (!result.success) throw wrongData(schema.errorsOf(result.error));
		return c.json({ room: await openedInOrg(c, result.data, false) });
	})
	.on("POST", at("/room-service"), anyone, async (c) => {
		const fields = await fieldsOf(c.req.raw);
		switch (fields["type"]) {
			case "create_message":
				return createMessage(c, fields);
			case "delete_room":
				return setActive(c, fields);
			default:
				throw new Refused(400, "Invalid request type");
		}
	})
	.on("GET", readers, anyone, async (c) => {
		const fields = await fieldsOfGet(c.req.raw);
		switch (fields["type"]) {
			case "get_messages":
				return getMessages(c, fields);
			case "get_room_by_id":
				return getRoom(c, fields);
			case "delete_room":
				return setActive(c, fields);
			default:
				throw new Refused(400, "Invalid request type");
		}
	})
	.on("GET", at("/room-list"), orgStaff, listRooms)
	.on("POST", at("/get_QR_Id/:org_id", "/init/:org_id/:product_name/:user_id"), orgStaff, async (c) => {
		const org = await knownOrg(c.env, c.req.param("org_id") ?? "");
		if (!org) return c.json({ qr_id_list: [] });
		await staffOf(c, org.tenantId, org.id);
		return c.json({ qr_id_list: await qrIdsOf(c.env, org.tenantId, org.id) });
	})
	.on("POST", at("/create_master_link"), orgStaff, async (c) => {
		const body = checked(schema.masterLinkBody, await fieldsOf(c.req.raw), wrongData);
		const org = await orgFor(c.env, body.workspace_id);
		await staffOf(c, org.tenantId, org.id);
		const qrcodes = await createMasterLink(c.env, org.tenantId, body);
		return c.json({ success: true, product_name: body.product_name, qr_response: { success: true, qrcodes } });
	})
	.on("GET", at("/widget-hours/:org_id"), open("visitors are shown when somebody is there"), async (c) => {
		const { hours, until } = await hoursOf(c.env, c.req.param("org_id") ?? "", queryOf(c.req.raw)["customer_id"]);
		c.header("Cache-Control", `public, max-age=${Math.max(0, Math.floor((until - Date.now()) / 1000))}`);
		return c.json({ success: true, ...hours });
	})
	.on("GET", at("/room-socket/:room_id"), socketGuard, async (c) => {
		const roomId = parseRoomId(c.req.param("room_id"));
		if (roomId === undefined) throw roomNotFound();
		const isStaff = sendsCredential(c) && !offersTicket(c.req.raw);
		const caller = isStaff ? callerOf(await permitted(c, "visitors:serve")) : undefined;
		return openSocket(c.env, c.req.raw, roomId, caller);
	})
	.on("ALL", [...readers, ...at("/init/:org_id/:product_name/:user_id")], (c) =>
		refuseMethod(c, "GET, POST, HEAD, OPTIONS"),
	)
	.on("ALL", at("/room-list", "/room-socket/:room_id", "/widget-hours/:org_id"), (c) =>
		refuseMethod(c, "GET, HEAD, OPTIONS"),
	)
	.on("ALL", at("/get_QR_Id/:org_id", "/create_master_link"), (c) => refuseMethod(c, "POST, OPTIONS"))
	.all("*", (c) => {
		// Hono mounts the root without its slash, so the path with it comes to here.
		const root = routePath(c).slice(0, -1);
		if (c.req.path !== root && `${c.req.path}/` !== root) throw nothingHere();
		return c.req.method === "GET" || c.req.method === "HEAD" ? alive(c) : refuseMethod(c, "GET, HEAD, OPTIONS");
	});

dowell.onError((error, c) => {
	if (isBug(error)) logBug(error, c);
	const { status, body, headers } = refusalOf(error, c.get("requestId"));
	return c.json(body, status as ContentfulStatusCode, headers);
});

function alive(c: C): Response {
	return c.json("if your are seeing this then , server is !down");
}

/** Opens a room in the org that its fields name. */
async function openedInOrg(c: C, fields: schema.RoomBody, isLogin: boolean) {
	const { tenantId } = await orgFor(c.env, fields.org_id);
	return opened(c, tenantId, fields, isLogin);
}

async function opened(c: C, tenantId: string, fields: schema.RoomBody, isLogin: boolean) {
	const address = c.req.header("CF-Connecting-IP");
	const { room, isNew } = await openRoom(c.env, tenantId, fields, { isLogin, address });
	const message = isNew ? "Room created successfully" : "Room filter successfully";
	return { success: true, message, inserted_id: room.roomId, response: roomDocument(room) };
}

async function createMessage(c: C, fields: schema.Fields): Promise<Response> {
	const body = checked(schema.messageBody, fields);
	const roomId = parseRoomId(body.room_id);
	if (roomId === undefined) throw roomNotFound();
	const room = roomOf(c.env, roomId);
	const draft = draftOf(body);
	const sent = body.side ? await room.send(await staffOfRoom(c, roomId), draft) : await room.sendAsVisitor(draft);
	const response = { isSuccess: true, inserted_id: objectIdOf(orFail(sent).message.chatMessageId) };
	return c.json({ success: true, message: "Message updated successfully", response });
}

/** `delete_room`: deletes, or with `is_active: true` brings back. Doing it twice is the same as once. */
async function setActive(c: C, fields: schema.Fields): Promise<Response> {
	const { room_id, is_active } = checked(schema.deleteBody, fields);
	const visited = await visit(c.env, room_id);
	if (!visited) throw roomNotFound();
	const roomId = objectIdOf(visited.room.chatId);
	await (is_active ? restoreRoom : deleteRoom)(c.env, roomId, visited.caller);
	return c.json({ success: true, message: "Room deleted successfully", response: { isSuccess: true } });
}

/** Clients ask every five seconds and for everything: what has not changed is a 304 of one hop. */
async function getMessages(c: C, fields: schema.Fields): Promise<Response> {
	const window = checked(schema.messagesQuery, fields);
	const visited = await visit(c.env, fields["room_id"]);
	if (!visited) return c.json(details(c.env, [], { isSuccess: true, data: [] }));
	const etag = `W/"${isDeployed(c.env) ? "deployed" : "documented"}-${visited.room.seq}"`;
	c.header("Cache-Control", "private, no-cache");
	c.header("ETag", etag);
	const known = c.req.header("If-None-Match")?.split(",") ?? [];
	if (known.some((tag) => tag.trim() === etag)) return c.body(null, 304);
	const room = visitorRoomOf(visited.room);
	const { messages, hasMore } = await messagesOf(c.env, room.roomId, visited.caller, window);
	const data = messageDocuments(room, messages);
	return c.json({ ...details(c.env, data, { isSuccess: true, data }), has_more: hasMore });
}

async function getRoom(c: C, fields: schema.Fields): Promise<Response> {
	const visited = await visit(c.env, fields["room_id"]);
	const room = visited ? roomDocument(visitorRoomOf(visited.room)) : null;
	return c.json(details(c.env, room ? [room] : [], room));
}

/** The rooms of an org and product, under all the names that the README and the console read them by. */
async function listRooms(c: C): Promise<Response> {
	const { org_id = "", product_name: productName = "", before } = queryOf(c.req.raw);
	const org = await knownOrg(c.env, org_id);
	if (org) await staffOf(c, org.tenantId, org.id);
	const list = org && (await roomsOf(c.env, org.tenantId, { orgId: org.id, productName, before }));
	if (!list || list.rooms.length === 0) throw new Refused(200, "Room not found on org_id");
	const rooms = list.rooms.map((room) => roomDocument(room));
	return c.json({
		success: true,
		message: "Room deatils based on org_id",
		response: rooms,
		last_room_details: rooms.at(-1),
		rooms,
		has_more: list.hasMore,
	});
}

/** Who speaks for staff in a visitor room. */
async function staffOfRoom(c: C, roomId: string): Promise<Caller> {
	const visited = await visit(c.env, roomId);
	if (!visited) throw roomNotFound();
	return staffOf(c, visited.room.tenantId, visitorRoomOf(visited.room).orgId);
}

/** Staff of the tenant by their credential; without one, whoever calls where the org is open to all. */
async function staffOf(c: C, tenantId: string, orgId: string): Promise<Caller> {
	if (!sendsCredential(c) && (await isOpenToAll(c.env, tenantId, orgId))) return anonymousStaff(tenantId);
	const principal = await permitted(c, "visitors:serve");
	if (principal.tenantId !== tenantId) throw roomNotFound();
	return callerOf(principal);
}

function sendsCredential(c: C): boolean {
	return c.req.header("Authorization") !== undefined || c.req.header("X-Api-Key") !== undefined;
}

function wrongData(error: Record<string, string[]>): Refused {
	return new Refused(400, "Posting wrong data to API", { error });
}

function nothingHere(): Refused {
	return refusedEarly(404, "Not found.");
}

function refuseMethod(c: C, allow: string): never {
	throw refusedEarly(405, `Method "${c.req.method}" not allowed.`, { Allow: allow });
}
