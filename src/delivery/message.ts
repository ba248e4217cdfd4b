/** A message to a person outside the chat. */
export type Message = {
	kind: "Link" | "Code" | "Notice";
	channel: Channel;
	/** An e-mail address, or a number in E.164. */
	to: string;
	/** Of e-mails. */
	subject?: string;
	text: string;
	html?: string;
	/** The link whose audit hears of its fate. */
	linkId?: number | undefined;
	/** From then on (milliseconds since 1970) it is abandoned rather than sent late. */
	expiresAt?: number;
};

export type Channel = "Email" | "Sms";

/** Why a message cannot be sent, as `deliveryErrors` spell it after the channel. */
export type Obstacle = "Suppressed" | "InvalidNumber" | "CountryNotAllowed" | "QuotaExceeded" | "ProviderFailed";

/** A destination as it may be shown: `a•••@example.com`, `•••• 1234`. */
export function mask(channel: Channel, to: string): string {
	if (channel === "Sms") return `•••• ${to.slice(-4)}`;
	const at = to.lastIndexOf("@");
	return `${[...to.slice(0, at)][0] ?? ""}•••${to.slice(at)}`;
}
