import { actOn, readConnection, standingOf } from "../connections/connection.ts";
import { visit as enter } from "../customers/directory.ts";
import { readCustomer } from "../customers/customer.ts";
import { stateOf } from "../customers/schedules.ts";
import { Failure, orFail, type FailureCode } from "../http/failure.ts";
import { timing } from "../rooms/limits.ts";
import { parseGuid } from "../rooms/room-id.ts";
import { addressOf, readType } from "../links/resource-type.ts";
import { presented, type Refusal } from "../rooms/model.ts";
import { roomOf } from "../rooms/rooms.ts";
import type { ChatShown, ConnectionShown, CustomerShown, Redirect, Shown, SocketTicket } from "./schema.ts";
import type { Visit } from "./session.ts";
import { signedToken, TOKEN_SECONDS } from "./signing.ts";
import { callerOf, CHAT, principalOf } from "./visits.ts";

/** Messages that are shown before anybody scrolls. */
const NEWEST = 50;

/**
 * What a link leads to, ready to be shown: whatever has an effect waits until it is. `ResourceGone` when it is there no more, so that no view
 * is spent on it. `origin` is where sockets are reached.
 */
export async function prepared(env: Env, visit: Visit, origin: string): Promise<() => Promise<Shown>> {
	if (visit.link.resourceType === CHAT) {
		inRoom(await roomOf(env, visit.link.resourceUid).checkDoor(callerOf(visit)));
		return async () => ({ chat: await joinedChat(env, visit, origin) });
	}
	const shown = await read(env, visit);
	return () => Promise.resolve(shown);
}

async function read(env: Env, visit: Visit): Promise<Shown> {
	switch (visit.link.resourceType) {
		case "Customer":
			return { customer: await customer(env, visit) };
		case "Connection":
			return { connection: await connection(visit) };
		default:
			return { redirect: await redirect(env, visit) };
	}
}

/** A ticket for the socket of the room that a link leads to. */
export async function socketTicket(env: Env, visit: Visit, origin: string): Promise<SocketTicket> {
	const { resourceType, resourceUid } = visit.link;
	if (resourceType !== CHAT) throw new Failure("BadRequest", "Only a chat has a socket.");
	const { ticket } = inRoom(await roomOf(env, resourceUid).issueTicket(callerOf(visit)));
	const url = `${origin.replace(/^http/, "ws")}/v1/Chat/${resourceUid}/Socket`;
	return { ticket, url, expiresInSeconds: timing.ticketMs / 1000 };
}

/** The recipient's answer to the request that a link leads to. */
export async function answerConnection(visit: Visit, action: "accept" | "decline"): Promise<ConnectionShown> {
	if (visit.link.resourceType !== "Connection") throw new Failure("BadRequest", "This link leads to no connection.");
	const { connection: asked } = await connection(visit);
	const standing = await standingOf(visit.tenant, principalOf(visit.link));
	const guard = {
		contactId: parseGuid(asked.toContactId) ?? "",
		roleId: parseGuid(asked.roleId) ?? "",
		contactTypeId: parseGuid(asked.contactTypeId) ?? "",
	};
	await goneWith("NotFound", actOn(visit.tenant, standing, visit.link.resourceUid, action, guard));
	return connection(visit);
}

async function joinedChat(env: Env, visit: Visit, origin: string): Promise<ChatShown> {
	const caller = callerOf(visit);
	const room = roomOf(env, visit.link.resourceUid);
	const { room: about } = inRoom(await room.admit(caller));
	const [ticket, history] = await Promise.all([
		socketTicket(env, visit, origin),
		room.history(caller, { take: NEWEST }),
	]);
	const { messages, hasMore } = inRoom(history);
	return {
		chatId: about.chatId,
		chatName: about.chatName,
		isArchived: about.isArchived,
		messageCount: about.messageCount,
		userId: caller.userId,
		userName: caller.name,
		messages: messages.map(presented),
		hasMore,
		...ticket,
	};
}

/** What a room says to somebody whom the link lets in: a refusal means that there is nothing to see any more. */
function inRoom<Answer extends { ok: true } | Refusal>(answer: Answer): Extract<Answer, { ok: true }> {
	if (!answer.ok && answer.code !== "TooManyRequests") throw gone();
	return orFail(answer);
}

async function customer(env: Env, { tenant, link }: Visit): Promise<CustomerShown> {
	const directory = await enter(tenant, env.SEARCH, principalOf(link));
	const { id, name, referenceId, accountName, tags, data, childCount } = await goneWith(
		"NotFound",
		readCustomer(directory, link.resourceUid, false),
	);
	const { state, nextChangeUtc } = await stateOf(directory, link.resourceUid, new Date());
	return {
		id,
		name,
		...(referenceId === undefined ? {} : { referenceId }),
		...(accountName === undefined ? {} : { accountName }),
		tags,
		...(data === undefined ? {} : { data }),
		childCount,
		state,
		nextChangeUtc,
	};
}

async function connection({ tenant, link }: Visit): Promise<ConnectionShown> {
	const standing = await standingOf(tenant, principalOf(link));
	const found = await goneWith("NotFound", readConnection(tenant, standing, link.resourceUid));
	const isAsked = !standing.isAdministrator && parseGuid(found.toContactId) === standing.ownUid;
	return { connection: found, canAnswer: isAsked && found.status === "Requested" };
}

/** To the tenant's own page, with a token that says whose link it was. */
async function redirect(env: Env, { tenant, link }: Visit): Promise<Redirect> {
	const { resourceType, resourceUid, uid, tenantId, contactId, recipientName } = link;
	const { urlTemplate } = await goneWith("ResourceNotFound", readType(tenant, resourceType));
	if (urlTemplate === null) throw gone();
	const url = new URL(addressOf(urlTemplate, resourceUid));
	const claims = {
		sub: uid,
		tenant: tenantId,
		resourceType,
		resourceUid,
		contactId: String(contactId),
		name: recipientName,
	};
	url.searchParams.set("token", await signedToken(env, claims, url.origin));
	return { url: url.href, expiresInSeconds: TOKEN_SECONDS };
}

/** Says of what is not there any more that it was there once. */
async function goneWith<T>(code: FailureCode, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw error instanceof Failure && error.code === code ? gone() : error;
	}
}

function gone(): Failure {
	return new Failure("ResourceGone", "What this link led to is no longer there. Ask its sender.");
}
