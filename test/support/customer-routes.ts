import { Person, unique } from "./client.ts";
import type { Call, Property, RouteCase } from "./every-route.ts";

/** What acme has of customers: a parent and a child, and what belongs to nobody. */
export type Holdings = { parentId: string; childId: string; accountId: string; tagId: string };

/** Gives a tenant customers, an account and a tag. */
export async function holdings(tenant: string): Promise<Holdings> {
	const mia = await Person.signIn("Manager", tenant);
	const made = async (path: string, body: object): Promise<string> => (await mia.call("POST", path, body)).body.id;
	const parentId = await made("/customers", { name: unique("Parent") });
	return {
		parentId,
		childId: await made("/customers", { name: unique("Child"), parentCustomerId: parentId }),
		accountId: await made("/accounts", { name: unique("account") }),
		tagId: await made("/tags", { name: unique("tag") }),
	};
}

type CallOf = (own: Holdings) => Omit<Call, "method">;

function kept(route: string, stranger: RouteCase["stranger"], callOf: CallOf, shows?: keyof Holdings): RouteCase {
	const [method = ""] = route.split(" ");
	return {
		route,
		permission: "customers:write",
		envelope: "status",
		by: "Manager",
		stranger,
		call: ({ holdings: own }: Property) => ({ method, ...callOf(own) }),
		...(shows ? { shows: ({ holdings: own }: Property) => own[shows] } : {}),
	};
}

function read(...inputs: Parameters<typeof kept>): RouteCase {
	return { ...kept(...inputs), permission: "customers:read" };
}

const child = ({ childId }: Holdings, rest = "") => `/customers/${childId}${rest}`;

/** The directory's routes. */
export const customerRoutes: readonly RouteCase[] = [
	read("GET /customers", "shown nothing", () => ({ path: "/customers?countPerPage=200" }), "childId"),
	read("GET /customers.csv", "shown nothing", () => ({ path: "/customers.csv" }), "childId"),
	read("GET /customers/:CustomerId", "not found", (own) => ({ path: child(own) })),
	read("GET /customers/:CustomerId/state", "not found", (own) => ({ path: child(own, "/state") })),
	read("GET /customers/:CustomerId/inherited-schedule", "not found", (own) => ({
		path: child(own, "/inherited-schedule"),
	})),
	read("POST /customers/:CustomerId/test-schedule", "not found", (own) => ({
		path: child(own, "/test-schedule"),
		body: {},
	})),
	kept("POST /customers", "served", () => ({ path: "/customers", body: { name: "New" } })),
	kept("POST /customers/import", "served", () => ({
		path: "/customers/import",
		body: "name",
		headers: { "Content-Type": "text/csv" },
	})),
	kept("PUT /customers/:CustomerId", "not found", (own) => ({ path: child(own), body: { name: "Put" } })),
	kept("PATCH /customers/:CustomerId", "not found", (own) => ({ path: child(own), body: { name: "Patched" } })),
	kept("POST /customers/:CustomerId/staging", "not found", (own) => ({
		path: child(own, "/staging"),
		body: { isStaging: true },
	})),
	kept("POST /customers/:CustomerId/move", "not found", (own) => ({ path: child(own, "/move"), body: {} })),
	kept("DELETE /customers/:CustomerId", "not found", (own) => ({ path: child(own) })),
	kept("GET /accounts", "shown nothing", () => ({ path: "/accounts" }), "accountId"),
	kept("POST /accounts", "served", () => ({ path: "/accounts", body: { name: unique("account") } })),
	kept("GET /accounts/:AccountId", "not found", ({ accountId }) => ({ path: `/accounts/${accountId}` })),
	kept("PATCH /accounts/:AccountId", "not found", ({ accountId }) => ({
		path: `/accounts/${accountId}`,
		body: { name: "Patched" },
	})),
	kept("DELETE /accounts/:AccountId", "not found", ({ accountId }) => ({ path: `/accounts/${accountId}` })),
	kept("GET /tags", "shown nothing", () => ({ path: "/tags" }), "tagId"),
	kept("POST /tags", "served", () => ({ path: "/tags", body: { name: unique("tag") } })),
	kept("GET /tags/:TagId", "not found", ({ tagId }) => ({ path: `/tags/${tagId}` })),
	kept("PUT /tags/:TagId", "not found", ({ tagId }) => ({ path: `/tags/${tagId}`, body: { name: unique("put") } })),
	kept("PATCH /tags/:TagId", "not found", ({ tagId }) => ({ path: `/tags/${tagId}`, body: { color: "Red" } })),
	kept("DELETE /tags/:TagId", "not found", ({ tagId }) => ({ path: `/tags/${tagId}` })),
];
