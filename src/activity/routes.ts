import { Hono } from "hono";
import { principal, requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { operation } from "../http/operation.ts";
import { valid } from "../http/validate.ts";
import { activityOf } from "./activity.ts";
import * as schema from "./schema.ts";

const read = operation({
	name: "ActivityRequest",
	summary: "Counts messages and deliveries by the hour, and visitors who wait",
	answer: schema.activityResponse,
	table: "hours",
});

/** What goes on in the caller's tenant. */
export const activity = new Hono<FoyerEnv>().get(
	"/",
	read,
	requires("activity:read"),
	valid("query", schema.activityQuery),
	async (c) => c.json(await activityOf(c.env, principal(c).tenantId, c.req.valid("query").hours)),
);

activity.onError(respondWithStatus);
