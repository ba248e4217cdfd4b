import * as z from "zod";
import { guid, text } from "../rooms/frames.ts";
import { statuses } from "./transitions.ts";

const reason = text.max(500).optional();
/** Which contact acts: for staff any of the tenant, for everybody else their own. */
const contactId = guid;

/** A request, or a block of somebody who never asked. `contactTypeId` is the other's own type unless it is given. */
export const connectionRequest = z.object({
	contactId: contactId.optional(),
	toContactId: guid,
	contactTypeId: guid.optional(),
	roleId: guid,
	reason,
});
export type ConnectionRequest = z.infer<typeof connectionRequest>;

/** `ConnectionStatusUpdate` of seed 003. The three ids must be those of the connection. */
export const connectionStatusUpdate = z.object({
	connectionId: guid.optional(),
	contactId,
	contactTypeId: guid,
	roleId: guid,
	reason,
});
/** `ConnectionRequestStatusUpdate`, the same as its publishers have it for requests. */
export const connectionRequestStatusUpdate = z.object({
	connectionRequestId: guid.optional(),
	contactId,
	roleId: guid,
	reason,
});

/** What an action says of the connection it means. */
export type Guard = {
	contactId: string;
	contactTypeId?: string | undefined;
	roleId: string;
	reason?: string | undefined;
};

export const connectionPath = z.object({ ConnectionId: guid });
export const connectionRequestPath = z.object({ ConnectionRequestId: guid });

export const connectionListQuery = z.object({
	status: z.enum(statuses).optional(),
	/** Either end. */
	contactId: guid.optional(),
	countPerPage: z.int().min(1).max(200).default(25),
	/** Where the last page ended. */
	cursor: guid.optional(),
});
export type ConnectionListQuery = z.infer<typeof connectionListQuery>;

export const connectionEventsQuery = z.object({
	/** The version after which to read on. */
	after: z.int().min(0).default(0),
	take: z.int().min(1).max(200).default(50),
});
export type ConnectionEventsQuery = z.infer<typeof connectionEventsQuery>;

const id = z.string().meta({ format: "guid" });
const instant = z.iso.datetime({ precision: 3 }).meta({ format: "date-time" });

/** This family writes its nulls, as its publisher does: `{"ResponseStatus":null}` is a success. */
const responseStatus = z
	.object({ message: z.string(), meta: z.record(z.string(), z.string()) })
	.meta({ dto: "ResponseStatus" })
	.nullable();
export type ResponseStatus = z.infer<typeof responseStatus>;

const connectionInfo = z
	.object({
		connectionId: id,
		contactId: id.meta({ description: "The contact that asked" }),
		contactName: z.string().nullable(),
		toContactId: id.meta({ description: "The contact that was asked" }),
		toContactName: z.string().nullable(),
		contactTypeId: id,
		contactTypeName: z.string().nullable(),
		roleId: id,
		roleName: z.string().nullable(),
		status: z.enum(statuses),
		blockedByContactIds: z.array(id),
		reason: z.string().nullable(),
		dateRequested: instant,
		dateResponded: instant.nullable(),
		dateEnded: instant.nullable(),
		cooldownUntil: instant.nullable(),
		expiresAt: instant.nullable(),
		version: z.int(),
	})
	.meta({ dto: "Connection" });
export type Connection = z.infer<typeof connectionInfo>;

const eventInfo = z
	.object({
		version: z.int(),
		type: z.enum([...statuses, "Unblocked"]),
		status: z.enum(statuses),
		contactId: id.nullable(),
		userId: z.string().nullable(),
		reason: z.string().nullable(),
		dateCreated: instant,
	})
	.meta({ dto: "ConnectionEvent" });
export type ConnectionEvent = z.infer<typeof eventInfo>;

export const connectionStatusUpdateResponse = z
	.object({ responseStatus })
	.meta({ dto: "ConnectionStatusUpdateResponse" });
export const connectionResponse = z
	.object({ connection: connectionInfo, responseStatus })
	.meta({ dto: "ConnectionResponse" });
export const connectionListResponse = z
	.object({
		connections: z.array(connectionInfo),
		hasMorePages: z.boolean(),
		cursor: id.nullable(),
		responseStatus,
	})
	.meta({ dto: "ConnectionListResponse" });
export const connectionEventsResponse = z
	.object({ events: z.array(eventInfo), hasMore: z.boolean(), responseStatus })
	.meta({ dto: "ConnectionEventsResponse" });
