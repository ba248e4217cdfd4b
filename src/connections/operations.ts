import { operation } from "../http/operation.ts";
import * as schema from "./schema.ts";

export const request = operation({
	name: "RequestConnection",
	summary: "Asks a contact for a connection, or accepts the request that came the other way",
	answer: schema.connectionResponse,
});
export const blockContact = operation({
	name: "BlockContact",
	summary: "Blocks a contact, whether there is a connection or not",
	answer: schema.connectionResponse,
});
export const list = operation({
	name: "ListConnections",
	summary: "Lists connections, the newest first",
	answer: schema.connectionListResponse,
	table: "connections",
});
export const read = operation({
	name: "GetConnection",
	summary: "Reads a connection",
	answer: schema.connectionResponse,
});
export const events = operation({
	name: "ConnectionEvents",
	summary: "Reads the history of a connection",
	answer: schema.connectionEventsResponse,
	table: "events",
});

const update = (name: string, summary: string) =>
	operation({ name, summary, answer: schema.connectionStatusUpdateResponse });

/** Of seed 003, whose page shows these two routes. */
const statusUpdate = update("ConnectionStatusUpdate", "Update the status of the specified connection");

/** What can be done with a connection, by the last segment of its path: the operation and its members. */
export const actions = {
	cancel: [statusUpdate, schema.connectionStatusUpdate],
	remove: [statusUpdate, schema.connectionStatusUpdate],
	accept: [update("ConnectionAccept", "Accepts a request for a connection"), schema.connectionAction],
	decline: [update("ConnectionDecline", "Declines a request for a connection"), schema.connectionAction],
	block: [update("ConnectionBlock", "Blocks the other contact of a connection"), schema.connectionAction],
	unblock: [update("ConnectionUnblock", "Takes back the block of a connection"), schema.connectionAction],
} as const;

/** What the publishers of seed 003 have for requests. They ignore one without a word; here that is to decline it. */
export const requestUpdate = update(
	"ConnectionRequestStatusUpdate",
	"Update the status of the specified connection request",
);
export const requestActions = { accept: "accept", ignore: "decline", decline: "decline", cancel: "cancel" } as const;
