import { allows } from "../auth/permissions.ts";
import { isOpenTo } from "../chats/chat.ts";
import { readConnection, standingOf } from "../connections/connection.ts";
import { customerOf } from "../customers/directory.ts";
import { Failure } from "../http/failure.ts";
import { parseGuid } from "../rooms/room-id.ts";
import { isBuiltIn, type BuiltIn, type ResourceType } from "./resource-type.ts";
import type { Staff } from "../auth/staff.ts";

/** What is known of a resource that a link may lead to. */
export type Resource = {
	/** The only contact it may be shown to, by its GUID, where there is one. */
	recipientUid?: string | undefined;
};

/**
 * A resource as somebody of the staff may link to it: a chat they see, a customer of the tenant, a connection they see and that waits for an
 * answer. Ids of registered types are the tenant's own and not looked at. Throws 404 when there is none.
 */
export async function readResource(staff: Staff, { name }: ResourceType, uid: string): Promise<Resource> {
	if (!isBuiltIn(name)) return {};
	try {
		return await readers[name](staff, uid);
	} catch (error) {
		if (error instanceof Failure && error.status === 404) throw notFound(name);
		throw error;
	}
}

const readers: Record<BuiltIn, (staff: Staff, uid: string) => Promise<Resource>> = {
	async Chat({ tenant, principal }, uid) {
		const { roles, userId } = principal;
		const isAdministrator = allows(roles, "chat:administer") || allows(roles, "tenants:all");
		if (!(await isOpenTo(tenant, { userId, isAdministrator }, uid))) throw notFound("Chat");
		return {};
	},
	/** Agents, who do not read the directory, may still send its customers their own profiles. */
	async Customer({ env, tenant, principal }, uid) {
		const directory = { ...tenant, search: env.SEARCH };
		await customerOf({ directory, userId: principal.userId, root: "", rootSize: 0 }, uid);
		return {};
	},
	/** Accepting and declining are for the contact that is asked. */
	async Connection({ tenant, principal }, uid) {
		const connection = await readConnection(tenant, await standingOf(tenant, principal), uid);
		if (connection.status !== "Requested")
			throw new Failure("ConnectionNotPending", "This connection is not waiting for an answer.");
		return { recipientUid: parseGuid(connection.toContactId) };
	},
};

function notFound(name: string): Failure {
	return new Failure("ResourceNotFound", `There is no such ${name.toLowerCase()}.`);
}
