import * as z from "zod";
import { successStatus } from "../http/response-status.ts";
import { guid, text } from "../rooms/frames.ts";
import { statuses } from "./transitions.ts";

const status = z.enum(statuses).meta({ dto: "ConnectionStatus" });
const reason = text.max(500).optional();
const contactTypeId = guid.meta({
	description: "Type of contact being connected with. For e.g. Real Person, Virtual Person etc.",
});
const roleId = guid.meta({ description: "Role Id linked to the connection request" });

/** A request, or a block of somebody who never asked. */
export const connectionRequest = z.object({
	contactId: guid
		.optional()
		.meta({ description: "The contact that asks: for staff any, for everybody else their own" }),
	toContactId: guid.meta({ description: "The contact that is asked" }),
	contactTypeId: contactTypeId.optional().meta({ description: "Type of the contact that is asked, if not its own" }),
	roleId,
	reason,
});
export type ConnectionRequest = z.infer<typeof connectionRequest>;

/** `ConnectionStatusUpdate` of seed 003. The three ids must be those of the connection. */
export const connectionStatusUpdate = z.object({
	connectionId: guid.optional().meta({ description: "Connection to be updated" }),
	contactId: guid.meta({ description: "Id of the contact linked to the connection" }),
	contactTypeId,
	roleId,
});
/** The same for the actions that the seed does not have: they may give a reason. */
export const connectionAction = z.object({ ...connectionStatusUpdate.shape, reason });
/** `ConnectionRequestStatusUpdate`, the same as its publishers have it for requests. */
export const connectionRequestStatusUpdate = z.object({
	connectionRequestId: guid.optional(),
	contactId: guid,
	roleId: guid,
});

/** What an action says of the connection it means. */
export type Guard = { contactId: string; contactTypeId?: string; roleId: string; reason?: string | undefined };

export const connectionPath = z.object({ ConnectionId: guid });
export const connectionRequestPath = z.object({ ConnectionRequestId: guid });

export const connectionListQuery = z.object({
	status: status.optional(),
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

const responseStatus = successStatus;

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
		status,
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
		type: z.enum([...statuses, "Unblocked"]).meta({ dto: "ConnectionEventType" }),
		status,
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
