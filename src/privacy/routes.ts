import { Hono } from "hono";
import { requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { staffOf } from "../auth/staff.ts";
import { erase, erasuresOf } from "./erasure.ts";
import { exportPage } from "./export.ts";
import * as operations from "./operations.ts";
import * as schema from "./schema.ts";

const officer = requires("privacy:manage");

/** What the law gives people a right to: all that is held about them, and that it goes. */
export const privacy = new Hono<FoyerEnv>()
	.post("/export", operations.exportData, officer, valid("json", schema.exportBody), async (c) =>
		c.json(await exportPage(staffOf(c), c.req.valid("json"))),
	)
	.post("/erase", operations.eraseData, officer, valid("json", schema.eraseBody), async (c) =>
		c.json(await erase(staffOf(c), c.req.valid("json"))),
	)
	.get("/erasures", operations.erasures, officer, valid("query", schema.erasuresQuery), async (c) =>
		c.json(await erasuresOf(staffOf(c).tenant, c.req.valid("query"))),
	);

privacy.onError(respondWithStatus);
