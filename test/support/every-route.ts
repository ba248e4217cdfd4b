import { env } from "cloudflare:workers";
import type { Access } from "../../src/auth/authenticate.ts";
import type { Permission, Role } from "../../src/auth/permissions.ts";
import { call, Person, unique } from "./client.ts";
import { connectionRoutes, people, type People } from "./connection-routes.ts";
import { customerRoutes, holdings, type Holdings } from "./customer-routes.ts";
import { linkRoutes, links, type Links } from "./link-routes.ts";
import { privacyRoutes } from "./privacy-routes.ts";

/** Who may do what, written down a second time: a slip in the table of `src/auth/permissions.ts` must not pass for what was meant. */
export const holders: Record<Permission, readonly Role[]> = {
	"chat:use": ["Agent", "Administrator"],
	"chat:administer": ["Administrator"],
	"visitors:serve": ["Agent", "Manager", "Administrator"],
	"activity:read": ["Manager", "Administrator"],
	"tenants:all": ["SystemAdministrator"],
	"contacts:manage": ["SystemAdministrator", "Administrator", "Manager", "Agent"],
	"connections:use": ["SystemAdministrator", "Administrator", "Manager", "Agent", "Customer"],
	"connections:administer": ["SystemAdministrator", "Administrator", "Manager"],
	"links:manage": ["SystemAdministrator", "Administrator", "Manager", "Agent"],
	"links:supervise": ["SystemAdministrator", "Administrator", "Manager"],
	"links:administer": ["SystemAdministrator", "Administrator"],
	"customers:read": ["SystemAdministrator", "Manager", "Customer"],
	"customers:write": ["SystemAdministrator", "Manager"],
	"privacy:manage": ["SystemAdministrator", "Administrator"],
};

/** What tenant acme has and tenant globex must not reach. */
export type Property = {
	chatId: string;
	messageId: string;
	memberId: string;
	text: string;
	orgId: string;
	roomId: string;
	people: People;
	holdings: Holdings;
	links: Links;
};

export type Call = { method: string; path: string; body?: unknown; headers?: Record<string, string> };

export type RouteCase = {
	/** As the app mounts it, without a trailing slash. */
	route: string;
	permission: Permission;
	envelope: "status" | "dowell";
	/** A call that succeeds for staff of acme: what is refused to others is not refused for being wrong. */
	call: (property: Property) => Call;
	/** Who of acme's staff it succeeds for; an agent unless it says otherwise. */
	by?: Role;
	/**
	 * What staff of another tenant meet: the id leads nowhere, the list shows none of it, the id is taken, the socket is closed; or they are
	 * served, because the call is about their own tenant.
	 */
	stranger: "not found" | "shown nothing" | "taken" | "closed" | "served";
	/** Of "not found", where it has a name of its own. */
	code?: string;
	/** What a list shows to acme and to nobody else; the chat's id unless it says otherwise. */
	shows?: (property: Property) => string;
};

const upgrade = { Upgrade: "websocket", "Sec-WebSocket-Protocol": "foyer.v1" };

function staff(
	route: string,
	stranger: RouteCase["stranger"],
	callOf: (property: Property) => Omit<Call, "method">,
): RouteCase {
	const [method = ""] = route.split(" ");
	const permission = "chat:use";
	return { route, permission, envelope: "status", stranger, call: (property) => ({ method, ...callOf(property) }) };
}

function ofOrg(route: string, callOf: (property: Property) => Omit<Call, "method">): RouteCase {
	return { ...staff(route, "not found", callOf), permission: "visitors:serve", envelope: "dowell" };
}

function orgSettings(route: string, callOf: (property: Property) => Omit<Call, "method">): RouteCase {
	return { ...staff(route, "not found", callOf), permission: "customers:write", by: "Manager" };
}

const chat = ({ chatId }: Property, rest = "") => `/v1/Chat/${chatId}${rest}`;

/** Every route that asks for a permission, always or (the socket, the staff side of the visitor dialect) for what it is asked here. */
export const guardedRoutes: readonly RouteCase[] = [
	staff("GET /v1/Chat", "shown nothing", () => ({ path: "/v1/Chat?take=200" })),
	staff("GET /v1/Chat", "not found", ({ chatId }) => ({ path: `/v1/Chat?chatId=${chatId}` })),
	staff("POST /v1/Chat", "taken", ({ chatId }) => ({ path: "/v1/Chat", body: { chat: { chatId, chatName: "Mine" } } })),
	staff("GET /v1/Chat/Search", "shown nothing", ({ text }) => ({
		path: `/v1/Chat/Search?q=${encodeURIComponent(text)}`,
	})),
	staff("POST /v1/Chat/Lobby/Ticket", "served", () => ({ path: "/v1/Chat/Lobby/Ticket" })),
	staff("GET /v1/Chat/Lobby", "served", () => ({ path: "/v1/Chat/Lobby", headers: upgrade })),
	staff("PUT /v1/Chat/:ChatId", "not found", (own) => ({ path: chat(own), body: { chat: { chatName: "Renamed" } } })),
	staff("GET /v1/Chat/:ChatId/Messages", "not found", (own) => ({ path: chat(own, "/Messages") })),
	staff("POST /v1/Chat/:ChatId/Messages", "not found", (own) => ({
		path: chat(own, "/Messages"),
		body: { body: "Hello" },
	})),
	staff("PUT /v1/Chat/:ChatId/Messages/:ChatMessageId", "not found", (own) => ({
		path: chat(own, `/Messages/${own.messageId}`),
		body: { body: "Edited" },
	})),
	staff("POST /v1/Chat/:ChatId/Read", "not found", (own) => ({
		path: chat(own, "/Read"),
		body: { lastChatMessageId: own.messageId },
	})),
	staff("GET /v1/Chat/:ChatId/Events", "not found", (own) => ({ path: chat(own, "/Events") })),
	staff("POST /v1/Chat/:ChatId/Ticket", "not found", (own) => ({ path: chat(own, "/Ticket") })),
	staff("GET /v1/Chat/:ChatId/Socket", "closed", (own) => ({ path: chat(own, "/Socket"), headers: upgrade })),
	staff("DELETE /v1/Chat/:ChatId/Messages/:ChatMessageId", "not found", (own) => ({
		path: chat(own, `/Messages/${own.messageId}`),
	})),
	staff("GET /v1/ChatMessage/:ChatMessageId", "not found", ({ messageId }) => ({
		path: `/v1/ChatMessage/${messageId}`,
	})),
	staff("POST /v1/ChatMessage", "not found", ({ chatId }) => ({
		path: "/v1/ChatMessage",
		body: { chatMessage: { chatId, message: "Hello" } },
	})),
	staff("PUT /v1/ChatMember/:ChatMemberId/Archive", "not found", ({ memberId }) => ({
		path: `/v1/ChatMember/${memberId}/Archive`,
	})),
	staff("DELETE /v1/ChatMember/:ChatMemberId", "not found", ({ memberId }) => ({ path: `/v1/ChatMember/${memberId}` })),
	orgSettings("GET /v1/org/:OrgId", ({ orgId }) => ({ path: `/v1/org/${orgId}` })),
	orgSettings("PUT /v1/org/:OrgId", ({ orgId }) => ({ path: `/v1/org/${orgId}`, body: {} })),
	{
		...staff("GET /v1/activity", "served", () => ({ path: "/v1/activity" })),
		permission: "activity:read",
		by: "Administrator",
	},
	ofOrg("GET /api/v2/room-list", ({ orgId }) => ({ path: `/api/v2/room-list/?org_id=${orgId}&product_name=LOGIN` })),
	ofOrg("POST /api/v2/get_QR_Id/:org_id", ({ orgId }) => ({ path: `/api/v2/get_QR_Id/${orgId}/` })),
	ofOrg("POST /api/v2/init/:org_id/:product_name/:user_id", ({ orgId }) => ({
		path: `/api/v2/init/${orgId}/LOGIN/me/`,
	})),
	ofOrg("POST /api/v2/create_master_link", ({ orgId }) => ({
		path: "/api/v2/create_master_link/",
		body: {
			workspace_id: orgId,
			qr_ids: [{ qrid: "qr-1", portfolioName: "door" }],
			product_name: { LOGIN: 1 },
			base_url: "https://acme.test",
		},
	})),
	ofOrg("POST /api/v2/room-service", ({ roomId }) => ({
		path: "/api/v2/room-service/",
		body: {
			type: "create_message",
			room_id: roomId,
			message_data: "Staff here",
			side: true,
			author: "x",
			message_type: "text",
		},
	})),
	...connectionRoutes,
	...customerRoutes,
	...linkRoutes,
	...privacyRoutes,
];

/** Routes that need no credential, by the reason. */
export const openRoutes: Record<string, readonly string[]> = {
	"tells nothing but that this serves": ["GET /health", "GET /health/ready", "GET /api/v2"],
	"development identities; does not exist in production": ["POST /auth/dev"],
	"what was sent in development; does not exist in production": ["GET /dev/outbox", "GET /dev/outbox/:id"],
	"descriptions of the routes tell nothing of what is in them": [
		"GET /metadata",
		"GET /metadata/app",
		"GET /:format{(?:json|jsv|csv|xml|jsonl)}/metadata",
		"GET /operations/metadata",
		"GET /types/metadata",
		"GET /types/:language",
		"GET /openapi.json",
		"GET /docs",
		"GET /assets/:file",
		"GET /",
		"GET /console",
		"GET /console/settings",
		"POST /console/token",
		"GET /widget.js",
		"GET /client.js",
		"GET /client.d.ts",
	],
	"ask for the credential themselves: who calls, and a token for an API key": [
		"GET /auth",
		"POST /auth",
		"GET /auth/:provider",
		"POST /auth/:provider",
		...["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => `${method} /access-token`),
	],
	"the page that links lead to is the same for everybody": ["GET /l", "GET /l/:token", "GET /.well-known/jwks.json"],
	"recipients of links have no account: a token opens a session, which is asked for inside": [
		"open",
		"session",
		"otp",
		"otp/verify",
		"view",
		"ticket",
		"connection",
		"request-new",
		"logout",
	].map((call) => `POST /v1/portal/${call}`),
	"a preflight carries no credential": ["OPTIONS /api/v2/*"],
	"visitors have no account: four fields open their room, its id lets them in": [
		"POST /api/v2/room-control",
		"POST /api/v2/extension",
		"POST /api/v2/openChatRoom",
		"POST /api/v2/login",
		"GET /api/v2/init/:org_id/:product_name/:user_id",
		"GET /api/v2/room-socket/:room_id",
	],
	"visitors are shown when somebody is there": ["GET /api/v2/widget-hours/:org_id"],
	"room-service for whoever holds the room's id, under the names its clients know": [
		"GET /api/v2/room-service",
		"GET /api/v2/room-control",
		"GET /api/v2/openChatRoom",
		"GET /api/v2/login",
		"GET /api/v2/extension",
	],
};

/** Routes of the app that no case above covers, and cases whose route is gone. */
export function uncovered(routes: ReadonlyMap<string, Access | undefined>): string[] {
	const covered = new Set([...guardedRoutes.map(({ route }) => route), ...Object.values(openRoutes).flat()]);
	const mounted = new Set(Array.from(routes.keys(), withoutSlash));
	return [
		...[...mounted].filter((route) => !covered.has(route)).map((route) => `${route} has no case`),
		...[...covered].filter((route) => !mounted.has(route)).map((route) => `${route} is not mounted`),
	];
}

/** The visitor dialect mounts both spellings of a path. */
export function withoutSlash(route: string): string {
	return route.replace(/(?<=[^ ])\/$/, "");
}

/** Gives acme something to be kept from others: a chat with a message, a workspace that is closed to strangers, a visitor's room, people. */
export async function property(): Promise<Property> {
	const ada = await Person.signIn();
	const text = unique("confidential");
	const chatId = await ada.createChat();
	const { chatMessageId } = await ada.send(chatId, text);
	// A change also brings D1 up to date, so that lists show what they will go on showing.
	const { body: chats } = await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: {} });
	const orgId = unique("org");
	await env.DB.prepare(
		"INSERT INTO org (id, tenant_id, allow_unauthenticated_staff, created_at) VALUES (?, 'acme', 0, 0)",
	)
		.bind(orgId)
		.run();
	const room = await call("POST", "/api/v2/room-control/", {
		body: { user_id: unique("visitor"), org_id: orgId, product_name: "LOGIN", portfolio_name: "door" },
	});
	return {
		chatId,
		messageId: chatMessageId,
		memberId: chats.chat[0].chatMembers[0].chatMemberId,
		text,
		orgId,
		roomId: room.body.inserted_id,
		people: await people("acme"),
		holdings: await holdings("acme"),
		links: await links("acme"),
	};
}
