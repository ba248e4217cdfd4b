/** What every provider is given. Times are milliseconds since 1970. */
type Outgoing = {
	/** Of the delivery: the same at every try. */
	id: string;
	tenantId: string;
	kind: "Link" | "Code" | "Notice";
	to: string;
	text: string;
	createdAt: number;
	/** Not to be handed on from then on. */
	expiresAt: number | null;
};

export type EmailMessage = Outgoing & { channel: "Email"; subject: string; html?: string | undefined };
/** `to` is in E.164. */
export type SmsMessage = Outgoing & { channel: "Sms" };

export type SendContext = {
	/** The same at every try of one message; a provider that knows such keys sends it once. */
	idempotencyKey: string;
	/** Ends the try. */
	signal: AbortSignal;
};

/** What became of a try. `isUnwanted`: the destination asked, or proved, never to be written to again. */
export type SendResult =
	| { ok: true; providerId: string }
	| {
			ok: false;
			permanent: boolean;
			code: string;
			retryAfterSeconds?: number | undefined;
			isUnwanted?: boolean | undefined;
	  };

/** Who carries e-mails. `send` answers with what became of the try and throws for bugs alone. */
export type EmailProvider = {
	readonly name: string;
	send(message: EmailMessage, context: SendContext): Promise<SendResult>;
};

/** Who carries text messages; otherwise as `EmailProvider`. */
export type SmsProvider = {
	readonly name: string;
	send(message: SmsMessage, context: SendContext): Promise<SendResult>;
};
