import type { Caller } from "../rooms/model.ts";
import { allows, type Role } from "./permissions.ts";

/** Who a verified credential stands for. */
export type Principal = {
	kind: "user" | "service";
	tenantId: string;
	userId: string;
	name: string;
	roles: readonly Role[];
	email?: string;
	/** The number that the tenant's own system has for the agent, where the token names one. */
	agentId?: number;
	/** The contact that the caller is, where the token names one: its GUID or its number. */
	contactId?: string;
	/** The customer that the caller speaks for, where the token names one. */
	customerId?: string;
	/** When the credential expires, in ms; keys may never. */
	until?: number;
};

/** The principal as rooms know staff. */
export function callerOf(principal: Principal): Caller {
	return {
		tenantId: principal.tenantId,
		userId: principal.userId,
		name: principal.name,
		kind: "Agent",
		isAdministrator: allows(principal.roles, "chat:administer"),
		...(principal.until === undefined ? {} : { until: principal.until }),
	};
}
