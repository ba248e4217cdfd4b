import { Hono, type Context } from "hono";
import { actingTenant } from "../auth/acting-tenant.ts";
import { principal, requires } from "../auth/authenticate.ts";
import type { TenantDatabase } from "../db/database.ts";
import { Failure, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import type { SuccessStatus } from "../http/response-status.ts";
import { valid, validAnywhere } from "../http/validate.ts";
import { actOn, connectionsOf, historyOf, readConnection, requestConnection, standingOf } from "./connection.ts";
import type { Outcome, Standing } from "./connection.ts";
import * as operations from "./operations.ts";
import * as schema from "./schema.ts";

/** Changing a state by GET is safe here: staff credentials travel in headers, which no page can make a browser send. */
const ALL_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const caller = requires("connections:use");
const path = valid("param", schema.connectionPath);

/** Connections between contacts: section 7 of the contract, the wire types of seed 003. */
export const connections = new Hono<FoyerEnv>()
	.get("/", operations.list, caller, valid("query", schema.connectionListQuery), async (c) => {
		const page = await connectionsOf(...(await standing(c)), c.req.valid("query"));
		return c.json({ ...page, responseStatus: null });
	})
	.post("/", operations.request, caller, valid("json", schema.connectionRequest), async (c) => {
		const outcome = await requestConnection(...(await standing(c)), "request", c.req.valid("json"));
		const isConnected = outcome.connection.status === "Accepted";
		const reason = isConnected ? { reason: "AlreadyConnected" } : {};
		return c.json({ connection: outcome.connection, responseStatus: statusOf(outcome, reason) });
	})
	.post("/block", operations.blockContact, caller, valid("json", schema.connectionRequest), async (c) => {
		const outcome = await requestConnection(...(await standing(c)), "block", c.req.valid("json"));
		return c.json({ connection: outcome.connection, responseStatus: statusOf(outcome) });
	})
	.get("/:ConnectionId", operations.read, caller, path, async (c) => {
		const connection = await readConnection(...(await standing(c)), c.req.valid("param").ConnectionId);
		return c.json({ connection, responseStatus: null });
	})
	.get(
		"/:ConnectionId/events",
		operations.events,
		caller,
		path,
		valid("query", schema.connectionEventsQuery),
		async (c) => {
			const { ConnectionId } = c.req.valid("param");
			const history = await historyOf(...(await standing(c)), ConnectionId, c.req.valid("query"));
			return c.json({ ...history, responseStatus: null });
		},
	);

for (const [action, [operation, members]] of entries(operations.actions)) {
	const update = validAnywhere(members);
	connections.on(ALL_VERBS, `/:ConnectionId/${action}`, operation, caller, path, update, async (c) => {
		const { ConnectionId } = c.req.valid("param");
		const { connectionId, ...guard } = c.req.valid("query");
		checkSameId(ConnectionId, connectionId, "ConnectionId");
		const outcome = await actOn(...(await standing(c)), ConnectionId, action, guard);
		return c.json({ responseStatus: statusOf(outcome) });
	});
}

/** The same for requests, as the publishers of seed 003 have it. */
export const connectionRequests = new Hono<FoyerEnv>();

for (const [name, action] of entries(operations.requestActions)) {
	const update = validAnywhere(schema.connectionRequestStatusUpdate);
	const requestPath = valid("param", schema.connectionRequestPath);
	const route = `/:ConnectionRequestId/${name}` as const;
	connectionRequests.on(ALL_VERBS, route, operations.requestUpdate, caller, requestPath, update, async (c) => {
		const { ConnectionRequestId } = c.req.valid("param");
		const { connectionRequestId, ...guard } = c.req.valid("query");
		checkSameId(ConnectionRequestId, connectionRequestId, "ConnectionRequestId");
		const outcome = await actOn(...(await standing(c)), ConnectionRequestId, action, guard);
		return c.json({ responseStatus: statusOf(outcome) });
	});
}

connections.onError(respondWithStatus);
connectionRequests.onError(respondWithStatus);

async function standing(c: Context<FoyerEnv>): Promise<[TenantDatabase, Standing]> {
	const db = actingTenant(c);
	return [db, await standingOf(db, principal(c))];
}

function checkSameId(inPath: string, elsewhere: string | undefined, fieldName: string): void {
	if (elsewhere === undefined || elsewhere === inPath) return;
	const message = `'${fieldName}' is not that of the path.`;
	const fields = [{ errorCode: "ConnectionIdMismatch", fieldName, message }];
	throw new Failure("ConnectionIdMismatch", message, { fields });
}

/** Null is a success that changed something. */
function statusOf({ isChanged, connection }: Outcome, more: Record<string, string> = {}): SuccessStatus {
	if (isChanged) return null;
	return {
		message: "This was so already.",
		meta: { changed: "false", currentStatus: connection.status, ...more },
	};
}

function entries<Key extends string, Value>(object: Record<Key, Value>): [Key, Value][] {
	return Object.entries(object) as [Key, Value][];
}
