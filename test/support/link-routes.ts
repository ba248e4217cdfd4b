import type { Permission } from "../../src/auth/permissions.ts";
import { unique } from "./client.ts";
import type { Call, Property, RouteCase } from "./every-route.ts";
import { Desk } from "./link-desk.ts";

/** What acme has of links: one for each way to change one, the resource of all of them, a type of its own. */
export type Links = { chatId: string; uids: ReadonlyMap<string, string>; uid: string; typeName: string; mail: string };

const CHANGES = ["PATCH", "revoke", "resend", "unlock"] as const;

/** Gives a tenant links. */
export async function links(tenant: string): Promise<Links> {
	const desk = await Desk.found(tenant);
	const mail = `${unique("kept-from-others")}@recipients.test`;
	const made = await Promise.all(
		[...CHANGES, "read"].map(() => desk.link({ recipientEmail: mail }, desk.administrator)),
	);
	const uids = new Map(CHANGES.map((change, index) => [change, made[index].customerLinkUID as string]));
	return { chatId: desk.chatId, uids, uid: made.at(-1).customerLinkUID, typeName: await desk.type("Sensitive"), mail };
}

type CallOf = (links: Links) => Omit<Call, "method">;

function ofLinks(
	route: string,
	callOf: CallOf,
	stranger: RouteCase["stranger"] = "not found",
	permission: Permission = "links:manage",
): RouteCase {
	const [method = ""] = route.split(" ");
	return {
		route,
		permission,
		envelope: "status",
		stranger,
		code:
			/(resourcetype|linkpolicy)/.test(route) || route === "POST /v1/customerlink"
				? "ResourceNotFound"
				: "LinkNotFound",
		by: "Administrator",
		call: ({ links: own }: Property) => ({ method, ...callOf(own) }),
		...(stranger === "shown nothing" ? { shows: ({ links: own }: Property) => own.mail } : {}),
	};
}

const at = (change: string, rest: string) => (own: Links) => ({
	path: `/v1/customerlink/${own.uids.get(change)}${rest}`,
	body: {},
});

/** Every route of the staff's side of links. */
export const linkRoutes: readonly RouteCase[] = [
	ofLinks("GET /v1/customerlink", () => ({ path: "/v1/customerlink?countPerPage=200" }), "shown nothing"),
	ofLinks("POST /v1/customerlink", ({ chatId, mail }) => ({
		path: "/v1/customerlink",
		body: { resourceType: "Chat", resourceUid: chatId, recipientEmail: mail },
	})),
	ofLinks("GET /v1/customerlink/:CustomerLinkUID", ({ uid }) => ({ path: `/v1/customerlink/${uid}` })),
	ofLinks("PATCH /v1/customerlink/:CustomerLinkUID", at("PATCH", "")),
	ofLinks("POST /v1/customerlink/:CustomerLinkUID/revoke", at("revoke", "/revoke")),
	ofLinks("POST /v1/customerlink/:CustomerLinkUID/resend", at("resend", "/resend")),
	ofLinks("POST /v1/customerlink/:CustomerLinkUID/unlock", at("unlock", "/unlock")),
	ofLinks("GET /v1/customerlink/:CustomerLinkUID/events", ({ uid }) => ({ path: `/v1/customerlink/${uid}/events` })),
	ofLinks("GET /v1/customerlink/:CustomerLinkUID/deliveries", ({ uid }) => ({
		path: `/v1/customerlink/${uid}/deliveries`,
	})),
	ofLinks(
		"GET /v1/customerlink/resource/:ResourceType/:ResourceUid",
		({ chatId }) => ({ path: `/v1/customerlink/resource/Chat/${chatId}` }),
		"shown nothing",
	),
	ofLinks(
		"POST /v1/customerlink/revoke",
		() => ({ path: "/v1/customerlink/revoke", body: { createdByUserId: unique("nobody") } }),
		"served",
	),
	ofLinks("GET /v1/resourcetype", () => ({ path: "/v1/resourcetype" }), "served"),
	ofLinks("GET /v1/resourcetype/:Name", ({ typeName }) => ({ path: `/v1/resourcetype/${typeName}` })),
	ofLinks(
		"PUT /v1/resourcetype/:Name",
		({ typeName }) => ({
			path: `/v1/resourcetype/${typeName}`,
			body: { title: "Thing", urlTemplate: "https://acme.test/{resourceUid}" },
		}),
		"served",
		"links:administer",
	),
	ofLinks("GET /v1/linkpolicy/:ResourceType", () => ({ path: "/v1/linkpolicy/Chat" }), "served"),
	ofLinks(
		"PUT /v1/linkpolicy/:ResourceType",
		() => ({ path: "/v1/linkpolicy/Chat", body: { sensitivityTier: "Standard" } }),
		"served",
		"links:administer",
	),
];
