/** A customer link as staff see it: `CustomerLinkExtended`, what is not set is null or left out. */
export type Link = {
	customerLinkUID: string;
	resourceType: string;
	resourceUid: string;
	sensitivityTier: string;
	requireOtp: boolean;
	otpChannel?: string | null;
	deliveryChannels?: string | null;
	recipientDisplayName?: string | null;
	recipientEmail?: string | null;
	recipientPhone?: string | null;
	createdByName?: string | null;
	createdAtUtc: string;
	expiresAtUtc?: string | null;
	maxViews?: number | null;
	viewCount: number;
	lastViewedAtUtc?: string | null;
	status: string;
};

export type LinkEvent = {
	n: number;
	type: string;
	atUtc: string;
	actorType: string;
	actorId?: string | null;
	channel?: string | null;
	ip?: string | null;
	country?: string | null;
	data: Record<string, string>;
};

export type LinkDelivery = {
	deliveryId: string;
	kind: string;
	channel: string;
	masked: string;
	status: string;
	attempts: number;
	errorCode?: string | null;
	createdAtUtc: string;
};

export const statuses = ["Active", "Expired", "Exhausted", "Locked", "Revoked"] as const;

const tones: Record<string, string> = {
	Active: "accent",
	Locked: "warn",
	Revoked: "danger",
	Failed: "danger",
	Sent: "accent",
	Queued: "warn",
	Sending: "warn",
};

/** The class of a badge for a status of a link or a delivery. */
export function toneOf(status: string): string {
	return `badge ${tones[status] ?? ""}`;
}

/** What an error of a delivery means to whoever made the link. */
export const deliveryErrors: Record<string, string> = {
	"Email:NoAddress": "There is no e-mail address.",
	"Email:Suppressed": "This e-mail address does not take mails from us any more.",
	"Email:ProviderFailed": "The e-mail could not be sent.",
	"Sms:NoPhone": "There is no phone number.",
	"Sms:NoConsent": "The contact has not agreed to text messages.",
	"Sms:InvalidNumber": "The phone number is not valid.",
	"Sms:CountryNotAllowed": "Text messages are not sent to that country.",
	"Sms:TierForbidsSms": "A link this sensitive is not sent by text message.",
	"Sms:ProviderFailed": "The text message could not be sent.",
};

export function recipientOf(link: Link): string {
	return link.recipientDisplayName || link.recipientEmail || link.recipientPhone || "Somebody";
}

/** `3 of 10`, or `3` where there is no limit. */
export function viewsOf({ viewCount, maxViews }: Link): string {
	return typeof maxViews === "number" ? `${viewCount} of ${maxViews}` : String(viewCount);
}
