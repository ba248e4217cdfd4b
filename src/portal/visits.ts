import type { Principal } from "../auth/principal.ts";
import type { LinkRow } from "../links/link.ts";
import { visitorUserId, type Caller } from "../rooms/model.ts";
import { roomOf } from "../rooms/rooms.ts";
import type { Standing } from "./session.ts";

/** The built-in type of a resource that is a live conversation. */
export const CHAT = "Chat";

/** The recipient of a link as rooms know it, for as long as the session lasts. */
export function callerOf({ link, session }: Pick<Standing, "link" | "session">): Caller {
	return {
		tenantId: link.tenantId,
		userId: userIdOf(link),
		name: link.recipientName,
		kind: "Visitor",
		isAdministrator: false,
		visit: { id: session.idHash, until: session.expiresAt },
	};
}

/** The recipient of a link as the directory and the connections know it: a customer, and the contact that it is. */
export function principalOf(link: LinkRow): Principal {
	return {
		kind: "user",
		tenantId: link.tenantId,
		userId: userIdOf(link),
		name: link.recipientName,
		roles: ["Customer"],
		contactId: String(link.contactId),
		...(link.resourceType === "Customer" ? { customerId: link.resourceUid } : {}),
	};
}

/** What of a link says where its visits are. */
type Visited = Pick<LinkRow, "uid" | "resourceType" | "resourceUid">;

/**
 * Closes what stands open by a link, for good: its sockets close at once and the recipient leaves the room. To be called when the record says
 * that the link is revoked, so that nobody comes in behind it.
 */
export async function endVisits(env: Env, tenantId: string, link: Visited): Promise<void> {
	await sendAway(env, tenantId, link, { leaves: true });
}

/** Closes what stands open by one session of a link, or by all; those that are still good may come back. */
export async function closeVisits(env: Env, tenantId: string, link: Visited, sessionHash?: string): Promise<void> {
	await sendAway(env, tenantId, link, { visitId: sessionHash, leaves: false });
}

async function sendAway(
	env: Env,
	tenantId: string,
	link: Visited,
	which: { visitId?: string | undefined; leaves: boolean },
): Promise<void> {
	if (link.resourceType === CHAT) await roomOf(env, link.resourceUid).endVisits(tenantId, userIdOf(link), which);
}

/** The recipient of a link as rooms know it. */
export function userIdOf({ uid }: Pick<LinkRow, "uid">): string {
	return visitorUserId(`link-${uid}`);
}
