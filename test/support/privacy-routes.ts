import type { Call, Property, RouteCase } from "./every-route.ts";

function ofPrivacy(
	route: string,
	callOf: (property: Property) => Omit<Call, "method">,
	stranger: RouteCase["stranger"] = "not found",
): RouteCase {
	const [method = ""] = route.split(" ");
	return {
		route,
		permission: "privacy:manage",
		envelope: "status",
		stranger,
		by: "Administrator",
		call: (property) => ({ method, ...callOf(property) }),
	};
}

/** Every route that hands out or erases what is held about somebody. */
export const privacyRoutes: readonly RouteCase[] = [
	ofPrivacy("POST /v1/privacy/export", ({ people }) => ({
		path: "/v1/privacy/export",
		body: { contactId: people.asks.contactId },
	})),
	ofPrivacy("POST /v1/privacy/erase", ({ people }) => ({
		path: "/v1/privacy/erase",
		body: { contactId: people.asks.contactId, dryRun: true },
	})),
	ofPrivacy("GET /v1/privacy/erasures", () => ({ path: "/v1/privacy/erasures" }), "served"),
];
