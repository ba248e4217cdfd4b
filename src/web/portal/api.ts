import type { Message } from "../socket/wire.ts";

/** A channel that codes go by, and as much of the destination as may be shown. */
export type CodeChannel = { channel: "Email" | "Sms"; masked: string };

/** What is told to whoever has the link: who sent it, and what stands before it. Times are ISO 8601. */
export type Opened = {
	requireOtp: boolean;
	otpChannels: CodeChannel[];
	tenantName: string;
	senderName: string;
	resourceType: string;
	resourceTitle: string;
	customerLinkUID: string;
	expiresAtUtc: string;
	sessionExpiresAtUtc: string;
	viewsLeft: number | null;
	isViewed: boolean;
};

export type CodeSent = {
	channel: CodeChannel["channel"];
	masked: string;
	digits: number;
	expiresInSeconds: number;
	resendAfterSeconds: number;
};

export type Ticket = { ticket: string; url: string };

export type Chat = Ticket & {
	chatId: string;
	chatName: string;
	userId: string;
	userName: string;
	messageCount: number;
	messages: Message[];
};

export type Customer = {
	name: string;
	referenceId?: string;
	accountName?: string;
	tags?: { id: string; name: string; color: string }[];
	data?: Record<string, { boolValue?: boolean; stringValue?: string; numberValue?: number }>;
	childCount: number;
	state: string;
	nextChangeUtc: string | null;
};

export type ConnectionShown = {
	connection: {
		contactName: string | null;
		toContactName: string | null;
		roleName: string | null;
		status: string;
		reason: string | null;
		dateRequested: string;
		expiresAt: string | null;
	};
	canAnswer: boolean;
};

export type Viewed = {
	tenantName: string;
	senderName: string;
	recipientName: string;
	customerLinkUID: string;
	sessionExpiresAtUtc: string;
	chat?: Chat;
	customer?: Customer;
	connection?: ConnectionShown;
	redirect?: { url: string };
};

/** What the portal refused, by the code that it gave; `Offline` when it could not be asked. */
export class PortalError extends Error {
	readonly code: string;
	/** Seconds to wait, where it makes sense to come again. */
	readonly retryAfter: number;

	constructor(code: string, message: string, retryAfter = 0) {
		super(message);
		this.code = code;
		this.retryAfter = retryAfter;
	}
}

/** The calls of the portal. What is asked of a session names the link on this page: another tab may have begun a session since. */
export const api = {
	open: (token: string): Promise<Opened> => post("open", { token }),
	session: (): Promise<Opened> => post("session", {}),
	sendCode: (link: Link, channel: CodeChannel["channel"]): Promise<CodeSent> => post("otp", { ...of(link), channel }),
	verify: (link: Link, code: string): Promise<object> => post("otp/verify", { ...of(link), code }),
	view: (link: Link): Promise<Viewed> => post("view", of(link)),
	ticket: (link: Link): Promise<Ticket> => post("ticket", of(link)),
	answer: (link: Link, action: "accept" | "decline"): Promise<ConnectionShown> =>
		post("connection", { ...of(link), action }),
	requestNew: (token: string): Promise<object> => post("request-new", { token }),
	logout: (): Promise<object> => post("logout", {}),
};

type Link = { customerLinkUID: string };

function of({ customerLinkUID }: Link): Link {
	return { customerLinkUID };
}

async function post<Answer>(path: string, body: object): Promise<Answer> {
	let response: Response;
	try {
		response = await fetch(`/v1/portal/${path}`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(body),
		});
	} catch {
		throw new PortalError("Offline", "The connection was lost. Check that you are online, then try again.");
	}
	const text = await response.text();
	const answer = text === "" ? {} : (JSON.parse(text) as unknown);
	if (response.ok) return answer as Answer;
	const { responseStatus } = answer as { responseStatus?: { errorCode?: string; message?: string } };
	throw new PortalError(
		responseStatus?.errorCode ?? "InternalServerError",
		responseStatus?.message ?? "Something went wrong on our side. Try again in a moment.",
		Number(response.headers.get("Retry-After") ?? 0),
	);
}
