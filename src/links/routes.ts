import { Hono, type Context } from "hono";
import { requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { wantedVersion } from "../http/if-match.ts";
import { valid } from "../http/validate.ts";
import { changeLink, unlock, type Outcome } from "./change.ts";
import { createLink } from "./create.ts";
import { deliveriesFor, eventsOf } from "./history.ts";
import { linkFor, presented } from "./link.ts";
import { linksOf } from "./list.ts";
import * as operations from "./operations.ts";
import { resend } from "./resend.ts";
import { revoke, revokeMany } from "./revoke.ts";
import * as schema from "./schema.ts";
import { staffOf } from "../auth/staff.ts";

const staff = requires("links:manage");
const path = valid("param", schema.linkPath);

/** Customer links, the side of the staff: section 5 of the contract, the wire types of seed 001. */
export const customerLinks = new Hono<FoyerEnv>()
	.get("/", operations.list, staff, valid("query", schema.listQuery), async (c) =>
		c.json(await linksOf(staffOf(c), c.req.valid("query"))),
	)
	.post("/", operations.create, staff, valid("json", schema.createRequest), async (c) =>
		c.json(await createLink(staffOf(c), c.req.valid("json"), c.req.header("Idempotency-Key"))),
	)
	.post("/revoke", operations.revokeMany, staff, valid("json", schema.revokeManyBody), async (c) =>
		c.json(await revokeMany(staffOf(c), c.req.valid("json"))),
	)
	.get(
		"/resource/:ResourceType/:ResourceUid",
		operations.list,
		staff,
		valid("param", schema.resourcePath),
		valid("query", schema.resourceListQuery),
		async (c) => {
			const { ResourceType: resourceType, ResourceUid: resourceUid } = c.req.valid("param");
			return c.json(await linksOf(staffOf(c), { ...c.req.valid("query"), resourceType, resourceUid }));
		},
	)
	.get("/:CustomerLinkUID", operations.read, staff, path, async (c) => {
		const row = await linkFor(staffOf(c), c.req.valid("param").CustomerLinkUID);
		c.header("ETag", `"${row.version}"`);
		return c.json({ link: presented(row) });
	})
	.patch("/:CustomerLinkUID", operations.change, staff, path, valid("json", schema.linkPatch), async (c) => {
		const { CustomerLinkUID } = c.req.valid("param");
		return shown(c, await changeLink(staffOf(c), CustomerLinkUID, c.req.valid("json"), wantedVersion(c)));
	})
	.post("/:CustomerLinkUID/revoke", operations.revoke, staff, path, valid("json", schema.revokeBody), async (c) =>
		shown(c, await revoke(staffOf(c), c.req.valid("param").CustomerLinkUID, c.req.valid("json").reason)),
	)
	.post("/:CustomerLinkUID/resend", operations.resend, staff, path, valid("json", schema.resendBody), async (c) =>
		c.json(await resend(staffOf(c), c.req.valid("param").CustomerLinkUID, c.req.valid("json"))),
	)
	.post("/:CustomerLinkUID/unlock", operations.unlock, staff, path, async (c) =>
		shown(c, await unlock(staffOf(c), c.req.valid("param").CustomerLinkUID)),
	)
	.get("/:CustomerLinkUID/events", operations.events, staff, path, valid("query", schema.eventsQuery), async (c) =>
		c.json(await eventsOf(staffOf(c), c.req.valid("param").CustomerLinkUID, c.req.valid("query"))),
	)
	.get("/:CustomerLinkUID/deliveries", operations.deliveries, staff, path, async (c) =>
		c.json({ deliveries: await deliveriesFor(staffOf(c), c.req.valid("param").CustomerLinkUID) }),
	);

customerLinks.onError(respondWithStatus);

function shown(c: Context<FoyerEnv>, { row, isChanged }: Outcome): Response {
	c.header("ETag", `"${row.version}"`);
	return c.json({ link: presented(row), isChanged });
}
