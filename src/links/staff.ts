import { allows } from "../auth/permissions.ts";
import type { Staff } from "../auth/staff.ts";

/** The user whose links are all that somebody may see; undefined for whoever may see everybody's. */
export function ownOnly({ principal: { roles, userId } }: Pick<Staff, "principal">): string | undefined {
	return allows(roles, "links:supervise") ? undefined : userId;
}

/** The staff as the audit knows them. */
export function actorOf({ principal }: Pick<Staff, "principal">): { type: "User"; id: string } {
	return { type: "User", id: principal.userId };
}
