import { Hono } from "hono";
import { getMimeType } from "hono/utils/mime";
import { open } from "../auth/authenticate.ts";
import { Failure, respondWithStatus } from "./failure.ts";
import type { FoyerEnv } from "./foyer-env.ts";

/** The files that pages use: what `scripts/assets.ts` gathers. */
export const assets = new Hono<FoyerEnv>().get("/:file", open("files that pages use"), async (c) => {
	const file = await c.env.ASSETS.fetch(c.req.raw);
	if (!file.ok && file.status !== 304) throw new Failure("NotFound", "There is nothing here.");
	const headers = new Headers(file.headers);
	// `npm start` serves them from the disk, which knows no types.
	headers.set("Content-Type", getMimeType(c.req.param("file")) ?? "application/octet-stream");
	return new Response(file.body, { status: file.status, headers });
});

assets.onError(respondWithStatus);
