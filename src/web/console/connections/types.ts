export const statuses = ["Requested", "Accepted", "Declined", "Cancelled", "Removed", "Blocked", "Expired"] as const;
export type Status = (typeof statuses)[number];
export type Action = "accept" | "decline" | "cancel" | "remove" | "block" | "unblock";

/** A connection between two contacts, as `GET /api/connections` answers it. */
export type Connection = {
	connectionId: string;
	/** Who asked. */
	contactId: string;
	contactName?: string | null;
	toContactId: string;
	toContactName?: string | null;
	contactTypeId: string;
	contactTypeName?: string | null;
	roleId: string;
	roleName?: string | null;
	status: Status;
	blockedByContactIds: string[];
	reason?: string | null;
	dateRequested: string;
	dateResponded?: string | null;
	dateEnded?: string | null;
	cooldownUntil?: string | null;
	expiresAt?: string | null;
	version: number;
};

export type ConnectionEvent = {
	version: number;
	type: Status | "Unblocked";
	status: Status;
	contactId?: string | null;
	userId?: string | null;
	reason?: string | null;
	dateCreated: string;
};

export type ConnectionPage = { connections: Connection[]; hasMorePages: boolean; cursor?: string | null };

/** What a tenant names its types of contacts, or its roles of connections. */
export type Term = { id: string; name: string };

export const toneOf: Record<Status, string> = {
	Requested: "badge warn",
	Accepted: "badge accent",
	Declined: "badge",
	Cancelled: "badge",
	Removed: "badge",
	Blocked: "badge danger",
	Expired: "badge",
};
