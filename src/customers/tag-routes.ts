import { Hono } from "hono";
import { requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { tags as described } from "./operations.ts";
import { visitOf } from "./routes.ts";
import * as schema from "./schema.ts";
import { changeTag, createTag, deleteTag, readTag, tagsOf } from "./tag.ts";

const staff = requires("customers:write");
const path = valid("param", schema.tagPath);

/** Tags that customers are marked with. Customers see theirs with their rows. */
export const tags = new Hono<FoyerEnv>()
	.get("/", described.list, staff, valid("query", schema.pageQuery), async (c) => {
		const query = c.req.valid("query");
		return c.json(await tagsOf(await visitOf(c), query));
	})
	.post("/", described.create, staff, valid("json", schema.tagBody), async (c) =>
		c.json(await createTag(await visitOf(c), c.req.valid("json"))),
	)
	.get("/:TagId", described.read, staff, path, async (c) =>
		c.json(await readTag(await visitOf(c), c.req.valid("param").TagId)),
	)
	.patch("/:TagId", described.patch, staff, path, valid("json", schema.tagPatch), async (c) => {
		const own = await visitOf(c);
		return c.json(await changeTag(own, c.req.valid("param").TagId, c.req.valid("json")));
	})
	.put("/:TagId", described.put, staff, path, valid("json", schema.tagBody), async (c) => {
		const own = await visitOf(c);
		return c.json(await changeTag(own, c.req.valid("param").TagId, c.req.valid("json")));
	})
	.delete("/:TagId", described.delete, staff, path, async (c) => {
		await deleteTag(await visitOf(c), c.req.valid("param").TagId);
		return c.body(null, 204);
	});

tags.onError(respondWithStatus);
