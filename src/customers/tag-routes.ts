import { Hono } from "hono";
import { principal, requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { visit } from "./directory.ts";
import { tags as described } from "./operations.ts";
import * as schema from "./schema.ts";
import { changeTag, createTag, deleteTag, readTag, tagsOf } from "./tag.ts";

const staff = requires("customers:write");
const ofTenant = valid("query", schema.tenantQuery);
const path = valid("param", schema.tagPath);

/** Tags that customers are marked with. Customers see theirs with their rows. */
export const tags = new Hono<FoyerEnv>()
	.get("/", described.list, staff, valid("query", schema.pageQuery), async (c) => {
		const query = c.req.valid("query");
		return c.json(await tagsOf(await visit(c.env, principal(c), query.tenantId), query));
	})
	.post("/", described.create, staff, ofTenant, valid("json", schema.tagBody), async (c) =>
		c.json(await createTag(await visit(c.env, principal(c), c.req.valid("query").tenantId), c.req.valid("json"))),
	)
	.get("/:TagId", described.read, staff, path, ofTenant, async (c) =>
		c.json(await readTag(await visit(c.env, principal(c), c.req.valid("query").tenantId), c.req.valid("param").TagId)),
	)
	.patch("/:TagId", described.patch, staff, path, ofTenant, valid("json", schema.tagPatch), async (c) => {
		const own = await visit(c.env, principal(c), c.req.valid("query").tenantId);
		return c.json(await changeTag(own, c.req.valid("param").TagId, c.req.valid("json")));
	})
	.put("/:TagId", described.put, staff, path, ofTenant, valid("json", schema.tagBody), async (c) => {
		const own = await visit(c.env, principal(c), c.req.valid("query").tenantId);
		return c.json(await changeTag(own, c.req.valid("param").TagId, c.req.valid("json")));
	})
	.delete("/:TagId", described.delete, staff, path, ofTenant, async (c) => {
		await deleteTag(await visit(c.env, principal(c), c.req.valid("query").tenantId), c.req.valid("param").TagId);
		return c.body(null, 204);
	});

tags.onError(respondWithStatus);
