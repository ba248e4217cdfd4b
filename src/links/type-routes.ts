import { Hono } from "hono";
import { actingTenant } from "../auth/acting-tenant.ts";
import { principal, requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import * as operations from "./operations.ts";
import { policyOf, readType, registerType, setPolicy, typeInfoOf, typesOf } from "./resource-type.ts";
import * as schema from "./schema.ts";

const staff = requires("links:manage");
const administrator = requires("links:administer");
const typePath = valid("param", schema.typePath);
const policyPath = valid("param", schema.policyPath);

/** What links can lead to besides the types that are built in. */
export const resourceTypes = new Hono<FoyerEnv>()
	.get("/", operations.listTypes, staff, async (c) => c.json({ resourceTypes: await typesOf(actingTenant(c)) }))
	.get("/:Name", operations.readType, staff, typePath, async (c) =>
		c.json({ resourceType: typeInfoOf(await readType(actingTenant(c), c.req.valid("param").Name)) }),
	)
	.put("/:Name", operations.putType, administrator, typePath, valid("json", schema.typeBody), async (c) => {
		const { Name } = c.req.valid("param");
		return c.json({ resourceType: await registerType(actingTenant(c), principal(c), Name, c.req.valid("json")) });
	});

/** What a tenant asks of the links to a type of resources. */
export const linkPolicies = new Hono<FoyerEnv>()
	.get("/:ResourceType", operations.readPolicy, staff, policyPath, async (c) =>
		c.json({ linkPolicy: await policyOf(actingTenant(c), c.req.valid("param").ResourceType) }),
	)
	.put(
		"/:ResourceType",
		operations.putPolicy,
		administrator,
		policyPath,
		valid("json", schema.policyBody),
		async (c) => {
			const { ResourceType } = c.req.valid("param");
			const { sensitivityTier } = c.req.valid("json");
			return c.json({ linkPolicy: await setPolicy(actingTenant(c), principal(c), ResourceType, sensitivityTier) });
		},
	);

resourceTypes.onError(respondWithStatus);
linkPolicies.onError(respondWithStatus);
