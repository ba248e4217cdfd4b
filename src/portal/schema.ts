import * as z from "zod";
import { messagesResponse } from "../chats/schema.ts";
import { connectionResponse } from "../connections/schema.ts";
import { customerInfo, customerState } from "../customers/answers.ts";
import { guid } from "../rooms/frames.ts";
import type { PresentedMessage } from "../rooms/model.ts";

const instant = z.iso.datetime({ precision: 3 }).meta({ format: "date-time" });
const natural = z.int().min(0);
const id = z.string().meta({ format: "guid" });

/** What is no token leads nowhere, as a token that nobody knows: hence no format. */
export const tokenBody = z.object({ token: z.string().default("").describe("The token of the link") });

const customerLinkUID = guid
	.optional()
	.describe("The link that the page shows; it must be the one of the session, which another page may have replaced");
/** What a page may say of itself with anything that it asks for. */
export const ofLink = z.object({ customerLinkUID });

const channel = z.enum(["Email", "Sms"]).meta({ dto: "PortalCodeChannelName" });

export const codeRequest = z.object({
	channel: channel.optional().describe("Where the code shall go; the first of otpChannels unless it says otherwise"),
	customerLinkUID,
});
export const codeBody = z.object({
	code: z
		.string()
		.max(40)
		.transform((text) => text.replace(/[\s-]/g, ""))
		.refine((code) => /^\d{6,8}$/.test(code), "a code is six or eight digits")
		.describe("The code, as it was typed or pasted"),
	customerLinkUID,
});
export const connectionAnswer = z.object({
	action: z.enum(["accept", "decline"]).meta({ dto: "PortalConnectionAction" }).describe("The recipient's answer"),
	customerLinkUID,
});

const session = z
	.string()
	.optional()
	.describe("For `Authorization: Portal …`; a page is not told, its browser has the cookie");
const sessionExpiresAtUtc = instant;

/** Who sent the link and what stands before it, told to whoever has the link. */
export const opened = z
	.object({
		session,
		status: z.literal("Active"),
		requireOtp: z.boolean().describe("A code has to be entered before the resource is shown"),
		otpChannels: z.array(z.object({ channel, masked: z.string() }).meta({ dto: "PortalCodeChannel" })),
		tenantName: z.string(),
		senderName: z.string(),
		resourceType: z.string(),
		resourceTitle: z.string().describe("What the type of the resource is called"),
		customerLinkUID: id,
		expiresAtUtc: instant,
		sessionExpiresAtUtc,
		viewsLeft: natural.nullable().describe("Null: as many as one likes"),
		isViewed: z.boolean().describe("This session's view is counted: showing the resource again is free"),
	})
	.meta({ dto: "PortalOpened" });
export type Opened = z.infer<typeof opened>;

export const codeSent = z
	.object({
		channel,
		masked: z.string(),
		digits: natural.describe("How long the code is"),
		expiresInSeconds: natural,
		resendAfterSeconds: natural,
	})
	.meta({ dto: "PortalCodeSent" });
export type CodeSent = z.infer<typeof codeSent>;

export const verified = z.object({ session, sessionExpiresAtUtc }).meta({ dto: "PortalVerified" });
export type Verified = z.infer<typeof verified>;

export const socketTicket = z
	.object({ ticket: z.string(), url: z.string(), expiresInSeconds: natural })
	.meta({ dto: "PortalTicket" });
export type SocketTicket = z.infer<typeof socketTicket>;

const chat = z
	.object({
		chatId: id,
		chatName: z.string(),
		isArchived: z.boolean(),
		messageCount: natural,
		userId: z.string().describe("Who the recipient is in the room"),
		userName: z.string(),
		messages: messagesResponse.shape.messages.describe("The newest, in their order"),
		hasMore: z.boolean(),
		...socketTicket.shape,
	})
	.meta({ dto: "PortalChat" });
export type ChatShown = Omit<z.infer<typeof chat>, "messages"> & { messages: PresentedMessage[] };

/** What of a customer concerns itself; integrations and billing are the company's. */
const customer = customerInfo
	.pick({ id: true, name: true, referenceId: true, accountName: true, tags: true, data: true, childCount: true })
	.extend(customerState.pick({ state: true, nextChangeUtc: true }).shape)
	.meta({ dto: "PortalCustomer" });
export type CustomerShown = z.infer<typeof customer>;

export const connectionShown = z
	.object({
		connection: connectionResponse.shape.connection,
		canAnswer: z.boolean().describe("It waits for the recipient's answer"),
	})
	.meta({ dto: "PortalConnection" });
export type ConnectionShown = z.infer<typeof connectionShown>;

const redirect = z
	.object({ url: z.string().describe("Where to go, with a token that says who comes"), expiresInSeconds: natural })
	.meta({ dto: "PortalRedirect" });
export type Redirect = z.infer<typeof redirect>;

/** One of them, by the type of the resource. */
export type Shown =
	| { chat: ChatShown }
	| { customer: CustomerShown }
	| { connection: ConnectionShown }
	| { redirect: Redirect };

export const viewed = z
	.object({
		resourceType: z.string(),
		resourceUid: id,
		customerLinkUID: id,
		tenantName: z.string(),
		senderName: z.string(),
		recipientName: z.string(),
		expiresAtUtc: instant,
		sessionExpiresAtUtc,
		viewsLeft: natural.nullable(),
		chat: chat.optional(),
		customer: customer.optional(),
		connection: connectionShown.optional(),
		redirect: redirect.optional(),
	})
	.meta({ dto: "PortalViewed" });
export type Viewed = Omit<z.infer<typeof viewed>, "chat" | "customer" | "connection" | "redirect"> & Shown;
