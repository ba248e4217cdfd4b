import * as z from "zod";
import { guid, text } from "../rooms/frames.ts";
import { linkStatuses } from "./link.ts";
import { tiers } from "./tiers.ts";

/** Links of one page. */
const PAGE = 200;
/** A century, so that no date is out of range; what a tier allows is far less. */
const HOURS = 876_000;

const number = z.int().min(0);
/** Typed clients write 0 where nothing is set. */
const orDefault = (most: number) => z.int().min(0).max(most).optional();

/** The name of a kind of resource. */
const typeName = text
	.trim()
	.min(1)
	.max(64)
	.regex(/^[A-Za-z][\w-]*$/)
	.describe("Chat, Customer, Connection, or a type that the tenant registered");
const resourceUid = guid.describe("The resource");
const tier = z.enum(tiers).meta({ dto: "SensitivityTier" });
const status = z.enum(linkStatuses).meta({ dto: "CustomerLinkStatus" });

/** As long as RFC 5321 lets an address be; empty is none. */
const email = text
	.trim()
	.max(254)
	.superRefine((value, context) => {
		if (value !== "" && !z.email().safeParse(value).success)
			context.addIssue({ code: "invalid_format", format: "email", input: value });
	});

/** `CustomerLinkCreateRequest` of seed 001. */
export const createRequest = z.object({
	resourceType: typeName,
	resourceUid,
	recipientContactId: orDefault(Number.MAX_SAFE_INTEGER).describe("The contact that the link is for"),
	recipientEmail: email.optional().describe("Where mails go; without a contact, who the link is for"),
	recipientPhone: text.trim().max(64).optional().describe("Where text messages go, with its country: +44 20 7946 0958"),
	deliverEmail: z.boolean().default(false).describe("Send the link by e-mail"),
	deliverSms: z.boolean().default(false).describe("Send the link by text message"),
	expiresInHours: orDefault(HOURS).describe("How long it works; its tier's default without one"),
	maxViews: orDefault(1_000_000_000).describe("How often it may be opened; its tier's default without one"),
});
export type CreateRequest = z.infer<typeof createRequest>;

export const linkPath = z.object({ CustomerLinkUID: guid.describe("The link") });
export const resourcePath = z.object({ ResourceType: typeName, ResourceUid: resourceUid });

const paging = {
	page: z.int().min(0).max(1_000_000_000).default(0).describe("Which page, from 0"),
	countPerPage: z.int().min(1).max(PAGE).default(25).describe("Links of one page"),
	simplifiedPaging: z.boolean().default(false).describe("Runs no count"),
	cursor: z.string().max(4096).optional().describe("Where the last page ended"),
	status: status.optional().describe("Only links of this status"),
	recipientContactId: orDefault(Number.MAX_SAFE_INTEGER).describe("Only links to this contact"),
	createdByUserId: text.max(128).optional().describe("Only links that this user made"),
};
export const resourceListQuery = z.object(paging);
export const listQuery = z.object({
	...paging,
	resourceType: typeName.optional().describe("Only links to resources of this type"),
	resourceUid: resourceUid.optional().describe("Only links to this resource"),
});
export type ListQuery = z.infer<typeof listQuery>;

const moment = z.iso.datetime({ offset: true }).meta({ format: "date-time" });

/** What is present changes, within the tier. */
export const linkPatch = z.object({
	expiresAtUtc: moment.optional().describe("Until when it works"),
	expiresInHours: orDefault(HOURS).describe("The same, in hours from now"),
	maxViews: orDefault(1_000_000_000).describe("How often it may be opened, the views that were counted among them"),
	reset: z
		.array(z.enum(["MaxViews"]))
		.optional()
		.describe("Members to empty: without MaxViews it may be opened as often as anybody likes, where its tier allows"),
});
export type LinkPatch = z.infer<typeof linkPatch>;

const reason = text.max(500).optional().describe("Why, for the audit");
export const revokeBody = z.object({ reason });
export const revokeManyBody = z.object({
	recipientContactId: orDefault(Number.MAX_SAFE_INTEGER).describe("Links to this contact"),
	resourceType: typeName.optional().describe("Links to resources of this type; together with resourceUid"),
	resourceUid: resourceUid.optional().describe("Links to this resource"),
	createdByUserId: text.max(128).optional().describe("Links that this user made"),
	reason,
});
export type RevokeManyBody = z.infer<typeof revokeManyBody>;

export const resendBody = z.object({
	deliverEmail: z.boolean().optional().describe("By e-mail; as it was sent before when neither is said"),
	deliverSms: z.boolean().optional().describe("By text message"),
	invalidatePrevious: z.boolean().default(false).describe("Older messages lead nowhere any more"),
	extendHours: orDefault(HOURS).describe("Hours that it works longer"),
});
export type ResendBody = z.infer<typeof resendBody>;

export const eventsQuery = z.object({
	after: number.default(0).describe("The number of the last event that is known"),
	take: z.int().min(1).max(PAGE).default(50).describe("How many to return at most"),
});

const instant = z.iso.datetime({ precision: 3 }).meta({ format: "date-time" });
const id = z.string().meta({ format: "guid" });

/** `CustomerLink` of seed 001, and what it leaves out. */
const customerLink = z
	.object({
		customerLinkId: number,
		customerLinkUID: id.nullable(),
		tokenHash: z.string().nullable().describe("Never told"),
		resourceType: z.string().nullable(),
		resourceUid: id.nullable(),
		sensitivityTier: z.string().nullable(),
		requireOtp: z.boolean(),
		otpChannel: z.string().nullable(),
		deliveryChannels: z.string().nullable(),
		recipientContactId: number.nullable(),
		recipientEmail: z.string().nullable(),
		recipientPhone: z.string().nullable(),
		smsConsentSnapshot: z.boolean(),
		createdByUserId: z.string().nullable().describe("As its issuer knows the user"),
		createdByAgentId: number.nullable(),
		createdAtUtc: instant,
		expiresAtUtc: instant.nullable(),
		maxViews: number.nullable(),
		viewCount: number,
		revokedAtUtc: instant.nullable(),
		revokedByUserId: z.string().nullable(),
		tenantId: z.string().nullable(),
	})
	.meta({ dto: "CustomerLink" });

/** `CustomerLinkExtended` of seed 001, and what staff want to know besides. */
const linkInfo = z
	.object({
		...customerLink.shape,
		recipientDisplayName: z.string().nullable(),
		recipientType: z.string().nullable().describe("The type of the contact"),
		status: z.string().nullable().describe(linkStatuses.join(", ")),
		createdByName: z.string().nullable(),
		firstViewedAtUtc: instant.nullable(),
		lastViewedAtUtc: instant.nullable(),
		lockedAtUtc: instant.nullable().describe("When too many wrong codes locked it"),
		version: number.describe("What If-Match asks for"),
	})
	.meta({ dto: "CustomerLinkExtended", base: customerLink });
export type LinkInfo = z.infer<typeof linkInfo>;

export const createResponse = z
	.object({
		link: linkInfo,
		portalUrl: z.string().describe("Where the recipient opens it: shown this once"),
		deliveryErrors: z.array(z.string()).describe("What was not sent and why, such as Sms:NoConsent"),
	})
	.meta({ dto: "CustomerLinkCreateResponse" });
export type CreateResponse = z.infer<typeof createResponse>;

export const linkResponse = z.object({ link: linkInfo }).meta({ dto: "CustomerLinkResponse" });
export const changeResponse = z
	.object({ link: linkInfo, isChanged: z.boolean().describe("False when it was so already") })
	.meta({ dto: "CustomerLinkChangeResponse" });
export const revokeManyResponse = z
	.object({ revoked: number, hasMore: z.boolean().describe("There are more: ask again") })
	.meta({ dto: "CustomerLinkRevokeResponse" });

export const listResponse = z
	.object({
		links: z.array(linkInfo),
		totalCount: number.describe("How many there are, counted up to 10,000"),
		totalPages: number,
		hasMorePages: z.boolean(),
		cursor: z.string().optional().describe("Where the next page begins"),
	})
	.meta({ dto: "CustomerLinkListResponse" });
export type LinkList = z.infer<typeof listResponse>;

const eventInfo = z
	.object({
		n: number.describe("Counts the events of the link, from 1"),
		type: z.string(),
		atUtc: instant,
		actorType: z.enum(["User", "Recipient", "System"]).meta({ dto: "CustomerLinkActorType" }),
		actorId: z.string().nullable(),
		channel: z.string().nullable(),
		ip: z.string().nullable().describe("The network of the address"),
		userAgent: z.string().nullable(),
		country: z.string().nullable(),
		data: z.record(z.string(), z.string()),
		hash: z.string().nullable(),
	})
	.meta({ dto: "CustomerLinkEvent" });
export type EventInfo = z.infer<typeof eventInfo>;

export const eventsResponse = z
	.object({
		events: z.array(eventInfo),
		hasMore: z.boolean(),
		isIntact: z.boolean().describe("Whether every event is as it was written, none removed or moved"),
		brokenAt: number.optional().describe("The first event that is not"),
		why: z.string().optional(),
		count: number.optional().describe("Events that are sealed"),
		head: z
			.string()
			.nullable()
			.optional()
			.describe("The hash of the last: whoever noted it down can tell later whether the chain was written anew"),
	})
	.meta({ dto: "CustomerLinkEventsResponse" });
export type EventList = z.infer<typeof eventsResponse>;

const deliveryInfo = z
	.object({
		deliveryId: id,
		kind: z.string(),
		channel: z.string(),
		masked: z.string().describe("Where to, as much of it as may be shown"),
		status: z.string(),
		attempts: number,
		provider: z.string().nullable(),
		errorCode: z.string().nullable(),
		createdAtUtc: instant,
		endedAtUtc: instant.nullable(),
	})
	.meta({ dto: "CustomerLinkDelivery" });
export type DeliveryInfo = z.infer<typeof deliveryInfo>;
export const deliveriesResponse = z
	.object({ deliveries: z.array(deliveryInfo) })
	.meta({ dto: "CustomerLinkDeliveriesResponse" });

/** A kind of resource that the tenant registers. */
export const typePath = z.object({ Name: typeName });
export const typeBody = z.object({
	title: text
		.trim()
		.min(1)
		.max(200)
		.regex(/^\P{Cc}*$/u)
		.describe("What recipients read"),
	sensitivityTier: tier.default("Sensitive").describe("What its links need, if no policy says otherwise"),
	urlTemplate: text
		.trim()
		.max(2000)
		.describe("Where the portal leads to, with {resourceUid} where the resource stands; https"),
});
export type TypeBody = z.infer<typeof typeBody>;

const typeInfo = z
	.object({
		name: z.string(),
		title: z.string(),
		sensitivityTier: tier.describe("What its links need now"),
		urlTemplate: z.string().nullable(),
		isBuiltIn: z.boolean(),
	})
	.meta({ dto: "ResourceType" });
export type TypeInfo = z.infer<typeof typeInfo>;
export const typeResponse = z.object({ resourceType: typeInfo }).meta({ dto: "ResourceTypeResponse" });
export const typesResponse = z.object({ resourceTypes: z.array(typeInfo) }).meta({ dto: "ResourceTypesResponse" });

export const policyPath = z.object({ ResourceType: typeName });
export const policyBody = z.object({ sensitivityTier: tier });

const policyInfo = z
	.object({
		resourceType: z.string(),
		sensitivityTier: tier,
		isDefault: z.boolean().describe("No policy was set"),
		requireOtp: z.boolean(),
		otpDigits: number.nullable(),
		otpLifeSeconds: number.nullable(),
		otpTries: number.nullable(),
		defaultHours: number,
		maxHours: number,
		maxViews: number.nullable().describe("The default and the most; null is no limit"),
		sessionMinutes: number,
		linkBySms: z.boolean(),
	})
	.meta({ dto: "LinkPolicy" });
export type PolicyInfo = z.infer<typeof policyInfo>;
export const policyResponse = z.object({ linkPolicy: policyInfo }).meta({ dto: "LinkPolicyResponse" });
