import { Hono } from "hono";
import { except } from "hono/combine";
import { assertGuarded } from "./auth/authenticate.ts";
import { isContradictory } from "./auth/development.ts";
import { accessTokens, auth } from "./auth/routes.ts";
import { chats } from "./chats/routes.ts";
import { chatMembers, chatMessages } from "./chats/sibling-routes.ts";
import { accounts } from "./customers/account-routes.ts";
import { customers } from "./customers/routes.ts";
import { customerStreams } from "./customers/stream-routes.ts";
import { tags } from "./customers/tag-routes.ts";
import { activity } from "./activity/routes.ts";
import { consolePage } from "./console/routes.ts";
import { connectionRequests, connections } from "./connections/routes.ts";
import { contacts } from "./contacts/routes.ts";
import { connectionRoles, contactTypes } from "./contacts/terms-routes.ts";
import { outbox } from "./delivery/outbox-routes.ts";
import { descriptions } from "./describe/routes.ts";
import { orgs } from "./dowell/org-routes.ts";
import { dowell } from "./dowell/routes.ts";
import { assets } from "./http/assets.ts";
import { Failure, respondWithStatus } from "./http/failure.ts";
import type { FoyerEnv } from "./http/foyer-env.ts";
import { health } from "./http/health.ts";
import { describeRoutes } from "./http/operation.ts";
import { noSuchRoute } from "./http/not-found.ts";
import { pages } from "./http/pages.ts";
import { lobby } from "./lobby/routes.ts";
import { requestLog } from "./http/request-log.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { staffCors } from "./http/staff-cors.ts";
import { customerLinks } from "./links/routes.ts";
import { linkPolicies, resourceTypes } from "./links/type-routes.ts";
import { portal, portalPage } from "./portal/routes.ts";
import { privacy } from "./privacy/routes.ts";
import { routingPath } from "./wire/paths.ts";
import { FORMAT, predefined } from "./wire/predefined.ts";
import { decoded, encoded } from "./wire/wire.ts";

/** One line per feature. */
const features = new Hono<FoyerEnv>()
	.route("/health", health)
	.route("/auth", auth)
	.route("/access-token", accessTokens)
	// Before the chats: their ids stand where its name does.
	.route("/v1/Chat/Lobby", lobby)
	.route("/v1/Chat", chats)
	.route("/v1/ChatMessage", chatMessages)
	.route("/v1/ChatMember", chatMembers)
	.route("/", customerStreams)
	.route("/v1/org", orgs)
	.route("/customers", customers)
	.route("/accounts", accounts)
	.route("/tags", tags)
	.route("/v1/contact", contacts)
	.route("/v1/activity", activity)
	.route("/v1/customerlink", customerLinks)
	.route("/v1/resourcetype", resourceTypes)
	.route("/v1/linkpolicy", linkPolicies)
	.route("/v1/privacy", privacy)
	.route("/api/contacttypes", contactTypes)
	.route("/api/connectionroles", connectionRoles)
	.route("/api/connections", connections)
	.route("/api/connectionrequests", connectionRequests);

/** What the ServiceStack families pass on the way in and out. */
const edge = [staffCors, encoded, decoded] as const;

/** The whole HTTP surface on one screen: what every request passes, the features, then ServiceStack's routes to any of them. */
export const app: Hono<FoyerEnv> = new Hono<FoyerEnv>({ getPath: routingPath(() => app.routes) })
	.use(requestLog)
	.use(securityHeaders)
	.use(async (c, next) => {
		if (isContradictory(c.env)) throw new Failure("Misconfigured", "ENVIRONMENT and PRODUCTION contradict each other.");
		await next();
	})
	// Before the edge: the visitor dialect has its own.
	.route("/api/v2", dowell)
	// Before the edge, too: no other page may call it, and nothing but JSON.
	.route("/v1/portal", portal)
	.route("/", portalPage)
	.use("/v1/*", ...edge)
	.use("/auth/*", ...edge)
	.use("/access-token/*", ...edge)
	.use("/customers.csv", staffCors)
	.use("/customers/import", staffCors)
	// A file that is imported is read as it comes, and bounded line by line.
	.use("/customers/*", except("/customers/import", ...edge))
	.use("/accounts/*", ...edge)
	.use("/tags/*", ...edge)
	.use("/api/*", ...edge)
	.use(`/${FORMAT}/*`, ...edge)
	.route("/assets", assets)
	.route("/", pages)
	.route("/console", consolePage)
	.route("/dev/outbox", outbox)
	.route(
		"/",
		descriptions(
			() => describeRoutes(features.routes),
			() => describeRoutes(app.routes.filter(({ path }) => path.startsWith("/v1/portal/"))),
		),
	)
	.route("/", features)
	.route(
		"/",
		predefined(() => describeRoutes(features.routes), features.fetch),
	);

for (const part of [features, app]) part.notFound((c) => noSuchRoute(app, c)).onError(respondWithStatus);
assertGuarded(app);
