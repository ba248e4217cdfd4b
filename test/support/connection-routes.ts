import type { Permission } from "../../src/auth/permissions.ts";
import { unique } from "./client.ts";
import { Circle, guardOf, type Acquaintance, type Pair } from "./circle.ts";
import type { Call, Property, RouteCase } from "./every-route.ts";

const VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Each action's route, the contact it is for, and what comes before it. */
const actions = [
	["/api/connections/:ConnectionId/accept", "asked"],
	["/api/connections/:ConnectionId/decline", "asked"],
	["/api/connections/:ConnectionId/cancel", "asks"],
	["/api/connections/:ConnectionId/remove", "asks", "accept"],
	["/api/connections/:ConnectionId/block", "asks"],
	["/api/connections/:ConnectionId/unblock", "asked", "block"],
	["/api/connectionrequests/:ConnectionRequestId/accept", "asked"],
	["/api/connectionrequests/:ConnectionRequestId/ignore", "asked"],
	["/api/connectionrequests/:ConnectionRequestId/decline", "asked"],
	["/api/connectionrequests/:ConnectionRequestId/cancel", "asks"],
] as const;

/** What acme has of people: two contacts that are free, a connection for each way to change one, terms that nothing uses. */
export type People = Pair & {
	unusedTypeId: string;
	unusedRoleId: string;
	unused: Acquaintance;
	connections: ReadonlyMap<string, Pair & { id: string }>;
	connectionId: string;
};

/** Gives a tenant people and connections. */
export async function people(tenant: string): Promise<People> {
	const circle = await Circle.found(tenant);
	const [pair, unusedRoleId, unused, added] = await Promise.all([
		circle.requested(),
		circle.role(),
		circle.contact(),
		circle.manager.call("POST", "/api/contacttypes", { name: unique("type") }),
	]);
	const routes = actions.flatMap(([path, , before]) => VERBS.map((verb) => [`${verb} ${path}`, before] as const));
	const connections = await Promise.all(
		routes.map(async ([route, before]) => {
			const requested = await circle.requested();
			if (before)
				await circle.manager.call(
					"POST",
					`/api/connections/${requested.id}/${before}`,
					guardOf(requested, requested.asked),
				);
			return [route, requested] as const;
		}),
	);
	return {
		...pair,
		connectionId: pair.id,
		unusedTypeId: added.body.contactType.contactTypeId,
		unusedRoleId,
		unused,
		connections: new Map(connections),
	};
}

type CallOf = (people: People) => Omit<Call, "method">;

function ofPeople(
	permission: Permission,
	route: string,
	callOf: CallOf,
	stranger: RouteCase["stranger"] = "not found",
	shows?: (people: People) => string,
): RouteCase {
	const [method = ""] = route.split(" ");
	return {
		route,
		permission,
		envelope: "status",
		stranger,
		by: "Manager",
		call: ({ people }: Property) => ({ method, ...callOf(people) }),
		...(shows ? { shows: ({ people }: Property) => shows(people) } : {}),
	};
}

const contact = (rest: string) => (own: People) => `/v1/contact/${own.asks.contactId}${rest}`;
const request = ({ asks, asked, contactTypeId, roleId }: People) => ({
	contactId: asks.contactUid,
	toContactId: asked.contactUid,
	contactTypeId,
	roleId,
});

const manage = "contacts:manage";
const use = "connections:use";
const administer = "connections:administer";

/** Every route of contacts, their terms and connections. */
export const connectionRoutes: readonly RouteCase[] = [
	ofPeople(
		manage,
		"GET /v1/contact",
		() => ({ path: "/v1/contact?countPerPage=200" }),
		"shown nothing",
		(own) => own.asks.contactUid,
	),
	ofPeople(manage, "POST /v1/contact", () => ({ path: "/v1/contact", body: { name: "Nia" } }), "served"),
	ofPeople(manage, "GET /v1/contact/:ContactId", (own) => ({ path: contact("")(own) })),
	ofPeople(manage, "PATCH /v1/contact/:ContactId", (own) => ({ path: contact("")(own), body: { name: "Nia" } })),
	ofPeople(manage, "GET /v1/contact/:ContactId/SmsConsent", (own) => ({ path: contact("/SmsConsent")(own) })),
	ofPeople(manage, "DELETE /v1/contact/:ContactId", (own) => ({ path: `/v1/contact/${own.unused.contactId}` })),
	...(
		[
			["/api/contacttypes", "ContactTypeId", "contactTypeId", "unusedTypeId"],
			["/api/connectionroles", "RoleId", "roleId", "unusedRoleId"],
		] as const
	).flatMap(([path, parameter, id, unused]) => [
		ofPeople(
			use,
			`GET ${path}`,
			() => ({ path }),
			"shown nothing",
			(own) => own[id],
		),
		ofPeople(administer, `POST ${path}`, () => ({ path, body: { name: unique("term") } }), "served"),
		...["PUT", "PATCH"].map((method) =>
			ofPeople(administer, `${method} ${path}/:${parameter}`, (own) => ({
				path: `${path}/${own[unused]}`,
				body: { name: unique("term") },
			})),
		),
		ofPeople(administer, `DELETE ${path}/:${parameter}`, (own) => ({ path: `${path}/${own[unused]}` })),
	]),
	ofPeople(
		use,
		"GET /api/connections",
		() => ({ path: "/api/connections?countPerPage=200" }),
		"shown nothing",
		(own) => own.connectionId,
	),
	ofPeople(use, "POST /api/connections", (own) => ({ path: "/api/connections", body: request(own) })),
	ofPeople(use, "GET /api/connections/:ConnectionId", (own) => ({ path: `/api/connections/${own.connectionId}` })),
	ofPeople(use, "GET /api/connections/:ConnectionId/events", (own) => ({
		path: `/api/connections/${own.connectionId}/events`,
	})),
	ofPeople(use, "POST /api/connections/block", (own) => ({ path: "/api/connections/block", body: request(own) })),
	...actions.flatMap(([path, end]) =>
		VERBS.map((verb) =>
			ofPeople(use, `${verb} ${path}`, ({ connections }) => {
				const pair = connections.get(`${verb} ${path}`);
				if (!pair) throw new Error(`nothing was prepared for ${verb} ${path}`);
				const query = new URLSearchParams(guardOf(pair, pair[end])).toString();
				return { path: `${path.replace(/:\w+/, pair.id)}?${query}` };
			}),
		),
	),
];
