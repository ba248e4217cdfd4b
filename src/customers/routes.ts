import { Hono } from "hono";
import type { Context } from "hono";
import { actingTenant } from "../auth/acting-tenant.ts";
import { principal, requires } from "../auth/authenticate.ts";
import { respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { wantedVersion } from "../http/if-match.ts";
import { valid } from "../http/validate.ts";
import { changeCustomer, createCustomer, deleteCustomer, placeCustomer, readCustomer } from "./customer.ts";
import { visit, type Visit } from "./directory.ts";
import { listCustomers } from "./list.ts";
import { inheritedSchedule, stateOf } from "./schedules.ts";
import { customers as described } from "./operations.ts";
import * as schema from "./schema.ts";

const readers = requires("customers:read");
const writers = requires("customers:write");
const path = valid("param", schema.customerPath);

/** The directory: section 6 of the contract, the wire types of seed 002. */
export const customers = new Hono<FoyerEnv>()
	.get("/", described.list, readers, valid("query", schema.listQuery), async (c) => {
		return c.json(await listCustomers(await visitOf(c), c.req.valid("query")));
	})
	.post("/", described.create, writers, valid("json", schema.newCustomer), async (c) => {
		const made = await createCustomer(await visitOf(c), c.req.valid("json"));
		return shown(c, made);
	})
	.get("/:CustomerId", described.read, readers, path, valid("query", schema.customerQuery), async (c) => {
		const { resolve } = c.req.valid("query");
		return shown(c, await readCustomer(await visitOf(c), c.req.valid("param").CustomerId, resolve));
	})
	.put("/:CustomerId", described.put, writers, path, valid("json", schema.customerPut), async (c) => {
		const { CustomerId } = c.req.valid("param");
		return shown(c, await changeCustomer(await visitOf(c), CustomerId, c.req.valid("json"), "put", wantedVersion(c)));
	})
	.patch("/:CustomerId", described.patch, writers, path, valid("json", schema.customerPatch), async (c) => {
		const { CustomerId } = c.req.valid("param");
		return shown(c, await changeCustomer(await visitOf(c), CustomerId, c.req.valid("json"), "patch", wantedVersion(c)));
	})
	.delete("/:CustomerId", described.delete, writers, path, valid("query", schema.deleteQuery), async (c) => {
		const { cascade } = c.req.valid("query");
		await deleteCustomer(await visitOf(c), c.req.valid("param").CustomerId, cascade, wantedVersion(c));
		return c.body(null, 204);
	})
	.post("/:CustomerId/move", described.move, writers, path, valid("json", schema.moveBody), async (c) => {
		const { CustomerId } = c.req.valid("param");
		const { parentCustomerId } = c.req.valid("json");
		return shown(c, await placeCustomer(await visitOf(c), CustomerId, parentCustomerId, wantedVersion(c)));
	})
	.get("/:CustomerId/state", described.state, readers, path, valid("query", schema.stateQuery), async (c) => {
		const { at } = c.req.valid("query");
		return c.json(await stateOf(await visitOf(c), c.req.valid("param").CustomerId, instantOf(at)));
	})
	.get("/:CustomerId/inherited-schedule", described.inheritedSchedule, readers, path, async (c) =>
		c.json(await inheritedSchedule(await visitOf(c), c.req.valid("param").CustomerId)),
	)
	.post(
		"/:CustomerId/test-schedule",
		described.testSchedule,
		readers,
		path,
		valid("json", schema.testScheduleBody),
		async (c) => {
			const { at, schedule: tried } = c.req.valid("json");
			return c.json(await stateOf(await visitOf(c), c.req.valid("param").CustomerId, instantOf(at), tried));
		},
	)
	.post("/:CustomerId/staging", described.staging, writers, path, valid("json", schema.stagingBody), async (c) => {
		const { CustomerId } = c.req.valid("param");
		return shown(c, await changeCustomer(await visitOf(c), CustomerId, c.req.valid("json"), "patch", wantedVersion(c)));
	});

customers.onError(respondWithStatus);

/** The caller before the directory of the tenant that the request is about. */
export function visitOf(c: Context<FoyerEnv>): Promise<Visit> {
	return visit(actingTenant(c), c.env.SEARCH, principal(c));
}

function shown(c: Context<FoyerEnv>, customer: { version: number }): Response {
	c.header("ETag", `"${customer.version}"`);
	return c.json(customer);
}

function instantOf(at: string | undefined): Date {
	return at === undefined ? new Date() : new Date(at);
}
